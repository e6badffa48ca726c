import { route } from "@/app/_server/route";
import { estimateRule, type EstimateInput } from "@/domain/segments";

/** Exact counts of a draft; a read, sent as POST since a rule is too long for an address. Ends when the asker has gone. */
export const POST = route("segments:read", async (ctx, request) =>
  estimateRule(ctx, (await request.json()) as EstimateInput, request.signal),
);
