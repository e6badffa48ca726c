import { route } from "@/app/_server/route";
import { listRejected } from "@/domain/sources";

export const GET = route<{ id: string }>("sources:read", (ctx, request, { id }) => {
  const query = request.nextUrl.searchParams;
  return listRejected(ctx, {
    id,
    status: query.get("status") ?? undefined,
    code: query.get("code") ?? undefined,
    before: query.get("before") ?? undefined,
  });
});
