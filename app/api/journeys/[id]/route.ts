import { route } from "@/app/_server/route";
import { getJourney } from "@/domain/journeys";

export const GET = route<{ id: string }>("journeys:read", (ctx, _request, { id }) => getJourney(ctx, id));
