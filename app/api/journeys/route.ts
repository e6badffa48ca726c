import { route } from "@/app/_server/route";
import { listJourneys } from "@/domain/journeys";

export const GET = route("journeys:read", (ctx) => listJourneys(ctx));
