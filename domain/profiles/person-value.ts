import type { AnySql } from "@/db/client";
import { rateTable } from "@/domain/access";
import { ORDER_EVENT, REFUND_EVENTS } from "@/domain/events/model";
import { type DayAmount, type MoneyTotal, RateTable, totalOf } from "@/domain/kernel/money";

export const NO_VALUE: MoneyTotal = { amounts: [], converted: null };

/**
 * What people's orders less refunds come to, by currency and in the company's own. The statistics of these events bound
 * the walk, so that only months in which the person ordered are looked at.
 * @param ids canonical ids
 */
export async function valuesOf(sql: AnySql, ids: readonly number[]): Promise<Map<number, MoneyTotal>> {
  if (ids.length === 0) return new Map();
  const rows = await sql<(DayAmount & { id: number })[]>`
    with people as (
      select id, id as fragment from unnest(${ids}::int[]) as id
      union all select canonical_id, profile_id from profile_aliases where canonical_id = any(${ids}::int[])),
    types as (select id, name = ${ORDER_EVENT} as is_order from event_types where name = any(${[ORDER_EVENT, ...REFUND_EVENTS]}::text[]))
    select p.id, upper(substring(e.properties ->> 'currency' from '^[A-Za-z]{3}$')) as currency,
      to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*) filter (where t.is_order) as orders,
      coalesce(sum(case when t.is_order then e.value else -abs(e.value) end), 0)::text as net
    from people p cross join types t
    join profile_event_stats s on s.profile_id = p.fragment and s.event_type = t.id
    join events e on e.profile_id = s.profile_id and e.event_type = s.event_type and e.occurred_at between s.first_at and s.last_at
    group by 1, 2, 3`;
  if (rows.length === 0) return new Map();
  const currencies = new Set(rows.map((row) => row.currency));
  // Rates are needed only where there is something to convert.
  const table = currencies.size > 1 ? await rateTable(sql, { of: [...currencies].filter((code) => code !== null) }) : new RateTable("", []);
  const by = new Map<number, DayAmount[]>();
  for (const row of rows) by.set(row.id, [...(by.get(row.id) ?? []), row]);
  return new Map([...by].map(([id, amounts]) => [id, totalOf(amounts, table)]));
}
