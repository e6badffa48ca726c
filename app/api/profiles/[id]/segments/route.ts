import { route } from "@/app/_server/route";
import { personSegments } from "@/domain/segments";
import { idOf } from "../../params";

export const GET = route<{ id: string }>("segments:read", (ctx, _request, { id }) => personSegments(ctx, { profileId: idOf(id) }));
