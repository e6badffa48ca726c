import { route } from "@/app/_server/route";
import { previewComputedTrait } from "@/domain/segments";

/** A draft is too long for an address, so it comes in the body; nothing is changed. */
export const POST = route("segments:read", async (ctx, request) => previewComputedTrait(ctx, await request.json()));
