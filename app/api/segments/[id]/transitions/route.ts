import { route } from "@/app/_server/route";
import { segmentTransitionsPage } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, request, { id }) =>
  segmentTransitionsPage(ctx, { id, cursor: request.nextUrl.searchParams.get("cursor") ?? undefined }),
);
