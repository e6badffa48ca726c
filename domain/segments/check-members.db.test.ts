import { beforeAll, expect, test } from "vitest";
import type { Ctx } from "@/domain/kernel/context";
import { testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { checkNextSegment, differingSegments } from "./check-members";
import { computeSegment } from "./compute";
import { stepSegments } from "./live";
import type { Leaf, Rule } from "./model";
import { getSegment, listSegments } from "./reads";
import { createSegment } from "./verbs";

const database = testDatabase();
const ctx = (): Ctx => database.ctx();
const rule = (...children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });
const bought: Leaf = {
  kind: "event",
  id: "e",
  event: "Order Completed",
  where: [],
  window: { kind: "ever" },
  measure: { of: "count" },
  compare: { operator: "at_least", n: 2 },
};
let id = "";
const check = (more: object = {}) => checkNextSegment(database, { everyMs: -60_000, ...more });

beforeAll(async () => {
  const order = (at: string) => ({ event: "Order Completed", at, value: 10 });
  await seedPeople(
    database,
    Array.from({ length: 40 }, (_, i) => ({
      id: i + 1,
      ...(i === 39 ? { mergedInto: 1 } : {}),
      events: Array.from({ length: i % 4 }, (_event, n) => order(`2026-05-0${n + 1}T00:00:00Z`)),
    })),
  );
  id = (await createSegment(ctx(), { name: "Twice", rule: rule(bought) })).id;
  await computeSegment(database, id, 1, { now: Date.now() });
});

test("members that are right are found right, whole and by sample; the segment says when", async () => {
  expect((await getSegment(ctx(), { id })).checkedAt).toBeNull();
  expect(await check()).toEqual({ segmentId: id, sample: 39, difference: 0, people: [] });
  const sampled = await check({ sampleOnly: true, random: () => 0 });
  expect(sampled).toMatchObject({ difference: 0, sample: 39 });
  expect(await getSegment(ctx(), { id })).toMatchObject({ checkDifference: 0, checkSample: 39 });
  expect(await differingSegments(database)).toBe(0);
  expect(await checkNextSegment(database)).toBeUndefined();
});

test("a member too many, one too few and one who is nobody raise the alarm, by both ways; a computation ends it", async () => {
  await database.sql`delete from segment_members where segment_id = ${id} and profile_id = 3`;
  await database.sql`insert into segment_members (segment_id, profile_id, entered_at) values (${id}, 2, now())`;
  expect(await check({ sampleOnly: true, random: () => 0 })).toMatchObject({ difference: 2, people: [2, 3] });
  await database.sql`insert into segment_members (segment_id, profile_id, entered_at) values (${id}, 40, now())`;
  expect(await check()).toMatchObject({ difference: 3, people: [2, 3, 40] });
  expect(await getSegment(ctx(), { id })).toMatchObject({ checkDifference: 3, checkPeople: [2, 3, 40] });
  expect((await listSegments(ctx())).find((one) => one.id === id)).toMatchObject({ checkDifference: 3 });
  expect(await differingSegments(database)).toBe(1);
  await computeSegment(database, id, 1, { now: Date.now() });
  expect(await differingSegments(database)).toBe(0);
  expect(await check()).toMatchObject({ difference: 0 });
});

test("what live membership has not come to yet is no difference", async () => {
  await database.sql`update events set event_type = event_type + 1000 where profile_id = 3`;
  await database.sql`insert into profile_changes (profile_id) values (3)`;
  expect(await check()).toMatchObject({ difference: 0, sample: 38 });
  while (!(await stepSegments(database, Date.now())).idle);
  expect(await check()).toMatchObject({ difference: 0, sample: 39 });
  await database.sql`update events set event_type = event_type - 1000 where profile_id = 3`;
  expect(await check()).toMatchObject({ difference: 1, people: [3] });
});
