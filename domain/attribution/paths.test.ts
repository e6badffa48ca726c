import { describe, expect, it } from "vitest";
import { bootstrapIntervals, creditsByProfile } from "./bootstrap";
import { packPaths } from "./path-table";
import { roundToTotal } from "./rounding";
import { longestPath, ruleCredits, weighPath } from "./rule-models";
import { transformPath } from "./transforms";
import type { PathTransform } from "./transforms";
import { handExample } from "./test/path-data";
import fc from "fast-check";

describe("path transforms", () => {
  const path = [..."DABBCDCC"].map((channel, touch) => ({ channel, touch }));
  const say = (...transforms: PathTransform[]): string =>
    transformPath(path, transforms)
      .map((step) => step.channel)
      .join(" ");
  it.each([
    [[{ kind: "unique" }], "D A B B C D C C"],
    [[{ kind: "exposure" }], "D A B C D C"],
    [[{ kind: "first" }], "D A B C"],
    [[{ kind: "frequency" }], "D (2) A (1) B (2) C (3)"],
    [[{ kind: "trim_long_path", touches: 3 }], "D C C"],
    [[{ kind: "trim_long_path", touches: 0 }], "D A B B C D C C"],
    [[{ kind: "remove_if_not_all", channel: "C" }], "D A B B D"],
    [[{ kind: "remove_if_last_and_not_all", channel: "C" }], "D A B B C D"],
    [[{ kind: "remove_if_last_and_not_all", channel: "C" }, { kind: "exposure" }, { kind: "trim_long_path", touches: 2 }], "C D"],
  ] as [PathTransform[], string][])("%j gives %s", (transforms, result) => {
    expect(say(...transforms)).toBe(result);
  });
  it("keep a path that is made of the removed channel alone", () => {
    const alone = [0, 1].map((touch) => ({ channel: "C", touch }));
    expect(transformPath(alone, [{ kind: "remove_if_not_all", channel: "C" }])).toHaveLength(2);
    expect(transformPath(alone, [{ kind: "remove_if_last_and_not_all", channel: "C" }])).toHaveLength(2);
  });
  it("remember which touch each step was", () => {
    expect(transformPath(path, [{ kind: "exposure" }]).map((step) => step.touch)).toEqual([0, 1, 2, 4, 5, 6]);
  });
});

describe("numbers on screen", () => {
  it("add up to the rounded total", () => {
    expect(roundToTotal([3.166667, 2.833333, 1])).toEqual([3, 3, 1]);
    expect(roundToTotal([1 / 3, 1 / 3, 1 / 3])).toEqual([1, 0, 0]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }), (values) => {
        const rounded = roundToTotal(values);
        expect(rounded.reduce((a, b) => a + b, 0)).toBe(Math.round(values.reduce((a, b) => a + b, 0)));
        rounded.forEach((value, i) => expect(Math.abs(value - (values[i] ?? 0))).toBeLessThanOrEqual(1 + 1e-6));
      }),
    );
  });
});

describe("bootstrap", () => {
  it("covers the credit, narrows with more people and repeats with its seed", () => {
    const paths = (people: number) =>
      packPaths(
        ["a", "b"],
        Array.from({ length: people }, (_, i) => ({ channels: i % 4 === 0 ? [0] : [1], conversions: 1, value: 10, nulls: 0 })),
      );
    const intervals = (people: number, seed: number) => {
      const table = paths(people);
      const credits = creditsByProfile(
        table,
        Uint32Array.from({ length: people }, (_, i) => i),
        people,
        "conversions",
        (p, out) => weighPath(table, p, { kind: "linear" }, -1, out),
        longestPath(table),
      );
      return bootstrapIntervals(credits, { draws: 400, seed });
    };
    const small = intervals(200, 1);
    const large = intervals(5_000, 1);
    const share = (interval: { low: number; high: number } | undefined, people: number): number =>
      ((interval?.high ?? 0) - (interval?.low ?? 0)) / people;
    expect(small[0]?.low).toBeLessThan(50);
    expect(small[0]?.high).toBeGreaterThan(50);
    // A sum of n Poisson(1) weights has a standard deviation of sqrt(n): 95 % are about 4 of them wide.
    expect(((small[0]?.high ?? 0) - (small[0]?.low ?? 0)) / Math.sqrt(50)).toBeGreaterThan(3.2);
    expect(((small[0]?.high ?? 0) - (small[0]?.low ?? 0)) / Math.sqrt(50)).toBeLessThan(4.8);
    expect(share(large[0], 5_000)).toBeLessThan(share(small[0], 200) / 3);
    expect(intervals(200, 1)).toEqual(small);
    expect(intervals(200, 2)).not.toEqual(small);
  });

  it("keeps one person's conversions together", () => {
    const table = packPaths(
      ["a"],
      Array.from({ length: 100 }, () => ({ channels: [0], conversions: 1, value: 1, nulls: 0 })),
    );
    const width = (profileOf: Uint32Array, profiles: number): number => {
      const credits = creditsByProfile(
        table,
        profileOf,
        profiles,
        "conversions",
        (p, out) => weighPath(table, p, { kind: "linear" }, -1, out),
        1,
      );
      const interval = bootstrapIntervals(credits, { draws: 400, seed: 3 })[0];
      return (interval?.high ?? 0) - (interval?.low ?? 0);
    };
    const apart = width(
      Uint32Array.from({ length: 100 }, (_, i) => i),
      100,
    );
    const together = width(
      Uint32Array.from({ length: 100 }, (_, i) => Math.floor(i / 20)),
      5,
    );
    expect(together).toBeGreaterThan(2 * apart);
  });

  it("sums to the credits of the model", () => {
    const table = handExample();
    const credits = creditsByProfile(
      table,
      Uint32Array.of(0, 1, 2, 3, 4),
      5,
      "conversions",
      (p, out) => weighPath(table, p, { kind: "linear" }, -1, out),
      longestPath(table),
    );
    const sums = new Float64Array(3);
    credits.credit.forEach((credit, e) => {
      sums[credits.channel[e] ?? 0] = (sums[credits.channel[e] ?? 0] ?? 0) + credit;
    });
    const whole = ruleCredits(table, [{ kind: "linear" }])[0]?.conversions ?? new Float64Array();
    sums.forEach((value, c) => expect(value).toBeCloseTo(whole[c] ?? Number.NaN, 12));
  });
});
