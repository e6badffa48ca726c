import { route } from "@/app/_server/route";
import { listOrders } from "@/domain/profiles";
import { idOf, readParams } from "../../params";

export const GET = route<{ id: string }>("profiles:read", (ctx, request, { id }) =>
  listOrders(ctx, idOf(id), readParams(request.nextUrl.searchParams, ["limit"])),
);
