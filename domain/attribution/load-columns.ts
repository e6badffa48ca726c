import type { AnySql } from "@/db/client";
import { eventFilter } from "@/domain/segments";
import type { Conversion } from "./model";
import type { ConversionColumns, TouchColumns } from "./paths";

/** Fragments of one query: their rows are a few megabytes. */
const FRAGMENTS_AT_ONCE = 20_000;
const TOUCH_BYTES = 24;
const CONVERSION_BYTES = 28;

/** Canonical number of every fragment that is merged into another; 0: it is its own. */
export async function loadAliases(sql: AnySql, highest: number): Promise<Int32Array> {
  const aliases = new Int32Array(highest + 1);
  const [row] = await sql<{ packed: Buffer | null }[]>`
    select string_agg(int4send(profile_id) || int4send(canonical_id), ''::bytea) as packed from profile_aliases`;
  const view = viewOf(row?.packed ?? null);
  for (let at = 0; at < view.byteLength; at += 8) {
    const id = view.getInt32(at);
    if (id <= highest) aliases[id] = view.getInt32(at + 4);
  }
  return aliases;
}

export async function highestProfile(sql: AnySql): Promise<number> {
  const [row] = await sql<{ id: number | null }[]>`select max(id) as id from profiles`;
  return row?.id ?? 0;
}

/** Touches with the fragment that each belongs to, in the order of `TouchColumns`. */
export type FragmentTouches = TouchColumns & { readonly fragment: Int32Array };

/**
 * Touches since an instant by canonical person, in (person, time, event) order. Rows travel packed, not as objects; each
 * fragment comes in the order of the primary key, so only people of several fragments are sorted here.
 */
export async function loadTouches(sql: AnySql, aliases: Int32Array, since: Date): Promise<FragmentTouches> {
  const parts: DataView[] = [];
  for (let low = 0; low < aliases.length; low += FRAGMENTS_AT_ONCE) {
    const [row] = await sql<{ packed: Buffer | null }[]>`
      select string_agg(int4send(profile_id) || int8send((extract(epoch from occurred_at) * 1000)::int8) || int8send(event_id) || int4send(origin_id),
        ''::bytea order by profile_id, occurred_at, event_id) as packed
      from touchpoints where profile_id >= ${low} and profile_id < ${low + FRAGMENTS_AT_ONCE} and occurred_at >= ${since}`;
    parts.push(viewOf(row?.packed ?? null));
  }
  const { extra, ...columns } = inPersonOrder(readTouches(parts), aliases);
  return { ...columns, origin: extra };
}

/** Touches of some fragments since an instant, fragment by fragment. */
export async function loadFragmentTouches(sql: AnySql, fragments: Int32Array, since: Date): Promise<Rows<Int32Array>> {
  const parts: DataView[] = [];
  for (let at = 0; at < fragments.length; at += FRAGMENTS_AT_ONCE) {
    const some = [...fragments.subarray(at, at + FRAGMENTS_AT_ONCE)];
    const [row] = await sql<{ packed: Buffer | null }[]>`
      select string_agg(int4send(profile_id) || int8send((extract(epoch from occurred_at) * 1000)::int8) || int8send(event_id) || int4send(origin_id),
        ''::bytea order by profile_id, occurred_at, event_id) as packed
      from touchpoints where profile_id = any(${some}::int[]) and occurred_at >= ${since}`;
    parts.push(viewOf(row?.packed ?? null));
  }
  return readTouches(parts);
}

const readTouches = (parts: readonly DataView[]): Rows<Int32Array> =>
  readRows(
    parts,
    TOUCH_BYTES,
    (n) => new Int32Array(n),
    (view, at) => view.getInt32(at + 20),
  );

/**
 * Conversions since `from` (until `to`, where it is given) with their values in the currency as sent, or the definition's fixed value. A refund with the
 * same order id takes its amount back from the conversion it belongs to (never below 0), whenever it came. `property`:
 * a number in the event's properties instead of its value, taken as it is.
 * `fragments`: only theirs.
 */
export async function loadConversions(
  sql: AnySql,
  aliases: Int32Array,
  definition: Pick<Conversion, "event" | "where" | "fixedValue" | "refundEvent"> & { readonly property?: string | null },
  options: { from: Date; to?: Date; now: number; zone: string; base: string; fragments?: readonly number[] },
): Promise<ConversionColumns> {
  const filter = eventFilter(definition.where, options);
  const values = [...filter.values] as (string | number | null)[];
  const add = (value: string | number | null, type: string): string => `$${values.push(value)}::${type}`;
  const from = add(options.from.toISOString(), "timestamptz");
  const to = options.to === undefined ? "true" : `e.occurred_at < ${add(options.to.toISOString(), "timestamptz")}`;
  const property = definition.property ?? null;
  const value =
    property !== null
      ? `(case when jsonb_typeof(e.properties -> ${add(property, "text")}) = 'number' then (e.properties ->> ${add(property, "text")})::float8 else 0 end)`
      : definition.fixedValue === null
        ? "(greatest(0, coalesce(e.value, 0) - coalesce(r.amount, 0)) * coalesce(x.rate, 0))::float8"
        : add(definition.fixedValue, "float8");
  const base = add(options.base, "text");
  const of = options.fragments === undefined ? null : add(`{${options.fragments.join(",")}}`, "text");
  const own = of === null ? "" : ` and e.profile_id = any(${of}::int[])`;
  const orders =
    of === null
      ? ""
      : ` and left(e.properties ->> 'order_id', 100) in (select left(o.properties ->> 'order_id', 100) from events o where o.profile_id = any(${of}::int[]))`;
  const [row] = await sql.unsafe<{ packed: Buffer | null }[]>(
    `with refunds as materialized (
      select left(e.properties ->> 'order_id', 100) as order_id, sum(abs(coalesce(e.value, 0))) as amount
      from events e join event_types t on t.id = e.event_type
      where t.name = ${add(definition.refundEvent ?? "", "text")} and e.occurred_at >= ${from} and e.properties ? 'order_id'${orders} group by 1
    )
    select string_agg(int4send(e.profile_id) || int8send((extract(epoch from e.occurred_at) * 1000)::int8) || int8send(e.id) || float8send(${value}),
      ''::bytea order by e.profile_id, e.occurred_at, e.id) as packed
    from events e left join refunds r on r.order_id = left(e.properties ->> 'order_id', 100)
    left join lateral (${rateOf("e", base)}) x on true
    where e.event_type = (select id from event_types where name = ${add(definition.event, "text")})
      and e.occurred_at >= ${from} and ${to} and ${filter.text}${own}`,
    values,
  );
  const rows = readRows(
    [viewOf(row?.packed ?? null)],
    CONVERSION_BYTES,
    (n) => new Float64Array(n),
    (view, at) => view.getFloat64(at + 20),
  );
  const { person, at, event, extra } = inPersonOrder(rows, aliases);
  return { person, at, event, value: extra };
}

/** The rate of an event's currency into the base on its day; the first one for days before it; no row: there is none. Amounts that name no currency are the company's. */
function rateOf(e: string, base: string): string {
  const currency = `upper(${e}.properties ->> 'currency')`;
  return `select 1::numeric as rate where coalesce(${currency}, ${base}) = ${base}
    union all (select q.rate from exchange_rates q where q.base = ${base} and q.currency = ${currency} and ${currency} <> ${base}
      order by q.day <= ${e}.occurred_at::date desc, case when q.day <= ${e}.occurred_at::date then q.day end desc, q.day limit 1)`;
}

/** Currencies of conversions in [from, to) and of costs of the days (both inclusive) that have no rate into the base: their amounts are not in the sums. */
export async function currenciesWithoutRate(
  sql: AnySql,
  event: string,
  options: { from: Date; to: Date; days: { from: string; to: string }; base: string },
): Promise<string[]> {
  const rows = await sql<{ currency: string }[]>`
    select distinct currency from (
      select upper(e.properties ->> 'currency') as currency from events e
      where e.event_type = (select id from event_types where name = ${event}) and e.occurred_at >= ${options.from} and e.occurred_at < ${options.to}
      union all select currency from campaign_costs where day between ${options.days.from}::date and ${options.days.to}::date
    ) c where currency ~ '^[A-Z]{3}$' and currency <> ${options.base}
      and not exists (select 1 from exchange_rates r where r.base = ${options.base} and r.currency = c.currency) order by 1`;
  return rows.map(({ currency }) => currency);
}

/** Rows of fragments; `extra` is a touch's origin or a conversion's value. */
interface Rows<X extends Int32Array | Float64Array> {
  readonly fragment: Int32Array;
  /** Seconds since 1970. */
  readonly at: Float64Array;
  readonly event: Float64Array;
  readonly extra: X;
}

function viewOf(packed: Buffer | null): DataView {
  return packed === null ? new DataView(new ArrayBuffer(0)) : new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
}

function readRows<X extends Int32Array | Float64Array>(
  parts: readonly DataView[],
  bytes: number,
  column: (n: number) => X,
  extraOf: (view: DataView, at: number) => number,
): Rows<X> {
  const n = parts.reduce((sum, view) => sum + view.byteLength, 0) / bytes;
  const rows = { fragment: new Int32Array(n), at: new Float64Array(n), event: new Float64Array(n), extra: column(n) };
  let i = 0;
  for (const view of parts) {
    for (let at = 0; at < view.byteLength; at += bytes, i++) {
      rows.fragment[i] = view.getInt32(at);
      rows.at[i] = Number(view.getBigInt64(at + 4)) / 1_000;
      rows.event[i] = Number(view.getBigInt64(at + 12));
      rows.extra[i] = extraOf(view, at);
    }
  }
  return rows;
}

/**
 * Rows by canonical person, within a person by (time, event). Rows of one fragment must come in that order already: a
 * counting sort by person, then a small one for people of several fragments.
 */
export function inPersonOrder<X extends Int32Array | Float64Array>(
  rows: Rows<X>,
  aliases: Int32Array,
): Rows<X> & { readonly person: Int32Array } {
  const n = rows.fragment.length;
  const starts = new Uint32Array(aliases.length + 1);
  for (const fragment of rows.fragment) {
    const person = canonical(fragment, aliases);
    starts[person + 1] = (starts[person + 1] ?? 0) + 1;
  }
  for (let p = 1; p < starts.length; p++) starts[p] = (starts[p] ?? 0) + (starts[p - 1] ?? 0);
  const next = starts.slice();
  const order = new Uint32Array(n);
  const mixed = new Set<number>();
  const fragmentOf = new Int32Array(aliases.length);
  for (let i = 0; i < n; i++) {
    const fragment = rows.fragment[i] ?? 0;
    const person = canonical(fragment, aliases);
    if (fragmentOf[person] !== 0 && fragmentOf[person] !== fragment) mixed.add(person);
    fragmentOf[person] = fragment;
    const at = next[person] ?? 0;
    order[at] = i;
    next[person] = at + 1;
  }
  const byTime = (a: number, b: number): number => (rows.at[a] ?? 0) - (rows.at[b] ?? 0) || (rows.event[a] ?? 0) - (rows.event[b] ?? 0);
  for (const person of mixed) order.subarray(starts[person] ?? 0, starts[person + 1] ?? 0).sort(byTime);
  const out = {
    person: new Int32Array(n),
    fragment: new Int32Array(n),
    at: new Float64Array(n),
    event: new Float64Array(n),
    extra: (rows.extra instanceof Int32Array ? new Int32Array(n) : new Float64Array(n)) as X,
  };
  for (let to = 0; to < n; to++) {
    const i = order[to] ?? 0;
    const fragment = rows.fragment[i] ?? 0;
    out.fragment[to] = fragment;
    out.person[to] = canonical(fragment, aliases);
    out.at[to] = rows.at[i] ?? 0;
    out.event[to] = rows.event[i] ?? 0;
    out.extra[to] = rows.extra[i] ?? 0;
  }
  return out;
}

function canonical(fragment: number, aliases: Int32Array): number {
  const alias = aliases[fragment] ?? 0;
  return alias === 0 ? fragment : alias;
}
