import { route } from "@/app/_server/route";
import { readSegmentFile } from "@/domain/segments";

/** A definition as a draft; nothing is stored. */
export const POST = route("segments:write", async (ctx, request) => readSegmentFile(ctx, await request.json()));
