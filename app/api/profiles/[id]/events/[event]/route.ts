import { route } from "@/app/_server/route";
import { getEvent } from "@/domain/profiles";
import { idOf } from "../../../params";

export const GET = route<{ id: string; event: string }>("profiles:read", (ctx, _request, { id, event }) =>
  getEvent(ctx, idOf(id), idOf(event)),
);
