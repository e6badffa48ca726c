import fc from "fast-check";
import { expect, test } from "vitest";
import { ruleArbitrary } from "./arbitrary";
import { Dependents } from "./dependents";
import { needsOf } from "./needs";

test("a rule is among the dependents of every event that it needs", () => {
  fc.assert(
    fc.property(fc.array(ruleArbitrary, { minLength: 1, maxLength: 5 }), (rules) => {
      const dependents = new Dependents(rules);
      for (const [n, rule] of rules.entries()) {
        const needs = needsOf([rule], 0);
        for (const name of needs.events.keys()) expect(dependents.of({ events: { [name]: 7 } }, 9)?.has(n)).toBe(true);
        if (needs.anyEvent !== undefined) expect(dependents.of({ events: { "Never heard of": 7 } }, 9)?.has(n)).toBe(true);
        for (const fact of ["identifiers", "devices", "accounts"] as const)
          if (needs[fact]) expect(dependents.of({ [fact]: 7 }, 9)?.has(n)).toBe(true);
      }
      expect(dependents.of({ traits: { timezone: 7 } }, 9)).toBeUndefined();
    }),
  );
});
