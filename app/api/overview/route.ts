import { route } from "@/app/_server/route";
import { readOverview } from "@/domain/overview";

/** Totals of the install; polled by the home page. */
export const GET = route("home:read", (ctx, request) =>
  readOverview(ctx, { range: request.nextUrl.searchParams.get("range") ?? undefined }),
);
