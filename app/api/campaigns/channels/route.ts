import { route } from "@/app/_server/route";
import { previewChannelRules } from "@/domain/campaigns";

/** What other channel rules would make of all touches so far. Body: the rules. Nothing is changed. */
export const POST = route("campaigns:read", async (ctx, request) => previewChannelRules(ctx, await request.json()));
