import type fc from "fast-check";
import type { Sql } from "@/db/client";
import type { Json } from "@/domain/events/model";
import type { personArbitrary } from "../arbitrary";
import { NOW } from "../arbitrary-values";
import type { Person } from "../person";
import { isZone } from "../zones";

/** Zone of the company in tests of rules. */
export const TEST_ZONE = "Europe/London";

export interface PreparedPerson {
  person: Person;
  /** Second fragment, or null. */
  twin: number | null;
}

/** Event names and partitions that generated people need; once per database. */
export async function prepareEvents(sql: Sql, ensurePartitions: (sql: Sql, months: Date[]) => Promise<unknown>): Promise<void> {
  await sql`insert into event_types (id, name) values (1, 'Viewed'), (2, 'Bought'), (3, 'Ticket'), (4, '$identify')`;
  const months = Array.from({ length: 8 }, (_, i) => new Date(Date.UTC(2026, 11 - i, 1)));
  await ensurePartitions(sql, months);
}

/** Writes people straight into the tables; every third is a person of two fragments, its rows spread over both. */
export async function storePeople(sql: Sql, people: readonly PreparedPerson[]): Promise<void> {
  await sql`truncate profiles, profile_aliases, identifiers, accounts, account_links, devices, events`;
  const rows = {
    profiles: [] as object[],
    aliases: [] as object[],
    identifiers: [] as object[],
    accounts: [] as object[],
    links: [] as object[],
    devices: [] as object[],
    events: [] as object[],
  };
  // The empty value of a trait is kept in no row: 0 of the one, none of the other.
  const values = people.flatMap(({ person }) =>
    Object.entries(person.computed ?? {}).flatMap(([id, value]) =>
      id === "trt_b" && value === 0 ? [] : [{ id, profile: person.id, value }],
    ),
  );
  await sql`truncate computed_traits, computed_values`;
  await sql`insert into computed_traits (id, key, name, status, version, value_type, empty)
    values ('trt_a', 'a', 'a', 'live', 1, 'any', null), ('trt_b', 'b', 'b', 'live', 1, 'any', '0')`;
  await sql`insert into computed_values (trait_id, profile_id, value, generation, changed_at)
    select id, profile, value, 1, now() from json_to_recordset(${JSON.stringify(values)}::text::json) as r(id text, profile int, value jsonb)`;
  for (const { person, twin } of people) {
    const fragment = (n: number): number => (twin !== null && n % 2 === 1 ? twin : person.id);
    const seen = new Date(NOW).toISOString();
    rows.profiles.push({
      id: person.id,
      merged_into: null,
      known: person.known,
      traits: person.traits,
      country: person.country,
      city: person.city,
      timezone: person.timezone,
      first_seen_at: seen,
      last_seen_at: seen,
    });
    if (twin !== null) {
      rows.profiles.push({
        id: twin,
        merged_into: person.id,
        known: !person.known,
        traits: { a: "other" },
        country: "XX",
        city: null,
        timezone: null,
        first_seen_at: seen,
        last_seen_at: seen,
      });
      rows.aliases.push({ profile_id: twin, canonical_id: person.id });
    }
    for (const [n, { type }] of person.identifiers.entries())
      rows.identifiers.push({
        type,
        value: `${person.id}-${n}`,
        profile_id: fragment(n),
        raw: "",
        status: "active",
        first_seen_at: seen,
        last_seen_at: seen,
        source_id: "s",
        message_id: "m",
        event_id: 1,
      });
    for (const [n, traits] of person.accounts.entries()) {
      rows.accounts.push({ id: `${person.id}-${n}`, name: null, traits, meta: {}, first_seen_at: seen, last_seen_at: seen });
      rows.links.push({
        profile_id: fragment(n),
        account_id: `${person.id}-${n}`,
        first_seen_at: seen,
        last_seen_at: seen,
        source_id: "s",
        message_id: "m",
      });
    }
    for (const [n, device] of person.devices.entries())
      rows.devices.push({
        profile_id: fragment(n),
        device_key: String(n),
        ...device,
        first_seen_at: seen,
        last_seen_at: seen,
        event_count: 1,
      });
    for (const event of person.events) {
      rows.events.push({
        profile_id: fragment(event.id),
        name: event.name,
        occurred_at: new Date(event.at).toISOString(),
        value: event.value,
        id: event.id,
        properties: event.properties,
        context: event.context,
      });
    }
  }
  const put = async (table: string, list: object[], columns: string): Promise<void> => {
    if (list.length > 0)
      await sql.unsafe(`insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::text::json)`, [
        JSON.stringify(list),
      ]);
  };
  await put("profiles", rows.profiles, "id, merged_into, known, traits, country, city, timezone, first_seen_at, last_seen_at");
  await put("profile_aliases", rows.aliases, "profile_id, canonical_id");
  await put(
    "identifiers",
    rows.identifiers,
    "type, value, profile_id, raw, status, first_seen_at, last_seen_at, source_id, message_id, event_id",
  );
  await put("accounts", rows.accounts, "id, name, traits, meta, first_seen_at, last_seen_at");
  await put("account_links", rows.links, "profile_id, account_id, first_seen_at, last_seen_at, source_id, message_id");
  await put("devices", rows.devices, "profile_id, device_key, type, name, os, first_seen_at, last_seen_at, event_count");
  await sql`insert into events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, properties, context)
    select r.profile_id, t.id, r.occurred_at, r.value, r.id, now(), 's', 'm', r.properties, r.context
    from json_to_recordset(${JSON.stringify(rows.events)}::text::json) as r(profile_id int, name text, occurred_at timestamptz, value numeric, id bigint, properties jsonb, context jsonb)
    join event_types t on t.name = r.name`;
}

/** Gives generated people ids, zones and ordered events. */
export function preparePeople(raw: readonly (typeof personArbitrary extends fc.Arbitrary<infer T> ? T : never)[]): PreparedPerson[] {
  let eventId = 0;
  return raw.map((one, i) => {
    const events = one.events.map((event) => ({ ...event, id: ++eventId })).sort((a, b) => a.at - b.at || a.id - b.id);
    const zone = one.timezone !== null && isZone(one.timezone) ? one.timezone : TEST_ZONE;
    // Two computed traits: one without a value for some, one that is 0 for everybody else.
    const { a, b } = one.traits as Record<string, Json | undefined>;
    const computed = { ...(a === undefined || a === null ? {} : { trt_a: a }), trt_b: b ?? 0 };
    return { person: { ...one, id: i * 2 + 1, zone, events, computed }, twin: i % 3 === 0 ? i * 2 + 2 : null };
  });
}
