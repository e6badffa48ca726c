import fc from "fast-check";
import { expect, test } from "vitest";
import { ensureEventPartitions } from "@/domain/events/partitions";
import { testDatabase } from "@/server/test/database";
import { eventLeafArbitrary, personArbitrary, ruleArbitrary } from "./arbitrary";
import { NOW } from "./arbitrary-values";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { compile, compileLeaf } from "./compile";
import { evaluate, evaluateNode } from "./evaluate";
import { ruleSchema, type RuleNode } from "./model";
import { preparePeople, prepareEvents, storePeople, TEST_ZONE } from "./test/people";

const database = testDatabase();

test("a rule means the same in SQL and in memory", async () => {
  await prepareEvents(database.sql, ensureEventPartitions);
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 1, maxLength: 12 }),
      fc.array(ruleArbitrary, { minLength: 1, maxLength: 8 }),
      async (raw, rules) => {
        const people = preparePeople(raw);
        await storePeople(database.sql, people);
        for (const rule of rules) {
          expect(ruleSchema.safeParse(rule).error?.issues).toBeUndefined();
          const query = compile(rule, { now: NOW, zone: TEST_ZONE });
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

test("rows about events mean the same on the ends of their windows, gaps and periods", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 4, maxLength: 12 }),
      fc.array(eventLeafArbitrary, { minLength: 10, maxLength: 20 }),
      async (raw, leaves) => {
        const people = preparePeople(raw);
        await storePeople(database.sql, people);
        for (const leaf of leaves) {
          const query = compileLeaf(leaf, { now: NOW, zone: TEST_ZONE });
          const found = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
          const inSql = found.map(({ id }) => id).sort((a, b) => a - b);
          const inMemory = people.filter(({ person }) => evaluateNode(leaf, person, { now: NOW })).map(({ person }) => person.id);
          expect({ leaf, members: inSql }).toEqual({ leaf, members: inMemory });
        }
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
}, 600_000);

/** Groups as algebra of sets, leaves as SQL: how the engine counts every row of a builder. */
async function bySets(node: RuleNode, base: IdSet): Promise<IdSet> {
  if (node.kind !== "group") {
    const query = compileLeaf(node, { now: NOW, zone: TEST_ZONE });
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
        const people = preparePeople(raw);
        await storePeople(database.sql, people);
        const base = IdSet.of(people.map(({ person }) => person.id));
        for (const rule of rules) {
          const query = compile(rule, { now: NOW, zone: TEST_ZONE });
          const found = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
          const sets = await bySets(rule.root, base);
          expect([...sets]).toEqual(found.map(({ id }) => id).sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 40 },
  );
}, 600_000);
