import { expect, test } from "vitest";
import type { Ctx } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { createList } from "./lists";
import type { Leaf, Rule } from "./model";
import { exportSegmentFile, readSegmentFile } from "./segment-file";
import { createSegment, deleteSegment } from "./verbs";

const database = testDatabase();
const ctx = (): Ctx => database.ctx();
const rule = (...children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });
const known: Leaf = { kind: "known", id: "k" };

test("a definition goes out and comes back the same; what it names is found again by key or name, or told", async () => {
  const base = await createSegment(ctx(), { name: "Base", rule: rule(known) });
  const list = await createList(ctx(), { name: "Guests" });
  const whole = rule({ kind: "segment", id: "s", segmentId: base.id }, { kind: "list", id: "l", listId: list.id, negate: true });
  const made = await createSegment(ctx(), { name: "Both", rule: whole, folder: "Shop", tags: ["a"] });
  const file = await exportSegmentFile(ctx(), { id: made.id });
  expect(file).toMatchObject({ format: "tributary.segment", formatVersion: 1, key: "both", rule: whole });
  expect(await readSegmentFile(ctx(), { text: JSON.stringify(file) })).toEqual({
    name: "Both",
    description: null,
    folder: "Shop",
    tags: ["a"],
    rule: whole,
    missing: [],
  });
  // Of another install: other ids, the same key and name.
  const foreign = JSON.stringify(file).replaceAll(base.id, "seg_elsewhere").replaceAll(list.id, "lst_elsewhere");
  expect((await readSegmentFile(ctx(), { text: foreign })).rule).toEqual(whole);
  await deleteSegment(ctx(), { id: made.id });
  await deleteSegment(ctx(), { id: base.id });
  await createList(ctx(), { name: "Guests" });
  const draft = await readSegmentFile(ctx(), { text: foreign });
  expect(draft.missing).toEqual(['Segment "Base"', 'List "Guests"']);
  expect(draft.rule.root.children.map(({ muted }) => muted)).toEqual([true, true]);
});

test("files that are none are refused in words", async () => {
  const refused = async (text: string): Promise<string> =>
    readSegmentFile(ctx(), { text }).then(
      () => "",
      (error: Error) => error.message,
    );
  expect(await refused("{")).toContain("not JSON");
  expect(await refused("[]")).toContain("no segment that can be read");
  expect(await refused(JSON.stringify({ format: "other" }))).toContain("format");
  const file = { format: "tributary.segment", formatVersion: 1, rule: rule({ ...known, kind: "nonsense" } as never) };
  expect(await refused(JSON.stringify(file))).toContain("rule");
  expect(await refused(JSON.stringify({ ...file, formatVersion: 2 }))).toContain("newer");
  await expect(readSegmentFile(database.ctx(member("manager")), { text: "{}" })).rejects.toMatchObject({ code: "FORBIDDEN" });
});
