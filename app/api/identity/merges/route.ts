import { route } from "@/app/_server/route";
import { listMerges } from "@/domain/profiles";

export const GET = route("identity:read", (ctx, request) => {
  const { searchParams } = request.nextUrl;
  return listMerges(ctx, { before: searchParams.get("before"), state: searchParams.get("state") ?? "all" });
});
