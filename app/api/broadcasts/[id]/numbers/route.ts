import { route } from "@/app/_server/route";
import { broadcastNumbers } from "@/domain/broadcasts";

export const GET = route<{ id: string }>("journeys:read", (ctx, _request, { id }) => broadcastNumbers(ctx, { id }));
