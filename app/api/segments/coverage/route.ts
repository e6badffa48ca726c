import { route } from "@/app/_server/route";
import { draftCoverage, type EstimateInput } from "@/domain/segments";

/** Which identifiers the people of a draft hold. */
export const POST = route("segments:read", async (ctx, request) => draftCoverage(ctx, (await request.json()) as EstimateInput));
