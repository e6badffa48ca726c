import { route } from "@/app/_server/route";
import { previewPublish } from "@/domain/journeys";

/** What publishing the stored draft would meet. */
export const GET = route<{ id: string }>("journeys:read", (ctx, _request, { id }) => previewPublish(ctx, id));
