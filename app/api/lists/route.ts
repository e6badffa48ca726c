import { route } from "@/app/_server/route";
import { listLists } from "@/domain/segments";

export const GET = route("segments:read", (ctx) => listLists(ctx));
