import { route } from "@/app/_server/route";
import { readSourceVolume } from "@/domain/sources";

export const GET = route<{ id: string }>("sources:read", (ctx, request, { id }) =>
  readSourceVolume(ctx, { id, range: request.nextUrl.searchParams.get("range") ?? undefined }),
);
