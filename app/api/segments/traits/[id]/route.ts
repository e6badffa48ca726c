import { route } from "@/app/_server/route";
import { getComputedTrait } from "@/domain/segments";

export const GET = route<{ id: string }>("segments:read", (ctx, _request, { id }) => getComputedTrait(ctx, { id }));
