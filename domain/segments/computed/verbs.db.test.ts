import { beforeAll, expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { member, testDatabase } from "@/server/test/database";
import { stepSegments } from "../live";
import { createSegment, deleteSegment } from "../verbs";
import type { Rule } from "../model";
import { askDueTraits, computeTrait, TRAIT_JOB } from "./compute-trait";
import type { Definition } from "./model";
import { previewComputedTrait } from "./preview";
import { getComputedTrait, listComputedTraits, personTraitLineage } from "./reads";
import { checkSample, refreshStaleStats, sweepValues } from "./upkeep";
import { changeTrait, createTrait, deleteTrait, pauseTrait, recomputeTrait, updateTrait } from "./verbs";

const database = testDatabase();
const NOW = Date.parse("2026-03-20T12:00:00Z");
const clock = fixedClock(new Date(NOW));
const ctx = () => ({ ...database.ctx(), clock });
const as = (role: "admin" | "marketer" | "manager", sees = true) => ({ ...database.ctx(member(role, sees)), clock });

const orders: Definition = {
  kind: "event",
  event: "Order Completed",
  where: [],
  window: { kind: "last", duration: { n: 90, unit: "day" } },
  measure: { of: "count" },
};
const emails: Definition = {
  kind: "event",
  event: "Order Completed",
  where: [],
  window: { kind: "ever" },
  measure: { of: "last", path: ["email"] },
};
const formula = (expression: string): Definition => ({ kind: "formula", expression });
const rfm: Definition = {
  kind: "rfm",
  event: "Order Completed",
  where: [],
  window: { kind: "ever" },
  groups: 2,
  score: "group",
  everyHours: 24,
};

beforeAll(async () => {
  await feed(
    database.sql,
    [1, 2, 3, 4].flatMap((n) => [
      {
        type: "identify" as const,
        userId: `u${n}`,
        traits: { email: `u${n}@example.com`, plan: n > 2 ? "pro" : "free" },
        timestamp: "2026-03-01T00:00:00Z",
      },
      ...Array.from({ length: n - 1 }, (_, i) => ({
        type: "track" as const,
        event: "Order Completed",
        userId: `u${n}`,
        properties: { total: 10 * n, email: `u${n}@example.com` },
        timestamp: `2026-03-0${i + 2}T00:00:00Z`,
      })),
    ]),
  );
  await processAll(database);
});

async function computed(id: string): Promise<void> {
  const { version } = await getComputedTrait(ctx(), { id });
  expect(await computeTrait(database, id, version, { now: () => clock.now().getTime(), patienceMs: 0 })).toBe(true);
}

test("a trait is kept, computed in the background, and says coverage, spread and cost", async () => {
  const { id, key } = await createTrait(as("marketer"), { name: "Orders in 90 days", definition: orders });
  expect(key).toBe("orders_in_90_days");
  const [job] = await database.sql`select payload from jobs where kind = ${TRAIT_JOB} and fair_key = ${id}`;
  expect(job?.["payload"]).toEqual({ traitId: id, version: 1 });
  expect((await getComputedTrait(ctx(), { id })).status).toBe("preparing");
  const seen: number[] = [];
  await computeTrait(database, id, 1, { now: () => NOW, patienceMs: 0, progress: async (done, total) => void seen.push(done, total) });
  expect(seen).toEqual([4, 4]);
  const trait = await getComputedTrait(ctx(), { id: key });
  expect(trait).toMatchObject({
    status: "live",
    progress: null,
    sentence: "How often they did Order Completed in the last 90 days",
    usedBy: 0,
  });
  expect(trait.stats).toMatchObject({ people: 4, withValue: 3, numbers: { low: 1, high: 3, average: 2, middle: 2 } });
  expect(trait.stats?.numbers?.bars.reduce((sum, n) => sum + n, 0)).toBe(3);
  const audit = await database.sql`select action from audit_log where object_id = ${id} order by seq`;
  expect(audit.map((row) => row["action"])).toEqual(["computed_trait.created"]);
});

test("roles: managers see none, marketers write", async () => {
  await expect(listComputedTraits(as("manager"))).rejects.toThrow();
  await expect(createTrait(as("manager"), { name: "x", definition: orders })).rejects.toThrow();
  expect((await listComputedTraits(as("marketer"))).length).toBeGreaterThan(0);
});

test("keys are words of formulas, never given twice, never those of collected traits", async () => {
  const keys = [];
  for (const name of ["Plan", "If", "2026 orders", "Orders in 90 days"]) {
    const { id, key } = await createTrait(ctx(), { name, definition: orders });
    keys.push(key);
    await deleteTrait(ctx(), { id });
  }
  expect(keys).toEqual(["plan_2", "trait_if", "trait_2026_orders", "orders_in_90_days_2"]);
  expect((await createTrait(ctx(), { name: "Plan", definition: orders })).key).toBe("plan_3");
});

test("formulas: unknown keys and circles are refused with the way round; values follow their inputs", async () => {
  await expect(createTrait(ctx(), { name: "Bad", definition: formula("nothing + 1") })).rejects.toThrow(
    /no computed trait with the key nothing/,
  );
  await expect(createTrait(ctx(), { name: "Bad", definition: formula("1 +") })).rejects.toThrow(/character 4/);
  const a = await createTrait(ctx(), { name: "Alpha", definition: orders });
  const b = await createTrait(ctx(), { name: "Beta", definition: formula("alpha * 2") });
  const c = await createTrait(ctx(), { name: "Gamma", definition: formula('if(beta > 2, "often", "seldom")') });
  await expect(updateTrait(ctx(), { id: a.id, basedOn: 1, definition: formula("gamma") })).rejects.toThrow(
    /would ask itself: "Alpha" → "Gamma" → "Beta" → "Alpha"/,
  );
  await expect(updateTrait(ctx(), { id: b.id, basedOn: 1, definition: formula("beta") })).rejects.toThrow(/"Beta" → "Beta"/);
  // The computation of an input brings the formulas over it along.
  await computed(a.id);
  await computed(b.id);
  await computed(c.id);
  const of = async (id: string) => (await personTraitLineage(ctx(), { profile: "user_id:u4", trait: id })).value;
  expect([await of(a.id), await of(b.id), await of(c.id)]).toEqual([3, 6, "often"]);
  await updateTrait(ctx(), { id: a.id, basedOn: 1, definition: { ...orders, window: { kind: "last", duration: { n: 17, unit: "day" } } } });
  await computed(a.id);
  expect([await of(a.id), await of(b.id), await of(c.id)]).toEqual([1, 2, "seldom"]);
  await expect(updateTrait(ctx(), { id: a.id, basedOn: 1, definition: orders })).rejects.toThrow(/Version 2 was saved/);
  await expect(deleteTrait(ctx(), { id: a.id })).rejects.toThrow(/used by the trait "Beta"/);
  expect((await getComputedTrait(ctx(), { id: b.id })).uses.map(({ name }) => name)).toEqual(["Alpha"]);
});

test("a segment over a trait: named in its sentence, refuses its deletion, follows it live", async () => {
  const { id } = await createTrait(ctx(), { name: "Orders ever", definition: { ...orders, window: { kind: "ever" } } });
  await computed(id);
  const rule: Rule = {
    version: 1,
    root: {
      kind: "group",
      id: "root",
      match: "all",
      children: [{ kind: "computed", id: "a", traitId: id, test: { type: "number", operator: "gte", value: 3 } }],
    },
  };
  const segment = await createSegment(ctx(), { name: "Regulars", rule });
  await database.sql`update segments set status = 'live', size_at = now() where id = ${segment.id}`;
  const [row] = await database.sql`select sentence from segment_versions where segment_id = ${segment.id}`;
  expect(row?.["sentence"]).toBe("People who have a computed Orders ever that is at least 3");
  await expect(deleteTrait(ctx(), { id })).rejects.toThrow(/used by the segment "Regulars"/);
  await feed(database.sql, [{ type: "track", event: "Order Completed", userId: "u3", timestamp: "2026-03-20T11:00:00Z" }]);
  await processAll(database);
  while (!(await stepSegments(database, NOW)).idle);
  const entered = await database.sql`select profile_id, cause from segment_transitions where segment_id = ${segment.id} and entered`;
  const u3 = await database.sql`select profile_id from identifiers where value = 'u3'`;
  expect(entered.map((one) => ({ ...one }))).toContainEqual({ profile_id: u3[0]?.["profile_id"], cause: "event" });
  await deleteSegment(ctx(), { id: segment.id });
  await deleteTrait(ctx(), { id });
  await sweepValues(database.sql, NOW);
  expect(await database.sql`select 1 from computed_values where trait_id = ${id}`).toHaveLength(0);
});

test("lineage: the rows that made a value, when it changes next, and of a formula its inputs", async () => {
  const { id } = await createTrait(ctx(), { name: "Last total", definition: { ...orders, measure: { of: "last", path: ["total"] } } });
  await computed(id);
  const lineage = await personTraitLineage(ctx(), { profile: "user_id:u4", trait: id });
  expect(lineage).toMatchObject({ value: 40, rowsTotal: 3, version: 1 });
  expect(lineage.rows.map(({ at, value }) => [at, value])).toEqual([
    ["2026-03-04T00:00:00.000Z", 40],
    ["2026-03-03T00:00:00.000Z", 40],
    ["2026-03-02T00:00:00.000Z", 40],
  ]);
  expect(lineage.nextChangeAt).toBe("2026-05-31T00:00:00.000Z");
  const last = await createTrait(ctx(), { name: "Half", definition: formula("last_total / 2") });
  await computed(last.id);
  expect((await personTraitLineage(ctx(), { profile: "user_id:u4", trait: last.id })).inputs).toEqual([{ name: "Last total", value: 40 }]);
});

test("preview: values of people and their spread, nothing kept", async () => {
  const before = await database.sql`select count(*)::int as n from computed_traits`;
  const preview = await previewComputedTrait(as("marketer"), { definition: { ...orders, measure: { of: "sum", path: ["total"] } } });
  expect(preview.sentence).toBe("The sum of total of Order Completed in the last 90 days");
  expect(preview.stats).toMatchObject({ withValue: 3 });
  expect(preview.sample.map(({ value }) => value)).toContain(120);
  const group = await previewComputedTrait(ctx(), { definition: rfm });
  expect(group.stats?.top.reduce((sum, { n }) => sum + n, 0)).toBe(3);
  const scored = await previewComputedTrait(ctx(), { definition: formula('concat(trait("plan"), "!")') });
  expect(scored.stats).toBeNull();
  expect(scored.sample.map(({ value }) => value)).toContain("pro!");
  expect(await database.sql`select count(*)::int as n from computed_traits`).toEqual(before);
});

test("personal data: values are masked, and a formula over them is refused, for who may not see such", async () => {
  const { id } = await createTrait(ctx(), { name: "Order mail", definition: emails });
  await computed(id);
  const blind = as("marketer", false);
  const open = await personTraitLineage(as("marketer"), { profile: "user_id:u4", trait: id });
  expect(open.value).toBe("u4@example.com");
  const masked = await personTraitLineage(blind, { profile: "user_id:u4", trait: id });
  expect(JSON.stringify(masked)).not.toContain("u4@example.com");
  expect(JSON.stringify(await previewComputedTrait(blind, { definition: emails }))).not.toContain("@example.com");
  expect(JSON.stringify(await listComputedTraits(blind))).not.toContain("@example.com");
  await expect(createTrait(blind, { name: "x", definition: formula('trait("email")') })).rejects.toThrow(/personal/);
  const rule: Rule = {
    version: 1,
    root: {
      kind: "group",
      id: "root",
      match: "all",
      children: [
        { kind: "computed", id: "a", traitId: id, test: { type: "text", operator: "starts_with", value: "u", ignoreCase: false } },
      ],
    },
  };
  await expect(createSegment(blind, { name: "Spell", rule })).rejects.toThrow(/made of personal data/);
});

test("a pause lets values stand; resuming computes them anew; a computation of an older version does nothing", async () => {
  const { id } = await createTrait(ctx(), { name: "Paused", definition: { ...orders, event: "Visit" } });
  await computed(id);
  await pauseTrait(ctx(), { id });
  await feed(database.sql, [{ type: "track", event: "Visit", userId: "u1", timestamp: "2026-03-20T11:30:00Z" }]);
  await processAll(database);
  while (!(await stepSegments(database, NOW)).idle);
  const of = async () => (await personTraitLineage(ctx(), { profile: "user_id:u1", trait: id })).value;
  expect(await of()).toBe(0);
  expect(await computeTrait(database, id, 1, { now: () => NOW, patienceMs: 0 })).toBe(false);
  await recomputeTrait(ctx(), { id });
  await computed(id);
  expect(await of()).toBe(1);
  await updateTrait(ctx(), { id, basedOn: 1, definition: orders, note: "orders instead" });
  expect(await computeTrait(database, id, 1, { now: () => NOW, patienceMs: 0 })).toBe(false);
  await changeTrait(ctx(), { id, name: "Renamed" });
  const trait = await getComputedTrait(ctx(), { id });
  expect(trait).toMatchObject({ name: "Renamed", key: "paused", version: 2 });
  expect(trait.versions.map(({ version, note }) => [version, note])).toEqual([
    [2, "orders instead"],
    [1, null],
  ]);
});

test("scores are placed anew by schedule; spread and sample are kept up", async () => {
  const { id } = await createTrait(ctx(), { name: "Group", definition: rfm });
  await computed(id);
  expect((await getComputedTrait(ctx(), { id })).nextRunAt).toBe(new Date(NOW + 24 * 3_600_000).toISOString());
  await database.sql`delete from jobs`;
  expect(await askDueTraits(database.sql, NOW + 23 * 3_600_000)).toBe(0);
  expect(await askDueTraits(database.sql, NOW + 25 * 3_600_000)).toBe(1);
  expect(await database.sql`select 1 from jobs where fair_key = ${id}`).toHaveLength(1);
  await database.sql`delete from jobs`;
  // A value that is not what a computation gives is found and said.
  await database.sql`update computed_traits set checked_at = ${new Date(NOW + 2 * 3_600_000)} where id <> ${id}`;
  await database.sql`update computed_values set value = '"nonsense"' where trait_id = ${id}`;
  await database.sql`update segment_cursors set change_id = (select coalesce(max(id), 0) from profile_changes) where name = 'main'`;
  const later = NOW + 2 * 3_600_000;
  await database.sql`delete from computed_due`;
  expect(await checkSample(database, later)).toEqual({ id, difference: 3 });
  expect((await getComputedTrait(ctx(), { id })).checkDifference).toBe(3);
  await database.sql`update computed_traits set changed_at = ${new Date(NOW + 1)} where id = ${id}`;
  expect(await refreshStaleStats(database.sql, later)).toBeGreaterThan(0);
  expect((await getComputedTrait(ctx(), { id })).stats?.top).toEqual([{ value: "nonsense", n: 3 }]);
});

test("SQL traits: for admins who see personal data, by the reading role; read by schedule, one value a person", async () => {
  const sqlTrait = (sql: string): Definition => ({ kind: "sql", sql, everyHours: 6 });
  const good = sqlTrait("select profile_id, count(*) * 100 from events where event = 'Order Completed' group by 1");
  await expect(createTrait(as("marketer"), { name: "x", definition: good })).rejects.toThrow();
  await expect(createTrait(as("admin", false), { name: "x", definition: good })).rejects.toThrow(/personal data/);
  await expect(createTrait(as("admin"), { name: "x", definition: sqlTrait("delete from profiles") })).rejects.toThrow(/SELECT or WITH/);
  await expect(previewComputedTrait(as("marketer"), { definition: good })).rejects.toThrow();
  const preview = await previewComputedTrait(as("admin"), { definition: good });
  expect(preview.stats).toMatchObject({ withValue: 3, numbers: { low: 100 } });
  expect(preview.sample.map(({ value }) => value)).toContain(100);
  await expect(previewComputedTrait(as("admin"), { definition: sqlTrait("select profile_id from people") })).rejects.toThrow(
    /not understood/,
  );
  await expect(previewComputedTrait(as("admin"), { definition: sqlTrait("select profile_id, event from events") })).rejects.toThrow(
    /more than one value/,
  );
  const { id } = await createTrait(as("admin"), { name: "By SQL", definition: good });
  await computed(id);
  const of = async (user: string) => (await personTraitLineage(ctx(), { profile: `user_id:${user}`, trait: id })).value;
  expect([await of("u1"), await of("u2")]).toEqual([null, 100]);
  const trait = await getComputedTrait(ctx(), { id });
  expect(trait.nextRunAt).toBe(new Date(NOW + 6 * 3_600_000).toISOString());
  // Between two readings events change nothing; the next reading does.
  await feed(database.sql, [{ type: "track", event: "Order Completed", userId: "u2", timestamp: "2026-03-20T11:50:00Z" }]);
  await processAll(database);
  while (!(await stepSegments(database, NOW)).idle);
  expect(await of("u2")).toBe(100);
  await computed(id);
  expect(await of("u2")).toBe(200);
  await deleteTrait(ctx(), { id });
}, 60_000);
