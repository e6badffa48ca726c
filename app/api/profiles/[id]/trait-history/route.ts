import { route } from "@/app/_server/route";
import { traitHistory } from "@/domain/profiles";
import { idOf, readParams } from "../../params";

export const GET = route<{ id: string }>("profiles:read", (ctx, request, { id }) =>
  traitHistory(ctx, idOf(id), readParams(request.nextUrl.searchParams, ["limit"])),
);
