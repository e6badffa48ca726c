import { describe, expect, it } from "vitest";
import { ruleSchema, type Leaf, type Rule, type RuleNode } from "@/domain/segments/model";
import { andExists, atLeastOnce, includesMissing, problemOf, problemsOf, runnable } from "./draft";
import { LEAF_CHOICES } from "./leaf-kinds";
import { isNegative, OPERATOR_GROUPS, operatorId, usualOperator, withOperator } from "./operators";

const rule = (...children: RuleNode[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });
const isNot: Leaf = {
  kind: "trait",
  id: "a",
  path: ["plan"],
  test: { type: "text", operator: "not_equals", value: "pro", ignoreCase: true },
};
const blank: Leaf = { kind: "trait", id: "b", path: [""], test: { type: "text", operator: "equals", value: "", ignoreCase: true } };

describe("a draft", () => {
  it("runs without the rows that are not filled in, and without groups that lose their last row", () => {
    const draft = rule(isNot, { kind: "group", id: "g", match: "any", children: [blank] });
    expect(problemsOf(draft)).toEqual([{ nodeId: "b", message: "Choose a trait." }]);
    expect(runnable(draft)).toEqual(rule(isNot));
    expect(ruleSchema.safeParse(runnable(draft)).success).toBe(true);
  });

  it("every new row is either whole or says what is missing, never a vague refusal", () => {
    for (const choice of LEAF_CHOICES.flatMap(({ choices }) => choices)) {
      const problem = problemOf(choice.make("x"));
      expect(problem ?? "").not.toContain("Something");
      expect(runnable(rule(choice.make("x"))).root.children.length).toBe(problem ? 0 : 1);
    }
  });

  it("offers `and exists` for negative rows only, once", () => {
    const draft = rule(isNot);
    expect(includesMissing(draft.root, isNot)).toBe(true);
    expect(includesMissing(draft.root, { ...isNot, negate: true })).toBe(false);
    const asked = andExists(draft, isNot, () => "new");
    expect(asked.root.children).toHaveLength(2);
    expect(includesMissing(asked.root, isNot)).toBe(false);
    let n = 0;
    const any = andExists({ ...draft, root: { ...draft.root, match: "any" } }, isNot, () => `new${n++}`);
    expect(any.root.children[0]).toMatchObject({ kind: "group", match: "all", children: [{ id: "a" }, { test: { operator: "exists" } }] });
  });

  it("takes people who never did it out of `at most`", () => {
    expect(atLeastOnce({ operator: "at_most", n: 3 })).toEqual({ operator: "between", from: 1, to: 3 });
    expect(atLeastOnce({ operator: "less_than", n: 3 })).toEqual({ operator: "between", from: 1, to: 2 });
    expect(atLeastOnce({ operator: "less_than", n: 1 })).toBeUndefined();
    expect(atLeastOnce({ operator: "at_least", n: 2 })).toBeUndefined();
  });
});

describe("operators", () => {
  const all = OPERATOR_GROUPS.flatMap(({ choices }) => choices);
  it("each makes its own test, and keeps the value from one to the next", () => {
    for (const { id } of all) expect(operatorId(withOperator(id))).toBe(id);
    expect(withOperator("text_list:in", withOperator("text:equals", { type: "number", operator: "equals", value: 7 }))).toMatchObject({
      values: ["7"],
    });
    expect(withOperator("text:contains", { type: "text_list", operator: "in", values: ["DE", "AT"], ignoreCase: false })).toMatchObject({
      value: "DE",
      ignoreCase: false,
    });
  });
  it("has different words for each operator", () => {
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
  });
  it("knows the negative ones", () => {
    const negative = all.filter(({ id }) => isNegative(withOperator(id))).map(({ id }) => id);
    expect(negative).toContain("number_range:not_between");
    expect(negative).toContain("boolean:is_not_true");
    expect(negative).toContain("list:has_none_of");
    expect(negative).not.toContain("presence:not_exists");
    for (const { id, label } of all) if (!id.startsWith("presence")) expect(/\b(not|none)\b/.test(label)).toBe(negative.includes(id));
  });
  it("begins with what suits the type", () => {
    expect(usualOperator({ string: 3, number: 40 })).toBe("number:gte");
    expect(usualOperator({ array: 1 })).toBe("list:has_some_of");
    expect(usualOperator({})).toBe("text:equals");
  });
});
