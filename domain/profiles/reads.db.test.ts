import { beforeAll, describe, expect, test } from "vitest";
import { deleteExchangeRate, setExchangeRate } from "@/domain/access";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import {
  countPeople,
  getEvent,
  getProfile,
  listOrders,
  listPeople,
  openProfile,
  peopleFacets,
  profileNotes,
  profileTimeline,
  resolveProfile,
  searchProfiles,
  traitHistory,
} from "./index";

const database = testDatabase();
const marketer = () => database.ctx(member("marketer"));
const masked = () => database.ctx(member("marketer", false));
const manager = () => database.ctx(member("manager"));

beforeAll(async () => {
  await seedPeople(database, [
    {
      id: 1,
      name: "Jane Doe",
      email: "jane@example.com",
      phone: "+4915123456789",
      country: "DE",
      traits: { email: "jane@example.com", plan: "pro", firstName: "Jane" },
      identifiers: [
        ["user_id", "user-000017"],
        ["email", "jane@example.com"],
        ["phone", "+4915123456789"],
      ],
      revenue: 75.5,
      lastSeen: "2026-05-03T10:00:00.123456Z",
      events: [
        { event: "$identify", at: "2026-02-01T00:00:00.000Z", properties: { plan: "free", email: "jane@example.com" } },
        { event: "$identify", at: "2026-03-01T00:00:00.000Z", properties: { plan: "free" } },
        { event: "$identify", at: "2026-04-01T00:00:00.000Z", properties: { plan: "pro" }, source: "src_crm" },
        {
          event: "Order Completed",
          at: "2026-04-02T10:00:00.000Z",
          id: 500,
          value: 100,
          properties: {
            order_id: "A-100",
            currency: "eur",
            email: "jane@example.com",
            products: [{ name: "Lamp", quantity: 2, price: 50 }],
          },
        },
        { event: "Order Refunded", at: "2026-04-05T10:00:00.000Z", value: 24.5, properties: { order_id: "A-100", currency: "EUR" } },
      ],
    },
    {
      id: 2,
      mergedInto: 1,
      traits: { plan: "free", language: "de" },
      meta: {
        plan: { at: "2026-01-05T00:00:00.000Z", sourceId: "src_crm", messageId: "old" },
        language: { at: "2026-01-05T00:00:00.000Z", sourceId: "src_crm", messageId: "old" },
      },
      identifiers: [["anonymous_id", "Anon-77"]],
      events: [
        // Equal times on both sides of a page's edge, over two fragments.
        ...Array.from({ length: 9 }, (_, n) => ({ event: "Page Viewed", at: "2026-05-01T12:00:00.000Z", id: 600 + n, session: "s1" })),
        { event: "Order Completed", at: "2026-04-28T10:00:00.000Z", value: 10, properties: { order_id: "B-1", currency: "USD" } },
      ],
    },
    {
      id: 3,
      name: "Janet Other",
      email: "janet@other.example",
      country: "FR",
      traits: { plan: "pro" },
      identifiers: [["email", "janet@other.example"]],
      revenue: 75.5,
      events: ["eur", "EUR"].map((currency, n) => ({
        event: "Order Completed",
        at: `2025-0${n + 1}-02T10:00:00.000Z`,
        value: 37.75,
        properties: { order_id: `C-${n}`, currency },
      })),
    },
    { id: 4, identifiers: [["anonymous_id", "anon-88"]], lastSeen: "2026-05-02T00:00:00.000Z", traits: { "we%ird": "50%_off" } },
    { id: 5, name: "100% Real", email: "p@x.example", identifiers: [["user_id", "jane@example.com"]], revenue: -3 },
  ]);
  await database.sql`update profiles set traits = ${JSON.stringify({ email: "jane@example.com", plan: "pro", firstName: "Jane", language: "de" })}::text::jsonb where id = 1`;
  await database.sql`insert into devices (profile_id, device_key, type, name, os, first_seen_at, last_seen_at, event_count)
    values (1, 'dev-12345678', 'mobile', 'Pixel 9', 'Android 16', '2026-01-01', '2026-02-01', 3), (2, 'dev-12345678', 'mobile', 'Pixel 9', 'Android 16', '2026-02-01', '2026-03-01', 4)`;
  await database.sql`insert into accounts (id, name, traits, meta, first_seen_at, last_seen_at) values ('acme', 'Acme', '{"industry":"retail"}', '{}', '2026-01-01', '2026-01-02')`;
  await database.sql`insert into account_links (profile_id, account_id, first_seen_at, last_seen_at, source_id, message_id) values (2, 'acme', '2026-01-01', '2026-01-02', 'src_crm', 'g1')`;
});

describe("refusals", () => {
  test.each([
    ["listPeople", () => listPeople(manager(), {})],
    ["countPeople", () => countPeople(manager(), {})],
    ["peopleFacets", () => peopleFacets(manager())],
    ["getProfile", () => getProfile(manager(), 1)],
    ["openProfile", () => openProfile(manager(), 1)],
    ["resolveProfile", () => resolveProfile(manager(), 1)],
    ["searchProfiles", () => searchProfiles(manager(), { q: "jane" })],
    ["profileTimeline", () => profileTimeline(manager(), 1)],
    ["getEvent", () => getEvent(manager(), 1, 500)],
    ["listOrders", () => listOrders(manager(), 1)],
    ["traitHistory", () => traitHistory(manager(), 1, { key: "plan" })],
    ["profileNotes", () => profileNotes(manager(), 1)],
  ])("%s is not for managers", async (_name, read) => {
    await expect(read()).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("getProfile", () => {
  test("a merged id and every identifier lead to the whole person", async () => {
    for (const ref of [1, 2, "2", "email: JANE@example.com ", "anonymous_id:Anon-77", "phone:+49 151 23456789", "user_id:user-000017"]) {
      const profile = await getProfile(marketer(), ref);
      expect(profile.id, String(ref)).toBe(1);
      expect(profile.fragments).toEqual([1, 2]);
    }
    const profile = await getProfile(marketer(), 1);
    expect(profile.identifiers.map((item) => item.type).toSorted()).toEqual(["anonymous_id", "email", "phone", "user_id"]);
    expect(profile.devices).toMatchObject([{ key: "dev-12345678", eventCount: 7, firstSeenAt: "2026-01-01T00:00:00.000Z" }]);
    expect(profile.accounts).toMatchObject([{ id: "acme", name: "Acme" }]);
    expect(profile.stats.find((stat) => stat.event === "Order Completed")).toMatchObject({ count: 2, valueSum: "110.0000" });
    expect(profile.sources.src_crm).toEqual({ name: "CRM", type: "crm" });
    // Two currencies, and no rate: nothing is added up.
    expect(profile.value).toEqual({
      amounts: [
        { currency: "EUR", net: "75.5000", orders: 1 },
        { currency: "USD", net: "10.0000", orders: 1 },
      ],
      converted: { currency: "EUR", net: "75.5000", without: ["USD"] },
    });
  });

  test("traits carry the fragment, source and time that won", async () => {
    const { traits } = await getProfile(marketer(), 1);
    expect(traits.find((trait) => trait.key === "plan")).toMatchObject({ value: "pro", profileId: 1, sourceId: "src_web", otherValues: 1 });
    expect(traits.find((trait) => trait.key === "language")).toMatchObject({
      value: "de",
      profileId: 2,
      sourceId: "src_crm",
      otherValues: 0,
    });
  });

  test("unknown ids are named, not thrown as faults", async () => {
    for (const ref of [99, 0, "99999999999", "email:nobody@example.com", "nonsense", ":x", "x:"]) {
      await expect(getProfile(marketer(), ref), String(ref)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });

  test("nothing personal leaves without the permission", async () => {
    const profile = await getProfile(masked(), 1);
    const text = JSON.stringify([profile, await profileTimeline(masked(), 1), await getEvent(masked(), 1, 500)]);
    for (const secret of ["jane@example", "Jane", "15123456789", "user-000017", "Anon-77", "dev-12345678"])
      expect(text, secret).not.toContain(secret);
    expect(profile).toMatchObject({ unmasked: false, name: "J••• D•••", email: "j•••@e•••.com" });
    expect(profile.traits.find((trait) => trait.key === "plan")).toMatchObject({ value: "pro", masked: false });
    expect(profile.traits.find((trait) => trait.key === "firstName")).toMatchObject({ value: "J•••", masked: true });
  });
});

test("opening writes one audit entry per look, masked viewers included, and reads alone write none", async () => {
  const count = async () =>
    (await database.sql<{ n: number }[]>`select count(*)::int as n from audit_log where action = 'profile.opened'`)[0]?.n;
  const before = await count();
  await getProfile(marketer(), 1);
  await profileTimeline(marketer(), 1);
  expect(await count()).toBe(before);
  await openProfile(marketer(), 2);
  await openProfile(marketer(), 1);
  const [entry] = await database.sql<{ object_id: string; actor_id: string; detail: unknown }[]>`
    select object_id, actor_id, detail from audit_log where action = 'profile.opened' order by seq desc limit 1`;
  expect(entry).toEqual({ object_id: "1", actor_id: "usr_test_marketer", detail: { masked: false } });
  await openProfile(masked(), 3);
  const rows = await database.sql<
    { object_id: string; detail: unknown }[]
  >`select object_id, detail from audit_log where action = 'profile.opened' order by seq`;
  expect(rows.slice(-2)).toEqual([
    { object_id: "1", detail: { masked: false } },
    { object_id: "3", detail: { masked: true } },
  ]);
});

describe("timeline", () => {
  test("pages over all fragments without gap or repeat under equal times", async () => {
    const whole = await profileTimeline(marketer(), 1, { limit: 500 });
    expect(whole.events).toHaveLength(15);
    for (const limit of [1, 2, 4, 7]) {
      const ids: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await profileTimeline(marketer(), 2, { limit, cursor });
        ids.push(...page.events.map((event) => event.id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(ids, `limit ${limit}`).toEqual(whole.events.map((event) => event.id));
    }
  });

  test("filters by event, source and time", async () => {
    const orders = await profileTimeline(marketer(), 1, { events: ["Order Completed"] });
    expect(orders.events.map((event) => event.value)).toEqual(["10.0000", "100.0000"]);
    expect(orders.events[1]?.summary).toBe("Order A-100 · 2 × Lamp");
    const crm = await profileTimeline(marketer(), 1, { sources: ["src_crm"] });
    expect(crm.events.map((event) => event.event)).toEqual(["$identify"]);
    const april = await profileTimeline(marketer(), 1, { from: "2026-04-01T00:00:00Z", to: "2026-04-30T00:00:00Z" });
    expect(april.events).toHaveLength(4);
  });

  test("another person's event is not found, a made-up cursor is refused", async () => {
    await expect(getEvent(marketer(), 3, 500)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(profileTimeline(marketer(), 1, { cursor: "xyz" })).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(profileTimeline(marketer(), 1, { cursor: Buffer.from('["x","1"]').toString("base64url") })).rejects.toMatchObject({
      code: "VALIDATION",
    });
  });
});

test("orders: refunds belong to their order, totals stay apart by currency", async () => {
  const { orders, totals } = await listOrders(marketer(), 1);
  expect(orders.map((order) => [order.orderId, order.value, order.refunded, order.currency])).toEqual([
    ["B-1", "10.0000", "0", "USD"],
    ["A-100", "100.0000", "24.5000", "EUR"],
  ]);
  expect(orders[1]?.items).toEqual([{ name: "Lamp", quantity: 2, price: "50" }]);
  expect(totals).toEqual([
    { currency: "EUR", orders: 1, gross: "100.0000", refunds: "24.5000", net: "75.5000" },
    { currency: "USD", orders: 1, gross: "10.0000", refunds: "0", net: "10.0000" },
  ]);
  const first = await listOrders(marketer(), 1, { limit: 1 });
  const second = await listOrders(marketer(), 1, { limit: 1, cursor: first.next ?? "" });
  expect([first.orders[0]?.orderId, second.orders[0]?.orderId, second.next]).toEqual(["B-1", "A-100", null]);
});

test("trait history tells each change once", async () => {
  const history = await traitHistory(marketer(), 2, { key: "plan" });
  expect(history.map((change) => [change.value, change.at, change.sourceId])).toEqual([
    ["pro", "2026-04-01T00:00:00.000Z", "src_crm"],
    ["free", "2026-02-01T00:00:00.000Z", "src_web"],
  ]);
  const hidden = await traitHistory(masked(), 1, { key: "email" });
  expect(hidden.map((change) => change.value)).toEqual(["j•••@e•••.com"]);
});

describe("search", () => {
  const ids = async (q: string, ctx = marketer()) => (await searchProfiles(ctx, { q })).hits.map((hit) => [hit.id, hit.match]);

  test.each([
    ["JANE@Example.com", 1, "identifier"],
    ["+49 151 234 567 89", 1, "identifier"],
    ["user-000017", 1, "identifier"],
    ["Anon-77", 1, "identifier"],
    ["anonymous_id:Anon-77", 1, "identifier"],
    ["A-100", 1, "order"],
    ["Order #B-1", 1, "order"],
  ])("%s is found first", async (q, id, match) => {
    expect((await ids(q))[0]).toEqual([id, match]);
  });

  test("an e-mail that is also somebody's user id names two people, so the box does not jump", async () => {
    const result = await searchProfiles(marketer(), { q: "jane@example.com" });
    expect(result.hits.filter((hit) => hit.match === "identifier").map((hit) => hit.id)).toEqual([1, 5]);
    expect(result.exact).toBeNull();
    expect((await searchProfiles(marketer(), { q: "email:jane@example.com" })).exact).toBe(1);
  });

  test("parts: identifier beginnings, then names; one hit per person", async () => {
    expect(await ids("jane")).toEqual([
      [1, "prefix"],
      [3, "prefix"],
      [5, "prefix"],
    ]);
    expect((await ids("oth"))[0]).toEqual([3, "text"]);
    expect((await ids("do"))[0]).toEqual([1, "text"]);
    expect(await ids("100%")).toEqual([[5, "text"]]);
    expect(await ids("_")).toEqual([]);
    expect(await ids("nobody at all")).toEqual([]);
    expect(await ids("  ")).toEqual([]);
    expect(await ids("a\u0000b")).toEqual([]);
  });

  test("without personal data only whole identifiers answer, masked", async () => {
    expect(await ids("jane", masked())).toEqual([]);
    expect(await ids("Doe", masked())).toEqual([]);
    const found = await searchProfiles(masked(), { q: "+4915123456789" });
    expect(found).toMatchObject({ exact: 1, exactOnly: true });
    expect(JSON.stringify(found)).not.toContain("jane@");
    expect(found.hits[0]?.matchedValue).toBe("+49•••89");
  });
});

describe("people table", () => {
  const list = async (input: unknown, ctx = marketer()) => (await listPeople(ctx, input)).rows.map((row) => row.id);

  test("without personal data, parts of a masked value cannot be asked for", async () => {
    const traits = {
      note: "call jane@example.com or +49 151 2345678",
      encoded: "to=jane%40example.com",
      team: { contact: { email: "jane@example.com", firstName: "Jane" } },
      list: ["jane@example.com"],
      tier: "gold-100",
    };
    await database.sql`insert into profiles (id, first_seen_at, last_seen_at, traits)
      values (900, '2020-01-01', '2020-01-01', ${JSON.stringify(traits)}::text::jsonb)`;
    const asked = (key: string, value: string, ctx = masked()) => list({ filter: { traits: [{ key, op: "contains", value }] } }, ctx);
    for (const [key, value] of [
      ["note", "jane@"],
      ["note", "call"],
      ["note", "151 2"],
      ["encoded", "jane"],
      ["team", "Jane"],
      ["list", "jane"],
    ] as const) {
      expect(await asked(key, value), `${key} ${value}`).toEqual([]);
      expect(await asked(key, value, marketer()), `${key} ${value}`).toEqual([900]);
    }
    expect(await asked("tier", "old-1")).toEqual([900]);
    await database.sql`delete from profiles where id = 900`;
  });

  test("sorts and pages both ways without gap or repeat", async () => {
    expect(await list({})).toEqual([1, 4, 5, 3]);
    for (const sort of ["lastSeen", "value", "added"]) {
      for (const order of ["asc", "desc"]) {
        const whole = await list({ sort, order });
        const paged: number[] = [];
        let cursor: string | undefined;
        do {
          const page = await listPeople(marketer(), { sort, order, limit: 1, cursor });
          paged.push(...page.rows.map((row) => row.id));
          cursor = page.next ?? undefined;
        } while (cursor !== undefined);
        expect(paged, `${sort} ${order}`).toEqual(whole);
        expect(whole.toSorted((a, b) => a - b)).toEqual([1, 3, 4, 5]);
      }
    }
    expect(await list({ sort: "value", order: "desc" })).toEqual([3, 1, 4, 5]);
  });

  test.each([
    [{ kind: "anonymous" }, [4]],
    [{ countries: ["FR", "DE"] }, [1, 3]],
    [{ q: "jane" }, [1, 3]],
    [{ event: "Page Viewed" }, [1]],
    [{ event: "Never Seen" }, []],
    [{ source: "src_web" }, [1, 3, 4, 5]],
    [{ source: "src_crm" }, []],
    [{ valueFrom: 1 }, [1, 3]],
    [{ valueTo: 0 }, [4, 5]],
    [{ lastSeenFrom: "2026-05-02T00:00:00Z" }, [1, 4]],
    [{ traits: [{ key: "plan", op: "equals", value: "pro" }] }, [1, 3]],
    [{ traits: [{ key: "plan", op: "not_equals", value: "pro" }] }, [4, 5]],
    [{ traits: [{ key: "language", op: "exists" }] }, [1]],
    [{ traits: [{ key: "plan", op: "not_exists" }] }, [4, 5]],
    [{ traits: [{ key: "we%ird", op: "contains", value: "50%_" }] }, [4]],
    [{ traits: [{ key: "we%ird", op: "contains", value: "5_%" }] }, []],
    [{ kind: "known", countries: ["DE"], event: "Order Completed" }, [1]],
  ])("filter %j", async (filter, expected) => {
    expect((await list({ filter })).toSorted((a, b) => a - b)).toEqual(expected);
    expect((await countPeople(marketer(), filter)).count).toBe(expected.length);
  });

  test("money is kept by currency, and converted at the rate of each day where a person has several", async () => {
    await setExchangeRate(database.ctx(), { currency: "USD", day: "2026-01-01", rate: "0.9" });
    const { rows } = await listPeople(marketer(), {});
    const value = new Map(rows.map((row) => [row.id, row.value]));
    expect(value.get(1)?.converted).toEqual({ currency: "EUR", net: "84.5000", without: [] });
    expect(value.get(3)).toMatchObject({ amounts: [{ currency: "EUR" }], converted: null });
    expect(value.get(4)?.amounts).toHaveLength(0);
    expect((await getProfile(marketer(), 1)).value).toEqual(value.get(1));
    await deleteExchangeRate(database.ctx(), { currency: "USD", day: "2026-01-01" });
  });

  test("trait columns come when asked for; hostile values stay values", async () => {
    const page = await listPeople(marketer(), { traits: ["plan", "__proto__"], filter: { countries: ["FR"] } });
    expect(page.rows[0]).toMatchObject({ userId: null, traits: { plan: "pro" } });
    expect(await list({ filter: { countries: ["'; drop table profiles; --"] } })).toEqual([]);
    await expect(list({ sort: "name" })).rejects.toMatchObject({ code: "VALIDATION" });
  });

  test("masked rows, and no filter that would spell a masked value out", async () => {
    const page = await listPeople(masked(), { traits: ["firstName", "plan"], filter: { countries: ["DE"] } });
    expect(page.rows[0]).toMatchObject({ name: "J••• D•••", userId: "us•••17", traits: { firstName: "J•••", plan: "pro" } });
    await expect(list({ filter: { q: "jane" } }, masked())).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(list({ filter: { traits: [{ key: "email", op: "contains", value: "j" }] } }, masked())).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect(await list({ filter: { traits: [{ key: "plan", op: "equals", value: "pro" }] } }, masked())).toEqual([1, 3]);
  });
});
