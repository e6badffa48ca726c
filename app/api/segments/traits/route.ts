import { route } from "@/app/_server/route";
import { listComputedTraits } from "@/domain/segments";

export const GET = route("segments:read", (ctx) => listComputedTraits(ctx));
