import type { AnySql, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import { localMoment } from "@/domain/kernel";
import { allDefinitions } from "./conversions";
import { loadConversions } from "./load-columns";
import type { ReportPart } from "./model";

/**
 * Before a person is erased: what all their fragments together had converted, added to sums per day in which nobody
 * stands, so that totals of the past stay. For every conversion that is defined now; one that is defined later knows
 * nothing of erased people. Cost: the events of these fragments.
 */
export async function keepErased(tx: TxSql, fragments: readonly number[], now: Date): Promise<void> {
  if (fragments.length === 0) return;
  const { timezone, currency } = await companySettings(tx);
  // One person, so every fragment is its own canonical one here; time order is made below.
  const none = new Int32Array(Math.max(...fragments) + 1);
  for (const definition of await allDefinitions(tx)) {
    const options = { from: new Date(0), now: now.getTime(), zone: timezone, base: currency, fragments };
    const { at, value } = await loadConversions(tx, none, definition, options);
    const all = Array.from(at, (second, i) => ({ second, value: value[i] ?? 0 })).toSorted((a, b) => a.second - b.second);
    const counted = definition.count === "once" ? all.slice(0, 1) : all;
    const days = new Map<string, { n: number; value: number }>();
    for (const { second, value: amount } of counted) {
      const { year, month, day } = localMoment(second * 1_000, timezone);
      const key = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
      const own = days.get(key) ?? { n: 0, value: 0 };
      days.set(key, { n: own.n + 1, value: own.value + amount });
    }
    if (days.size === 0) continue;
    const rows = [...days].map(([day, sum]) => ({ day, n: sum.n, value: sum.value.toFixed(4) }));
    await tx`
      insert into erased_conversions (conversion_id, day, conversions, value, currency)
      select ${definition.id}, day, n, value, ${currency} from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(day date, n int, value numeric)
      on conflict (conversion_id, day, currency) do update set conversions = erased_conversions.conversions + excluded.conversions,
        value = erased_conversions.value + excluded.value`;
  }
}

interface Asked {
  readonly conversionId: string;
  readonly from: string;
  readonly to: string;
}

/** Sums of erased people by day, both days included. Those of another currency than the company's now count without their value. */
export async function erasedByDay(
  sql: AnySql,
  { conversionId, from, to }: Asked,
  currency: string,
): Promise<{ day: string; n: number; value: number }[]> {
  return sql<{ day: string; n: number; value: number }[]>`
    select day::text as day, sum(conversions)::int as n, coalesce(sum(value) filter (where currency = ${currency}), 0)::float8 as value
    from erased_conversions where conversion_id = ${conversionId} and day between ${from} and ${to} group by 1 order by 1`;
}

export async function erasedIn(sql: AnySql, asked: Asked, currency: string): Promise<ReportPart> {
  const days = await erasedByDay(sql, asked, currency);
  return { conversions: days.reduce((sum, { n }) => sum + n, 0), value: days.reduce((sum, { value }) => sum + value, 0) };
}
