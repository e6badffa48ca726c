import { route } from "@/app/_server/route";
import { recentMessages } from "@/domain/sources";

/** The newest messages, accepted and rejected, oldest first. */
export const GET = route<{ id: string }>("debugger:read", (ctx, request, { id }) =>
  recentMessages(ctx, { id, limit: Number(request.nextUrl.searchParams.get("limit") ?? 50) }),
);
