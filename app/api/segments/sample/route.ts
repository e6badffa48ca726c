import { route } from "@/app/_server/route";
import { sampleMembers, type SampleInput } from "@/domain/segments";

/** Some people in a draft, each with why. */
export const POST = route("segments:read", async (ctx, request) => sampleMembers(ctx, (await request.json()) as SampleInput));
