import { route } from "@/app/_server/route";
import { segmentMembersPage } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, request, { id }) =>
  segmentMembersPage(ctx, { id, cursor: request.nextUrl.searchParams.get("cursor") ?? undefined }),
);
