import { route } from "@/app/_server/route";
import { checkBroadcast } from "@/domain/broadcasts";

/** The checklist of a draft. */
export const POST = route("journeys:read", async (ctx, request) => checkBroadcast(ctx, await request.json()));
