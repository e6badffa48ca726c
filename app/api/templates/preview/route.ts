import { route } from "@/app/_server/route";
import { previewTemplate } from "@/domain/templates";

/** A draft as real people would get it. */
export const POST = route("journeys:read", async (ctx, request) => previewTemplate(ctx, await request.json()));
