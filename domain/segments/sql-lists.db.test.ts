import { beforeAll, expect, test } from "vitest";
import { connectLike } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import { hmac } from "@/domain/kernel/secrets";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { computeSegment } from "./compute";
import { estimateRule, testPerson } from "./estimate";
import { stepSegments } from "./live";
import type { Leaf, Rule } from "./model";
import { getSegment, segmentMembersPage } from "./reads";
import { refreshSqlLists, sqlOf } from "./sql-lists";
import { readerRole, runSql } from "./sql-reader";
import { createSegment, deleteSegment } from "./verbs";

const database = testDatabase();
const ctx = (): Ctx => database.ctx();
const rule = (...sql: string[]): Rule => ({
  version: 1,
  root: { kind: "group", id: "root", match: "all", children: sql.map((text, i): Leaf => ({ kind: "sql", id: `q${i}`, sql: text })) },
});
const BUYERS = "select profile_id from events where event = 'Order Completed' group by 1 having sum(value) >= 20";
const GERMANS = "select profile_id from people where country = 'DE'";

beforeAll(async () => {
  const order = (at: string) => ({ event: "Order Completed", at, value: 10 });
  await seedPeople(database, [
    { id: 1, country: "DE", events: [order("2026-05-01T00:00:00Z"), order("2026-05-02T00:00:00Z")] },
    { id: 2, country: "DE", events: [order("2026-05-01T00:00:00Z")] },
    { id: 3, country: "FR", events: [order("2026-05-01T00:00:00Z")], identifiers: [["email", "cyd@example.com"]] },
    // A fragment of 3: together they bought for 20.
    { id: 4, mergedInto: 3, events: [order("2026-05-03T00:00:00Z")] },
  ]);
});

test("the role reads the views and nothing else, even without the list of functions in front of it", async () => {
  await runSql(database, GERMANS);
  const [{ name } = { name: "" }] = await database.sql<{ name: string }[]>`select current_database() as name`;
  const user = readerRole(name);
  const bare = connectLike(database, { max: 1, user, password: hmac("segment-sql", user) });
  try {
    const code = (text: string): Promise<string> =>
      bare.sql.unsafe(text).then(
        () => "done",
        (error: { code?: string }) => error.code ?? "",
      );
    const DENIED = "42501";
    const READ_ONLY = "25006";
    expect(await code("select count(*) from segment_sql.people")).toBe("done");
    for (const table of ["profiles", "identifiers", "users", "api_keys", "audit_log", "inbox"])
      expect(await code(`select * from ${table}`)).toBe(DENIED);
    expect(await code("select * from pg_authid")).toBe(DENIED);
    expect(await code("select pg_read_file('/etc/passwd')")).toBe(DENIED);
    expect(await code(`set role "${(await database.sql<{ me: string }[]>`select current_user as me`)[0]?.me}"`)).toBe(DENIED);
    expect(await code("create table x (id int)")).toBe(READ_ONLY);
    expect(await code("set default_transaction_read_only = off")).toBe("done");
    // Reading only is a setting; the rights stand without it.
    expect(await code("create table x (id int)")).toBe(DENIED);
    expect(await code("insert into segment_sql.people (profile_id) values (1)")).toBe(DENIED);
    expect(await code("update profiles set name = 'x'")).toBe(DENIED);
    expect(await code("drop view segment_sql.people")).toBe(DENIED);
    expect(await code("select nextval('segment_transitions_id_seq')")).toBe(DENIED);
    expect(await code("select query_to_xml('select * from profiles', true, true, '')")).toBe(DENIED);
    expect(await code("select set_config('role', 'postgres', false)")).not.toBe("done");
  } finally {
    await bare.end();
  }
});

test("a question runs within its time and number of rows, and fails in words without values", async () => {
  const words = (sql: string, options: object = {}): Promise<string> =>
    runSql(database, sql, options).then(
      ({ ids }) => `${ids.length / 4} rows`,
      (error: Error) => error.message,
    );
  expect(await words(BUYERS)).toBe("2 rows");
  expect(await words(`${GERMANS} -- and no more`)).toBe("2 rows");
  expect(await words(GERMANS, { rows: 1 })).toContain("more than 1 rows");
  expect(await words("with recursive r as (select 1 as n union all select n + 1 from r) select n from r", { timeoutMs: 200 })).toContain(
    "took longer",
  );
  expect(await words("select nothing from people")).toContain('column "nothing" does not exist');
  expect(await words("select profile_id from profiles")).toContain("not understood");
  expect(await words("select country from people")).toContain("numbers of profiles");
  expect(await words("select profile_id from people where (country || 'secret')::int > 1")).not.toContain("secret");
  expect(await words("select profile_id / 0 from people")).toContain("could not be computed");
  expect(await words("select dblink('x')")).toContain("none of the functions");
});

test("a row with SQL is counted, explained and turned round like any other; fragments are one person", async () => {
  expect((await estimateRule(ctx(), { rule: rule(BUYERS) })).total).toBe(2);
  expect((await estimateRule(ctx(), { rule: rule(BUYERS, GERMANS) })).total).toBe(1);
  const not = rule(BUYERS);
  not.root.children[0] = { ...(not.root.children[0] as Leaf), negate: true };
  expect((await estimateRule(ctx(), { rule: not })).total).toBe(1);
  const tested = await testPerson(ctx(), { rule: rule(BUYERS), query: "4" });
  expect(tested).toMatchObject({ met: true, explained: { children: [{ kind: "sql", met: true }] } });
  // Ids of nobody are left out.
  expect((await estimateRule(ctx(), { rule: rule("select profile_id + 1000 from people") })).total).toBe(0);
});

test("a segment with SQL is not live: it follows when its result is computed again, with entries and exits", async () => {
  const made = await createSegment(ctx(), { name: "Germans by SQL", rule: rule(GERMANS) });
  await computeSegment(database, made.id, 1, { now: Date.now() });
  const members = async (): Promise<number[]> => (await segmentMembersPage(ctx(), { id: made.id })).rows.map(({ profileId }) => profileId);
  const settle = async (): Promise<void> => {
    while (!(await stepSegments(database, Date.now())).idle);
  };
  expect(await members()).toEqual([1, 2]);
  await database.sql`update profiles set country = 'DE' where id = 3`;
  await settle();
  expect(await refreshSqlLists(database)).toBe(0);
  expect(await members()).toEqual([1, 2]);
  await database.sql`update sql_lists set tried_at = now() - interval '1 day'`;
  expect(await refreshSqlLists(database)).toBe(1);
  await settle();
  expect(await members()).toEqual([1, 2, 3]);
  const detail = await getSegment(ctx(), { id: made.id });
  expect(detail.sqlFreshness).toMatchObject({ error: null });
  expect(Date.parse(detail.sqlFreshness?.asOf ?? "")).toBeGreaterThan(Date.now() - 60_000);
  await deleteSegment(ctx(), { id: made.id });
  // What no segment uses and no draft asked for goes, with its people.
  await database.sql`update sql_lists set asked_at = now() - interval '1 day'`;
  await refreshSqlLists(database);
  expect(await database.sql`select 1 from sql_lists`).toHaveLength(0);
  expect(await database.sql`select 1 from list_members`).toHaveLength(0);
});

test("who may: SQL is written by admins who see personal data; saved SQL may be counted by everybody", async () => {
  const admin = database.ctx(member("admin"));
  const marketer = database.ctx(member("marketer"));
  await expect(estimateRule(marketer, { rule: rule(BUYERS) })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(estimateRule(database.ctx(member("admin", false)), { rule: rule(BUYERS) })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(createSegment(marketer, { name: "x", rule: rule(BUYERS) })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(createSegment(admin, { name: "x", rule: rule("select pg_sleep(1)") })).rejects.toMatchObject({ code: "VALIDATION" });
  const made = await createSegment(admin, { name: "Buyers by SQL", rule: rule(BUYERS) });
  expect((await estimateRule(marketer, { rule: rule(BUYERS) })).total).toBe(2);
  await expect(estimateRule(marketer, { rule: rule(`${BUYERS} `) })).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(sqlOf((await getSegment(ctx(), { id: made.id })).rule)).toEqual([BUYERS]);
});

test("a failing condition fails the computation in words and is shown; the result before it stays", async () => {
  const made = await createSegment(ctx(), { name: "Broken", rule: rule("select nothing from people") });
  await expect(computeSegment(database, made.id, 1, { now: Date.now() })).rejects.toThrow(/nothing/);
});
