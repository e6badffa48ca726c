import { route } from "@/app/_server/route";
import { listMembersPage } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, request, { id }) =>
  listMembersPage(ctx, { id, cursor: request.nextUrl.searchParams.get("cursor") ?? undefined }),
);
