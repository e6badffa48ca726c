import { route } from "@/app/_server/route";
import { sharedEvents } from "@/domain/profiles";

export const GET = route<{ id: string }>("profiles:read", (ctx, _request, { id }) => sharedEvents(ctx, { mergeId: id }));
