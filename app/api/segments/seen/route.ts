import { route } from "@/app/_server/route";
import { checkSeen } from "@/domain/segments";
import type { Rule } from "@/domain/segments/model";

/** Names and values of a draft that the data do not hold. */
export const POST = route("segments:read", async (ctx, request) => checkSeen(ctx, ((await request.json()) as { rule: Rule }).rule));
