import { route } from "@/app/_server/route";
import { listSources } from "@/domain/sources";

export const GET = route("sources:read", (ctx) => listSources(ctx));
