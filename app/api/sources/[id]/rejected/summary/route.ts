import { route } from "@/app/_server/route";
import { readRejectedSummary } from "@/domain/sources";

export const GET = route<{ id: string }>("sources:read", (ctx, request, { id }) =>
  readRejectedSummary(ctx, { id, range: request.nextUrl.searchParams.get("range") ?? undefined }),
);
