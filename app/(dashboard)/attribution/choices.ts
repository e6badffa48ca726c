import "server-only";
import type { UserCtx } from "@/app/_server/auth";
import { can } from "@/domain/access";
import { listConversions } from "@/domain/attribution";
import { listSegments } from "@/domain/segments";

/** Days that a report begins with: up to yesterday, since today is not over. */
const DAYS = 90;

/** What the bar on top of each report offers. */
export async function reportChoices(ctx: UserCtx) {
  const [conversions, segments] = await Promise.all([listConversions(ctx), can(ctx, "segments:read") ? listSegments(ctx) : null]);
  const day = (back: number): string => new Date(ctx.clock.now().getTime() - back * 86_400_000).toISOString().slice(0, 10);
  return {
    conversions: conversions.map(({ id, name }) => ({ id, name })),
    segments: segments && segments.map(({ id, name }) => ({ id, name })),
    defaults: { from: day(DAYS), to: day(1) },
  };
}
