import { route } from "@/app/_server/route";
import { getSegment } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, _request, { id }) => getSegment(ctx, { id }));
