import type { AnySql } from "@/db/client";
import type { TraitStats } from "./contracts";

/** Bars of a distribution of numbers; values of a distribution of texts. */
const BARS = 12;

interface Head {
  people: number;
  withValue: number;
  numbers: number;
  low: number | null;
  high: number | null;
  average: number | null;
  middle: number | null;
  most: number | null;
}

/** Coverage and distribution of the values (`value`, jsonb, never null) that a query gives. */
export async function statsOf(sql: AnySql, source: ReturnType<AnySql>): Promise<TraitStats> {
  const [head] = await sql<Head[]>`
    select (select count(*)::int from profiles where merged_into is null) as people, count(*)::int as "withValue", count(x)::int as numbers,
      min(x) as low, max(x) as high, avg(x) as average, percentile_cont(0.5) within group (order by x) as middle,
      percentile_disc(0.975) within group (order by x) as most
    from (select case when jsonb_typeof(s.value) = 'number' then s.value::float8 end as x from (${source}) s) n`;
  const { people = 0, withValue = 0, numbers = 0, low = null, high = null, average = null, middle = null, most = null } = head ?? {};
  if (numbers > 0 && numbers === withValue && low !== null && high !== null && average !== null && middle !== null && most !== null) {
    // A few very large values would squeeze all others into the first bar.
    const to = most > low && high - low > 3 * (most - low) ? most : high;
    const bars = await sql<{ bar: number; n: number }[]>`
      select least(${BARS}::int, width_bucket(s.value::float8, ${low}::float8, ${to > low ? to : low + 1}::float8, ${BARS}::int))::int as bar, count(*)::int as n
      from (${source}) s group by 1 order by 1`;
    const counts = Array.from({ length: BARS }, (_, i) => bars.find(({ bar }) => bar === i + 1)?.n ?? 0);
    return { people, withValue, numbers: { low, high, to, average, middle, bars: counts }, top: [] };
  }
  const top = await sql<{ value: string; n: number }[]>`
    select left(v.x, 120) as value, count(*)::int as n from (
      select jsonb_array_elements_text(case when jsonb_typeof(s.value) = 'array' then s.value else jsonb_build_array(s.value) end) as x
      from (${source}) s) v
    group by 1 order by n desc, 1 limit ${BARS}::int`;
  return { people, withValue, numbers: null, top: top.map((row) => ({ ...row })) };
}

/** Counts a trait's values and keeps the result with its time. One pass over its rows by `computed_values_pkey`. */
export async function refreshStats(sql: AnySql, id: string, now: number): Promise<void> {
  const stats = await statsOf(sql, sql`select value from computed_values where trait_id = ${id} and value is not null`);
  await sql`update computed_traits set stats = ${JSON.stringify(stats)}::text::jsonb, stats_at = ${new Date(now)} where id = ${id}`;
}
