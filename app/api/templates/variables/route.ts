import { route } from "@/app/_server/route";
import { templateVariables } from "@/domain/templates";

export const GET = route("journeys:read", (ctx) => templateVariables(ctx));
