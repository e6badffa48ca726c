import { expect, test } from "vitest";
import { processAll, rebuild } from "@/domain/identity";
import { partition, tableDigests } from "@/domain/identity/test/digests";
import { feed, type TestMessage } from "@/domain/identity/test/feed";
import { randomMessages } from "@/domain/identity/test/random-messages";
import { seededRandom } from "@/domain/kernel";
import { testDatabase } from "@/server/test/database";
import { likePatterns, redactOthers, verifyGone } from "./erase-mentions";
import { erasePeople } from "./erase-people";
import { ERASURE_TABLES } from "./erasure-map";
import { Mentions } from "./mentions";

const database = testDatabase();
const never = testDatabase();

const erase = (subject: { type: string; value: string }[], suppress = true) =>
  database.sql.begin(async (tx) => [...(await erasePeople(tx as never, [{ requestId: "dsr_t", subject, suppress }], new Date())).values()]);

/** Jane, who is known by several identifiers, and people around her. */
const JANE: TestMessage[] = [
  {
    type: "page",
    anonymousId: "anon-jane-1",
    context: { userAgent: "Mozilla/5.0 (X11; Linux) Firefox/99" },
    properties: { path: "/secret-page" },
  },
  {
    type: "identify",
    anonymousId: "anon-jane-1",
    userId: "user-jane",
    traits: { email: "jane.marker@example.com", name: "Jane Marker", shoe: 41 },
  },
  { type: "track", userId: "user-jane", event: "Order Completed", properties: { total: 12.5, order_id: "order-jane-1" } },
  { type: "track", userId: "user-jane", event: "Only Jane Did", properties: { only: "jane-marker-property" } },
  { type: "track", anonymousId: "anon-jane-2", event: "Product Viewed", properties: { sku: "A" } },
  { type: "alias", userId: "user-jane", previousId: "anon-jane-2" },
  { type: "group", userId: "user-jane", groupId: "acme", traits: { name: "Acme by Jane", size: 3 } },
];
const OTHERS: TestMessage[] = [
  { type: "identify", userId: "user-bob", anonymousId: "anon-bob", traits: { email: "bob@example.com", shoe: "big" } },
  { type: "track", userId: "user-bob", event: "Order Completed", properties: { total: 30, order_id: "order-bob-1" } },
  { type: "track", anonymousId: "anon-bob", event: "Product Viewed", properties: { sku: "B" } },
  { type: "group", userId: "user-bob", groupId: "acme", traits: { name: "Acme", plan: "pro" } },
  { type: "track", userId: "user-cleo", event: "Product Viewed", properties: { sku: "C" } },
];
const at = (n: number): { timestamp: string; messageId: string } => ({
  timestamp: new Date(Date.UTC(2026, 3, 1, 0, 0, n)).toISOString(),
  messageId: `m${n}`,
});
/** Jane's and the others' messages by turns, each with a fixed time. */
const mixed = (withJane: boolean): TestMessage[] =>
  [0, 1, 2, 3, 4, 5, 6].flatMap((i) => [
    ...(withJane ? [{ ...at(i * 2), ...(JANE[i] as TestMessage) }] : []),
    ...(OTHERS[i] ? [{ ...at(i * 2 + 1), ...OTHERS[i] }] : []),
  ]);

/** What reports count: without the numbers that only name rows. */
async function numbers(sql: typeof database.sql): Promise<unknown> {
  const [people] =
    await sql`select count(*) filter (where merged_into is null) as people, sum(event_count) as events, sum(order_count) as orders, sum(revenue) as revenue from profiles`;
  return {
    people,
    daily:
      await sql`select d.day, d.source_id, t.name, d.n, d.value_sum from daily_event_counts d join event_types t on t.id = d.event_type order by 1, 2, 3`,
    seen: await sql`select kind, scope, key, types, n from seen_properties order by 1, 2, 3`,
    stats:
      await sql`select t.name, sum(s.count) as n, sum(s.value_sum) as value from profile_event_stats s join event_types t on t.id = s.event_type group by 1 order by 1`,
    accounts: await sql`select id, name, traits, meta, first_seen_at, last_seen_at from accounts order by 1`,
    held: await partition(sql),
    traits: await sql`select traits, name, email, known, revenue from profiles where merged_into is null order by traits::text`,
  };
}

test("a world in which Jane was erased equals one in which she never was, and a rebuild keeps it so", async () => {
  const { sql } = database;
  await feed(sql, mixed(true));
  await feed(never.sql, mixed(false));
  await processAll(database);
  await processAll(never);
  expect(await numbers(sql)).not.toEqual(await numbers(never.sql));

  // By any of her identifiers: here the browser that an alias call joined last.
  const [work] = await erase([{ type: "anonymous_id", value: "anon-jane-2" }]);
  expect(work?.identifiers.map(({ value }) => value).toSorted()).toEqual([
    "anon-jane-1",
    "anon-jane-2",
    "jane.marker@example.com",
    "user-jane",
  ]);
  expect(work?.counts).toMatchObject({ events: 7, inbox: 7, profile_traits: 1, account_links: 1, suppressions: 4 });
  expect(await numbers(sql)).toEqual(await numbers(never.sql));

  const before = await tableDigests(sql, [
    "profiles",
    "profile_traits",
    "identifiers",
    "profile_aliases",
    "merges",
    "account_links",
    "devices",
    "profile_search",
  ]);
  await rebuild(database);
  expect(await tableDigests(sql, Object.keys(before))).toEqual(before);
  expect(await numbers(sql)).toEqual(await numbers(never.sql));
});

test("nothing of her is left in any table", async () => {
  const markers = [
    "jane.marker@example.com",
    "Jane Marker",
    "user-jane",
    "anon-jane-1",
    "anon-jane-2",
    "order-jane-1",
    "jane-marker-property",
    "secret-page",
    "Only Jane Did",
  ];
  const left = await verifyGone(database.sql, new Mentions(markers), likePatterns(markers), 1e12);
  expect(left).toMatchObject({ left: {}, skipped: [] });
  expect(left.tables).toBeGreaterThan(50);
});

test("what names her later stores nothing and is counted: events, identifies, aliases, old messages again", async () => {
  const { sql } = database;
  const before = await numbers(sql);
  await feed(sql, [
    ...JANE,
    { type: "track", anonymousId: "ANON-other", userId: "user-jane", event: "Product Viewed" },
    { type: "identify", userId: "user-new", traits: { email: " Jane.Marker@Example.com " } },
    { type: "alias", userId: "user-new", previousId: "anon-jane-1" },
  ]);
  await processAll(database);
  expect(await numbers(sql)).toEqual(before);
  const [hits] = await sql<{ n: number }[]>`select count(*) as n from inbox where body like '{"erased"%'`;
  expect(hits?.n).toBe(7 + JANE.length + 3);
  const counted = await sql<{ type: string; hits: number }[]>`select type, hits from suppressions order by hits desc`;
  expect(counted[0]).toEqual({ type: "user_id", hits: 6 });
  expect(await sql`select 1 from rejected_messages`).toHaveLength(0);
  // Those who were there before stay after the next rebuild; a message that names nobody erased is taken in.
  await feed(sql, [{ type: "track", userId: "user-dora", event: "Product Viewed" }]);
  await rebuild(database);
  expect(await partition(sql, "user-")).toEqual(["user_id=user-bob", "user_id=user-cleo", "user_id=user-dora"]);
});

test("random worlds: erasing some leaves the others' identity, and live state and rebuild agree", async () => {
  const { sql } = database;
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed);
    const world = `w${seed}`;
    await feed(sql, randomMessages(random, 400, world));
    await processAll(database);
    const all = await partition(sql, world);
    const chosen = await sql<{ type: string; value: string }[]>`
      select type, value from identifiers where value like ${`${world}%`} and status = 'active' order by md5(value || ${String(seed)}) limit 5`;
    for (const ref of chosen) await erase([ref], true);
    const left = await partition(sql, world);
    expect(left.length).toBeLessThan(all.length);
    expect(all).toEqual(expect.arrayContaining(left));
    const people = await tableDigests(sql, ["profile_event_stats"]);
    const [events] = await sql`select count(*) as n from events`;
    await rebuild(database, { force: true });
    const [again] = await sql`select count(*) as n from events`;
    expect(again).toEqual(events);
    expect(Object.keys(people)).toEqual(Object.keys(await tableDigests(sql, ["profile_event_stats"])));
  }
});

test("another person's message that carried her address loses the address and keeps the rest", async () => {
  const { sql } = database;
  await feed(sql, [
    { type: "identify", userId: "user-eve", traits: { email: "eve.marker@example.com" } },
    { type: "identify", userId: "user-finn", traits: { city: "Rome" } },
    // The address is Eve's: it is set aside, and stays in the message.
    { type: "identify", userId: "user-finn", traits: { email: "eve.marker@example.com", city: "Oslo" } },
    { type: "track", userId: "user-finn", event: "Gift Sent", properties: { to: "eve.marker@example.com", sku: "G" } },
  ]);
  await processAll(database);
  const [work] = await erase([{ type: "user_id", value: "user-eve" }]);
  const values = work?.identifiers.map(({ value }) => value) ?? [];
  const mentions = new Mentions(values);
  const counts = await sql.begin((tx) => redactOthers(tx as never, mentions, { fragments: work?.others ?? [] }));
  expect(counts).toMatchObject({ events: 2, inbox: 2, profile_traits: 1 });
  const left = await verifyGone(sql, mentions, likePatterns(values), 1e12);
  expect(left.left).toEqual({});
  const read = () =>
    sql`select p.traits, p.email, p.event_count as n from identifiers i join profiles p on p.id = i.profile_id where i.value = 'user-finn'`;
  expect(await read()).toMatchObject([{ traits: { city: "Oslo" }, email: null, n: 1 }]);
  const [gift] = await sql`select properties from events e join event_types t on t.id = e.event_type where t.name = 'Gift Sent'`;
  expect(gift).toEqual({ properties: { to: "[erased]", sku: "G" } });
});

test("the map names every table of the database, and says what becomes of each column that holds a person", async () => {
  const { sql } = database;
  const tables = await sql<{ name: string; columns: string[] }[]>`
    select c.relname as name, array_agg(a.attname::text) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm') and not c.relispartition group by 1`;
  const rules = new Map(ERASURE_TABLES.map(({ name, rule }) => [name, rule]));
  expect(tables.map(({ name }) => name).filter((name) => !rules.has(name))).toEqual([]);
  for (const { name, columns } of tables) {
    const rule = rules.get(name);
    const said = [...(rule?.fragments ?? []), ...(rule?.identifiers ?? []).flat(), ...(rule?.texts ?? [])];
    expect(
      said.filter((column) => !columns.includes(column)),
      name,
    ).toEqual([]);
    const telling = columns.filter((column) =>
      /^(?!max_|next_).*profile_id$|canonical_id|fragment|^traits$|^properties$|^body$|^sample$|^email$|^phone$/.test(column),
    );
    if (telling.length > 0 && !["users", "audit_log", "erasure_certificates"].includes(name))
      expect(rule?.nothing, `${name}: ${telling.join()}`).toBeUndefined();
  }
});
