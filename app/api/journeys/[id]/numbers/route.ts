import { route } from "@/app/_server/route";
import { journeyNumbers } from "@/domain/journeys";

/** What happened at each step since `from` (default: ever). */
export const GET = route<{ id: string }>("journeys:read", async (ctx, request, { id }) => ({
  asOf: ctx.clock.now().toISOString(),
  numbers: await journeyNumbers(ctx, { id, from: request.nextUrl.searchParams.get("from") }),
}));
