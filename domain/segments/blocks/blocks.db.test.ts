import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { TxSql } from "@/db/client";
import { ensureEventPartitions } from "@/domain/events/partitions";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { testDatabase } from "@/server/test/database";
import { eventLeafArbitrary, personLeafArbitrary, personArbitrary } from "../arbitrary";
import { NOW } from "../arbitrary-values";
import { compileLeaf } from "../compile";
import { evaluateNode } from "../evaluate";
import { evaluateEnv, loadMemberships, loadPeople } from "../load-people";
import { leafSchema, type Leaf, type Rule } from "../model";
import { needsOf } from "../needs";
import { preparePeople, prepareEvents, storePeople, TEST_ZONE, type PreparedPerson } from "../test/people";
import { BlockEngine } from "./block-engine";
import { forgetEventsBefore, forgetFragmentEvents } from "./forget-events";
import { BlockKeeper } from "./keep-blocks";
import { blocksFit, peopleFit } from "./leaf-needs";

const database = testDatabase();
beforeAll(() => prepareEvents(database.sql, ensureEventPartitions));

const DAY = 86_400_000;
/** What happens between two looks. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("close" as const), more: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("erase" as const), who: fc.nat(30), odd: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retain" as const), days: fc.constantFrom(1, 2, 7, 8, 30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("merge" as const), a: fc.nat(30), b: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unmerge" as const), a: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("person" as const), a: fc.nat(30), like: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("gone" as const), a: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.constant({ do: "rebuild" as const }) },
);

const TABLES =
  "event_blocks, event_block_columns, event_block_types, event_block_dirty, event_block_holes, event_block_wants, profile_columns, profile_changes, segment_cursors";

/** Writes people with those of their events up to an id; the rest waits for its turn. */
async function begin(people: readonly PreparedPerson[], upTo: number): Promise<void> {
  await database.sql.unsafe(`truncate ${TABLES}`);
  await storePeople(database.sql, people);
  await database.sql.unsafe("drop table if exists waiting");
  await database.sql`create table waiting as select * from events where id > ${upTo}`;
  await database.sql`delete from events where id > ${upTo}`;
}

async function arrive(upTo: number): Promise<void> {
  await database.sql`with w as (delete from waiting where id <= ${upTo} returning *) insert into events select * from w`;
}

/** As processing and every other change of people does. */
async function noteChange(ids: readonly number[]): Promise<void> {
  await database.sql`insert into profile_changes (profile_id) select unnest(${ids as number[]}::int[]) where exists (select 1 from segment_cursors)`;
}

async function closeAll(keeper: BlockKeeper, upTo: number): Promise<void> {
  for (;;) if ((await keeper.close(upTo, Date.now())).idle) return;
}

const byBlocks = { yes: 0, no: 0 };

async function compare(engine: BlockEngine, leaves: readonly Leaf[]): Promise<void> {
  const { sql } = database;
  const everybody = (await sql<{ id: number }[]>`select id from profiles where merged_into is null order by id`).map(({ id }) => id);
  const base = IdSet.of(everybody);
  const { found, base: told } = await engine.members(leaves, { now: NOW, base: () => Promise.resolve(base) });
  if (told) expect([...told]).toEqual(everybody);
  const rules = leaves.map((leaf): Rule => ({ version: 1, root: { kind: "group", id: "g", match: "all", children: [leaf] } }));
  const people = await loadPeople(sql, everybody, needsOf(rules, NOW), TEST_ZONE);
  const memberships = await loadMemberships(sql, everybody, [], []);
  for (const leaf of leaves) {
    const query = compileLeaf(leaf, { now: NOW, zone: TEST_ZONE });
    const rows = await sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
    const inSql = rows.map(({ id }) => id).sort((a, b) => a - b);
    const inMemory = everybody.filter((id) => {
      const person = people.get(id);
      return person && evaluateNode(leaf, person, evaluateEnv(NOW, memberships, id, undefined));
    });
    expect({ leaf, members: inMemory }).toEqual({ leaf, members: inSql });
    const held = found.get(leaf);
    if (blocksFit(leaf) || peopleFit(leaf)) byBlocks[held ? "yes" : "no"] += 1;
    if (held) expect({ leaf, members: [...held.set.and(base)] }).toEqual({ leaf, members: inSql });
  }
}

test("blocks, SQL and memory give the same people: late events, merges, un-merges, erasure, retention, ends of windows", async () => {
  const { sql } = database;
  await fc.assert(
    fc.asyncProperty(
      fc.array(personArbitrary, { minLength: 2, maxLength: 12 }),
      fc.array(fc.oneof({ weight: 3, arbitrary: eventLeafArbitrary }, { weight: 1, arbitrary: personLeafArbitrary }), {
        minLength: 1,
        maxLength: 7,
      }),
      fc.array(happening, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      async (raw, leaves, happenings, blockRows) => {
        const people = preparePeople(raw);
        for (const leaf of leaves) expect(leafSchema.safeParse(leaf).error?.issues).toBeUndefined();
        const fragments = people.flatMap(({ person, twin }) => (twin === null ? [person.id] : [person.id, twin]));
        const pick = (n: number): number => fragments[n % fragments.length] as number;
        let upTo = Math.floor(people.reduce((sum, { person }) => sum + person.events.length, 0) / 3);
        await begin(people, upTo);
        const keeper = new BlockKeeper(database, { blockRows, enough: 1, waitMs: 0, columnsAtOnce: 3 });
        const engine = new BlockEngine(database, 64 * 1024 * 1024);
        // The first look asks for property columns, and nothing is held yet.
        await compare(engine, leaves);
        await closeAll(keeper, upTo);
        await compare(engine, leaves);
        for (const one of happenings) {
          if (one.do === "close") {
            const before = upTo;
            upTo += one.more;
            await arrive(upTo);
            // Some stay in no block.
            await closeAll(keeper, Math.max(before, upTo - 2));
          } else if (one.do === "erase") {
            await sql.begin(async (handle) => {
              const tx = handle as unknown as TxSql;
              await tx`delete from events where profile_id = ${pick(one.who)} and (not ${one.odd} or id % 2 = 1)`;
              await forgetFragmentEvents(tx, [pick(one.who)]);
            });
          } else if (one.do === "retain") {
            const before = new Date(NOW - one.days * DAY);
            await sql.begin(async (handle) => {
              const tx = handle as unknown as TxSql;
              await tx`delete from events where occurred_at < ${before}`;
              await forgetEventsBefore(tx, before, null);
            });
          } else if (one.do === "merge") {
            const [a, b] = [pick(one.a), pick(one.b)];
            const there = await sql`select 1 from profiles where id in (${a}, ${b})`;
            const taken = await sql`select 1 from profile_aliases where profile_id in (${a}, ${b}) or canonical_id = ${b}`;
            if (a === b || there.length < 2 || taken.length > 0) continue;
            await sql`update profiles set merged_into = ${a} where id = ${b}`;
            await sql`insert into profile_aliases (profile_id, canonical_id) values (${b}, ${a})`;
            await noteChange([a, b]);
          } else if (one.do === "unmerge") {
            await sql`update profiles set merged_into = null where id = ${pick(one.a)}`;
            await sql`delete from profile_aliases where profile_id = ${pick(one.a)}`;
            await noteChange([pick(one.a)]);
          } else if (one.do === "person") {
            await sql`update profiles p set traits = l.traits, country = l.country, known = l.known from profiles l where p.id = ${pick(one.a)} and l.id = ${pick(one.like)}`;
            await noteChange([pick(one.a)]);
          } else if (one.do === "gone") {
            const aliases = await sql`select 1 from profile_aliases where profile_id = ${pick(one.a)} or canonical_id = ${pick(one.a)}`;
            if (aliases.length > 0) continue;
            await sql`delete from profiles where id = ${pick(one.a)}`;
            await noteChange([pick(one.a)]);
          } else {
            await sql`truncate event_blocks, event_block_types, profile_columns`;
          }
          await compare(engine, leaves);
        }
        await closeAll(keeper, upTo);
        await compare(engine, leaves);
        const [left] = await sql<{ n: number }[]>`
          select (select count(*) from event_block_dirty) + (select count(*) from event_block_holes) as n`;
        expect(left?.n).toBe(0);
        const [sums] = await sql<{ blocks: number; events: number }[]>`
          select (select coalesce(sum(rows), 0) from event_blocks where retired_at is null) as blocks,
            (select count(*) from events where id <= ${upTo}) as events`;
        expect(Number(sums?.blocks)).toBe(sums?.events);
      },
    ),
    // Shrinking over a database takes longer than anybody waits: the seed finds it again.
    { numRuns: Number(process.env["RUNS"] ?? 40), endOnFailure: true },
  );
  // Most looks are really answered by blocks.
  expect(byBlocks.yes).toBeGreaterThan(byBlocks.no);
}, 900_000);
