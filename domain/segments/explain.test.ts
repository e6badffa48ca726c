import fc from "fast-check";
import { expect, test } from "vitest";
import { personArbitrary, ruleArbitrary } from "./arbitrary";
import { NOW } from "./arbitrary-values";
import { evaluate } from "./evaluate";
import { explain } from "./explain";
import type { Explained } from "./contracts";
import type { Rule } from "./model";
import type { Person } from "./person";

const person = personArbitrary.map((raw): Person => {
  const events = raw.events.map((event, i) => ({ ...event, id: i + 1 })).sort((a, b) => a.at - b.at || a.id - b.id);
  return { ...raw, id: 1, zone: "UTC", events };
});

/** What a group says from what its children say. */
function fromChildren(node: Explained, rule: Rule["root"]): void {
  if (!node.children) return;
  const live = node.children.filter((child) => !child.muted).map((child) => child.met);
  const holds = rule.match === "all" ? live.every(Boolean) : rule.match === "any" ? live.some(Boolean) : !live.some(Boolean);
  expect(node.met).toBe(holds !== (rule.negate ?? false));
  node.children.forEach((child, i) => {
    const twin = rule.children[i];
    if (twin?.kind === "group") fromChildren(child, twin);
  });
}

test("the explanation agrees with the evaluation, and the deciding rows alone decide", () => {
  fc.assert(
    fc.property(ruleArbitrary, person, (rule, one) => {
      const explained = explain(rule, one, { now: NOW });
      expect(explained.met).toBe(evaluate(rule, one, { now: NOW }));
      fromChildren(explained, rule.root);
      const [first] = (explained.children ?? []).filter((child) => child.decisive);
      if ((explained.children ?? []).some((child) => !child.muted)) expect(first).toBeDefined();
    }),
    { numRuns: 400 },
  );
});
