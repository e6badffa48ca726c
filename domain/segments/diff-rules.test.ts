import fc from "fast-check";
import { describe as suite, expect, test } from "vitest";
import { ruleArbitrary } from "./arbitrary";
import { diffRules } from "./diff-rules";
import type { Group, Leaf, Match, Rule, RuleNode } from "./model";

const rule = (match: Match, ...children: RuleNode[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match, children } });
const group = (id: string, match: Match, ...children: RuleNode[]): Group => ({ kind: "group", id, match, children });
const plan = (id: string, value: string): Leaf => ({
  kind: "trait",
  id,
  path: ["plan"],
  test: { type: "text", operator: "equals", value, ignoreCase: false },
});
const known: Leaf = { kind: "known", id: "k" };
const inVip: Leaf = { kind: "segment", id: "s", segmentId: "seg_1" };
const texts = (before: Rule, after: Rule): string[] => diffRules(before, after, { names: { seg_1: "VIP" } }).map(({ text }) => text);

suite("difference of two versions", () => {
  test("rows that came, went and changed", () => {
    expect(texts(rule("all", plan("p", "pro"), known), rule("all", plan("p", "team"), inVip))).toEqual([
      "Changed from “have plan that is pro” to “have plan that is team”",
      "Added: are in the segment VIP",
      "Removed: are known (have a user id, e-mail or phone)",
    ]);
  });

  test("a group that changed its match, turned round and muted rows", () => {
    expect(texts(rule("all", known), rule("any", known))).toEqual(["Changed the whole rule from “all of” to “any of”"]);
    expect(texts(rule("all", group("g", "any", known)), rule("all", group("g", "none", known)))).toEqual([
      "Changed a group from “any of” to “none of”",
    ]);
    expect(texts(rule("all", inVip), rule("all", { ...inVip, negate: true, muted: true }))).toEqual([
      "Turned round (not): “are in the segment VIP”",
      "Muted: “are in the segment VIP”",
    ]);
    expect(texts(rule("all", { ...inVip, negate: true, muted: true }), rule("all", inVip))).toEqual([
      "No longer turned round: “are in the segment VIP”",
      "No longer muted: “are in the segment VIP”",
    ]);
  });

  test("a row that moved: only the one that left the order, or into another group", () => {
    const [a, b, c] = [plan("a", "1"), plan("b", "2"), plan("c", "3")];
    expect(texts(rule("all", a, b, c), rule("all", c, a, b))).toEqual(["Moved “have plan that is 3” to place 1"]);
    expect(texts(rule("all", a, b), rule("all", a, group("g", "any", b)))).toEqual([
      "Added a group: any of",
      "Moved “have plan that is 2” into a group",
    ]);
    expect(texts(rule("all", a, b, c), rule("all", b, c))).toEqual(["Removed: have plan that is 1"]);
  });

  test("a detail that the words do not tell is a change all the same, and the order of keys is none", () => {
    const off: Leaf = { ...known, negate: false };
    expect(texts(rule("all", known), rule("all", off))).toEqual([]);
    const turned = Object.fromEntries(Object.entries(plan("p", "pro")).toReversed()) as unknown as Leaf;
    expect(texts(rule("all", plan("p", "pro")), rule("all", turned))).toEqual([]);
  });

  test("a row that became another kind says both", () => {
    expect(texts(rule("all", group("x", "any", known)), rule("all", { ...inVip, id: "x" }))).toEqual([
      "Added: are in the segment VIP",
      "Removed a group: any of",
      "Removed: are known (have a user id, e-mail or phone)",
    ]);
  });

  test("a rule does not differ from itself, and another rule does", () => {
    fc.assert(
      fc.property(ruleArbitrary, ruleArbitrary, (one, other) => {
        expect(diffRules(one, structuredClone(one))).toEqual([]);
        const same = JSON.stringify(one) === JSON.stringify(other);
        if (!same && JSON.stringify(normal(one.root)) !== JSON.stringify(normal(other.root))) expect(diffRules(one, other)).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** A tree without what means the same as absent, keys in one order. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .filter(([key, item]) => item !== undefined && !((key === "negate" || key === "muted") && item === false))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, normal(item)]);
}
