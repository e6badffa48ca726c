import { companySettings, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { conversionOf } from "./conversions";
import { highestProfile, loadAliases, loadConversions } from "./load-columns";
import type { ConversionColumns } from "./paths";

/** Outcomes by a conversion's definition, or by an event and one of its numbers (null: its value). */
export type OutcomeSource =
  | { readonly kind: "conversion"; readonly conversionId: string }
  | { readonly kind: "event"; readonly event: string; readonly property: string | null };

/**
 * Outcomes in [from, to) as columns by canonical person, in (person, time, event) order; values in the company's currency,
 * refunds of a conversion taken off. For other rooms that count per person. Cost: the events of that name in the range
 * (events_type_time_idx) and the merged fragments.
 */
export async function conversionColumns(ctx: Ctx, source: OutcomeSource, range: { from: Date; to: Date }): Promise<ConversionColumns> {
  requirePermission(ctx, "reports:read");
  const { sql } = ctx;
  const { timezone, currency } = await companySettings(sql);
  const definition =
    source.kind === "conversion"
      ? await conversionOf(ctx, source.conversionId)
      : { event: source.event, where: [], fixedValue: null, refundEvent: null, property: source.property };
  const aliases = await loadAliases(sql, await highestProfile(sql));
  return loadConversions(sql, aliases, definition, { ...range, now: ctx.clock.now().getTime(), zone: timezone, base: currency });
}
