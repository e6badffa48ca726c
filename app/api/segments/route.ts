import { route } from "@/app/_server/route";
import { listSegments } from "@/domain/segments";

export const GET = route("segments:read", (ctx) => listSegments(ctx));
