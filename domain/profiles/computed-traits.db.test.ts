import { beforeAll, expect, test } from "vitest";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { personComputedTraits } from "./computed-traits";
import { exportPeople } from "./export-people";
import { listPeople, peopleFacets } from "./list-people";
import { apiTraits } from "./profile-api";

const database = testDatabase();
const key = (see: boolean) =>
  database.ctx({
    kind: "apiKey",
    id: "key_1",
    name: "Site",
    scopes: see ? ["profile_api:read", "personal_data:see"] : ["profile_api:read"],
  });

beforeAll(async () => {
  await seedPeople(database, [
    { id: 1, name: "Jane Doe", traits: { plan: "pro", spent: "sent by hand" }, identifiers: [["user_id", "u1"]], events: [] },
    { id: 2, mergedInto: 1, identifiers: [["anonymous_id", "a2"]], events: [] },
    { id: 3, name: "John Roe", traits: {}, identifiers: [["user_id", "u3"]], events: [] },
  ]);
  const { sql } = database;
  await sql`insert into computed_traits (id, key, name, status, version, value_type, empty, personal, deleted_at) values
    ('trt_orders', 'orders', 'Orders', 'live', 1, 'number', '0', false, null), ('trt_mail', 'order_mail', 'Mail', 'live', 1, 'any', null, true, null),
    ('trt_spent', 'spent', 'Spent', 'paused', 1, 'number', null, false, null), ('trt_gone', 'gone', 'Gone', 'paused', 1, 'number', null, false, now())`;
  await sql`insert into computed_values (trait_id, profile_id, value, generation, changed_at) values
    ('trt_orders', 1, '3', 1, '2026-03-01T00:00:00Z'), ('trt_mail', 1, '"jane@example.com"', 1, now()), ('trt_spent', 1, '12.5', 1, now()),
    ('trt_gone', 1, '1', 1, now()), ('trt_orders', 3, null, 2, now())`;
});

test("a person's values, those without one too; a merged id leads to the person", async () => {
  const traits = await personComputedTraits(database.ctx(), 2);
  expect(traits.map(({ key: name, value, status }) => [name, value, status])).toEqual([
    ["order_mail", "jane@example.com", "live"],
    ["orders", 3, "live"],
    ["spent", 12.5, "paused"],
  ]);
  expect(traits[1]?.changedAt).toBe("2026-03-01T00:00:00.000Z");
  const other = await personComputedTraits(database.ctx(), 3);
  expect(other.map(({ value }) => value)).toEqual([null, 0, null]);
  const masked = await personComputedTraits(database.ctx(member("marketer", false)), 1);
  expect(masked.map(({ value }) => value)).toEqual(["•••", 3, 12.5]);
});

test("columns of the people table and of its export", async () => {
  const ctx = database.ctx(member("marketer"));
  const { rows } = await listPeople(ctx, { computed: ["orders", "order_mail", "nothing", "gone"], sort: "added", order: "asc" });
  expect(rows.map(({ id, computed }) => [id, computed])).toEqual([
    [1, { orders: 3, order_mail: "jane@example.com" }],
    [3, { orders: 0 }],
  ]);
  expect((await peopleFacets(ctx)).computed.map((one) => one.key)).toEqual(["order_mail", "orders", "spent"]);
  let text = "";
  for await (const line of await exportPeople(ctx, { columns: ["id", "computed:orders", "computed:spent"] })) text += line;
  expect(text.trim().split("\r\n")).toEqual(
    ["id,orders,spent", "1,3,12.5", "3,0,"].map((line, i) => (i === 0 ? line.replace("id", "Profile id") : line)),
  );
});

test("Profile API: among the traits and as a class of their own; what was sent under the same key counts", async () => {
  const ref = { collection: "users" as const, type: "user_id", id: "u1", path: "/" };
  expect((await apiTraits(key(true), ref, {})).traits).toEqual({
    order_mail: "jane@example.com",
    orders: 3,
    plan: "pro",
    spent: "sent by hand",
  });
  expect((await apiTraits(key(true), ref, { class: "computed_trait" })).traits).toEqual({
    order_mail: "jane@example.com",
    orders: 3,
    spent: 12.5,
  });
  expect((await apiTraits(key(true), ref, { class: "audience" })).traits).toEqual({});
  expect((await apiTraits(key(false), ref, { include: "order_mail,orders" })).traits).toEqual({ order_mail: "•••", orders: 3 });
  expect((await apiTraits(key(true), ref, { verbose: "true", include: "orders" })).traits).toEqual({
    orders: { value: 3, source_id: "trt_orders", updated_at: "2026-03-01T00:00:00.000Z" },
  });
});
