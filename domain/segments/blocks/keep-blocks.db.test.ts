import { expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { testDatabase } from "@/server/test/database";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { compileLeaf } from "../compile";
import type { Leaf } from "../model";
import { BlockEngine } from "./block-engine";
import { BlockKeeper } from "./keep-blocks";

const database = testDatabase();
const NOW = Date.parse("2026-11-23T12:00:00Z");
const track = (n: number) => ({
  type: "track" as const,
  event: "Viewed",
  userId: `u${n % 3}`,
  messageId: `m${n}`,
  timestamp: new Date(NOW - n * 1000).toISOString(),
});
const held = async (): Promise<number> => {
  const [row] = await database.sql<{ n: number }[]>`select coalesce(sum(rows), 0)::int as n from event_blocks where retired_at is null`;
  return row?.n ?? 0;
};

test("only what no running transaction can still add to is closed", async () => {
  const { sql } = database;
  const keeper = new BlockKeeper(database, { enough: 1, waitMs: 0 });
  await feed(sql, [track(1), track(2)]);
  await processAll(database);
  let release: () => void = () => {};
  const held1 = new Promise<void>((done) => (release = done));
  let begun: () => void = () => {};
  const beginning = new Promise<void>((done) => (begun = done));
  // Takes a number of the inbox and commits later.
  const slow = sql.begin(async (tx) => {
    await feed(tx as unknown as typeof sql, [track(3)]);
    begun();
    await held1;
  });
  await beginning;
  await feed(sql, [track(4)]);
  expect(await keeper.step(NOW)).toMatchObject({ closed: 0, built: 0, idle: true });
  expect(await held()).toBe(0);
  release();
  await slow;
  // Committed, and not processed yet.
  expect(await keeper.step(NOW)).toMatchObject({ built: 0 });
  await processAll(database);
  for (let i = 0; i < 3; i++) await keeper.step(NOW);
  const [events] = await sql<{ n: number }[]>`select count(*) as n from events`;
  expect(events?.n).toBeGreaterThanOrEqual(4);
  expect(await held()).toBe(events?.n);
});

test("blocks of events that somebody changed without a word are found and made again", async () => {
  const { sql } = database;
  const keeper = new BlockKeeper(database, { enough: 1, waitMs: 0 });
  const types = await sql`select 1 from event_block_types`;
  for (let i = 0; i < types.length; i++) expect(await keeper.check()).toBeUndefined();
  await sql`delete from events where message_id = 'm1'`;
  const said: unknown[] = [];
  for (let i = 0; i < types.length; i++) said.push(await keeper.check());
  expect(said.filter((type) => type !== undefined)).toHaveLength(1);
  await keeper.step(NOW);
  const [events] = await sql<{ n: number }[]>`select count(*) as n from events`;
  expect(await held()).toBe(events?.n);
  for (let i = 0; i < types.length; i++) expect(await keeper.check()).toBeUndefined();
});

test("columns of people follow processing: newcomers, traits, merges, before and after they are written anew", async () => {
  const { sql } = database;
  const keeper = new BlockKeeper(database, { enough: 1, waitMs: 0 });
  const engine = new BlockEngine(database, 1_000_000);
  const leaves: Leaf[] = [
    { kind: "known", id: "k" },
    { kind: "trait", id: "t", path: ["plan"], test: { type: "text", operator: "equals", value: "pro", ignoreCase: false } },
    { kind: "trait", id: "n", path: ["plan"], test: { type: "text", operator: "not_equals", value: "pro", ignoreCase: false } },
  ];
  const same = async (): Promise<void> => {
    const none = (): Promise<IdSet> => Promise.reject(new Error("columns know everybody"));
    const { found, base } = await engine.members(leaves, { now: NOW, base: none });
    const everybody = await sql<{ id: number }[]>`select id from profiles where merged_into is null order by id`;
    expect([...(base ?? [])]).toEqual(everybody.map(({ id }) => id));
    for (const leaf of leaves) {
      const query = compileLeaf(leaf, { now: NOW, zone: "UTC" });
      const rows = await sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
      expect([...(found.get(leaf)?.set ?? [])]).toEqual(rows.map(({ id }) => id).toSorted((a, b) => a - b));
    }
  };
  const identify = (anonymousId: string, userId: string | undefined, plan: string) => ({
    type: "identify" as const,
    anonymousId,
    ...(userId === undefined ? {} : { userId }),
    traits: { plan },
  });
  await engine.members(leaves, { now: NOW, base: () => Promise.resolve(IdSet.EMPTY) });
  await keeper.step(NOW);
  await same();
  for (const batch of [
    [identify("a1", undefined, "pro"), identify("a2", "user-1", "free")],
    [identify("a3", "user-2", "pro"), identify("a1", "user-1", "pro")],
    [identify("a4", undefined, "free"), identify("a2", "user-1", "pro"), identify("a4", "user-2", "free")],
  ]) {
    await feed(sql, batch);
    await processAll(database);
    await same();
    await keeper.step(NOW);
    await keeper.step(NOW);
    const [waiting] = await sql<{ n: number }[]>`
      select count(*) as n from profile_changes where id > (select change_id from segment_cursors where name = 'columns')`;
    expect(waiting?.n).toBe(0);
    await same();
  }
  const [merged] = await sql<{ n: number }[]>`select count(*) as n from profile_aliases`;
  expect(merged?.n).toBeGreaterThan(0);
});
