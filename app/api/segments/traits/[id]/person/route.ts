import { route } from "@/app/_server/route";
import { personTraitLineage } from "@/domain/segments";

/** A trait of one person (`profile`) with the rows that made it. */
export const GET = route<{ id: string }>("segments:read", (ctx, request, { id }) =>
  personTraitLineage(ctx, { trait: id, profile: request.nextUrl.searchParams.get("profile") ?? "" }),
);
