import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { armOfRate, compareArms } from "@/domain/kernel";
import { seededRandom } from "@/domain/kernel/random";
import { analyse, planOf, subgroupsOf, wilson } from "./analyse";
import { looksOf } from "./looks";
import { armSums } from "./measure-people";
import type { ExperimentResult } from "./model";
import { withoutSmallCells } from "./read-result";
import { arm, madeExperiment } from "./test/people";
import type { MadePerson } from "./test/people";
import { qiniOf, upliftCurve } from "./uplift-curve";

const DAY = 86_400;
const TWO = [arm("none", true), arm("mail")];
const settings = { plannedPeople: 2_000, adaptive: false, cuped: false, reached: null };

describe("published results of an e-mail test", () => {
  const [header = "", ...lines] = readFileSync(join(import.meta.dirname, "fixtures/email-test-arms.csv"), "utf8")
    .trim()
    .split("\n");
  const names = header.split(",");
  const rows = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i] ?? "", cell])));
  const order = ["No E-Mail", "Mens E-Mail", "Womens E-Mail"];

  it.each(["visit", "conversion"])("%s: rates, lifts, standard errors and z come out", (measure) => {
    const people = order.flatMap((name, a): MadePerson[] => {
      const row = rows.find(({ segment }) => segment === name);
      return Array.from({ length: Number(row?.["n"]) }, (_, i) => ({
        arm: a,
        outcomes: i < Number(row?.[`${measure}s`]) ? [[1, 1]] : [],
      }));
    });
    const result = analyse(madeExperiment(people, { window: DAY, before: 0 }), {
      ...settings,
      arms: [arm("No E-Mail", true), arm("Mens E-Mail"), arm("Womens E-Mail")],
      now: DAY,
    });
    expect(result.sampleRatio?.chiSquare).toBeCloseTo(0.2025, 4);
    expect(result.sampleRatio?.p).toBeCloseTo(0.9037, 4);
    expect(result.sampleRatio?.mismatch).toBe(false);
    for (const { arm: name, rate } of result.comparisons) {
      const row = rows.find(({ segment }) => segment === name);
      expect(result.arms.find(({ id }) => id === name)?.rate?.mean).toBeCloseTo(Number(row?.[`${measure}_rate`]), 12);
      expect(rate?.lift).toBeCloseTo(Number(row?.[`${measure}_lift_abs`]), 12);
      expect(rate?.standardError).toBeCloseTo(Number(row?.[`${measure}_lift_se`]), 10);
      expect(rate?.relative?.lift).toBeCloseTo(Number(row?.[`${measure}_lift_rel`]), 10);
      expect(rate?.z).toBeCloseTo(Number(row?.[`${measure}_z`]), 5);
    }
  });
});

describe("looks over time", () => {
  /** A test of 40 days in which people come in evenly; outcomes follow within a week. */
  const simulate = (seed: number, n: number, base: number, effect: number) => {
    const random = seededRandom(seed);
    const people = Array.from({ length: n }, (): MadePerson => {
      const treated = random.chance(0.5) ? 1 : 0;
      const at = random.next() * 40 * DAY;
      const before: [number, number][] = random.chance(0.3) ? [[at - DAY, 1]] : [];
      const buys = random.chance(base + (before.length > 0 ? 0.2 : 0) + treated * effect);
      return { arm: treated, at, outcomes: buys ? [...before, [at + random.next() * 7 * DAY, 1 + random.next() * 50]] : before };
    });
    return madeExperiment(people, { window: 7 * DAY, before: 28 * DAY });
  };
  const pair = { control: 0, treatment: 1 };
  const plan = planOf({ arms: TWO, plannedPeople: 2_000 }, 0, 1);

  it("end where all people together stand, with CUPED or without", () => {
    const measured = simulate(1, 3_000, 0.1, 0.05);
    for (const measure of ["rate", "value"] as const) {
      for (const cuped of [false, true]) {
        const looks = looksOf(measured, measure, pair, { now: 47 * DAY, plan, cuped });
        const whole = analyse(measured, { ...settings, arms: TWO, now: 47 * DAY, cuped }).comparisons[0]?.[measure];
        expect(looks.at(-1)?.lift).toBeCloseTo(whole?.lift ?? 0, 9);
        expect(looks.at(-1)?.interval.low).toBeCloseTo(whole?.always.interval.low ?? 0, 9);
        expect(looks.at(-1)?.people).toBe(3_000);
        expect(looks.every(({ p }, i) => i === 0 || p <= (looks[i - 1]?.p ?? 1))).toBe(true);
      }
    }
  });

  it("cry wolf in at most 5 % of tests without an effect, however often one looks; a plain test would not hold that", () => {
    const RUNS = 400;
    let always = 0;
    let naive = 0;
    for (let run = 0; run < RUNS; run++) {
      const measured = simulate(1_000 + run, 1_000, 0.2, 0);
      const looks = looksOf(measured, "rate", pair, { now: 47 * DAY, plan, cuped: run % 2 === 0 });
      expect(looks.length).toBeGreaterThan(20);
      if ((looks.at(-1)?.p ?? 1) < 0.05) always++;
      if (plainLooks(measured).some((p) => p < 0.05)) naive++;
    }
    // Three standard errors of a share of 5 % in 400 runs.
    expect(always / RUNS).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS));
    expect(naive / RUNS).toBeGreaterThan(0.15);
  });

  it("cover the true difference at every look in 95 % of tests", () => {
    const RUNS = 200;
    let missed = 0;
    for (let run = 0; run < RUNS; run++) {
      const looks = looksOf(simulate(7_000 + run, 1_000, 0.2, 0.1), "rate", pair, { now: 47 * DAY, plan, cuped: false });
      // While windows are open the difference of the moment is smaller than that of the end: judged from the last day on.
      if (looks.slice(-7).some(({ interval }) => (interval.low ?? 0) > 0.1 || (interval.high ?? 0) < 0.1)) missed++;
    }
    expect(missed / RUNS).toBeLessThan(0.08);
  });

  it("find a real effect, and CUPED narrows them", () => {
    const measured = simulate(5, 4_000, 0.1, 0.06);
    const plain = looksOf(measured, "rate", pair, { now: 47 * DAY, plan, cuped: false }).at(-1);
    const narrowed = looksOf(measured, "rate", pair, { now: 47 * DAY, plan, cuped: true }).at(-1);
    expect(plain?.p).toBeLessThan(0.05);
    const width = (look: typeof plain): number => (look?.interval.high ?? 0) - (look?.interval.low ?? 0);
    expect(width(narrowed)).toBeLessThan(width(plain));
  });

  /** Two-sided p of each day's z test, as somebody who peeks would read it. */
  function plainLooks(measured: ReturnType<typeof simulate>): number[] {
    const { people, steps } = measured;
    const bought = new Map<number, number>();
    steps.row.forEach((row, s) => bought.set(row, Math.min(bought.get(row) ?? Infinity, steps.at[s] ?? 0)));
    return Array.from({ length: 40 }, (_, d) => {
      const until = (d + 5) * DAY;
      const of = (a: number) => {
        let n = 0;
        let did = 0;
        people.arm.forEach((own, row) => {
          if (own !== a || (people.at[row] ?? 0) >= until) return;
          n++;
          if ((bought.get(row) ?? Infinity) < until) did++;
        });
        return armOfRate(n, did);
      };
      return compareArms(of(0), of(1))?.p ?? 1;
    });
  }
});

describe("the arms", () => {
  it("tell a sample ratio that chance does not explain, and none where shares follow results", () => {
    const people = [...Array.from({ length: 600 }, () => ({ arm: 0 })), ...Array.from({ length: 400 }, () => ({ arm: 1 }))];
    const measured = madeExperiment(people, { window: DAY, before: 0 });
    expect(analyse(measured, { ...settings, arms: TWO, now: DAY }).sampleRatio).toMatchObject({
      mismatch: true,
      chiSquare: 40,
      expected: [500, 500],
    });
    expect(analyse(measured, { ...settings, arms: TWO, now: DAY, adaptive: true }).sampleRatio).toBeNull();
    expect(analyse(measured, { ...settings, arms: [arm("none", true, 0), arm("mail", false, 0)], now: DAY }).sampleRatio).toBeNull();
    expect(analyse(measured, { ...settings, arms: [arm("none", true, 3), arm("mail", false, 2)], now: DAY }).sampleRatio?.mismatch).toBe(
      false,
    );
  });

  it("give the effect on those who were really reached", () => {
    // 10 of 100 buy in control; 30 of 100 in treatment, of whom half were reached.
    const people = [0, 1].flatMap((a) =>
      Array.from({ length: 100 }, (_, i): MadePerson => ({ arm: a, outcomes: i < (a === 0 ? 10 : 30) ? [[1, 2]] : [] })),
    );
    const measured = madeExperiment(people, { window: DAY, before: 0 });
    const lift = analyse(measured, { ...settings, arms: TWO, now: DAY, reached: (row) => row >= 150 }).comparisons[0];
    expect(lift?.rate?.lift).toBeCloseTo(0.2, 12);
    expect(lift?.rate?.treated?.effect).toBeCloseTo(0.4, 12);
    expect(lift?.value?.incremental.total).toBeCloseTo(40, 9);
    const both = analyse(measured, { ...settings, arms: TWO, now: DAY, reached: (row) => row >= 150 || row < 25 }).comparisons[0];
    expect(both?.rate?.treated?.effect).toBeCloseTo(0.8, 12);
  });

  it("have intervals of shares inside of 0 to 1", () => {
    const { low, high } = wilson(10, 100);
    expect(low).toBeCloseTo(0.0552, 4);
    expect(high).toBeCloseTo(0.1744, 4);
    expect(wilson(0, 20).low).toBe(0);
  });

  it("count an outcome at the moment of assignment, none after the window, and those before apart", () => {
    const measured = madeExperiment(
      [
        {
          arm: 0,
          at: 100,
          outcomes: [
            [100, 1],
            [109, 2],
            [110, 4],
            [99, 8],
            [89, 16],
          ],
        },
      ],
      { window: 10, before: 10 },
    );
    expect([measured.value[0], measured.valueBefore[0], measured.did[0]]).toEqual([3, 8, 1]);
    expect(armSums(measured, "value", 1)[0]).toEqual({ n: 1, sum: 3, sumOfSquares: 9, sumX: 8, sumOfSquaresX: 64, sumXY: 24 });
  });
});

describe("subgroups", () => {
  it("are corrected for their number, and small ones stand together", () => {
    const random = seededRandom(4);
    const people = Array.from({ length: 6_000 }, (_, i): MadePerson => {
      const treated = random.chance(0.5) ? 1 : 0;
      return { arm: treated, outcomes: random.chance(0.1 + (i % 3 === 0 ? treated * 0.15 : 0)) ? [[1, 1]] : [] };
    });
    const measured = madeExperiment(people, { window: DAY, before: 0 });
    const names = ["responds", "does not", "neither", "tiny", "small"];
    const of = (row: number): number => (row < 6 ? 3 : row < 14 ? 4 : row % 3);
    const { rows, same, hidden } = subgroupsOf(measured, "rate", { control: 0, treatment: 1 }, { names, of }, 2);
    expect(rows.map(({ name }) => name).toSorted()).toEqual(["does not", "neither", "responds"]);
    expect(hidden).toBe(2);
    const by = (name: string) => rows.find((row) => row.name === name);
    expect(by("responds")?.adjustedP).toBeLessThan(0.001);
    expect(by("does not")?.adjustedP).toBeGreaterThan(0.05);
    expect(by("responds")?.adjustedP).toBeGreaterThanOrEqual(by("responds")?.p ?? 1);
    expect(same).toBeLessThan(0.001);
  });
});

describe("uplift", () => {
  const columns = (rows: readonly { score: number; treated: boolean; outcome: number }[]) => ({
    score: Float64Array.from(rows, ({ score }) => score),
    treated: Uint8Array.from(rows, ({ treated }) => (treated ? 1 : 0)),
    outcome: Float64Array.from(rows, ({ outcome }) => outcome),
  });

  it("gives the Qini curve and area worked out by hand", () => {
    const rows = ["1/1", "0/0", "1/1", "0/1", "1/0", "0/0", "1/0", "0/1"].map((row, i) => ({
      score: 10 - i,
      treated: row.startsWith("1"),
      outcome: Number(row.slice(2)),
    }));
    const result = qiniOf(columns(rows));
    expect(result?.points.slice(1).map(({ gain }) => Math.round(gain * 1e6) / 1e6)).toEqual([1, 1, 2, 1, 0.5, 1, 0.666667, 0]);
    expect(result?.coefficient).toBeCloseTo(0.223958, 6);
    expect(qiniOf(columns(rows.filter(({ treated }) => treated)))).toBeNull();
  });

  it("knows a score that knows from one that guesses", async () => {
    const random = seededRandom(3);
    const people = Array.from({ length: 6_000 }, () => {
      const persuadable = random.chance(0.3);
      const treated = random.chance(0.5);
      return { persuadable, treated, outcome: random.chance(0.1 + (persuadable && treated ? 0.4 : 0)) ? 1 : 0, noise: random.next() };
    });
    const knowing = await upliftCurve(columns(people.map((p) => ({ ...p, score: p.persuadable ? 1 : 0 }))));
    const guessing = await upliftCurve(columns(people.map((p) => ({ ...p, score: p.noise }))));
    expect(knowing?.interval.low).toBeGreaterThan(0.02);
    expect(guessing?.interval.low).toBeLessThan(0);
    expect(guessing?.interval.high).toBeGreaterThan(0);
    expect(knowing?.points.length).toBeGreaterThan(90);
    expect(knowing?.points.length).toBeLessThan(105);
  });
});

describe("whoever sees totals only", () => {
  it("gets no number of fewer than ten people", () => {
    const people = [0, 1].flatMap((a) =>
      Array.from({ length: 100 }, (_, i): MadePerson => ({ arm: a, outcomes: i < (a === 0 ? 4 : 30) ? [[1, 2]] : [] })),
    );
    const measured = madeExperiment(people, { window: DAY, before: 0 });
    const { varianceTaken, ...analysis } = analyse(measured, { ...settings, arms: TWO, now: DAY });
    const result: ExperimentResult = {
      ...analysis,
      measure: "rate",
      cuped: { on: false, days: 28, ...varianceTaken },
      looks: [],
      arm: "mail",
      subgroups: null,
      uplift: null,
      crossed: 0,
      restricted: 0,
      elsewhere: 0,
      open: 0,
      currency: "EUR",
      asOf: "",
    };
    const shown = withoutSmallCells(result);
    expect(shown.arms[0]).toMatchObject({ people: null, converted: null, rate: null });
    expect(shown.arms[1]).toMatchObject({ people: 100, converted: 30 });
    // The difference would give the hidden arm away.
    expect(shown.comparisons).toEqual([{ arm: "mail", rate: null, value: null }]);
    const points = Array.from({ length: 101 }, (_, i) => ({ share: i / 100, gain: i, random: i }));
    const curve = { points, coefficient: 0, interval: { low: 0, high: 0 }, people: 200 };
    const enough = { ...result, arms: result.arms.map((one) => ({ ...one, converted: 20 })), uplift: curve };
    const kept = withoutSmallCells(enough).uplift?.points.map(({ share }) => Math.round(share * 200)) ?? [];
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(200);
    expect(kept.slice(1).every((at, i) => at - (kept[i] ?? 0) >= 10)).toBe(true);
  });
});
