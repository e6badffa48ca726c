import { route } from "@/app/_server/route";
import { personComputedTraits } from "@/domain/profiles";
import { idOf } from "../../params";

export const GET = route<{ id: string }>("profiles:read", (ctx, _request, { id }) => personComputedTraits(ctx, idOf(id)));
