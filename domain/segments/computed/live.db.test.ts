import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "@/domain/events/model";
import { fixedClock } from "@/domain/kernel/clock";
import { mergeProfiles, processAll, unmergeProfiles } from "@/domain/identity";
import { feed, type TestMessage } from "@/domain/identity/test/feed";
import { testDatabase } from "@/server/test/database";
import { compile } from "../compile";
import { computeSegment } from "../compute";
import { stepSegments } from "../live";
import type { Leaf, Rule, Window } from "../model";
import { createSegment } from "../verbs";
import { at } from "../values";
import { compileValue } from "./compile-value";
import { computeTrait } from "./compute-trait";
import { evaluateExpression, parseExpression } from "./expression";
import { emptyOf, type Definition, type RfmBorders } from "./model";
import { createTrait, pauseTrait, recomputeTrait, updateTrait } from "./verbs";

const database = testDatabase();
const HOUR = 3_600_000;
const START = Date.parse("2026-03-26T10:00:00Z");

const last = (n: number, unit: "hour" | "day"): Exclude<Window, { kind: "since_entered" }> => ({ kind: "last", duration: { n, unit } });
const EVER = { kind: "ever" as const };
const bought = { event: "Bought", where: [] };

const recent = (hours: number): Definition => ({ kind: "event", ...bought, window: last(hours, "hour"), measure: { of: "count" } });
const DEFINITIONS: Record<string, Definition> = {
  recent: recent(48),
  spent: { kind: "event", ...bought, window: EVER, measure: { of: "sum", path: ["price"] } },
  favourite: { kind: "event", event: null, where: [], window: EVER, measure: { of: "most_frequent", path: ["kind"], atLeast: 2 } },
  quiet: { kind: "event", event: null, where: [], window: EVER, measure: { of: "days_since", which: "last" } },
  days: { kind: "event", event: "Viewed", where: [], window: { kind: "calendar_days", days: 2 }, measure: { of: "days" } },
  kinds: { kind: "event", event: null, where: [], window: last(3, "day"), measure: { of: "unique_list", path: ["kind"], limit: 2 } },
  visits: { kind: "sessions", event: null, where: [], window: last(2, "day"), gapMinutes: 60, measure: "average_events" },
  share: {
    kind: "ratio",
    of: { ...bought, window: last(2, "day"), measure: { of: "count" } },
    per: { event: null, where: [], window: last(2, "day"), measure: { of: "count" } },
  },
  rfm: { kind: "rfm", ...bought, window: EVER, path: ["price"], groups: 2, score: "code", everyHours: 24 },
  score: { kind: "formula", expression: `coalesce(recent * 10 + if(quiet >= 1, 0, 1), 0) + coalesce(days_until(trait("renewal")), 0)` },
  twice: { kind: "formula", expression: `if(score > 10, concat("good ", favourite), round(share, 2))` },
};

const when =
  (name: string, test: Extract<Leaf, { kind: "computed" }>["test"]) =>
  (ids: Record<string, string>): Rule => ({
    version: 1,
    root: { kind: "group", id: "root", match: "all", children: [{ kind: "computed", id: "a", traitId: ids[name] ?? "", test }] },
  });
const RULES = {
  buyers: when("recent", { type: "number", operator: "gte", value: 2 }),
  few: when("recent", { type: "number", operator: "lt", value: 1 }),
  silent: when("quiet", { type: "number", operator: "not_equals", value: 0 }),
  good: when("twice", { type: "text", operator: "starts_with", value: "good", ignoreCase: false }),
};

type Step =
  | { do: "message"; message: TestMessage; ago: number }
  | { do: "advance"; hours: number }
  | { do: "unmerge" }
  | { do: "merge" }
  | { do: "pause" }
  | { do: "edit"; hours: number };

const user = fc.constantFrom("u1", "u2", "u3");
const track = (who: "userId" | "anonymousId", ids: fc.Arbitrary<string>): fc.Arbitrary<TestMessage> =>
  fc
    .record({
      event: fc.constantFrom("Viewed", "Bought", "Bought"),
      id: ids,
      kind: fc.constantFrom("tea", "coffee"),
      price: fc.integer({ min: 1, max: 50 }),
    })
    .map(({ event, id, kind, price }) => ({ type: "track" as const, event, [who]: id, properties: { kind, price } }));
const message: fc.Arbitrary<TestMessage> = fc.oneof(
  { weight: 4, arbitrary: track("anonymousId", fc.constantFrom("b1", "b2", "b3", "b4")) },
  { weight: 3, arbitrary: track("userId", user) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("identify" as const), userId: user, anonymousId: fc.constantFrom("b1", "b2", "b3") }),
  },
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
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("message" as const), message, ago: fc.constantFrom(0, 0, 0, 1, 13, 30, -5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("advance" as const), hours: fc.constantFrom(1, 5, 11, 12, 24) }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: "unmerge" }, { do: "merge" }, { do: "pause" }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("edit" as const), hours: fc.constantFrom(6, 30) }) },
);

async function settle(now: number): Promise<void> {
  await processAll(database);
  for (;;) {
    const { changes, due } = await stepSegments(database, now);
    if (changes + due === 0) break;
  }
}

/** What a full computation gives: SQL for what looks at events, formulas over those values. */
async function expected(now: number): Promise<Record<string, [number, Json][]>> {
  const { sql } = database;
  const traits = await sql<{ name: string; key: string; definition: Definition; state: RfmBorders | null }[]>`
    select t.name, t.key, v.definition, t.state from computed_traits t
    join computed_trait_versions v on v.trait_id = t.id and v.version = t.version where t.deleted_at is null order by t.created_at, t.id`;
  const people = await sql<{ id: number; traits: JsonObject }[]>`select id, traits from profiles where merged_into is null order by id`;
  const byKey = new Map<string, Map<number, Json>>();
  // Formulas after what they ask.
  const rank = (one: { name: string; definition: Definition }): number =>
    one.definition.kind !== "formula" ? 0 : one.name === "score" ? 1 : 2;
  const order = traits.toSorted((a, b) => rank(a) - rank(b));
  const out: Record<string, [number, Json][]> = {};
  for (const { name, key, definition, state } of order) {
    const values = new Map<number, Json>();
    if (definition.kind === "formula") {
      for (const person of people)
        values.set(
          person.id,
          evaluateExpression(parseExpression(definition.expression), {
            now,
            computed: (one) => byKey.get(one)?.get(person.id) ?? undefined,
            trait: (path) => at(person.traits, path),
          }) ?? null,
        );
    } else if (definition.kind !== "sql") {
      const query = compileValue(definition, { now, zone: "UTC", borders: state });
      for (const row of await sql.unsafe<{ id: number; value: Json }[]>(query.text, query.params as never[])) values.set(row.id, row.value);
      for (const { id } of people) values.set(id, values.get(id) ?? emptyOf(definition));
    }
    byKey.set(key, values);
    out[name] = people.map(({ id }) => [id, values.get(id) ?? null]);
  }
  return out;
}

async function kept(): Promise<Record<string, [number, Json][]>> {
  const rows = await database.sql<{ name: string; id: number; value: Json }[]>`
    select t.name, p.id, coalesce(v.value, t.empty) as value from computed_traits t cross join profiles p
    left join computed_values v on v.trait_id = t.id and v.profile_id = p.id
    where t.deleted_at is null and p.merged_into is null order by t.name, p.id`;
  const out: Record<string, [number, Json][]> = Object.fromEntries(Object.keys(DEFINITIONS).map((name) => [name, []]));
  for (const { name, id, value } of rows) (out[name] ??= []).push([id, value]);
  return out;
}

test("values are at every step those of a full computation: late events, merges, un-merges, edits, pauses, time", async () => {
  let epoch = 0;
  const changed = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      // Every history has people of its own: what is derived stays, only names differ.
      epoch += 1;
      const mine = (m: TestMessage): TestMessage => ({
        ...m,
        ...(m.userId === undefined ? {} : { userId: `${m.userId}-${epoch}` }),
        ...(m.anonymousId === undefined ? {} : { anonymousId: `${m.anonymousId}-${epoch}` }),
      });
      const clock = fixedClock(new Date(START));
      const ctx = { ...database.ctx(), clock };
      const now = (): number => clock.now().getTime();
      await database.sql`truncate segments, segment_versions, segment_references, segment_members, segment_transitions, segment_due, segment_sizes,
        computed_traits, computed_trait_versions, computed_trait_references, computed_values, computed_due`;
      const ids: Record<string, string> = {};
      const versions: Record<string, number> = {};
      for (const [name, definition] of Object.entries(DEFINITIONS)) {
        ids[name] = (await createTrait(ctx, { name, definition })).id;
        versions[name] = 1;
        expect(await computeTrait(database, ids[name], 1, { now, patienceMs: 0 })).toBe(true);
      }
      const segments: Record<string, string> = {};
      for (const [name, make] of Object.entries(RULES)) {
        segments[name] = (await createSegment(ctx, { name, rule: make(ids) })).id;
        await computeSegment(database, segments[name], 1, { now: START });
      }
      for (const [i, one] of steps.entries()) {
        if (one.do === "message") {
          const timestamp = new Date(now() - one.ago * HOUR).toISOString();
          await feed(database.sql, [
            { ...mine(one.message), timestamp, receivedAt: new Date(now()).toISOString(), messageId: `c${epoch}-${i}` },
          ]);
        } else if (one.do === "advance") clock.advance(one.hours * HOUR);
        else if (one.do === "unmerge") {
          const [merge] = await database.sql<{ id: string }[]>`select id from merges where undone_at is null order by id desc limit 1`;
          if (merge) await unmergeProfiles(ctx, { mergeId: merge.id, neverMerge: false });
        } else if (one.do === "merge") {
          const people = await database.sql<{ id: number }[]>`select id from profiles where merged_into is null order by id desc limit 2`;
          if (people[0] && people[1]) await mergeProfiles(ctx, { survivorId: people[1].id, loserId: people[0].id });
        } else if (one.do === "pause") {
          const id = ids["spent"] as string;
          await pauseTrait(ctx, { id });
          await feed(database.sql, [
            {
              ...mine({ type: "track", event: "Bought", userId: "u1", properties: { price: 7 } }),
              timestamp: clock.now().toISOString(),
              messageId: `p${epoch}-${i}`,
            },
          ]);
          await settle(now());
          await recomputeTrait(ctx, { id });
          await computeTrait(database, id, versions["spent"] as number, { now, patienceMs: 0 });
        } else {
          const id = ids["recent"] as string;
          versions["recent"] = (await updateTrait(ctx, { id, basedOn: versions["recent"], definition: recent(one.hours) })).version;
          // A message in between: live values come in while the computation over everybody waits.
          await feed(database.sql, [
            {
              ...mine({ type: "track", event: "Bought", userId: "u2" }),
              timestamp: clock.now().toISOString(),
              messageId: `e${epoch}-${i}`,
            },
          ]);
          await settle(now());
          await computeTrait(database, id, versions["recent"], { now, patienceMs: 0 });
        }
        await settle(now());
        const values = await kept();
        expect({ i, one, values }).toEqual({ i, one, values: await expected(now()) });
        for (const [name, id] of Object.entries(segments)) {
          const rows = await database.sql<
            { id: number }[]
          >`select profile_id as id from segment_members where segment_id = ${id} order by 1`;
          const query = compile(RULES[name as keyof typeof RULES](ids), { now: now(), zone: "UTC", segmentId: id });
          const full = await database.sql.unsafe<{ id: number }[]>(query.text, query.params as never[]);
          expect({ name, i, members: rows.map((row) => row.id) }).toEqual({
            name,
            i,
            members: full.map((row) => row.id).sort((a, b) => a - b),
          });
        }
        for (const [name, list] of Object.entries(values))
          changed.set(name, (changed.get(name) ?? 0) + list.filter(([, value]) => value !== null && value !== 0).length);
      }
      const orphans = await database.sql`
        select v.profile_id from computed_values v where not exists (select 1 from profiles p where p.id = v.profile_id and p.merged_into is null)`;
      expect(orphans).toEqual([]);
    }),
    { numRuns: Number(process.env["RUNS"] ?? 6) },
  );
  for (const name of Object.keys(DEFINITIONS)) expect(changed.get(name), name).toBeGreaterThan(0);
}, 600_000);
