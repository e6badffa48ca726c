import fc from "fast-check";
import { expect, test } from "vitest";
import { hideSmallCells, SMALL_CELL } from "./small-cells";

const cells = (...numbers: number[]) => numbers.map((n, id) => ({ id, n }));
const shown = (...numbers: number[]) => hideSmallCells(cells(...numbers)).shown.map(({ n }) => n);

test("hiding 3 alone would give it away as 423 less 420: the next smallest goes too", () => {
  expect(shown(3, 120, 240, 60)).toEqual([120, 240]);
  expect(shown(120, 240, 60)).toEqual([120, 240, 60]);
  expect(shown(0, 120)).toEqual([0, 120]);
  expect(hideSmallCells(cells(9, 9, 120))).toEqual({ shown: [{ id: 2, n: 120 }], hidden: 2, sum: 18 });
});

test("somebody who knows the total, the shown cells and the rule narrows no hidden cell below a span of k", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 12 }), (numbers) => {
      const all = cells(...numbers);
      const out = hideSmallCells(all);
      const total = numbers.reduce((sum, n) => sum + n, 0);
      // What the attacker works out from the total.
      const rest = total - out.shown.reduce((sum, { n }) => sum + n, 0);
      expect(rest).toBe(out.sum);
      expect(out.shown.some(({ n }) => n > 0 && n < SMALL_CELL)).toBe(false);
      // Everything is hidden: nothing larger was left to hide a small cell behind.
      if (out.hidden === 0 || out.shown.every(({ n }) => n === 0)) return;
      const [least, most] = [1, rest - (out.hidden - 1)];
      expect(most - least + 1).toBeGreaterThanOrEqual(SMALL_CELL);
    }),
  );
});

test("two reports that differ by one person never show both numbers of a small cell", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 10 }), fc.nat(), (numbers, at) => {
      const one = cells(...numbers);
      const index = at % numbers.length;
      const two = cells(...numbers.map((n, i) => (i === index ? n + 1 : n)));
      const seen = [one, two].map((all) => hideSmallCells(all).shown.find(({ id }) => id === index)?.n);
      // A number that is seen is zero or stands for k at least.
      for (const n of seen) expect(n === undefined || n === 0 || n >= SMALL_CELL).toBe(true);
    }),
  );
});
