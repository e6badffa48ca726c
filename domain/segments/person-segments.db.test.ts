import { expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed, type TestMessage } from "@/domain/identity/test/feed";
import { testDatabase } from "@/server/test/database";
import { computeSegment } from "./compute";
import { stepSegments } from "./live";
import type { Leaf, Rule } from "./model";
import { segmentOverlap } from "./overlap";
import { personSegments } from "./person-segments";
import { segmentTransitionsPage } from "./reads";
import { recomputeAll } from "./recompute-all";
import { createSegment } from "./verbs";

const database = testDatabase();
const START = Date.parse("2026-03-26T10:00:00Z");

const did = (event: string, least: number): Rule => {
  const leaf: Leaf = {
    kind: "event",
    id: "a",
    event,
    where: [],
    window: { kind: "last", duration: { n: 1, unit: "day" } },
    measure: { of: "count" },
    compare: { operator: "at_least", n: least },
  };
  return { version: 1, root: { kind: "group", id: "root", match: "all", children: [leaf] } };
};
const say = (userId: string, event: string, n: number): TestMessage => ({
  type: "track",
  userId,
  event,
  messageId: `${userId}-${n}`,
  timestamp: new Date(START - 10_000 + n).toISOString(),
  receivedAt: new Date(START).toISOString(),
});

async function settle(now: number): Promise<void> {
  await processAll(database);
  for (;;) {
    const { changes, due } = await stepSegments(database, now);
    if (changes + due === 0) break;
  }
}

async function segment(name: string, rule: Rule): Promise<string> {
  const { id } = await createSegment(database.ctx(), { name, rule });
  await computeSegment(database, id, 1, { now: START });
  return id;
}

test("entries and exits name the message behind them, for the segment and for the person; overlaps follow every move", async () => {
  const ctx = database.ctx();
  const bought = await segment("Bought", did("Bought", 1));
  const twice = await segment("Viewed twice", did("Viewed", 2));
  await feed(database.sql, [say("ada", "Viewed", 1), say("ada", "Bought", 2), say("ben", "Bought", 3)]);
  await settle(START);
  expect(await segmentOverlap(ctx, { ids: [bought, twice] })).toMatchObject({ base: 2, pairs: [{ both: 0 }] });
  await feed(database.sql, [say("ada", "Viewed", 4)]);
  await settle(START);
  const overlap = await segmentOverlap(ctx, { ids: [bought, twice] });
  expect(overlap.pairs.map(({ both }) => both)).toEqual([1]);
  expect(overlap.segments.map(({ size }) => size)).toEqual([2, 1]);

  const [ada] = await database.sql<{ id: number }[]>`select profile_id as id from identifiers where value = 'ada'`;
  const profileId = ada?.id ?? 0;
  const before = await personSegments(ctx, { profileId });
  expect(before.member.map(({ name }) => name).sort()).toEqual(["Bought", "Viewed twice"]);
  expect(before.moves.map(({ segment: name, entered, cause, message }) => ({ name, entered, cause, message }))).toEqual([
    { name: "Viewed twice", entered: true, cause: "event", message: { event: "Viewed", at: new Date(START - 9_996).toISOString() } },
    { name: "Bought", entered: true, cause: "event", message: { event: "Bought", at: new Date(START - 9_998).toISOString() } },
  ]);
  const page = await segmentTransitionsPage(ctx, { id: bought });
  expect(page.rows.map(({ message }) => message?.event)).toEqual(["Bought", "Bought"]);

  // By time alone: no message.
  await settle(START + 2 * 86_400_000);
  const after = await personSegments(ctx, { profileId });
  expect(after.member).toEqual([]);
  expect(after.moves.slice(0, 2).map(({ entered, cause, message }) => ({ entered, cause, message }))).toEqual([
    { entered: false, cause: "time", message: null },
    { entered: false, cause: "time", message: null },
  ]);
  expect((await segmentOverlap(ctx, { ids: [bought, twice] })).segments.map(({ size }) => size)).toEqual([0, 0]);
});

test("after a rebuild every segment that is kept up to date is computed once more", async () => {
  await database.sql`delete from jobs`;
  const [off] = await database.sql<{ id: string }[]>`select id from segments order by id limit 1`;
  await database.sql`update segments set status = 'disabled' where id = ${off?.id ?? ""}`;
  const { segments } = await recomputeAll(database);
  const rows = await database.sql<{ id: string }[]>`
    select j.payload->>'segmentId' as id from jobs j join segments s on s.id = j.payload->>'segmentId' and s.status = 'preparing'
    where j.kind = 'segments.compute' and j.status = 'ready'`;
  expect(rows).toHaveLength(segments);
  expect(segments).toBe(1);
  expect(rows.map(({ id }) => id)).not.toContain(off?.id);
});
