import { beforeAll, describe, expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { listAccountTraits, listEventNames, listEventProperties, listTraits, suggestValues } from "./catalog";
import { checkSeen } from "./check-seen";
import type { Leaf, Rule, RuleNode } from "./model";

const db = testDatabase();
const rule = (...children: RuleNode[]): Rule => ({ version: 1, root: { kind: "group", id: "r", match: "all", children } });
const equals = (value: string, ignoreCase = false) => ({ type: "text", operator: "equals", value, ignoreCase }) as const;
const trait = (id: string, path: string[], value: string, ignoreCase = false): Leaf => ({
  kind: "trait",
  id,
  path,
  test: equals(value, ignoreCase),
});

beforeAll(async () => {
  await feed(db.sql, [
    {
      type: "identify",
      userId: "u-1",
      traits: {
        email: "jane@example.com",
        plan: "pro",
        tags: ["a", "b"],
        age: 30,
        "a.b": true,
        address: { country: "DE", city: "Berlin" },
      },
    },
    {
      type: "identify",
      userId: "u-2",
      traits: { email: "joe@example.com", plan: "pro", tags: ["b"], address: { country: "DE", city: "Bonn" } },
    },
    { type: "identify", userId: "u-3", traits: { plan: "free", note: "call joe@example.com", address: { country: "FR", city: "Paris" } } },
    { userId: "u-1", event: "Order Completed", properties: { total: 20, coupon: "SPRING" } },
    { userId: "u-1", event: "Order Completed", properties: { total: 30 } },
    { userId: "u-2", event: "Order Completed", properties: { total: 20, coupon: "spring", receipt_email: "joe@example.com" } },
    { type: "page", userId: "u-2", properties: { name: "Home", path: "/" } },
  ]);
  await processAll(db);
});

describe("catalog", () => {
  test("traits of accounts with types and paths into objects", async () => {
    await db.sql`insert into accounts (id, name, traits, meta, first_seen_at, last_seen_at) values
      ('a1', 'Acme', '{"plan": "pro", "seats": 5, "address": {"country": "DE"}}', '{}', now(), now()),
      ('a2', null, '{"plan": "free", "seats": "many", "gone": null}', '{}', now(), '2026-01-01')`;
    const traits = await listAccountTraits(db.ctx());
    expect(traits.map(({ path, types, count, share }) => ({ path, types, count, share }))).toEqual([
      { path: ["plan"], types: { string: 2 }, count: 2, share: 1 },
      { path: ["seats"], types: { number: 1, string: 1 }, count: 2, share: 1 },
      { path: ["address", "country"], types: { string: 1 }, count: 1, share: 0.5 },
    ]);
    await db.sql`delete from accounts`;
  });

  test("event names with exact counts; calls that are no behaviour stay out", async () => {
    const names = await listEventNames(db.ctx());
    expect(names.map(({ name, count }) => ({ name, count }))).toEqual([
      { name: "Order Completed", count: 3 },
      { name: "Page Viewed", count: 1 },
    ]);
    const [last] = await db.sql<{ at: Date }[]>`
      select max(e.occurred_at) as at from events e join event_types t on t.id = e.event_type where t.name = 'Order Completed'`;
    expect(names[0]?.lastSeenAt).toBe(last?.at.toISOString());
  });

  test("properties and traits with types, share and paths into objects; a key with a dot stays one key", async () => {
    const properties = await listEventProperties(db.ctx(), "Order Completed");
    expect(properties.find(({ path }) => path[0] === "coupon")).toMatchObject({
      types: { string: 2 },
      count: 2,
      share: 2 / 3,
      personal: false,
    });
    expect(properties.find(({ path }) => path[0] === "receipt_email")).toMatchObject({ personal: true });
    expect(await listEventProperties(db.ctx(), "Nothing")).toEqual([]);
    const traits = await listTraits(db.ctx());
    expect(traits.find(({ path }) => path[0] === "plan")).toMatchObject({ count: 3, share: 1, personal: false });
    expect(traits.find(({ path }) => path[0] === "email")).toMatchObject({ personal: true });
    expect(traits.map(({ path }) => path)).toContainEqual(["address", "country"]);
    expect(traits.map(({ path }) => path)).toContainEqual(["a.b"]);
  });

  test("values that were seen, the most frequent first, by kind and prefix, elements of lists one by one", async () => {
    const ctx = db.ctx();
    expect(await suggestValues(ctx, { kind: "trait", path: ["plan"] })).toEqual({
      values: [
        { value: "pro", count: 2 },
        { value: "free", count: 1 },
      ],
      sampled: 3,
      complete: true,
      withheld: false,
    });
    expect((await suggestValues(ctx, { kind: "trait", path: ["plan"], prefix: "FR" })).values).toEqual([{ value: "free", count: 1 }]);
    expect((await suggestValues(ctx, { kind: "trait", path: ["plan"], prefix: "%" })).values).toEqual([]);
    expect((await suggestValues(ctx, { kind: "trait", path: ["tags"] })).values).toEqual([
      { value: "b", count: 2 },
      { value: "a", count: 1 },
    ]);
    expect((await suggestValues(ctx, { kind: "property", path: ["total"], event: "Order Completed" })).values).toEqual([
      { value: 20, count: 2 },
      { value: 30, count: 1 },
    ]);
    expect((await suggestValues(ctx, { kind: "country" })).values).toEqual([
      { value: "DE", count: 2 },
      { value: "FR", count: 1 },
    ]);
    expect((await suggestValues(ctx, { kind: "identifier_type" })).values).toEqual([
      { value: "user_id", count: 3 },
      { value: "email", count: 2 },
    ]);
    expect(await suggestValues(ctx, { kind: "property", path: ["total"] })).toMatchObject({ values: [], sampled: 0 });
    for (const kind of ["city", "timezone", "device_type", "device_name", "device_os", "account"] as const)
      expect((await suggestValues(ctx, { kind, ...(kind === "account" ? { path: ["plan"] } : {}) })).withheld).toBe(false);
  });

  test("personal places and values are withheld from who may not see personal data", async () => {
    const blind = db.ctx(member("marketer", false));
    const seeing = db.ctx(member("marketer"));
    expect((await suggestValues(seeing, { kind: "trait", path: ["email"] })).values).toHaveLength(2);
    expect(await suggestValues(blind, { kind: "trait", path: ["email"] })).toEqual({
      values: [],
      sampled: 0,
      complete: false,
      withheld: true,
    });
    expect(await suggestValues(blind, { kind: "property", path: ["receipt_email"], event: "Order Completed" })).toMatchObject({
      withheld: true,
    });
    expect((await suggestValues(seeing, { kind: "trait", path: ["note"] })).values).toHaveLength(1);
    expect((await suggestValues(blind, { kind: "trait", path: ["note"] })).values).toEqual([]);
    expect((await suggestValues(blind, { kind: "trait", path: ["plan"] })).values).toHaveLength(2);
    // Neither does a warning tell whether an address is there.
    for (const value of ["jane@example.com", "nobody@example.com"])
      expect(await checkSeen(blind, rule(trait("a", ["email"], value), trait("b", ["note"], value)))).toEqual([]);
  });

  test("who may not read segments gets nothing", async () => {
    const manager = db.ctx(member("manager"));
    const calls = [
      () => listEventNames(manager),
      () => listEventProperties(manager, "Order Completed"),
      () => listTraits(manager),
      () => suggestValues(manager, { kind: "country" }),
      () => checkSeen(manager, rule()),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("warnings for what was never seen, and none for what was", async () => {
    const bought = (id: string, event: string, property?: string, value = "SPRING"): Leaf => ({
      kind: "event",
      id,
      event,
      where: property ? [{ root: "properties", path: [property], test: equals(value) }] : [],
      window: { kind: "ever" },
      measure: { of: "count" },
      compare: { operator: "at_least", n: 1 },
    });
    const ctx = db.ctx();
    expect(
      await checkSeen(
        ctx,
        rule(
          bought("a", "Order Completed", "coupon"),
          trait("b", ["plan"], "PRO", true),
          trait("c", ["tags"], "b"),
          trait("d", ["email"], "jane@example.com"),
          { kind: "location", id: "e", field: "country", test: equals("DE") },
        ),
      ),
    ).toEqual([]);
    const warnings = await checkSeen(
      ctx,
      rule(
        bought("a", "Order Complete", "coupon"),
        bought("b", "Order Completed", "voucher"),
        bought("c", "Order Completed", "coupon", "Spring"),
        trait("d", ["paln"], "pro"),
        trait("e", ["plan"], "gold"),
        { kind: "segment", id: "f", segmentId: "seg_x" },
        { ...trait("g", ["palm"], "x"), muted: true },
      ),
    );
    expect(warnings.map(({ nodeId, subject, name }) => [nodeId, subject, name])).toEqual([
      ["a", "event", "Order Complete"],
      ["b", "property", "voucher"],
      ["d", "trait", "paln"],
      ["c", "value", "Spring"],
      ["e", "value", "gold"],
      ["f", "segment", "seg_x"],
    ]);
    expect(warnings[3]?.message).toBe('The value "Spring" was never seen there. It was seen in other capitals.');
    await expect(checkSeen(ctx, { version: 2 })).rejects.toMatchObject({ code: "VALIDATION" });
  });
});
