import { route } from "@/app/_server/route";
import { segmentCoverage } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, _request, { id }) => segmentCoverage(ctx, { id }));
