import { route } from "@/app/_server/route";
import { readDemoStatus } from "@/domain/demo";

/** How far loading or removing the demo data is. */
export const GET = route("settings:read", (ctx) => readDemoStatus(ctx));
