import type { AnySql } from "@/db/client";
import type { Traits, TraitsMeta } from "@/domain/profiles/model";
import type { IdentifierStatus } from "./model";
import { parseUnits, type LoadedTraits, type Person } from "./person";
import { keyOf, type IdentityState, type KnownIdentifier } from "./state";

/** What a batch works on: people by their identifiers, and their fragments' traits. */
export interface Loaded {
  state: IdentityState<Person>;
  traits: Map<number, LoadedTraits>;
}

interface PersonRow {
  id: number;
  created: number;
  first: number;
  last: number;
  active: boolean;
  events: number;
  orders: number;
  revenue: string;
  search: string | null;
}

const DAY = 86_400_000;

/** Text of a PostgreSQL text array; the driver's own way escapes every element with regular expressions. */
export function textArray(values: readonly (string | null)[]): string {
  let out = "{";
  let first = true;
  for (const value of values) {
    if (value === null) {
      out += first ? "NULL" : ",NULL";
      first = false;
      continue;
    }
    out += first ? '"' : ',"';
    out += value.includes('"') || value.includes("\\") ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"') : value;
    out += '"';
    first = false;
  }
  return `${out}}`;
}

/** Rows as arrays: cheaper than objects where there are many. */
const tuples = async <T>(query: { values(): PromiseLike<unknown> }): Promise<T[]> => (await query.values()) as T[];

/** Text of a PostgreSQL integer array. */
const ints = (values: Iterable<number>): string => `{${[...values].join(",")}}`;

/**
 * Loads the people that hold any of the given identifiers (and that are not loaded yet), whole: all fragments, all
 * identifiers, counters, traits. Whoever writes checks that the cursor has not moved meanwhile: nothing of it has changed then.
 */
export async function loadPeople(tx: AnySql, keys: ReadonlyMap<string, { type: string; value: string }>, into: Loaded): Promise<void> {
  const { state } = into;
  const types: string[] = [];
  const values: string[] = [];
  for (const [key, { type, value }] of keys) {
    if (state.identifiers.has(key)) continue;
    types.push(type);
    values.push(value);
  }
  if (types.length === 0) return;
  const found = await tx<{ fragment: number; canonical: number | null }[]>`
    select distinct i.profile_id as fragment, a.canonical_id as canonical
    from unnest(${textArray(types)}::text::text[], ${textArray(values)}::text::text[]) k(type, value)
    join identifiers i on i.type = k.type and i.value = k.value
    left join profile_aliases a on a.profile_id = i.profile_id`;
  const wanted = new Set<number>();
  for (const { fragment, canonical } of found) {
    const id = canonical ?? fragment;
    if (!state.people.has(id)) wanted.add(id);
  }
  await loadPersons(tx, wanted, into);
}

/** Loads people by canonical id. */
export async function loadPersons(tx: AnySql, canonicalIds: ReadonlySet<number>, into: Loaded): Promise<void> {
  if (canonicalIds.size === 0) return;
  const ids = ints(canonicalIds);
  const fragments = new Map<number, number>();
  for (const id of canonicalIds) fragments.set(id, id);
  const aliases = await tx<{ fragment: number; canonical: number }[]>`
    select profile_id as fragment, canonical_id as canonical from profile_aliases where canonical_id = any(${ids}::text::int[])
    order by profile_id`;
  for (const { fragment, canonical } of aliases) fragments.set(fragment, canonical);
  const all = ints(fragments.keys());
  const [people, identifiers, traits, conflicts] = await Promise.all([
    tx<PersonRow[]>`
      select p.id, (extract(epoch from p.created_at) * 1000)::int8 as created, (extract(epoch from p.first_seen_at) * 1000)::int8 as first,
        (extract(epoch from p.last_seen_at) * 1000)::int8 as last, p.seen_active as active, p.event_count as events,
        p.order_count as orders, p.revenue::text as revenue, s.text as search
      from profiles p left join profile_search s on s.profile_id = p.id where p.id = any(${ids}::text::int[])`,
    tuples<[type: string, value: string, fragment: number, status: string, first: number, last: number]>(tx`
      select type, value, profile_id, status, (extract(epoch from first_seen_at) * 1000)::int8, (extract(epoch from last_seen_at) * 1000)::int8
      from identifiers where profile_id = any(${all}::text::int[]) order by profile_id, type, value`),
    tuples<[id: number, traits: string, meta: string]>(tx`
      select profile_id, traits::text, meta::text from profile_traits where profile_id = any(${all}::text::int[])`),
    // Earlier conflicts, for the shared-device and collapse rules.
    tuples<[type: string, value: string, otherType: string, otherValue: string, at: number]>(tx`
      select c.type, c.value, c.other_type, c.other_value, (extract(epoch from c.at) * 1000)::int8
      from identifiers i join identifier_conflicts c on c.type = i.type and c.value = i.value where i.profile_id = any(${all}::text::int[])`),
  ]);
  const byId = new Map<number, Person>();
  for (const row of people) {
    byId.set(row.id, {
      id: row.id,
      fragments: [],
      identifiers: [],
      createdAt: row.created,
      firstSeen: row.first,
      lastSeen: row.last,
      seenActive: row.active,
      eventCount: row.events,
      orderCount: row.orders,
      revenue: parseUnits(row.revenue),
      searchText: row.search,
      isNew: false,
      counted: false,
      reshaped: false,
      used: 0,
    });
  }
  for (const [fragment, canonical] of fragments) byId.get(canonical)?.fragments.push(fragment);
  for (const [type, value, fragment, status, firstSeen, lastSeen] of identifiers) {
    const known: KnownIdentifier = {
      type,
      value,
      fragment,
      status: status as IdentifierStatus,
      firstSeen,
      lastSeen: Math.floor(lastSeen / DAY) * DAY,
    };
    byId.get(fragments.get(fragment) ?? fragment)?.identifiers.push(known);
  }
  for (const person of byId.values()) into.state.put(person);
  for (const [type, value, otherType, otherValue, at] of conflicts) {
    const key = keyOf(type, value);
    const others = into.state.conflicts.get(key) ?? new Map<string, number>();
    into.state.conflicts.set(key, others.set(keyOf(otherType, otherValue), Math.floor(at / DAY)));
  }
  for (const [id, values, meta] of traits) into.traits.set(id, lazyTraits(values, meta));
}

/** Traits are parsed when somebody looks: most messages set none. */
function lazyTraits(traitsText: string, metaText: string): LoadedTraits {
  let traits: Traits | undefined;
  let meta: TraitsMeta | undefined;
  return {
    get traits() {
      return (traits ??= JSON.parse(traitsText) as Traits);
    },
    get meta() {
      return (meta ??= JSON.parse(metaText) as TraitsMeta);
    },
    isNew: false,
    dirty: false,
  };
}
