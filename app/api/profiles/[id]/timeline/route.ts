import { route } from "@/app/_server/route";
import { profileTimeline } from "@/domain/profiles";
import { idOf, readParams } from "../../params";

export const GET = route<{ id: string }>("profiles:read", (ctx, request, { id }) =>
  profileTimeline(ctx, idOf(id), readParams(request.nextUrl.searchParams, ["events", "sources", "limit"])),
);
