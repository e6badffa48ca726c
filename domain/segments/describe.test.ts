import fc from "fast-check";
import { describe as suite, expect, test } from "vitest";
import { ruleArbitrary } from "./arbitrary";
import { describe, describeNode, plain } from "./describe";
import { leavesOf, type Leaf, type Rule } from "./model";

/** Every text, number and date that somebody chose in a leaf. */
function operands(value: unknown, key = ""): string[] {
  if (["kind", "type", "operator", "id", "root", "of", "which", "negate", "muted", "ignoreCase", "unit", "step", "days"].includes(key))
    return [];
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap((item) => operands(item));
  if (value !== null && typeof value === "object")
    return Object.entries(value).flatMap(([name, item]) => (name === "from" && item === 0 ? [] : operands(item, name)));
  return [];
}

const rule = (...children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "r", match: "all", children } });

suite("describe", () => {
  test("every operand of every row stands in the sentence", () => {
    fc.assert(
      fc.property(ruleArbitrary, (generated) => {
        const sentence = plain(describe(generated)).replaceAll(",", "");
        for (const leaf of leavesOf(generated.root)) {
          // The opposite ends of a "not exactly 0" say "did not".
          for (const operand of operands(leaf)) {
            if (leaf.kind === "event" && operand === "0") continue;
            expect(sentence).toContain(operand.replaceAll(",", ""));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("reads as a person would say it", () => {
    const germany: Leaf = {
      kind: "location",
      id: "a",
      field: "country",
      test: { type: "text", operator: "equals", value: "DE", ignoreCase: true },
    };
    const bought: Leaf = {
      kind: "event",
      id: "b",
      event: "Order Completed",
      where: [],
      window: { kind: "last", duration: { n: 30, unit: "day" } },
      measure: { of: "count" },
      compare: { operator: "at_least", n: 2 },
    };
    const never: Leaf = {
      kind: "event",
      id: "c",
      event: "Email Opened",
      where: [],
      window: { kind: "ever" },
      measure: { of: "count" },
      compare: { operator: "exactly", n: 0 },
    };
    expect(plain(describe(rule(germany, bought, never)))).toBe(
      "People who are in a place whose country is DE (in any case) and did Order Completed at least 2 times in the last 30 days and did not do Email Opened ever",
    );
  });

  test("negation says what it does to people without a value; nothing chosen is everybody", () => {
    const notPro: Leaf = {
      kind: "trait",
      id: "a",
      path: ["plan"],
      test: { type: "text", operator: "not_equals", value: "pro", ignoreCase: false },
    };
    expect(plain(describe(rule(notPro)))).toBe("People who have plan that is not pro, or have none");
    expect(plain(describe(rule()))).toBe("Everybody");
    expect(plain(describe({ version: 1, root: { kind: "group", id: "r", match: "any", children: [] } }))).toBe("People who are nobody");
  });

  test("one row reads alone, and a group inside another stands in brackets", () => {
    const known: Leaf = { kind: "known", id: "k" };
    const inSegment: Leaf = { kind: "segment", id: "s", segmentId: "seg_1", negate: true };
    expect(plain(describeNode(inSegment, { names: { seg_1: "VIP" } }))).toBe("not: are in the segment VIP");
    const either: Rule["root"] = { kind: "group", id: "g", match: "any", children: [known, inSegment] };
    expect(plain(describe({ version: 1, root: { kind: "group", id: "r", match: "all", children: [known, either] } }))).toBe(
      "People who are known (have a user id, e-mail or phone) and (are known (have a user id, e-mail or phone) or not: are in the segment seg_1)",
    );
  });
});
