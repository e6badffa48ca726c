import { route } from "@/app/_server/route";
import { getList } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, _request, { id }) => getList(ctx, { id }));
