import { route } from "@/app/_server/route";
import { walkThrough } from "@/domain/journeys";

/** One person's walk through the draft; a read, sent as POST since the question is too long for an address. */
export const POST = route<{ id: string }>("journeys:read", async (ctx, request, { id }) =>
  walkThrough(ctx, { ...((await request.json()) as object), id }),
);
