import { route } from "@/app/_server/route";
import { draftSegment } from "@/domain/segments";

/** A sentence as a draft rule; nothing is stored. */
export const POST = route("segments:write", async (ctx, request) => draftSegment(ctx, await request.json()));
