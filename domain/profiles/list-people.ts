import type { AnySql } from "@/db/client";
import { can, requirePermission } from "@/domain/access";
import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { computedColumns } from "./computed-traits";
import { DECIMAL, decodeCursor, encodeCursor, INTEGER, TIME } from "./cursor";
import { isPersonalTrait, maskIdentifier, maskTraits } from "./mask";
import { NO_VALUE, valuesOf } from "./person-value";
import { summaryOf, type PersonRecord } from "./person-row";
import { escapeLike, holdsText, sampleTexts } from "./text-pattern";
import { type PeopleFilter, peopleFilterSchema, type PeoplePage, peopleQuerySchema, type PeopleSort } from "./schemas";

/**
 * Free text in which somebody wrote an address or a number (what `maskText` hides), for PostgreSQL. Wider than that net:
 * a text that this finds without need is only not searched in.
 */
const HIDDEN_TEXT = "@|%40|([+]|%2B|00)[1-9][^[:alpha:]]*[0-9]";

/**
 * Conditions on `profiles p` (canonical rows only). Every value is a parameter. Whoever may not see personal data may
 * not filter by it either: answers to such questions would spell the masked value out letter by letter.
 */
export function peopleWhere(ctx: Ctx, sql: AnySql, filter: PeopleFilter, texts: readonly string[] = []) {
  const unmasked = can(ctx, "personal_data:see");
  const personal =
    filter.q !== undefined ? "name or e-mail" : filter.traits?.find((trait) => trait.value && isPersonalTrait(trait.key))?.key;
  if (!unmasked && personal !== undefined) {
    throw new DomainError(
      "FORBIDDEN",
      `Filtering by ${personal} needs the permission to see personal data. Ask an admin of this install for it.`,
    );
  }
  const all = [sql`p.merged_into is null`];
  if (filter.kind) all.push(sql`p.known = ${filter.kind === "known"}`);
  if (filter.countries?.length) all.push(sql`p.country = any(${filter.countries}::text[])`);
  if (filter.lastSeenFrom) all.push(sql`p.last_seen_at >= ${filter.lastSeenFrom}::timestamptz`);
  if (filter.lastSeenTo) all.push(sql`p.last_seen_at <= ${filter.lastSeenTo}::timestamptz`);
  if (filter.valueFrom !== undefined) all.push(sql`p.revenue >= ${String(filter.valueFrom)}::numeric`);
  if (filter.valueTo !== undefined) all.push(sql`p.revenue <= ${String(filter.valueTo)}::numeric`);
  if (filter.q) {
    all.push(sql`p.id in (select profile_id from profile_search where ${holdsText(sql, filter.q.toLowerCase(), texts)})`);
  }
  // Facts lie with fragments: a person has them when any of its fragments does.
  if (filter.source) {
    all.push(sql`p.id in (select coalesce(a.canonical_id, i.profile_id) from identifiers i
      left join profile_aliases a on a.profile_id = i.profile_id where i.source_id = ${filter.source})`);
  }
  if (filter.event) {
    all.push(sql`p.id in (select coalesce(a.canonical_id, s.profile_id) from profile_event_stats s
      left join profile_aliases a on a.profile_id = s.profile_id
      where s.event_type = (select id from event_types where name = ${filter.event}))`);
  }
  for (const trait of filter.traits ?? []) {
    const value = sql`(p.traits ->> ${trait.key})`;
    if (trait.op === "exists") all.push(sql`p.traits ? ${trait.key}`);
    else if (trait.op === "not_exists") all.push(sql`not (p.traits ? ${trait.key})`);
    else if (trait.op === "equals") all.push(sql`${value} = ${trait.value ?? ""}`);
    else if (trait.op === "not_equals") all.push(sql`${value} is distinct from ${trait.value ?? ""}`);
    else if (!unmasked)
      // Parts of a value that is shown masked would spell it out; objects may hold personal keys inside.
      all.push(sql`(jsonb_typeof(p.traits -> ${trait.key}) in ('string', 'number', 'boolean') and ${value} !~* ${HIDDEN_TEXT}
        and ${value} ilike ${`%${escapeLike(trait.value ?? "")}%`})`);
    else all.push(sql`${value} ilike ${`%${escapeLike(trait.value ?? "")}%`}`);
  }
  return all.reduce((left, right) => sql`${left} and ${right}`);
}

const SORT: Record<PeopleSort, { column: string; cast: string; pattern: RegExp }> = {
  lastSeen: { column: "p.last_seen_at", cast: "timestamptz", pattern: TIME },
  value: { column: "p.revenue", cast: "numeric", pattern: DECIMAL },
  added: { column: "p.id", cast: "bigint", pattern: INTEGER },
};

/**
 * One page of the people table, keyset-paged. Sorts only by what an index holds (last seen, value, order of arrival =
 * id), so a page costs what it returns: with a million people an index scan of 101 entries that touches 104 pages
 * (SQL from a cold cache 5 ms, in the middle 34 ms; the whole read warm 6-12 ms on a busy machine). A rare filter walks further: a
 * country that nobody has costs a scan of everybody, 0.3-0.5 s; the web's statement timeout ends a hopeless one.
 */
export async function listPeople(ctx: Ctx, input: unknown): Promise<PeoplePage> {
  requirePermission(ctx, "profiles:read");
  const query = parseInput(peopleQuerySchema, input);
  const unmasked = can(ctx, "personal_data:see");
  const { sql } = ctx;
  const { column, cast, pattern } = SORT[query.sort];
  const descending = query.order === "desc";
  let where = peopleWhere(ctx, sql, query.filter, query.filter.q === undefined ? [] : await sampleTexts(ctx));
  if (query.cursor) {
    const [value, id] = decodeCursor(query.cursor, [pattern, INTEGER]) as [string, string];
    where = sql`${where} and (${sql.unsafe(column)}, p.id) ${sql.unsafe(descending ? "<" : ">")} (${value}::text::${sql.unsafe(cast)}, ${id}::text::int)`;
  }
  // The indexes are `desc nulls last`; PostgreSQL uses them for exactly this order and its reverse.
  const direction = sql.unsafe(descending ? "desc nulls last" : "asc nulls first");
  const order = query.sort === "added" ? sql`p.id ${sql.unsafe(query.order)}` : sql`${sql.unsafe(column)} ${direction}, p.id ${direction}`;
  const rows = await sql<(PersonRecord & { traits: Record<string, Json>; user_id: string | null; mark: string })[]>`
    with page as (
      select p.id, p.known, p.name, p.email, p.phone, p.country, p.city, p.first_seen_at, p.last_seen_at, p.created_at,
        p.event_count, p.order_count, p.revenue,
        to_char(p.last_seen_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' as seen_mark,
        ${query.traits.length ? sql`p.traits` : sql`'{}'::jsonb as traits`}
      from profiles p where ${where} order by ${order} limit ${query.limit + 1})
    select page.*, u.value as user_id,
      ${query.sort === "lastSeen" ? sql`seen_mark` : query.sort === "value" ? sql`page.revenue::text` : sql`page.id::text`} as mark
    from page left join lateral (
      select i.value from identifiers i
      where i.type = 'user_id' and i.profile_id in (select page.id union all select a.profile_id from profile_aliases a where a.canonical_id = page.id)
      order by i.last_seen_at desc limit 1) u on true
    order by ${sql.unsafe(query.sort === "lastSeen" ? "page.last_seen_at" : query.sort === "value" ? "page.revenue" : "page.id")} ${sql.unsafe(query.order)},
      page.id ${sql.unsafe(query.order)}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const [values, computed] = await Promise.all([
    valuesOf(
      sql,
      page.filter((row) => row.order_count > 0 || Number(row.revenue) !== 0).map((row) => row.id),
    ),
    computedColumns(
      ctx,
      page.map((row) => row.id),
      query.computed,
    ),
  ]);
  return {
    rows: page.map((row) => {
      const picked: Record<string, Json> = {};
      for (const key of query.traits) if (Object.hasOwn(row.traits, key)) picked[key] = row.traits[key] ?? null;
      return {
        ...summaryOf(row, unmasked),
        value: values.get(row.id) ?? NO_VALUE,
        userId: row.user_id === null || unmasked ? row.user_id : maskIdentifier("user_id", row.user_id),
        traits: unmasked ? picked : maskTraits(picked),
        computed: computed.get(row.id) ?? {},
      };
    }),
    next: rows.length > query.limit && last ? encodeCursor(last.mark, last.id) : null,
  };
}

/**
 * How many people a filter has, exactly. Without a filter it is arithmetic (ids are dense, aliases are the merged
 * ones); with one it is a scan and asked for apart from the page, so the table never waits for it.
 */
export async function countPeople(ctx: Ctx, input: unknown): Promise<{ count: number }> {
  requirePermission(ctx, "profiles:read");
  const filter = parseInput(peopleFilterSchema, input);
  const where = peopleWhere(ctx, ctx.sql, filter, filter.q === undefined ? [] : await sampleTexts(ctx));
  const [row] = await ctx.sql<{ n: number }[]>`select count(*) as n from profiles p where ${where}`;
  return { count: row?.n ?? 0 };
}

/** What the filter controls offer: traits and events seen, countries by size, sources. */
export async function peopleFacets(ctx: Ctx): Promise<{
  traits: { key: string; n: number; personal: boolean }[];
  events: string[];
  sources: { id: string; name: string }[];
  countries: string[];
  computed: { key: string; name: string }[];
}> {
  requirePermission(ctx, "profiles:read");
  const { sql } = ctx;
  const [traits, events, sources, countries, computed] = await Promise.all([
    sql<
      { key: string; n: number }[]
    >`select key, sum(n)::int8 as n from seen_properties where kind = 'trait' group by key order by n desc, key limit 500`,
    sql<{ name: string }[]>`select name from event_types where name not like '$%' order by name limit 1000`,
    sql<{ id: string; name: string }[]>`select id, name from sources order by name`,
    // A sample: the walk over recent people finds every country worth offering without a scan.
    sql<{ country: string }[]>`select country, count(*) as n from (
        select country from profiles p where merged_into is null order by last_seen_at desc nulls last, id desc nulls last limit 20000) recent
      where country is not null group by country order by n desc, country limit 250`,
    sql<{ key: string; name: string }[]>`select key, name from computed_traits where deleted_at is null order by lower(name), id`,
  ]);
  return {
    traits: traits.map((row) => ({ ...row, personal: isPersonalTrait(row.key) })),
    events: events.map((row) => row.name),
    sources,
    countries: countries.map((row) => row.country),
    computed: computed.map((row) => ({ ...row })),
  };
}
