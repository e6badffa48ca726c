import { route } from "@/app/_server/route";
import { getSource } from "@/domain/sources";

export const GET = route<{ id: string }>("sources:read", (ctx, _request, { id }) => getSource(ctx, { id }));
