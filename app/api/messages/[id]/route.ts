import { route } from "@/app/_server/route";
import { readMessage } from "@/domain/messages";

export const GET = route<{ id: string }>("messages:read", (ctx, _request, { id }) => readMessage(ctx, { id: Number(id) }));
