import { describe, expect, it } from "vitest";
import { seededRandom } from "../random";
import { armOfRate, compareArms, effectOnTreated, holm, meanOf, varianceOf } from "./compare";
import type { Arm } from "./compare";
import { chiSquareSurvival, normalQuantile, normalSurvival, normalTwoSided, studentTwoSided } from "./distributions";
import {
  alwaysValid,
  cuped,
  incrementalReturn,
  minimumDetectableEffect,
  sampleRatio,
  sampleSizeForMean,
  sampleSizeForRate,
} from "./experiment";

describe("distributions", () => {
  it("agree with published values", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.9599639845400536, 12);
    expect(normalQuantile(0.8)).toBeCloseTo(0.8416212335729144, 12);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 12);
    expect(normalSurvival(1.9599639845400536)).toBeCloseTo(0.025, 14);
    expect(normalSurvival(-1)).toBeCloseTo(0.8413447460685429, 14);
    expect(normalTwoSided(10) / 1.523970604832105e-23).toBeCloseTo(1, 10);
    expect(chiSquareSurvival(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareSurvival(5.991464547107979, 2)).toBeCloseTo(0.05, 12);
    expect(studentTwoSided(2.228138851964939, 10)).toBeCloseTo(0.05, 10);
    expect(studentTwoSided(12.706204736432095, 1)).toBeCloseTo(0.05, 10);
  });
});

/** Published arms of the MineThatData e-mail test (visits of 64,000 people). */
const none = armOfRate(21_306, 2_262);
const mens = armOfRate(21_307, 3_894);
const womens = armOfRate(21_387, 3_238);

describe("a published e-mail test", () => {
  it("gives its lift, standard error, z and interval", () => {
    const result = compareArms(none, mens);
    expect(result?.lift).toBeCloseTo(0.07658956365153125, 12);
    expect(result?.standardError).toBeCloseTo(0.0033858878117283653, 12);
    expect(result?.z).toBeCloseTo(22.620230766723257, 8);
    expect(result?.relative?.lift).toBeCloseTo(0.721404616781399, 12);
    expect(result?.relative?.interval.low).toBeCloseTo(0.6384, 4);
    expect(result?.relative?.interval.high).toBeCloseTo(0.8044, 4);
    expect(compareArms(none, womens)?.z).toBeCloseTo(13.984738482410599, 8);
    expect(compareArms(armOfRate(21_306, 122), armOfRate(21_307, 267))?.z).toBeCloseTo(7.38973572140406, 8);
  });

  it("has a healthy sample ratio", () => {
    const result = sampleRatio([21_307, 21_387, 21_306], [1, 1, 1]);
    expect(result.chiSquare).toBeCloseTo(0.2025, 4);
    expect(result.p).toBeCloseTo(0.9037, 4);
    expect(result.mismatch).toBe(false);
    expect(sampleRatio([10_000, 10_500], [1, 1]).mismatch).toBe(true);
    expect(sampleRatio([0, 0], [1, 1]).p).toBe(1);
  });
});

describe("planning", () => {
  it("needs as many people as the tables say", () => {
    expect(sampleSizeForRate(0.1, 0.01)).toBe(14_752);
    expect(sampleSizeForRate(0.02, 0.002)).toBe(80_683);
    expect(sampleSizeForMean(10, 1)).toBe(1_570);
    expect(minimumDetectableEffect(armOfRate(14_752, 1_475), 14_752)).toBeCloseTo(0.0098, 3);
  });
});

function armOf(values: readonly number[]): Arm {
  return { n: values.length, sum: values.reduce((a, b) => a + b, 0), sumOfSquares: values.reduce((a, b) => a + b * b, 0) };
}

describe("comparing", () => {
  it("takes the sample variance of means", () => {
    const arm = armOf([1, 2, 3, 4]);
    expect(meanOf(arm)).toBe(2.5);
    expect(varianceOf(arm)).toBeCloseTo(5 / 3, 12);
  });

  it("refuses empty arms, and ratios to nothing", () => {
    expect(compareArms(armOf([]), armOf([1]))).toBeNull();
    expect(compareArms(armOfRate(10, 0), armOfRate(10, 1))?.relative).toBeNull();
  });

  it("widens the relative interval as Fieller does when the control is close to 0", () => {
    const near = compareArms(armOfRate(400, 4), armOfRate(400, 12));
    const delta = (near?.relative?.lift ?? 0) + 1.959964 * (near?.relative?.standardError ?? 0);
    expect(near?.relative?.interval.high).toBeGreaterThan(delta);
    expect(near?.relative?.interval.low).toBeLessThan(near?.relative?.lift ?? 0);
    expect(compareArms(armOfRate(100, 1), armOfRate(100, 2))?.relative?.interval).toEqual({ low: -Infinity, high: Infinity });
  });

  it("scales the intention to treat to those reached", () => {
    const itt = compareArms(armOfRate(1_000, 100), armOfRate(1_000, 150));
    if (itt === null) throw new Error("no comparison");
    expect(effectOnTreated(itt, 500)?.effect).toBeCloseTo(0.1, 12);
    expect(effectOnTreated(itt, 0)).toBeNull();
    expect(incrementalReturn(armOf([1, 1]), armOf([3, 3, 3]), 2)).toEqual({ incremental: 6, iroas: 3 });
    expect(incrementalReturn(armOf([1]), armOf([3]), 0).iroas).toBeNull();
  });

  it("corrects for many looks at subgroups", () => {
    expect(holm([0.01, 0.04, 0.03]).map((p) => Math.round(p * 1e6) / 1e6)).toEqual([0.03, 0.06, 0.06]);
  });
});

describe("peeking", () => {
  /** Share of A/A tests that call a difference at any of 40 looks. */
  function falseAlarms(judge: (lift: number, se: number) => boolean): number {
    let alarms = 0;
    const tests = 400;
    for (let test = 0; test < tests; test++) {
      const random = seededRandom(1_000 + test);
      const hits = [0, 0];
      let alarmed = false;
      for (let look = 1; look <= 40 && !alarmed; look++) {
        for (let i = 0; i < 100; i++) for (const arm of [0, 1]) hits[arm] = (hits[arm] ?? 0) + (random.chance(0.2) ? 1 : 0);
        const result = compareArms(armOfRate(look * 100, hits[0] ?? 0), armOfRate(look * 100, hits[1] ?? 0));
        if (result !== null && judge(result.lift, result.standardError)) alarmed = true;
      }
      if (alarmed) alarms++;
    }
    return alarms / tests;
  }

  it("is safe with always-valid p-values, and is not with ordinary ones", () => {
    expect(falseAlarms((lift, se) => alwaysValid(lift, se, 0.03).p < 0.05)).toBeLessThan(0.05);
    expect(falseAlarms((lift, se) => normalTwoSided(lift / se) < 0.05)).toBeGreaterThan(0.15);
  });

  it("still finds an effect, and its interval agrees with its p-value", () => {
    for (const lift of [-0.08, 0.01, 0.03, 0.05, 0.08]) {
      const { p, interval } = alwaysValid(lift, 0.01, 0.03);
      expect(p < 0.05).toBe(interval.low > 0 || interval.high < 0);
    }
    expect(alwaysValid(0.08, 0.01, 0.03).p).toBeLessThan(1e-6);
    expect(alwaysValid(0.1, 0, 0.03)).toEqual({ p: 1, interval: { low: -Infinity, high: Infinity } });
  });
});

describe("CUPED", () => {
  it("keeps the means' difference and takes away the variance that the past explains", () => {
    const random = seededRandom(9);
    const people = (lift: number) =>
      Array.from({ length: 5_000 }, () => {
        const x = random.next() * 100;
        return { x, y: x * 2 + random.next() * 20 + lift };
      });
    const arms = [people(0), people(1)].map((arm) => ({
      ...armOf(arm.map((p) => p.y)),
      sumX: arm.reduce((a, p) => a + p.x, 0),
      sumOfSquaresX: arm.reduce((a, p) => a + p.x * p.x, 0),
      sumXY: arm.reduce((a, p) => a + p.x * p.y, 0),
    }));
    const result = cuped(arms);
    expect(result.theta).toBeCloseTo(2, 1);
    expect(result.varianceReduction).toBeGreaterThan(0.95);
    const [control, treatment] = result.arms;
    if (control === undefined || treatment === undefined) throw new Error("two arms");
    const comparison = compareArms(control, treatment);
    expect(comparison?.lift).toBeGreaterThan(0.6);
    expect(comparison?.lift).toBeLessThan(1.4);
    expect(comparison?.standardError).toBeLessThan(0.2);
    // By hand, person by person, the same sums.
    expect(result.arms.reduce((a, arm) => a + arm.sum, 0)).toBeCloseTo(
      arms.reduce((a, arm) => a + arm.sum, 0),
      4,
    );
  });
});
