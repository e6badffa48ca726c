import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import type { Json, JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { isPersonalTrait, maskJson, maskTraits } from "@/domain/profiles";
import { isCall } from "./measure";
import { pathSchema } from "./model";
import type { SeenEvent, SeenKey, SuggestedValues, ValueKind } from "./catalog-model";
import { VALUE_KINDS } from "./catalog-model";

/** Newest people or events that values are counted in: enough for every value worth offering, and a bounded read. */
export const SAMPLE = { people: 5_000, events: 5_000 } as const;
const LIST_LIMIT = 1_000;

/**
 * Event names that were seen, the most frequent first. Counts are exact (daily counters); the last time comes from
 * `events_type_time_idx` from the newest month down. EXPLAIN on demo data (46 names): "Append -> Index Only Scan Backward
 * using events_2026_11_… (rows=0.93 loops=46)", older months "never executed", 101 buffers.
 */
export async function listEventNames(ctx: Ctx): Promise<SeenEvent[]> {
  requirePermission(ctx, "segments:read");
  const rows = await ctx.sql<{ name: string; n: number; last: Date | null }[]>`
    with counted as (select event_type, sum(n)::int8 as n from daily_event_counts group by event_type)
    select t.name, coalesce(c.n, 0)::int8 as n,
      (select e.occurred_at from events e where e.event_type = t.id and e.occurred_at <= ${ctx.clock.now()}
        order by e.occurred_at desc limit 1) as last
    from event_types t left join counted c on c.event_type = t.id
    order by n desc, t.name limit ${LIST_LIMIT}`;
  return rows
    .filter((row) => !isCall(row.name))
    .map((row) => ({ name: row.name, count: row.n, lastSeenAt: row.last?.toISOString() ?? null }));
}

/** Properties that events of a name carried. `share`: of those events. Reads `seen_properties` by its key. */
export async function listEventProperties(ctx: Ctx, event: string): Promise<SeenKey[]> {
  requirePermission(ctx, "segments:read");
  const [total] = await ctx.sql<{ n: number }[]>`
    select coalesce(sum(d.n), 0)::int8 as n from daily_event_counts d join event_types t on t.id = d.event_type where t.name = ${event}`;
  return seenKeys(ctx, "event", event, total?.n ?? 0, (path) => withheldProperty(path));
}

/** Traits that people were given. `share`: of the identify calls that said anything about people. */
export async function listTraits(ctx: Ctx): Promise<SeenKey[]> {
  requirePermission(ctx, "segments:read");
  const [total] = await ctx.sql<{ n: number }[]>`
    select coalesce(sum(d.n), 0)::int8 as n from daily_event_counts d join event_types t on t.id = d.event_type where t.name = '$identify'`;
  return seenKeys(ctx, "trait", "", total?.n ?? 0, (path) => withheldTrait(path));
}

interface SeenRow {
  key: string;
  types: Record<string, number>;
  n: number;
  last: Date;
}

async function seenKeys(
  ctx: Ctx,
  kind: "event" | "trait",
  scope: string,
  total: number,
  personal: (path: string[]) => boolean,
): Promise<SeenKey[]> {
  const rows = await ctx.sql<SeenRow[]>`
    select key, types, n, last_seen_at as last from seen_properties where kind = ${kind} and scope = ${scope}
    order by n desc, key limit ${LIST_LIMIT}`;
  const objects = new Set(rows.filter((row) => Object.hasOwn(row.types, "object")).map((row) => row.key));
  return rows.map((row) => {
    const path = pathOf(row.key, objects);
    return {
      path,
      types: row.types,
      count: row.n,
      share: total > 0 ? Math.min(1, row.n / total) : 0,
      lastSeenAt: row.last.toISOString(),
      personal: personal(path),
    };
  });
}

/** `seen_properties` writes one level inside an object as `address.country`; a key with a dot of its own has no such object. */
function pathOf(key: string, objects: ReadonlySet<string>): string[] {
  for (let dot = key.indexOf("."); dot > 0; dot = key.indexOf(".", dot + 1))
    if (objects.has(key.slice(0, dot))) return [key.slice(0, dot), key.slice(dot + 1)];
  return [key];
}

/** Traits of accounts, counted in the newest accounts: one level inside objects, the most frequent first. */
export async function listAccountTraits(ctx: Ctx): Promise<SeenKey[]> {
  requirePermission(ctx, "segments:read");
  const rows = await ctx.sql<{ path: string[]; type: string; n: number; last: Date; total: number }[]>`
    with a as materialized (select traits, last_seen_at from accounts order by last_seen_at desc limit ${SAMPLE.people}),
    pairs as (
      select array[t.key] as path, t.value as v, a.last_seen_at from a, jsonb_each(a.traits) t
      union all
      select array[t.key, u.key], u.value, a.last_seen_at from a, jsonb_each(a.traits) t,
        jsonb_each(case when jsonb_typeof(t.value) = 'object' then t.value else '{}' end) u)
    select path, jsonb_typeof(v) as type, count(*)::int as n, max(last_seen_at) as last, (select count(*) from a)::int as total
    from pairs where jsonb_typeof(v) not in ('null', 'object') group by 1, 2`;
  const out = new Map<string, SeenKey>();
  for (const { path, type, n, last, total } of rows) {
    const id = JSON.stringify(path);
    const known = out.get(id) ?? { path, types: {}, count: 0, share: 0, lastSeenAt: "", personal: withheldTrait(path) };
    known.types[type] = n;
    known.count += n;
    known.share = total > 0 ? Math.min(1, known.count / total) : 0;
    if (last.toISOString() > known.lastSeenAt) known.lastSeenAt = last.toISOString();
    out.set(id, known);
  }
  return [...out.values()].toSorted((x, y) => y.count - x.count || x.path.join().localeCompare(y.path.join())).slice(0, LIST_LIMIT);
}

const nested = (path: readonly string[], value: Json): JsonObject =>
  path.toReversed().reduce<Json>((inner, key) => Object.fromEntries([[key, inner]]), value) as JsonObject;
const PROBE = "Probe";
const changes = (before: JsonObject, after: Json): boolean => JSON.stringify(before) !== JSON.stringify(after);
/** Whether values under this path are personal by the names of its keys, as the mask sees it. */
export const withheldTrait = (path: readonly string[]): boolean =>
  isPersonalTrait(path[0] ?? "") || changes(nested(path, PROBE), maskTraits(nested(path, PROBE)) as Json);
export const withheldProperty = (path: readonly string[]): boolean =>
  changes(nested(path, PROBE), maskJson(nested(path, PROBE), "properties"));
/** Whether one value holds an address or a number of a person though its key is not personal. */
export const holdsPersonal = (value: string): boolean => changes({ value }, maskJson({ value }, "properties"));

const suggestInput = z.strictObject({
  kind: z.enum(VALUE_KINDS),
  path: pathSchema.optional(),
  /** For properties and context. */
  event: z.string().min(1).max(200).optional(),
  prefix: z.string().max(200).default(""),
  limit: z.number().int().min(1).max(1_000).default(20),
});

/**
 * Values that were really seen at a place, the most frequent first, counted in the newest people (or the newest events
 * of the name): `sampled` says in how many, `complete` whether those were all. Values that are personal stay out for
 * who may not see personal data, and a personal key gives none (`withheld`).
 */
export async function suggestValues(ctx: Ctx, given: unknown): Promise<SuggestedValues> {
  requirePermission(ctx, "segments:read");
  const input = parseInput(suggestInput, given);
  const sees = can(ctx, "personal_data:see");
  const path = input.path ?? [];
  const trait = input.kind === "trait" || input.kind === "account";
  const withheld = !sees && path.length > 0 && (trait ? withheldTrait(path) : withheldProperty(path));
  const asksPath = trait || input.kind === "property" || input.kind === "context";
  const asksEvent = input.kind === "property" || input.kind === "context";
  if (withheld || (asksPath && path.length === 0) || (asksEvent && input.event === undefined))
    return { values: [], sampled: 0, complete: false, withheld };

  // A computed trait is named by its id; of one that is made of personal data no value is offered.
  if (input.kind === "computed" && !sees) {
    const [trait] = await ctx.sql<{ personal: boolean }[]>`select personal from computed_traits where id = ${path[0] ?? ""}`;
    if (trait?.personal) return { values: [], sampled: 0, complete: false, withheld: true };
  }
  const limit = asksEvent ? SAMPLE.events : SAMPLE.people;
  const { sql } = ctx;
  // EXPLAIN: both samples stop after `limit` rows of an index in its order, "Index Scan … using profiles_last_seen_idx" and
  // "Append -> Index Scan Backward" over the months of events_type_time_idx, without a sort.
  const sample =
    input.kind === "property" || input.kind === "context"
      ? sql`select ${input.kind === "property" ? sql`e.properties` : sql`e.context`} #> ${path}::text[] as v from events e
          where e.event_type = (select id from event_types where name = ${input.event ?? ""}) and e.occurred_at <= ${ctx.clock.now()}
          order by e.occurred_at desc limit ${limit}`
      : input.kind === "computed"
        ? sql`select v.value as v from computed_values v where v.trait_id = ${path[0] ?? ""} and v.value is not null limit ${limit}`
        : input.kind === "account"
          ? sql`select a.traits #> ${path}::text[] as v from accounts a limit ${limit}`
          : sql`select ${personPart(sql, input.kind, path)} as v
          from (select * from profiles where merged_into is null order by last_seen_at desc nulls last, id desc nulls last limit ${limit}) p`;
  const rows = await sql<{ value: string; type: "string" | "number" | "boolean"; n: number; sampled: number }[]>`
    with sample as materialized (${sample}), size as (select count(*)::int8 as n from sample),
    elements as (
      select x #>> '{}' as value, jsonb_typeof(x) as type from sample
      cross join lateral jsonb_array_elements(case when jsonb_typeof(v) = 'array' then v else jsonb_build_array(v) end) x
      where v is not null and jsonb_typeof(x) in ('string', 'number', 'boolean')),
    counted as (
      select value, type, count(*)::int8 as n from elements
      where length(value) <= 1000 and starts_with(lower(value), lower(${input.prefix.normalize("NFC")})) group by value, type)
    select counted.value, counted.type, counted.n, size.n as sampled from size left join counted on true
    order by counted.n desc nulls last, counted.value limit ${input.limit}`;
  const sampled = rows[0]?.sampled ?? 0;
  return {
    values: rows
      .filter((row) => row.value !== null && (sees || !holdsPersonal(row.value)))
      .map((row) => ({
        value: row.type === "number" ? Number(row.value) : row.type === "boolean" ? row.value === "true" : row.value,
        count: row.n,
      })),
    sampled,
    complete: sampled < limit,
    withheld: false,
  };
}

/** What is read of each sampled person: jsonb, a list where there may be several. */
function personPart(sql: Ctx["sql"], kind: Exclude<ValueKind, "property" | "context" | "account" | "computed">, path: readonly string[]) {
  const several = (what: "type" | "name" | "os") => sql`(
    select jsonb_agg(distinct d.${sql(what)}) from devices d
    where d.profile_id = p.id or d.profile_id in (select a.profile_id from profile_aliases a where a.canonical_id = p.id))`;
  switch (kind) {
    case "trait":
      return sql`p.traits #> ${[...path]}::text[]`;
    case "country":
    case "city":
    case "timezone":
      return sql`to_jsonb(p.${sql(kind)})`;
    case "device_type":
      return several("type");
    case "device_name":
      return several("name");
    case "device_os":
      return several("os");
    case "identifier_type":
      return sql`(select jsonb_agg(distinct i.type) from identifiers i
        where i.profile_id = p.id or i.profile_id in (select a.profile_id from profile_aliases a where a.canonical_id = p.id))`;
  }
}
