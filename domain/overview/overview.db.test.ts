import { ensureEventPartitions } from "@/domain/events";
import { expect, test } from "vitest";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext, type Actor } from "@/domain/kernel/context";
import { createSource } from "@/domain/sources";
import { member, testDatabase } from "@/server/test/database";
import { dismissOnboarding, readOnboarding, readOverview } from ".";

const database = testDatabase();
const clock = fixedClock("2026-05-10T12:30:00Z");
const ctxAs = (actor: Actor = { kind: "job", id: "test" }) => createContext(actor, database, clock);

test("the overview of an empty install is zeros, not an error", async () => {
  const empty = await readOverview(ctxAs(), { range: "all" });
  expect(empty).toMatchObject({
    people: { total: 0, known: 0, anonymous: 0, newInRange: 0 },
    events: { total: 0, inRange: 0 },
    revenue: { amounts: [], converted: null, orders: 0 },
    growth: [],
    from: null,
    processing: { pending: 0, secondsBehind: 0 },
    sources: { total: 0 },
  });
});

test("people, events, revenue and freshness are counted exactly, and again as soon as something was processed", async () => {
  const shop = await createSource(ctxAs(), { name: "Shop", type: "website" });
  const till = await createSource(ctxAs(), { name: "Till", type: "pos" });
  const person = (id: number, known: boolean, seen: string, revenue = "0", merged: number | null = null) =>
    database.sql`insert into profiles (id, merged_into, known, first_seen_at, last_seen_at, revenue, order_count)
      values (${id}, ${merged}, ${known}, ${seen}::timestamptz, now(), ${revenue}, ${revenue === "0" ? 0 : 1})`;
  await person(1, true, "2026-05-09T23:59:59Z", "10.10");
  await person(2, true, "2026-05-10T00:00:00Z", "0.2005");
  await person(3, false, "2025-01-01T10:00:00Z");
  // Merged away: no person of its own.
  await person(4, true, "2026-05-10T00:00:00Z", "999", 1);
  await database.sql`insert into identifiers (type, value, profile_id, raw, first_seen_at, last_seen_at, source_id, message_id, event_id)
    select type, value, 1, value, now(), now(), ${shop.id}, 'm', 1
    from (values ('email', 'a@x.example'), ('email', 'b@x.example'), ('user_id', 'u1')) v (type, value)`;
  await database.sql`insert into event_types (id, name) values (1, 'Order Completed'), (2, 'Page Viewed'), (3, '$identify')`;
  await database.sql`insert into daily_event_counts (day, source_id, event_type, n, value_sum)
    select d::timestamptz, s, t, n, 0 from (values
      ('2026-05-10T00:00:00Z', ${shop.id}, 1, 5), ('2026-05-10T00:00:00Z', ${shop.id}, 2, 50), ('2026-05-09T00:00:00Z', ${till.id}, 1, 7),
      ('2026-05-10T00:00:00Z', ${shop.id}, 3, 1000), ('2025-01-01T00:00:00Z', ${till.id}, 2, 100)) v (d, s, t, n)`;
  await database.sql`insert into event_types (id, name) values (4, 'Order Refunded')`;
  await ensureEventPartitions(database.sql, [new Date("2026-05-10T08:00:00Z")]);
  // 10.10 less 2, which the refund writes with a minus; somebody who is not known (0) does not count.
  await database.sql`insert into events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, properties, context)
    select p, t, '2026-05-10T08:00:00Z', v, row_number() over (), now(), ${shop.id}, 'm', c::jsonb, '{}'
    from (values (1, 1, 10.10, '{"currency": "eur"}'), (1, 4, -2, '{"currency": "EUR"}'), (2, 1, 0.2005, '{"currency": "USD"}'),
      (0, 1, 500, '{"currency": "EUR"}')) x (p, t, v, c)`;
  await database.sql`insert into exchange_rates (base, currency, day, rate) values ('EUR', 'USD', '2026-05-01', 0.5), ('EUR', 'USD', '2026-05-11', 9)`;
  const bump = (n: number) => database.sql`update processing_cursors set processed = processed + ${n}`;
  await bump(5);
  await database.sql`insert into inbox (received_at, source_id, body) values
    (${new Date("2026-05-10T12:29:30Z")}, ${shop.id}, '{}'), (${new Date("2026-05-10T12:29:50Z")}, ${shop.id}, '{}')`;
  await database.sql`insert into collect_tallies (source_id, at, accepted, duplicates, rejected) values
    (${shop.id}, ${new Date("2026-05-10T12:29:00Z")}, 90, 5, 5), (${till.id}, ${new Date("2026-05-08T12:29:00Z")}, 40, 0, 0)`;

  clock.advance(60_000);
  const month = await readOverview(ctxAs(), {});
  expect(month).toMatchObject({
    people: { total: 3, known: 2, anonymous: 1, newInRange: 2 },
    identifiers: {
      total: 3,
      byType: [
        { type: "email", n: 2 },
        { type: "user_id", n: 1 },
      ],
    },
    events: { total: 162, inRange: 62 },
    revenue: {
      amounts: [
        { currency: "EUR", net: "8.1000", orders: 1 },
        { currency: "USD", net: "0.2005", orders: 1 },
      ],
      converted: { currency: "EUR", net: "8.2003", without: [] },
      orders: 2,
    },
    bySource: [
      { id: shop.id, name: "Shop", n: 55 },
      { id: till.id, name: "Till", n: 7 },
    ],
    byEvent: [
      { name: "Page Viewed", n: 50 },
      { name: "Order Completed", n: 12 },
    ],
    otherEvents: 0,
    sources: { total: 2, byHealth: { errors: 1 } },
    last24h: { accepted: 90, duplicates: 5, rejected: 5 },
    processing: { pending: 2, secondsBehind: 90, processed: 5 },
  });
  expect(month.growth).toHaveLength(30);
  expect(month.growth.at(-1)).toMatchObject({ newKnown: 1, people: 3, events: 55 });
  // A manager sees no small number: 7 events of the till would be told by the total, so the shop's number goes with it.
  const manager = await readOverview(ctxAs(member("manager")), {});
  expect(manager).toMatchObject({ bySource: [], hiddenSources: 2, events: { inRange: 62 }, byEvent: [{ n: 50 }, { n: 12 }] });
  const all = await readOverview(ctxAs(), { range: "all" });
  expect(all).toMatchObject({ bucket: "month", events: { inRange: 162 }, people: { newInRange: 3 } });

  // The cursor moves behind the inbox; a new person shows once the count is renewed.
  await database.sql`update processing_cursors set xid = (select max(xid::text::int8) from inbox)::text::xid8, inbox_id = (select max(id) from inbox)`;
  await person(5, false, "2026-05-10T10:00:00Z");
  await bump(1);
  clock.advance(60_000);
  const next = await readOverview(ctxAs(), {});
  expect(next).toMatchObject({ people: { total: 4, anonymous: 2 }, processing: { pending: 0, secondsBehind: 0 } });
  expect(next.countedAt).toBe(next.asOf);
});

test("the checklist follows the data and the role, and hides for whoever dismissed it", async () => {
  const admin = member("admin");
  const done = async (actor: Actor) => Object.fromEntries((await readOnboarding(ctxAs(actor))).steps.map((step) => [step.key, step.done]));
  expect(await done(admin)).toEqual({ source: true, event: true, person: false, import: false, teammate: false });
  expect(Object.keys(await done(member("marketer")))).toEqual(["event", "person", "import"]);
  expect(await done(member("manager"))).toEqual({});

  await database.sql`insert into users (id, email, name, role, status) values ('usr_1', 'a@x.example', 'A', 'admin', 'active'), ('usr_2', 'b@x.example', 'B', 'admin', 'invited')`;
  await database.sql`insert into imports (id, source_id, file_name, status) select 'imp_1', id, 'people.csv', 'done' from sources limit 1`;
  expect(await done(admin)).toMatchObject({ import: true, teammate: true });

  await dismissOnboarding(ctxAs(admin));
  await dismissOnboarding(ctxAs(admin));
  expect((await readOnboarding(ctxAs(admin))).dismissed).toBe(true);
  expect((await readOnboarding(ctxAs(member("marketer")))).dismissed).toBe(false);
  expect(await database.sql`select 1 from audit_log where action = 'onboarding.dismissed'`).toHaveLength(1);
});

test("a webhook reads nothing; a manager reads the aggregates", async () => {
  await expect(readOverview(ctxAs({ kind: "webhook", id: "w" }), {})).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(readOnboarding(ctxAs({ kind: "webhook", id: "w" }))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(dismissOnboarding(ctxAs({ kind: "webhook", id: "w" }))).rejects.toMatchObject({ code: "FORBIDDEN" });
  const seen = await readOverview(ctxAs(member("manager")), {});
  expect(seen.people.total).toBeGreaterThan(0);
  expect(JSON.stringify(seen)).not.toContain("@x.example");
});
