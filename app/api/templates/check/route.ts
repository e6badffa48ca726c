import { route } from "@/app/_server/route";
import { checkTemplate } from "@/domain/templates";

/** What is wrong with a draft. */
export const POST = route("journeys:read", async (ctx, request) => checkTemplate(ctx, await request.json()));
