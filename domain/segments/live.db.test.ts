import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { fixedClock } from "@/domain/kernel/clock";
import { mergeProfiles, processAll, unmergeProfiles } from "@/domain/identity";
import { feed, type TestMessage } from "@/domain/identity/test/feed";
import { testDatabase } from "@/server/test/database";
import { compile } from "./compile";
import { computeSegment } from "./compute";
import { stepSegments } from "./live";
import type { Compare, Leaf, LeafOf, Rule, Window } from "./model";
import { createSegment, updateSegment } from "./verbs";

const database = testDatabase();
const HOUR = 3_600_000;
const START = Date.parse("2026-03-26T10:00:00Z");

const did = (id: string, event: string | null, window: Window, compare: Compare): LeafOf<"event"> => ({
  kind: "event",
  id,
  event,
  where: [],
  window,
  measure: { of: "count" },
  compare,
});
const last = (n: number, unit: "hour" | "day"): Window => ({ kind: "last", duration: { n, unit } });
const rule = (match: "all" | "any" | "none", ...children: Leaf[]): Rule => ({
  version: 1,
  root: { kind: "group", id: "root", match, children },
});
const some: Compare = { operator: "at_least", n: 1 };
const none: Compare = { operator: "exactly", n: 0 };

const RULES: Record<string, (ids: Record<string, string>) => Rule> = {
  recent: () => rule("all", did("a", "Bought", last(2, "day"), some)),
  quiet: () => rule("all", { kind: "known", id: "k" }, did("a", "Bought", last(1, "day"), none)),
  both: (ids) =>
    rule(
      "any",
      { kind: "segment", id: "s", segmentId: ids["recent"] ?? "" },
      { kind: "segment", id: "t", segmentId: ids["quiet"] ?? "", negate: true },
    ),
  path: () =>
    rule("all", {
      kind: "sequence",
      id: "a",
      steps: [
        { event: "Viewed", where: [] },
        { event: "Bought", where: [], within: { n: 1, unit: "day" }, without: { event: "Ticket", where: [] } },
      ],
      window: { kind: "ever" },
      thenNot: { event: "Ticket", where: [], within: { n: 6, unit: "hour" } },
    }),
  active: () => rule("all", { kind: "lifecycle", id: "a", event: null, state: "lapsing", period: { n: 1, unit: "day" } }),
  renewal: () =>
    rule("all", {
      kind: "trait",
      id: "a",
      path: ["renewal"],
      test: { type: "date_relative", operator: "within_next", duration: { n: 1, unit: "day" } },
    }),
  days: () => rule("none", did("a", "Viewed", { kind: "calendar_days", days: 2 }, { operator: "at_least", n: 2 })),
  ago: () =>
    rule(
      "all",
      did("a", null, { kind: "between_ago", from: { n: 12, unit: "hour" }, to: { n: 36, unit: "hour" } }, { operator: "exactly", n: 1 }),
    ),
  ids: () => rule("all", { kind: "identifier", id: "a", type: null, compare: { operator: "at_least", n: 3 } }),
  account: () =>
    rule("all", { kind: "account", id: "a", path: ["plan"], test: { type: "text", operator: "equals", value: "pro", ignoreCase: false } }),
};

type Step =
  | { do: "message"; message: TestMessage; ago: number }
  | { do: "advance"; hours: number }
  | { do: "unmerge" }
  | { do: "merge" }
  | { do: "edit"; hours: number };

const user = fc.constantFrom("u1", "u2", "u3");
const browser = fc.constantFrom("b1", "b2", "b3", "b4");
const ago = fc.constantFrom(0, 0, 0, 1, 13, 30, -5);
const message: fc.Arbitrary<TestMessage> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("track" as const),
      event: fc.constantFrom("Viewed", "Bought", "Ticket"),
      anonymousId: browser,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("track" as const), event: fc.constantFrom("Viewed", "Bought"), userId: user }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("identify" as const), userId: user, anonymousId: browser }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("identify" as const),
      userId: user,
      traits: fc.record({
        renewal: fc.integer({ min: 0, max: 100 }).map((h) => new Date(START + h * HOUR).toISOString()),
        timezone: fc.constantFrom("Europe/Berlin", "Asia/Kolkata"),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("group" as const),
      userId: user,
      groupId: fc.constant("acme"),
      traits: fc.record({ plan: fc.constantFrom("pro", "free") }),
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("message" as const), message, ago }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("advance" as const), hours: fc.constantFrom(1, 5, 11, 12, 24) }) },
  { weight: 1, arbitrary: fc.constant({ do: "unmerge" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "merge" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("edit" as const), hours: fc.constantFrom(6, 30) }) },
);

beforeEach(async () => {
  await database.sql`truncate segments, segment_versions, segment_references, segment_members, segment_transitions, segment_due, segment_sizes`;
});

async function settle(now: number): Promise<void> {
  await processAll(database);
  for (;;) {
    const { changes, due } = await stepSegments(database, now);
    if (changes + due === 0) break;
  }
}

async function expected(id: string, now: number): Promise<number[]> {
  const [row] = await database.sql<{ rule: Rule }[]>`
    select v.rule from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version where s.id = ${id}`;
  const query = compile(row?.rule as Rule, { now, zone: "UTC", segmentId: id });
  const rows = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
  return rows.map((one) => one.id).sort((a, b) => a - b);
}

const transitions = { time: 0, event: 0, merge: 0 } as Record<string, number>;

test("members are at every step those of a full computation: late events, merges, un-merges, edits, time", async () => {
  let epoch = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      // Every history has people of its own: what is derived stays, only names differ.
      epoch += 1;
      const mine = (m: TestMessage): TestMessage => ({
        ...m,
        ...(m.userId === undefined ? {} : { userId: `${m.userId}-${epoch}` }),
        ...(m.anonymousId === undefined ? {} : { anonymousId: `${m.anonymousId}-${epoch}` }),
        ...(m.groupId === undefined ? {} : { groupId: `${m.groupId}-${epoch}` }),
      });
      const clock = fixedClock(new Date(START));
      const ctx = { ...database.ctx(), clock };
      await database.sql`truncate segments, segment_versions, segment_references, segment_members, segment_transitions, segment_due, segment_sizes`;
      const ids: Record<string, string> = {};
      const versions: Record<string, number> = {};
      for (const [name, make] of Object.entries(RULES)) {
        ids[name] = (await createSegment(ctx, { name, rule: make(ids) })).id;
        versions[name] = 1;
        await computeSegment(database, ids[name], 1, { now: START });
      }
      const now = (): number => clock.now().getTime();
      for (const [i, one] of steps.entries()) {
        if (one.do === "message") {
          const timestamp = new Date(now() - one.ago * HOUR).toISOString();
          await feed(database.sql, [
            { ...mine(one.message), timestamp, receivedAt: new Date(now()).toISOString(), messageId: `h${epoch}-${i}` },
          ]);
        } else if (one.do === "advance") clock.advance(one.hours * HOUR);
        else if (one.do === "unmerge") {
          const [merge] = await database.sql<{ id: string }[]>`select id from merges where undone_at is null order by id desc limit 1`;
          if (merge) await unmergeProfiles(ctx, { mergeId: merge.id, neverMerge: false });
        } else if (one.do === "merge") {
          const people = await database.sql<{ id: number }[]>`select id from profiles where merged_into is null order by id desc limit 2`;
          if (people[0] && people[1]) await mergeProfiles(ctx, { survivorId: people[1].id, loserId: people[0].id });
        } else {
          const id = ids["recent"] as string;
          versions["recent"] = (
            await updateSegment(ctx, {
              id,
              basedOn: versions["recent"],
              rule: rule("all", did("a", "Bought", last(one.hours, "hour"), some)),
            })
          ).version;
          await computeSegment(database, id, versions["recent"], { now: now() });
        }
        await settle(now());
        for (const [name, id] of Object.entries(ids)) {
          const rows = await database.sql<
            { id: number }[]
          >`select profile_id as id from segment_members where segment_id = ${id} order by 1`;
          const [row] = await database.sql<{ size: number }[]>`select size from segments where id = ${id}`;
          const members = rows.map((r) => r.id);
          expect({ name, i, one, members }).toEqual({ name, i, one, members: await expected(id, now()) });
          expect(row?.size).toBe(members.length);
        }
      }
      // Entries and exits add up to the members.
      const wrong = await database.sql`
        select t.segment_id, t.profile_id from (
          select segment_id, profile_id, sum(case when entered then 1 else -1 end) as n from segment_transitions group by 1, 2) t
        full join segment_members m on m.segment_id = t.segment_id and m.profile_id = t.profile_id
        where coalesce(t.n, 0) <> case when m.profile_id is null then 0 else 1 end`;
      expect(wrong).toEqual([]);
      for (const { cause, n } of await database.sql<
        { cause: string; n: number }[]
      >`select cause, count(*)::int as n from segment_transitions group by 1`)
        transitions[cause] = (transitions[cause] ?? 0) + n;
    }),
    { numRuns: Number(process.env["RUNS"] ?? 8) },
  );
  for (const cause of ["time", "event", "merge"]) expect(transitions[cause], cause).toBeGreaterThan(0);
}, 600_000);

test("an entry names the newest message that its rule depends on, and facts that no rule asks for move nobody", async () => {
  const ctx = database.ctx();
  const bought = await createSegment(ctx, { name: "Bought", rule: rule("all", did("a", "Bought", last(30, "day"), some)) });
  const known = await createSegment(ctx, { name: "Known", rule: rule("all", { kind: "known", id: "k" }) });
  for (const { id } of [bought, known]) await computeSegment(database, id, 1, { now: START });
  const say = (event: string, n: number): TestMessage => ({
    type: "track",
    userId: "named",
    event,
    messageId: `named-${n}`,
    timestamp: new Date(START - 1_000 + n).toISOString(),
    receivedAt: new Date(START).toISOString(),
  });
  await feed(database.sql, [say("Viewed", 0)]);
  await settle(START);
  await feed(database.sql, [say("Bought", 1), say("Viewed", 2)]);
  await settle(START);
  const rows = await database.sql<{ segmentId: string; cause: string; messageId: string }[]>`
    select t.segment_id as "segmentId", t.cause, i.body::json->>'messageId' as "messageId" from segment_transitions t
    join inbox i on i.id = t.event_id where t.segment_id = any(${[bought.id, known.id]}::text[]) order by t.id`;
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { segmentId: known.id, cause: "event", messageId: "named-0" },
    { segmentId: bought.id, cause: "event", messageId: "named-1" },
  ]);
});
