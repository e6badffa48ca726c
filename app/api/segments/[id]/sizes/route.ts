import { route } from "@/app/_server/route";
import { segmentSizes } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, request, { id }) => {
  const hours = request.nextUrl.searchParams.get("hours");
  return segmentSizes(ctx, { id, ...(hours === null ? {} : { hours: Number(hours) }) });
});
