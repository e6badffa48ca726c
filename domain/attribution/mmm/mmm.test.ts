import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "@/domain/kernel";
import { fixture } from "../test/path-data";
import { adstockWeights, convolve, geometricAdstock, weibullCdfAdstock, weibullPdfAdstock } from "./adstock";
import { boundedRidge } from "./bounded-ridge";
import { marginalAt, responseAt, splitBudget } from "./budget";
import type { ResponseCurve } from "./budget";
import { fitMediaMix, steadyCurve } from "./fit-media-mix";
import { hill, hillSlope, michaelisMenten, robynHill } from "./saturation";

interface Vectors {
  adstock_geometric: { x: number[]; theta: number; out: number[] }[];
  adstock_weibull: { x: number[]; shape: number; scale: number; type: "cdf" | "pdf"; out: number[] }[];
  saturation_hill: { x: number[]; alpha: number; gamma: number; out: number[] }[];
  michaelis_menten: { x: number[]; Vmax: number; Km: number; out: number[] }[];
}
const vectors = fixture("ref_robyn_transform_vectors.json") as Vectors;

function expectSeries(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThan(1e-9));
}

describe("Robyn's own outputs", () => {
  it("are given again", () => {
    for (const { x, theta, out } of vectors.adstock_geometric) expectSeries(geometricAdstock(x, theta), out);
    for (const { x, shape, scale, type, out } of vectors.adstock_weibull) {
      expectSeries((type === "cdf" ? weibullCdfAdstock : weibullPdfAdstock)(x, shape, scale), out);
    }
    for (const { x, alpha, gamma, out } of vectors.saturation_hill) {
      expectSeries(
        x.map((value) => robynHill(value, alpha, gamma, Math.max(...x))),
        out,
      );
    }
    for (const { x, Vmax, Km, out } of vectors.michaelis_menten)
      expectSeries(
        x.map((value) => michaelisMenten(value, Vmax, Km)),
        out,
      );
    expect(vectors.adstock_weibull).toHaveLength(3);
  });
});

describe("Meridian's windows", () => {
  it("weigh as documented", () => {
    expectSeries(adstockWeights("geometric", 0.5, 3), [8 / 15, 4 / 15, 2 / 15, 1 / 15]);
    expectSeries(adstockWeights("binomial", 0.5, 3), [0.4, 0.3, 0.2, 0.1]);
    expectSeries(convolve([15, 0, 0, 0], adstockWeights("geometric", 0.5, 3)), [8, 4, 2, 1]);
  });
});

describe("saturation", () => {
  it("has the slope that differences show", () => {
    for (const x of [0.5, 3, 40]) {
      const h = 1e-5 * x;
      expect(hillSlope(x, 0.8, 5)).toBeCloseTo((hill(x + h, 0.8, 5) - hill(x - h, 0.8, 5)) / (2 * h), 6);
    }
    expect(hill(5, 0.8, 5)).toBe(0.5);
    expect(hill(0, 0.8, 5)).toBe(0);
  });
});

describe("budget", () => {
  const anyCurve: fc.Arbitrary<ResponseCurve> = fc.record({
    channel: fc.constantFrom("tv", "search", "social"),
    coefficient: fc.double({ min: 1, max: 1e6, noNaN: true }),
    slope: fc.double({ min: 0.3, max: 1, noNaN: true }),
    halfSaturation: fc.double({ min: 1, max: 1e5, noNaN: true }),
    least: fc.double({ min: 0.5, max: 100, noNaN: true }),
    most: fc.double({ min: 200, max: 1e5, noNaN: true }),
  });

  it("meets equal marginal return wherever no bound holds, spends all, and no shift does better", () => {
    fc.assert(
      fc.property(fc.array(anyCurve, { minLength: 2, maxLength: 6 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (curves, share) => {
        const least = curves.reduce((a, c) => a + c.least, 0);
        const most = curves.reduce((a, c) => a + c.most, 0);
        const budget = least + share * (most - least);
        const split = splitBudget(curves, budget);
        expect(Math.abs(split.reduce((a, s) => a + s.spend, 0) - budget)).toBeLessThan(1e-5 * budget);
        const free = split.filter((s) => s.bound === null).map((s) => s.marginal);
        for (const marginal of free) expect(marginal / (free[0] ?? 1)).toBeCloseTo(1, 4);
        // At a bound the inequality: at the least it would not pay to spend, at the most one would like to.
        const price = free[0];
        if (price !== undefined) {
          for (const s of split) {
            if (s.bound === "least") expect(s.marginal).toBeLessThanOrEqual(price * 1.001);
            if (s.bound === "most") expect(s.marginal).toBeGreaterThanOrEqual(price * 0.999);
          }
        }
        const best = split.reduce((a, s) => a + s.response, 0);
        const moved = curves.map((curve, i) => {
          const delta = i === 0 ? 1 : i === 1 ? -1 : 0;
          return responseAt(curve, Math.min(curve.most, Math.max(curve.least, (split[i]?.spend ?? 0) + delta)));
        });
        const spent = curves.reduce(
          (a, curve, i) => a + Math.min(curve.most, Math.max(curve.least, (split[i]?.spend ?? 0) + (i === 0 ? 1 : i === 1 ? -1 : 0))),
          0,
        );
        if (spent <= budget) expect(moved.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(best * (1 + 1e-7));
      }),
      { numRuns: 200 },
    );
  });

  it("says which budgets cannot be", () => {
    const curve: ResponseCurve = { channel: "tv", coefficient: 1, slope: 1, halfSaturation: 1, least: 1, most: 2 };
    expect(() => splitBudget([curve], 3)).toThrow(/does not fit the bounds/u);
    expect(() => splitBudget([{ ...curve, slope: 2 }], 1.5)).toThrow(/slope/u);
  });

  it("still spends what channels without effect are left with", () => {
    const curve: ResponseCurve = { channel: "tv", coefficient: 0, slope: 1, halfSaturation: 1, least: 0, most: 10 };
    expect(splitBudget([curve, { ...curve, channel: "search", coefficient: 5, most: 4 }], 9).map((s) => s.spend)).toEqual([5, 4]);
    expect(marginalAt({ ...curve, coefficient: 5 }, 4)).toBeGreaterThan(0);
  });
});

describe("bounded ridge", () => {
  it("meets the optimality conditions on random problems", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 10, noNaN: true }), (seed, lambda) => {
        const random = seededRandom(seed);
        const columns = Array.from({ length: 4 }, () => Array.from({ length: 30 }, () => random.next() * 2 - 1));
        const y = Array.from({ length: 30 }, () => random.next() * 4 - 2);
        const rules = columns.map((_, j) => ({ nonNegative: j >= 2, penalised: j >= 1 }));
        const b = boundedRidge(columns, y, rules, lambda);
        const residual = y.map((value, t) => value - columns.reduce((sum, column, j) => sum + (column[t] ?? 0) * (b[j] ?? 0), 0));
        columns.forEach((column, j) => {
          const gradient = column.reduce((sum, x, t) => sum + x * (residual[t] ?? 0), 0) - (j >= 1 ? lambda * (b[j] ?? 0) : 0);
          if (j >= 2 && b[j] === 0) expect(gradient).toBeLessThan(1e-6);
          else expect(Math.abs(gradient)).toBeLessThan(1e-6);
          if (j >= 2) expect(b[j]).toBeGreaterThanOrEqual(0);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("media mix", () => {
  /** Three years of invented weeks with effects that are known because we made them. */
  function invented(noise: number) {
    const random = seededRandom(11);
    const weeks = 160;
    const bursts = (scale: number): number[] => Array.from({ length: weeks }, () => (random.chance(0.4) ? 0 : scale * random.next()));
    const search = bursts(1_000);
    const tv = bursts(5_000);
    const idle = bursts(800);
    const carried = { search: geometricAdstock(search, 0.2), tv: geometricAdstock(tv, 0.6) };
    const outcome = search.map((_, t) => {
      const season = 2_000 * Math.sin((2 * Math.PI * t) / (365.25 / 7));
      const s = 8_000 * hill(carried.search[t] ?? 0, 1, 0.5 * Math.max(...carried.search));
      const v = 15_000 * hill(carried.tv[t] ?? 0, 1, 0.5 * Math.max(...carried.tv));
      return 20_000 + season + s + v + noise * (random.next() - 0.5);
    });
    return {
      outcome,
      media: [
        { channel: "search", spend: search },
        { channel: "tv", spend: tv },
        { channel: "idle", spend: idle },
      ],
      holdout: 16,
    };
  }

  it("finds effects that were put in, and nothing where nothing was", () => {
    const fit = fitMediaMix(invented(500));
    const by = new Map(fit.effects.map((effect) => [effect.channel, effect]));
    expect(fit.holdoutError?.r2).toBeGreaterThan(0.95);
    expect(by.get("search")?.theta).toBe(0.2);
    expect(by.get("tv")?.theta).toBe(0.6);
    expect(Math.abs((by.get("tv")?.coefficient ?? 0) - 15_000) / 15_000).toBeLessThan(0.2);
    expect(by.get("idle")?.contribution ?? 0).toBeLessThan(0.1 * (by.get("search")?.contribution ?? 0));
    expect(fit.warnings).toEqual([]);
    const whole = fit.fitted.reduce((a, b) => a + b, 0);
    expect(fit.baseline + fit.effects.reduce((a, effect) => a + effect.contribution, 0)).toBeCloseTo(whole, 3);
    const tv = by.get("tv");
    if (tv === undefined) throw new Error("no tv");
    // Spending 100 a week for ever: the adstock settles at 100 / (1 - theta).
    const steady = steadyCurve(tv, { least: 0, most: 1e5 });
    expect(responseAt(steady, 100)).toBeCloseTo(tv.coefficient * hill(100 / (1 - tv.theta), tv.slope, tv.halfSaturation), 6);
  });

  it("says when the data are too thin", () => {
    const all = invented(500);
    const short = fitMediaMix({
      outcome: all.outcome.slice(0, 30),
      media: all.media.map((s) => ({ ...s, spend: s.spend.slice(0, 30).map((x, i) => (s.channel === "idle" && i > 4 ? 0 : x)) })),
      holdout: 4,
    });
    expect(short.warnings.join(" ")).toMatch(/too few/u);
    expect(short.warnings.join(" ")).toMatch(/two years/u);
    expect(short.warnings.join(" ")).toMatch(/idle spent in/u);
  });

  it("is not fooled by an outcome that is only noise", () => {
    const random = seededRandom(5);
    const all = invented(0);
    const fit = fitMediaMix({ ...all, outcome: all.outcome.map(() => 1_000 + 500 * random.next()) });
    expect(fit.warnings.join(" ")).toMatch(/hardly better/u);
  });
});
