import fc from "fast-check";
import { expect, test } from "vitest";
import { coarse, keepCrowds } from "./anonymise";

const rows = fc.array(fc.tuple(fc.constantFrom("DE", "FR", "IT"), fc.constantFrom("a", "b", "c", "d"), fc.nat(2)), { maxLength: 120 });
const ks = fc.integer({ min: 2, max: 12 });
const sizes = (all: readonly unknown[], kept: readonly number[]): number[] => {
  const out = new Map<string, number>();
  for (const at of kept) out.set(JSON.stringify(all[at]), (out.get(JSON.stringify(all[at])) ?? 0) + 1);
  return [...out.values()];
};

test("every combination that leaves is shared by k, and what is left out is nobody or at least k, unless nothing is left", () => {
  fc.assert(
    fc.property(rows, ks, (all, k) => {
      const { kept, suppressed, classes, smallest } = keepCrowds(all, k);
      const found = sizes(all, kept);
      expect(found.every((n) => n >= k)).toBe(true);
      expect(kept.length + suppressed).toBe(all.length);
      expect(suppressed === 0 || suppressed >= k || kept.length === 0).toBe(true);
      expect([classes, smallest]).toEqual([found.length, found.length === 0 ? 0 : Math.min(...found)]);
    }),
  );
});

test("an attacker who knows the total and all but one of the people cannot tell that one's combination", () => {
  fc.assert(
    fc.property(rows, ks, fc.nat(), (all, k, pick) => {
      if (all.length === 0) return;
      const victim = pick % all.length;
      const { kept } = keepCrowds(all, k);
      if (kept.includes(victim)) {
        // The victim's row stands among k that are the same.
        expect(kept.filter((at) => JSON.stringify(all[at]) === JSON.stringify(all[victim])).length).toBeGreaterThanOrEqual(k);
        return;
      }
      // Left out: so are k people or more, or everybody.
      expect(kept.length === 0 || all.length - kept.length >= k).toBe(true);
    }),
  );
});

test("counts by combination of two files that differ by one person tell of no group smaller than k", () => {
  fc.assert(
    fc.property(rows, ks, fc.nat(), (all, k, pick) => {
      if (all.length === 0) return;
      const without = all.filter((_, at) => at !== pick % all.length);
      const counts = (list: typeof all): Map<string, number> => {
        const out = new Map<string, number>();
        for (const at of keepCrowds(list, k).kept) out.set(JSON.stringify(list[at]), (out.get(JSON.stringify(list[at])) ?? 0) + 1);
        return out;
      };
      const [one, two] = [counts(all), counts(without)];
      for (const n of [...one.values(), ...two.values()]) expect(n).toBeGreaterThanOrEqual(k);
    }),
  );
});

test("complementary suppression: one small group takes the smallest other with it", () => {
  const of = (value: string, n: number): string[][] => Array.from({ length: n }, () => [value]);
  expect(keepCrowds([...of("a", 2), ...of("b", 6), ...of("c", 9)], 5)).toMatchObject({ suppressed: 8, classes: 1, smallest: 9 });
  expect(keepCrowds([...of("a", 5), ...of("b", 6)], 5)).toMatchObject({ suppressed: 0, classes: 2, smallest: 5 });
});

test.each([
  ["2026-11-23T10:00:00.000Z", "2026-11"],
  ["1990-04-01", "1990-04"],
  [12_345.67, 12_000],
  [0, 0],
  [Number.NaN, null],
  [null, null],
  ["Kiel", "Kiel"],
  [true, true],
  [["b"], '["b"]'],
])("coarse: %j", (value, expected) => {
  expect(coarse(value)).toBe(expected);
});
