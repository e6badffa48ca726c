import { route } from "@/app/_server/route";
import { latestRehearsal } from "@/domain/journeys";

/** The newest rehearsal of a journey, running or done; null: none yet. */
export const GET = route<{ id: string }>("journeys:read", (ctx, _request, { id }) => latestRehearsal(ctx, id));
