import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import { beforeAll, expect, test } from "vitest";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { deleteView, exportPeople, listViews, saveView } from "./index";

const database = testDatabase();
const marketer = () => database.ctx(member("marketer"));

const collect = async (lines: AsyncGenerator<string>): Promise<string> => {
  let out = "";
  for await (const line of lines) out += line;
  return out;
};
const audits = () =>
  database.sql<{ action: string; detail: Record<string, unknown> }[]>`
    select action, detail from audit_log where object_type = 'export' order by seq`;

beforeAll(async () => {
  await seedPeople(
    database,
    Array.from({ length: 1203 }, (_, n) => ({
      id: n + 1,
      name: n === 0 ? "=cmd|' /C calc'!A0" : `Person ${n}, "quoted"`,
      email: `p${n}@example.com`,
      phone: "+4915123456789",
      country: n % 2 === 0 ? "DE" : "FR",
      revenue: n === 1 ? -5.25 : n,
      traits: { plan: n % 3 === 0 ? "pro" : "free", tags: ["a", "b"] },
    })),
  );
});

test("every matching person once, active cells inert, counted and hashed in the audit log", async () => {
  const csv = await collect(
    await exportPeople(marketer(), { filter: { countries: ["DE"] }, columns: ["id", "name", "phone", "value", "trait:tags"] }),
  );
  const rows = parse(csv, { record_delimiter: "\r\n" }) as string[][];
  expect(rows[0]).toEqual(["Profile id", "Name", "Phone", "Value so far", "tags"]);
  expect(rows).toHaveLength(603);
  expect(new Set(rows.slice(1).map((row) => row[0])).size).toBe(602);
  expect(rows[1]).toEqual(["1", "'=cmd|' /C calc'!A0", "'+4915123456789", "0", '["a","b"]']);
  expect(rows[2]?.[1]).toBe('Person 2, "quoted"');
  const [started, done] = (await audits()).slice(-2);
  expect(started).toMatchObject({ action: "profiles.export_started", detail: { masked: false, filter: { countries: ["DE"] } } });
  expect(done).toMatchObject({
    action: "profiles.exported",
    detail: { count: 602, complete: true, sha256: createHash("sha256").update(csv).digest("hex") },
  });
});

test("numbers stay numbers, a byte order mark on request", async () => {
  const csv = await collect(await exportPeople(marketer(), { filter: { valueTo: -1 }, columns: ["value", "kind"], bom: true }));
  expect(csv).toBe("\uFEFFValue so far,Kind\r\n-5.25,known\r\n");
});

test("a reader that goes away is on record as incomplete", async () => {
  const lines = await exportPeople(marketer(), { columns: ["id"] });
  await lines.next();
  await lines.next();
  await lines.return();
  expect((await audits()).at(-1)).toMatchObject({ action: "profiles.exported", detail: { count: 500, complete: false } });
});

test("masked without personal data; filters in the audit log hold no personal data; refusals", async () => {
  const hidden = database.ctx(member("marketer", false));
  const csv = await collect(await exportPeople(hidden, { columns: ["name", "email", "phone"] }));
  expect(csv).not.toMatch(/example\.com|Person 1|123456/);
  expect(csv).toContain("p•••@e•••.com");
  await collect(
    await exportPeople(marketer(), {
      columns: ["id"],
      filter: { q: "p7@example.com", traits: [{ key: "email", op: "equals", value: "p7@example.com" }] },
    }),
  );
  expect(JSON.stringify((await audits()).slice(-2))).not.toContain("p7@");
  await expect(exportPeople(database.ctx(member("manager")), { columns: ["id"] })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(exportPeople(hidden, { columns: ["id"], filter: { q: "p7" } })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(exportPeople(marketer(), { columns: ["password_hash"] })).rejects.toMatchObject({ code: "VALIDATION" });
});

test("views: private and shared, one name per owner, only the owner changes them", async () => {
  await database.sql`insert into users (id, email, name, role, status) values
    ('usr_test_marketer', 'marketer@example.test', 'Test marketer', 'marketer', 'active'), ('usr_test_admin', 'admin@example.test', 'Test admin', 'admin', 'active')`;
  const admin = database.ctx(member("admin"));
  const state = { columns: ["name"], filter: { kind: "known" } };
  const mine = await saveView(marketer(), { name: "Known", state });
  await saveView(marketer(), { name: "For all", shared: true, state });
  await expect(saveView(marketer(), { name: "Known", state })).rejects.toMatchObject({ code: "CONFLICT" });
  expect((await listViews(admin)).map((view) => [view.name, view.own])).toEqual([["For all", false]]);
  expect(await saveView(marketer(), { id: mine.id, name: "Known people", shared: true, state })).toMatchObject({ name: "Known people" });
  expect((await listViews(admin)).map((view) => view.name)).toEqual(["For all", "Known people"]);
  await expect(saveView(admin, { id: mine.id, name: "Stolen", state })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(deleteView(admin, mine.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(saveView(database.ctx(member("manager")), { name: "x", state })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(saveView(marketer(), { name: " ", state })).rejects.toMatchObject({ code: "VALIDATION" });
  await deleteView(marketer(), mine.id);
  expect((await listViews(marketer())).map((view) => view.name)).toEqual(["For all"]);
  const actions = await database.sql<{ action: string }[]>`select action from audit_log where object_type = 'view' order by seq`;
  expect(actions.map((row) => row.action)).toEqual(["view.created", "view.created", "view.changed", "view.deleted"]);
});
