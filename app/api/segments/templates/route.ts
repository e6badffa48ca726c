import { route } from "@/app/_server/route";
import { listTemplates } from "@/domain/segments";

/** Which templates have data here. */
export const GET = route("segments:read", (ctx) => listTemplates(ctx));
