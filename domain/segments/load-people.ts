import type { AnySql } from "@/db/client";
import { consentFacts } from "@/domain/consent";
import type { ConsentFact } from "@/domain/consent/model";
import type { Json, JsonObject } from "@/domain/events/model";
import type { EvaluateEnv } from "./evaluate";
import type { Needs } from "./needs";
import type { Person, PersonEvent } from "./person";

type Mutable = Person & {
  events: PersonEvent[];
  accounts: JsonObject[];
  devices: Person["devices"][number][];
  identifiers: { type: string }[];
  computed?: Record<string, Json>;
  consent?: Record<string, ConsentFact>;
};

let zonesKnown: { names: ReadonlySet<string>; at: number } | undefined;

/** Zones that PostgreSQL knows: the same as the SQL of rules goes by. Reading them is slow, so they are kept an hour. */
async function zones(sql: AnySql): Promise<ReadonlySet<string>> {
  if (!zonesKnown || Date.now() - zonesKnown.at > 3_600_000) {
    const rows = await sql<{ name: string }[]>`select name from pg_timezone_names`;
    zonesKnown = { names: new Set(rows.map(({ name }) => name)), at: Date.now() };
  }
  return zonesKnown.names;
}

/**
 * Facts of these people over all their fragments, as far as the rules need them. A few statements for all of them.
 * Ids that are no canonical profile are left out.
 */
export async function loadPeople(
  sql: AnySql,
  ids: readonly number[],
  needs: Needs,
  zone: string,
  now?: number,
): Promise<Map<number, Person>> {
  const people = new Map<number, Mutable>();
  if (ids.length === 0) return people;
  const known = await zones(sql);
  const list = `{${ids.join(",")}}`;
  const rows = await sql<
    {
      id: number;
      known: boolean;
      traits: JsonObject;
      country: string | null;
      city: string | null;
      timezone: string | null;
      aliases: number[] | null;
    }[]
  >`
    select p.id, p.known, p.traits, p.country, p.city, p.timezone,
      (select array_agg(a.profile_id) from profile_aliases a where a.canonical_id = p.id) as aliases
    from profiles p where p.id = any(${list}::text::int[]) and p.merged_into is null`;
  const canonical = new Map<number, Mutable>();
  for (const { aliases, timezone, ...row } of rows) {
    const person: Mutable = {
      ...row,
      timezone,
      zone: timezone !== null && known.has(timezone) ? timezone : zone,
      identifiers: [],
      accounts: [],
      devices: [],
      events: [],
    };
    people.set(person.id, person);
    for (const fragment of [person.id, ...(aliases ?? [])]) canonical.set(fragment, person);
  }
  const fragments = `{${[...canonical.keys()].join(",")}}`;
  await Promise.all([
    needs.consents.size > 0 &&
      consentFacts(sql, [...people.keys()], [...needs.consents.values()], now ?? Date.now()).then((found) => {
        for (const [id, facts] of found) (people.get(id) as Mutable).consent = facts;
      }),
    needs.identifiers &&
      sql<{ id: number; type: string }[]>`
        select profile_id as id, type from identifiers where profile_id = any(${fragments}::text::int[])`.then((found) => {
        for (const { id, type } of found) canonical.get(id)?.identifiers.push({ type });
      }),
    needs.accounts &&
      sql<{ id: number; traits: JsonObject }[]>`
        select l.profile_id as id, a.traits from account_links l join accounts a on a.id = l.account_id
        where l.profile_id = any(${fragments}::text::int[])`.then((found) => {
        for (const { id, traits } of found) canonical.get(id)?.accounts.push(traits);
      }),
    needs.devices &&
      sql<{ id: number; type: string | null; name: string | null; os: string | null }[]>`
        select profile_id as id, type, name, os from devices where profile_id = any(${fragments}::text::int[])`.then((found) => {
        for (const { id, ...device } of found) canonical.get(id)?.devices.push(device);
      }),
    loadEvents(sql, fragments, needs, canonical),
    loadComputed(sql, needs, people),
  ]);
  return people;
}

async function loadComputed(sql: AnySql, needs: Needs, people: ReadonlyMap<number, Mutable>): Promise<void> {
  if (needs.computed.size === 0) return;
  const ids = [...needs.computed];
  const [traits, rows] = await Promise.all([
    sql<{ id: string; empty: Json }[]>`select id, empty from computed_traits where id = any(${ids}::text[]) and empty is not null`,
    sql<{ traitId: string; profileId: number; value: Json }[]>`
      select trait_id as "traitId", profile_id as "profileId", value from computed_values
      where profile_id = any(${`{${[...people.keys()].join(",")}}`}::text::int[]) and trait_id = any(${ids}::text[]) and value is not null`,
  ]);
  for (const person of people.values()) person.computed = Object.fromEntries(traits.map(({ id, empty }) => [id, empty]));
  for (const { traitId, profileId, value } of rows) {
    const computed = people.get(profileId)?.computed;
    if (computed) computed[traitId] = value;
  }
}

async function loadEvents(sql: AnySql, fragments: string, needs: Needs, canonical: ReadonlyMap<number, Mutable>): Promise<void> {
  const any = needs.anyEvent;
  if (needs.events.size === 0 && any === undefined) return;
  const types = await sql<{ id: number; name: string }[]>`
    select id, name from event_types where name = any(${[...needs.events.keys()]}::text[]) or (${any !== undefined} and not starts_with(name, '$'))`;
  const names = new Map(types.map(({ id, name }) => [id, name]));
  const since = (name: string): string => {
    const starts = [needs.events.get(name), name.startsWith("$") ? undefined : any].filter((start) => start !== undefined);
    return starts.includes(null) ? "-infinity" : new Date(Math.min(...(starts as number[]))).toISOString();
  };
  const sinces = `{${types.map(({ name }) => since(name)).join(",")}}`;
  // Person by person, whatever is known of how common an event is: the key of events begins with the person.
  const rows = (await sql`
    select e.id, e.profile_id, e.event_type, (extract(epoch from e.occurred_at) * 1000)::int8, e.value,
      case when ${needs.properties} then e.properties end, case when ${needs.context} then e.context end
    from unnest(${fragments}::text::int[]) f(id)
    cross join lateral (
      select e.* from events e where e.profile_id = f.id and e.profile_id > 0
        and e.occurred_at >= (select min(t) from unnest(${sinces}::text::timestamptz[]) t) offset 0) e
    join unnest(${`{${types.map(({ id }) => id).join(",")}}`}::text::int[], ${sinces}::text::timestamptz[]) w(id, since)
      on w.id = e.event_type and e.occurred_at >= w.since
    order by e.occurred_at, e.id`.values()) as unknown as EventTuple[];
  for (const [id, profileId, type, at, value, properties, context] of rows)
    canonical.get(profileId)?.events.push({
      id,
      name: names.get(type) ?? "",
      at,
      value: value === null ? null : Number(value),
      properties: properties ?? {},
      context: context ?? {},
    });
}

type EventTuple = [
  id: number,
  profileId: number,
  type: number,
  at: number,
  value: string | null,
  properties: JsonObject | null,
  context: JsonObject | null,
];

/** Where people are members, for rows about segments and lists. */
export interface Memberships {
  /** Segment to profile to the instant of entry (milliseconds). */
  segments: Map<string, Map<number, number>>;
  lists: Map<string, Set<number>>;
}

/** Milliseconds of the instant from which PostgreSQL counts. */
const EPOCH_2000 = 946_684_800_000;

/** Profiles with instants (milliseconds), packed as PostgreSQL sends an integer and a time. Much cheaper than a row each. */
export function* timesOf(packed: Buffer): Generator<[profileId: number, ms: number]> {
  for (let i = 0; i < packed.length; i += 12)
    yield [packed.readInt32BE(i), (packed.readInt32BE(i + 4) * 4_294_967_296 + packed.readUInt32BE(i + 8)) / 1000 + EPOCH_2000];
}

export async function loadMemberships(
  sql: AnySql,
  ids: readonly number[],
  segmentIds: readonly string[],
  listIds: readonly string[],
): Promise<Memberships> {
  const out: Memberships = { segments: new Map(), lists: new Map() };
  const list = `{${ids.join(",")}}`;
  if (segmentIds.length > 0) {
    const rows = await sql<{ segmentId: string; packed: Buffer }[]>`
      select segment_id as "segmentId", string_agg(int4send(profile_id) || timestamptz_send(entered_at), '') as packed from segment_members
      where profile_id = any(${list}::text::int[]) and segment_id = any(${segmentIds as string[]}::text[]) group by 1`;
    for (const { segmentId, packed } of rows) out.segments.set(segmentId, new Map(timesOf(packed)));
  }
  if (listIds.length > 0) {
    const rows = await sql<{ listId: string; id: number }[]>`
      select l.list_id as "listId", coalesce(a.canonical_id, l.profile_id) as id from list_members l
      left join profile_aliases a on a.profile_id = l.profile_id
      where l.list_id = any(${listIds as string[]}::text[]) and coalesce(a.canonical_id, l.profile_id) = any(${list}::text::int[])`;
    for (const { listId, id } of rows) {
      let members = out.lists.get(listId);
      if (!members) out.lists.set(listId, (members = new Set()));
      members.add(id);
    }
  }
  return out;
}

/** What `evaluate` asks beside the person: the instant and memberships. `own`: the segment that the rule belongs to. */
export function evaluateEnv(now: number, memberships: Memberships, personId: number, own: string | undefined): EvaluateEnv {
  return {
    now,
    enteredAt: own === undefined ? null : (memberships.segments.get(own)?.get(personId) ?? null),
    inSegment: (id, person) => memberships.segments.get(id)?.has(person.id) ?? false,
    inList: (id, person) => memberships.lists.get(id)?.has(person.id) ?? false,
  };
}
