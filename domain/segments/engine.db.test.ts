import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { ensureEventPartitions } from "@/domain/events/partitions";
import { testDatabase } from "@/server/test/database";
import { personArbitrary, ruleArbitrary } from "./arbitrary";
import { NOW } from "./arbitrary-values";
import { compile, compileLeaf } from "./compile";
import { SegmentEngine } from "./engine";
import { evaluate } from "./evaluate";
import { evaluateEnv, loadMemberships, loadPeople } from "./load-people";
import { leavesOf, type Leaf, type Rule } from "./model";
import { needsOf } from "./needs";
import { preparePeople, prepareEvents, storePeople, TEST_ZONE } from "./test/people";

const database = testDatabase();
beforeAll(() => prepareEvents(database.sql, ensureEventPartitions));

const members = async (rule: Rule): Promise<number[]> => {
  const query = compile(rule, { now: NOW, zone: TEST_ZONE });
  const rows = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
  return rows.map(({ id }) => id).sort((a, b) => a - b);
};

test("counts of rows and of the whole are those of the SQL; people loaded from the tables evaluate the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 1, maxLength: 12 }),
      fc.array(ruleArbitrary, { minLength: 1, maxLength: 5 }),
      async (raw, rules) => {
        const people = preparePeople(raw);
        await storePeople(database.sql, people);
        const engine = new SegmentEngine(database, { now: () => NOW, cacheBytes: 1_000_000 });
        const ids = people.map(({ person }) => person.id);
        for (const rule of rules) {
          const wanted = await members(rule);
          const answer = await engine.ask(rule, { zone: TEST_ZONE });
          expect({ rule, members: [...answer.total] }).toEqual({ rule, members: wanted });
          expect([...answer.base]).toEqual(ids);
          for (const leaf of leavesOf(rule.root)) {
            const query = compileLeaf(leaf, { now: NOW, zone: TEST_ZONE });
            const rows = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
            expect(answer.sets.get(leaf.id)?.equals(IdSet.of(rows.map(({ id }) => id)))).toBe(true);
          }
          const needs = needsOf([rule], NOW);
          const loaded = await loadPeople(database.sql, ids, needs, TEST_ZONE);
          const memberships = await loadMemberships(database.sql, ids, [], []);
          const inMemory = ids.filter((id) => {
            const person = loaded.get(id);
            return person && evaluate(rule, person, evaluateEnv(NOW, memberships, id, undefined));
          });
          expect({ rule, members: inMemory }).toEqual({ rule, members: wanted });
        }
      },
    ),
    { numRuns: Number(process.env["RUNS"] ?? 40) },
  );
}, 600_000);

const trait = (id: string, value: string): Leaf => ({
  kind: "trait",
  id,
  path: ["plan"],
  test: { type: "text", operator: "equals", value, ignoreCase: false },
});
const rule = (...children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });

test("after an edit only the changed row is computed; a moved, negated or renamed row is not computed again", async () => {
  let now = NOW;
  const engine = new SegmentEngine(database, { now: () => now });
  const first = await engine.ask(rule(trait("a", "pro"), trait("b", "free")), { zone: "UTC" });
  expect([...first.computed.keys()].toSorted()).toEqual(["a", "b"]);
  const edited = await engine.ask(rule({ ...trait("x", "free"), negate: true }, trait("a", "team")), { zone: "UTC" });
  expect([...edited.computed.keys()]).toEqual(["a"]);
  expect(edited.asOf).toBe(NOW);
  // Nothing was processed since, and the row does not depend on time.
  now += 3_600_000;
  expect([...(await engine.ask(rule(trait("a", "pro")), { zone: "UTC" })).computed.keys()]).toEqual([]);
  await database.sql`update processing_cursors set processed = processed + 1`;
  now += 60_000;
  const fresh = await engine.ask(rule(trait("a", "pro")), { zone: "UTC" });
  expect([...fresh.computed.keys()]).toEqual(["a"]);
  expect(fresh.asOf).toBe(now);
});

test("memory is bounded: what was used least goes first", async () => {
  await database.sql`truncate profiles`;
  await database.sql`insert into profiles (id, traits, first_seen_at, last_seen_at) select i, jsonb_build_object('plan', (i % 7)::text), now(), now() from generate_series(1, 20000) i`;
  const engine = new SegmentEngine(database, { now: () => NOW, cacheBytes: 20_000 });
  for (let i = 0; i < 7; i++) {
    const { total } = await engine.ask(rule(trait("a", String(i))), { zone: "UTC" });
    expect(total.size).toBeGreaterThan(2_800);
    expect(engine.kept).toBeLessThan(20_000);
  }
  expect([...(await engine.ask(rule(trait("a", "6")), { zone: "UTC" })).computed.keys()]).toEqual([]);
  expect([...(await engine.ask(rule(trait("a", "0")), { zone: "UTC" })).computed.keys()]).toEqual(["a"]);
});

test("a cancelled request ends; a statement beyond its time is refused in words", async () => {
  await database.sql`insert into profiles (id, traits, first_seen_at, last_seen_at) select i, '{}', now(), now() from generate_series(20001, 300000) i`;
  const slow: Leaf = {
    kind: "trait",
    id: "a",
    path: ["plan"],
    test: { type: "pattern", operator: "matches", pattern: "(a|b)+c", ignoreCase: true },
  };
  const engine = new SegmentEngine(database, { timeoutMs: 1 });
  await expect(engine.ask(rule(slow), { zone: "UTC" })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  const stop = new AbortController();
  const asked = new SegmentEngine(database).ask(rule(slow), { zone: "UTC", signal: stop.signal });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});
