import { route } from "@/app/_server/route";
import { previewStarters } from "@/domain/templates";

/** Starters as they look with this install's products. */
export const GET = route("journeys:read", (ctx) => previewStarters(ctx));
