import { route } from "@/app/_server/route";
import { readMessage } from "@/domain/sources";

export const GET = route<{ id: string; inboxId: string }>("debugger:read", (ctx, _request, { id, inboxId }) =>
  readMessage(ctx, { sourceId: id, inboxId }),
);
