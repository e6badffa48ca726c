import fc from "fast-check";
import { expect, test } from "vitest";
import { ensureEventPartitions } from "@/domain/events/partitions";
import { testDatabase } from "@/server/test/database";
import { NOW, personArbitrary, ruleArbitrary } from "./arbitrary";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { compile, compileLeaf } from "./compile";
import { evaluate } from "./evaluate";
import { ruleSchema, type RuleNode } from "./model";
import type { Person } from "./person";
import { isZone } from "./zones";

const database = testDatabase();
const COMPANY_ZONE = "Europe/London";

/** Writes people straight into the tables; every third is a person of two fragments, its rows spread over both. */
async function store(people: ReturnType<typeof prepare>): Promise<void> {
  const { sql } = database;
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
function prepare(
  raw: readonly (typeof personArbitrary extends fc.Arbitrary<infer T> ? T : never)[],
): { person: Person; twin: number | null }[] {
  let eventId = 0;
  return raw.map((one, i) => {
    const events = one.events.map((event) => ({ ...event, id: ++eventId })).sort((a, b) => a.at - b.at || a.id - b.id);
    const zone = one.timezone !== null && isZone(one.timezone) ? one.timezone : COMPANY_ZONE;
    return { person: { ...one, id: i * 2 + 1, zone, events }, twin: i % 3 === 0 ? i * 2 + 2 : null };
  });
}

test("a rule means the same in SQL and in memory", async () => {
  await database.sql`insert into event_types (id, name) values (1, 'Viewed'), (2, 'Bought'), (3, 'Ticket'), (4, '$identify')`;
  const months = Array.from({ length: 6 }, (_, i) => new Date(Date.UTC(2026, 10 - i, 1)));
  await ensureEventPartitions(database.sql, months);
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 1, maxLength: 12 }),
      fc.array(ruleArbitrary, { minLength: 1, maxLength: 8 }),
      async (raw, rules) => {
        const people = prepare(raw);
        await store(people);
        for (const rule of rules) {
          expect(ruleSchema.safeParse(rule).error?.issues).toBeUndefined();
          const query = compile(rule, { now: NOW, zone: COMPANY_ZONE });
          const found = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
          const inSql = found.map(({ id }) => id).sort((a, b) => a - b);
          const inMemory = people.filter(({ person }) => evaluate(rule, person, { now: NOW })).map(({ person }) => person.id);
          expect({ rule, members: inSql }).toEqual({ rule, members: inMemory });
        }
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 120) },
  );
}, 600_000);

/** Groups as algebra of sets, leaves as SQL: how the engine counts every row of a builder. */
async function bySets(node: RuleNode, base: IdSet): Promise<IdSet> {
  if (node.kind !== "group") {
    const query = compileLeaf(node, { now: NOW, zone: COMPANY_ZONE });
    const text = `select coalesce(string_agg(int4send(m.id), ''), '') as ids from (${query.text}) m`;
    const [row] = await database.sql.unsafe<{ ids: Uint8Array }[]>(text, query.params as never[]);
    return IdSet.fromPacked(row?.ids ?? new Uint8Array());
  }
  const children: IdSet[] = [];
  for (const child of node.children) if (!child.muted) children.push(await bySets(child, base));
  const any = children.reduce((all, child) => all.or(child), IdSet.EMPTY);
  const met = node.match === "all" ? children.reduce((all, child) => all.and(child), base) : node.match === "any" ? any : base.andNot(any);
  return node.negate ? base.andNot(met) : met;
}

test("groups computed as sets of packed leaves give the same people as one statement", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 1, maxLength: 10 }),
      fc.array(ruleArbitrary, { minLength: 1, maxLength: 3 }),
      async (raw, rules) => {
        const people = prepare(raw);
        await store(people);
        const base = IdSet.of(people.map(({ person }) => person.id));
        for (const rule of rules) {
          const query = compile(rule, { now: NOW, zone: COMPANY_ZONE });
          const found = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
          const sets = await bySets(rule.root, base);
          expect([...sets]).toEqual(found.map(({ id }) => id).sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 40 },
  );
}, 600_000);
