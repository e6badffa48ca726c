import { route } from "@/app/_server/route";
import { profileGraph } from "@/domain/profiles";
import { idOf } from "../../params";

export const GET = route<{ id: string }>("profiles:read", (ctx, _request, { id }) => profileGraph(ctx, idOf(id)));
