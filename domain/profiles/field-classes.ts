import type { Ctx } from "@/domain/kernel/context";
import { learnFieldClasses } from "./mask";

const EVERY_MS = 5_000;
let readAt = 0;

/**
 * Reads what admins decided in the data map, at most every five seconds, so that this process masks by it. A field that
 * somebody classed as personal is masked wherever it stands; one that was classed as not personal is shown. What nobody
 * looked at is masked by its name alone, and by its values.
 */
export async function refreshFieldClasses(ctx: Ctx, now = Date.now()): Promise<void> {
  if (now - readAt < EVERY_MS) return;
  readAt = now;
  learnFieldClasses(
    await ctx.sql<{ kind: "trait" | "event"; key: string; personal: boolean }[]>`
      select kind, key, confirmed <> 'not_personal' as personal from field_classes where confirmed is not null
      union all select kind, key, true from field_classes where confirmed is null and found in ('credential', 'special_category', 'financial', 'child')`,
  );
}
