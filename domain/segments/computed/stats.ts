import type { AnySql } from "@/db/client";
import type { TraitStats } from "./contracts";

/** Bars of a distribution of numbers and dates; values of a distribution of texts. */
const BARS = 12;

/** Coverage and distribution of a trait's values as they stand. One pass over its rows by `computed_values_pkey`. */
async function countValues(sql: AnySql, id: string): Promise<TraitStats> {
  const [head] = await sql<{ people: number; withValue: number; numbers: number; low: number | null; high: number | null; average: number | null; middle: number | null }[]>`
    select (select count(*)::int from profiles where merged_into is null) as people, count(value)::int as "withValue",
      count(*) filter (where jsonb_typeof(value) = 'number')::int as numbers,
      min(value::float8) filter (where jsonb_typeof(value) = 'number') as low,
      max(value::float8) filter (where jsonb_typeof(value) = 'number') as high,
      avg(value::float8) filter (where jsonb_typeof(value) = 'number') as average,
      percentile_cont(0.5) within group (order by case when jsonb_typeof(value) = 'number' then value::float8 end) as middle
    from computed_values where trait_id = ${id} and value is not null`;
  const { people = 0, withValue = 0, numbers = 0, low = null, high = null, average = null, middle = null } = head ?? {};
  if (numbers > 0 && numbers === withValue && low !== null && high !== null && average !== null && middle !== null) {
    const bars = await sql<{ bar: number; n: number }[]>`
      select least(${BARS}, width_bucket(value::float8, ${low}, ${high > low ? high : low + 1}, ${BARS}))::int as bar, count(*)::int as n
      from computed_values where trait_id = ${id} and value is not null group by 1 order by 1`;
    const counts = Array.from({ length: BARS }, (_, i) => bars.find(({ bar }) => bar === i + 1)?.n ?? 0);
    return { people, withValue, numbers: { low, high, average, middle, bars: counts }, top: [] };
  }
  const top = await sql<{ value: string; n: number }[]>`
    select left(x, 120) as value, count(*)::int as n from (
      select jsonb_array_elements_text(case when jsonb_typeof(value) = 'array' then value else jsonb_build_array(value) end) as x
      from computed_values where trait_id = ${id} and value is not null) v
    group by 1 order by n desc, 1 limit ${BARS}`;
  return { people, withValue, numbers: null, top: top.map((row) => ({ ...row })) };
}

/** Counts a trait's values and keeps the result with its time. */
export async function refreshStats(sql: AnySql, id: string, now: number): Promise<void> {
  const stats = await countValues(sql, id);
  await sql`update computed_traits set stats = ${JSON.stringify(stats)}::text::jsonb, stats_at = ${new Date(now)} where id = ${id}`;
}
