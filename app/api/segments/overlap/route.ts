import { route } from "@/app/_server/route";
import { segmentOverlap } from "@/domain/segments";

/** What segments share: `?id=...` once for each. */
export const GET = route("segments:read", (ctx, request) => segmentOverlap(ctx, { ids: request.nextUrl.searchParams.getAll("id") }));
