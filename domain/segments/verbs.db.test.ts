import { beforeAll, expect, test } from "vitest";
import type { Ctx } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { computeSegment } from "./compute";
import { estimateRule, sampleMembers, testPerson } from "./estimate";
import { exportSegment } from "./export-segment";
import type { Leaf, Rule } from "./model";
import { segmentOverlap } from "./overlap";
import { getSegment, listSegments, segmentMembersPage, segmentSizes, segmentTransitionsPage } from "./reads";
import { changeSegment, createSegment, deleteSegment, duplicateSegment, recomputeSegment, saveSegment, updateSegment } from "./verbs";

const database = testDatabase();
const ctx = (): Ctx => database.ctx();

const leaf = {
  country: (id: string, value: string): Leaf => ({
    kind: "location",
    id,
    field: "country",
    test: { type: "text", operator: "equals", value, ignoreCase: false },
  }),
  bought: (id: string, n: number): Leaf => ({
    kind: "event",
    id,
    event: "Order Completed",
    where: [],
    window: { kind: "ever" },
    measure: { of: "count" },
    compare: { operator: "at_least", n },
  }),
  segment: (id: string, segmentId: string): Leaf => ({ kind: "segment", id, segmentId }),
};
const all = (...children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });

beforeAll(async () => {
  const order = (at: string) => ({ event: "Order Completed", at, value: 10 });
  await seedPeople(database, [
    {
      id: 1,
      name: "Ada Able",
      email: "ada@example.com",
      country: "DE",
      identifiers: [["email", "ada@example.com"]],
      events: [order("2026-05-01T00:00:00Z"), order("2026-05-02T00:00:00Z")],
    },
    {
      id: 2,
      name: "Ben Bold",
      email: "ben@example.com",
      country: "DE",
      traits: { email: "ben@example.com" },
      events: [order("2026-05-01T00:00:00Z")],
    },
    { id: 3, country: "FR", events: [order("2026-05-01T00:00:00Z")] },
    { id: 4, mergedInto: 3, events: [order("2026-05-03T00:00:00Z")] },
    { id: 5, country: "DE" },
  ]);
});

const compute = (id: string, version: number) => computeSegment(database, id, version, { now: Date.now() });

test("counts of every row, every group and the whole, with the funnel", async () => {
  const estimate = await estimateRule(ctx(), {
    rule: all(leaf.country("de", "DE"), { ...leaf.bought("two", 2), negate: true }, { ...leaf.bought("one", 1), muted: true }),
  });
  expect(estimate).toMatchObject({
    base: 4,
    total: 2,
    nodes: { root: { alone: 2 }, de: { alone: 3, after: 3 }, two: { alone: 2, after: 2 }, one: { alone: 3 } },
  });
  expect(estimate.nodes["one"]).not.toHaveProperty("after");
});

test("a segment lives: saved, computed, edited by difference, duplicated, deleted", async () => {
  const made = await createSegment(ctx(), {
    name: "Käufer in DE!",
    rule: all(leaf.country("de", "DE"), leaf.bought("one", 1)),
    tags: ["a"],
  });
  expect(made).toMatchObject({ key: "käufer_in_de", version: 1 });
  expect((await getSegment(ctx(), { id: made.id })).status).toBe("preparing");
  expect(await compute(made.id, 1)).toBe(true);
  const live = await getSegment(ctx(), { id: "käufer_in_de" });
  expect(live).toMatchObject({ status: "live", size: 2, usedBy: 0, version: 1, tags: ["a"] });
  expect(live.sentence).toContain("DE");
  const members = await segmentMembersPage(ctx(), { id: made.id, limit: 1 });
  expect(members.rows.map(({ profileId }) => profileId)).toEqual([1]);
  expect((await segmentMembersPage(ctx(), { id: made.id, cursor: members.next })).rows.map(({ name }) => name)).toEqual(["Ben Bold"]);

  await expect(updateSegment(ctx(), { id: made.id, basedOn: 7, rule: all() })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await updateSegment(ctx(), { id: made.id, basedOn: 1, rule: all(leaf.bought("two", 2)), note: "twice" })).toEqual({ version: 2 });
  // The members of version 1 stay until version 2 is computed; a computation of version 1 comes too late.
  expect((await getSegment(ctx(), { id: made.id })).size).toBe(2);
  expect(await compute(made.id, 1)).toBe(false);
  expect(await compute(made.id, 2)).toBe(true);
  const moved = await segmentTransitionsPage(ctx(), { id: made.id });
  expect(
    moved.rows
      .map(({ person, entered, cause, version }) => [person.profileId, entered, cause, version])
      .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
  ).toEqual([
    [1, true, "first", 1],
    [2, false, "edit", 2],
    [2, true, "first", 1],
    [3, true, "edit", 2],
  ]);
  expect((await segmentSizes(ctx(), { id: made.id })).at(-1)).toMatchObject({ size: 2, entered: 3, left: 1 });
  expect((await getSegment(ctx(), { id: made.id })).versions.map(({ version, note }) => [version, note])).toEqual([
    [2, "twice"],
    [1, null],
  ]);

  await changeSegment(ctx(), { id: made.id, name: "Buyers", folder: "Shop" });
  const copy = await duplicateSegment(ctx(), { id: made.id });
  expect(await getSegment(ctx(), { id: copy.id })).toMatchObject({ name: "Buyers (copy)", folder: "Shop", key: "buyers_copy" });
  await deleteSegment(ctx(), { id: copy.id });
  await expect(getSegment(ctx(), { id: copy.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  // The key of a deleted segment is never given out again.
  expect((await createSegment(ctx(), { name: "buyers copy", rule: all() })).key).toBe("buyers_copy_2");
  await recomputeSegment(ctx(), { id: made.id });
  const jobs = await database.sql<{ key: string }[]>`select key from jobs where kind = 'segments.compute' and key = ${`${made.id}:2`}`;
  expect(jobs).toHaveLength(1);
});

test("saving an edit is one transaction: a refused name keeps the old rule, a refused version the old name", async () => {
  const { id } = await createSegment(ctx(), { name: "Whole", rule: all() });
  const rule = all(leaf.bought("one", 1));
  await expect(saveSegment(ctx(), { id, basedOn: 1, rule, name: "" })).rejects.toMatchObject({ code: "VALIDATION" });
  await expect(saveSegment(ctx(), { id, basedOn: 4, rule, name: "Renamed" })).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(saveSegment(ctx(), { id, basedOn: 1, rule: all(leaf.segment("s", id)), name: "Renamed" })).rejects.toMatchObject({
    code: "VALIDATION",
  });
  expect(await getSegment(ctx(), { id })).toMatchObject({ name: "Whole", version: 1 });
  expect(await saveSegment(ctx(), { id, basedOn: 1, rule, name: "Renamed", folder: null, tags: ["x"], note: "once" })).toEqual({
    version: 2,
  });
  expect(await getSegment(ctx(), { id })).toMatchObject({ name: "Renamed", version: 2, tags: ["x"], rule });
});

test("references: no circle, no deletion while used, names in the sentence", async () => {
  const a = await createSegment(ctx(), { name: "First", rule: all(leaf.country("x", "DE")) });
  await compute(a.id, 1);
  const b = await createSegment(ctx(), { name: "Second", rule: all(leaf.segment("s", a.id), leaf.bought("two", 2)) });
  await compute(b.id, 1);
  expect(await getSegment(ctx(), { id: b.id })).toMatchObject({ size: 1, uses: [{ id: a.id, name: "First" }] });
  expect((await getSegment(ctx(), { id: b.id })).sentence).toContain("First");
  await expect(updateSegment(ctx(), { id: a.id, basedOn: 1, rule: all(leaf.segment("s", b.id)) })).rejects.toThrow(
    /"First" → "Second" → "First"/,
  );
  await expect(estimateRule(ctx(), { rule: all(leaf.segment("s", a.id)), segmentId: a.id })).rejects.toThrow(/"First" → "First"/);
  await expect(deleteSegment(ctx(), { id: a.id })).rejects.toThrow(/used by "Second"/);
  await expect(createSegment(ctx(), { name: "Third", rule: all(leaf.segment("s", "seg_none")) })).rejects.toMatchObject({
    code: "VALIDATION",
  });
  expect((await listSegments(ctx())).find(({ id }) => id === a.id)).toMatchObject({ usedBy: 1, size: 3 });
  expect(await segmentOverlap(ctx(), { ids: [a.id, b.id, a.id] })).toMatchObject({
    base: 4,
    segments: [
      { id: a.id, name: "First", size: 3 },
      { id: b.id, name: "Second", size: 1 },
    ],
    pairs: [{ a: a.id, b: b.id, both: 1 }],
    combinations: [
      { ids: [a.id], size: 2 },
      { ids: [a.id, b.id], size: 1 },
    ],
    rest: { combinations: 0, size: 0 },
  });
  await expect(segmentOverlap(ctx(), { ids: ["seg_none"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(segmentOverlap(ctx(), { ids: Array.from({ length: 13 }, (_, i) => `seg_${i}`) })).rejects.toMatchObject({
    code: "VALIDATION",
  });
});

test("sample and one person, with the rows that decided; masked for who may not see", async () => {
  const rule = all(leaf.country("de", "DE"), leaf.bought("one", 1));
  const sample = await sampleMembers(ctx(), { rule });
  expect(sample.map(({ profileId, explained }) => [profileId, explained.met])).toEqual([
    [1, true],
    [2, true],
  ]);
  const out = await testPerson(ctx(), { rule, query: "email:ada@example.com" });
  expect(out).toMatchObject({ met: true, person: { name: "Ada Able" } });
  expect(out.explained.children?.[1]?.evidence).toMatchObject({ number: 2, eventsTotal: 2 });
  expect((await testPerson(ctx(), { rule, query: "4" })).person.profileId).toBe(3);
  await expect(testPerson(ctx(), { rule, query: "nobody@example.com" })).rejects.toMatchObject({ code: "NOT_FOUND" });

  const blind = database.ctx(member("marketer", false));
  const has = { kind: "trait", id: "t", path: ["email"], test: { type: "presence", operator: "exists" } } as const;
  const masked = await testPerson(blind, { rule: all({ ...has, path: ["email"] }), query: "2" });
  expect(JSON.stringify(masked)).not.toContain("ben@example.com");
  expect(masked.explained.children?.[0]?.evidence?.value).toBeTruthy();
  const spell = { ...has, test: { type: "text", operator: "starts_with", value: "b", ignoreCase: true } } as const;
  await expect(testPerson(blind, { rule: all({ ...spell, path: ["email"] }), query: "2" })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("export: inert cells, masked for who may not see, audited", async () => {
  await database.sql`update profiles set name = '=1+1' where id = 5`;
  const made = await createSegment(ctx(), { name: "Export me", rule: all(leaf.country("x", "DE")) });
  await compute(made.id, 1);
  const text = async (who: Ctx): Promise<string> => {
    let out = "";
    for await (const piece of await exportSegment(who, { id: "export_me" })) out += piece;
    return out;
  };
  const csv = await text(ctx());
  expect(csv.split("\r\n").map((line) => line.split(",").slice(0, 3).join(","))).toEqual([
    "id,name,email",
    "1,Ada Able,ada@example.com",
    "2,Ben Bold,ben@example.com",
    "5,'=1+1,",
    "",
  ]);
  const masked = await text(database.ctx(member("marketer", false)));
  expect(masked).not.toMatch(/Able|ada@/);
  // The policy may forbid the use altogether.
  await database.sql`insert into consent_policies (purpose_id, use_id, rule) values ('service', 'segment_export', 'block')`;
  await database.sql`update consent_config set version = version + 1`;
  await expect(exportSegment(ctx(), { id: made.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await database.sql`delete from consent_policies where use_id = 'segment_export'`;
  await database.sql`update consent_config set version = version + 1`;
  await expect(exportSegment(database.ctx(member("manager")), { id: made.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const audit = await database.sql<
    { detail: { count: number; withheld: number; complete: boolean } }[]
  >`select detail from audit_log where action = 'segment.exported' order by seq`;
  expect(audit.map(({ detail }) => [detail.count, detail.withheld, detail.complete])).toEqual([
    [3, 0, true],
    [3, 0, true],
  ]);
});

test("who may what", async () => {
  const manager = database.ctx(member("manager"));
  await expect(listSegments(manager)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(estimateRule(manager, { rule: all() })).rejects.toMatchObject({ code: "FORBIDDEN" });
});
