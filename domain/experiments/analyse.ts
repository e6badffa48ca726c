import {
  compareArms,
  cuped,
  holm,
  meanOf,
  minimumDetectableEffect,
  normalQuantile,
  sampleRatio,
  varianceOf,
  chiSquareSurvival,
} from "@/domain/kernel/statistics";
import type { Arm, Comparison, CovariateArm } from "@/domain/kernel/statistics";
import { adjusted, lookAt, looksOf, rangeOf } from "./looks";
import type { Plan } from "./looks";
import { armSums } from "./measure-people";
import type { Measured } from "./measure-people";
import type { ArmComparison, ArmPlan, ArmResult, Lift, Look, Measure, Range, Subgroups } from "./model";

const Z = normalQuantile(0.975);
/** Subgroups with fewer people than this in an arm stand under "Other", whoever asks. */
const FEWEST_IN_SUBGROUP = 10;
const MOST_SUBGROUPS = 12;
const OTHER = "Other";

export interface AnalysisOptions {
  readonly arms: readonly ArmPlan[];
  readonly plannedPeople: number;
  readonly adaptive: boolean;
  readonly cuped: boolean;
  /** Seconds. */
  readonly now: number;
  /** By row: whether the person was really reached; null: nothing tells. */
  readonly reached: ((row: number) => boolean) | null;
}

export interface Analysis {
  readonly arms: ArmResult[];
  readonly comparisons: ArmComparison[];
  readonly sampleRatio: { chiSquare: number; p: number; mismatch: boolean; expected: number[] } | null;
  readonly varianceTaken: Readonly<Record<Measure, number>>;
  readonly detectable: { rate: number | null; value: number | null };
}

export function controlOf(arms: readonly ArmPlan[]): number {
  return Math.max(
    0,
    arms.findIndex(({ control }) => control),
  );
}

/** Everything about an experiment that fits its people together: arms, lifts, sample ratio, CUPED. Cost: one pass per measure and arm. */
export function analyse(measured: Measured, options: AnalysisOptions): Analysis {
  const { arms, reached } = options;
  const control = controlOf(arms);
  const rates = armSums(measured, "rate", arms.length);
  const values = armSums(measured, "value", arms.length);
  const reachedBy = reached === null ? null : armSums(measured, "rate", arms.length, reached).map(({ n }) => n);
  const lifts = (measure: Measure, sums: readonly CovariateArm[]): (Lift | null)[] => {
    const looks = arms.map((_, a) =>
      a === control
        ? []
        : looksOf(
            measured,
            measure,
            { control, treatment: a },
            { now: options.now, plan: planOf(options, control, a), cuped: options.cuped },
          ),
    );
    const own = arms.map((_, a) => (a === control ? null : liftOf(sums, control, a, options, looks[a] ?? [], reachedBy)));
    const corrected = holm(own.flatMap((lift) => (lift === null ? [] : [lift.always.p])));
    let at = 0;
    return own.map((lift) => (lift === null ? null : { ...lift, adjustedP: corrected[at++] ?? 1 }));
  };
  const byRate = lifts("rate", rates);
  const byValue = lifts("value", values);
  const counts = rates.map(({ n }) => n);
  const shares = arms.map(({ share }) => share);
  const known = !options.adaptive && shares.every((share) => share > 0) && counts.some((n) => n > 0);
  const total = counts.reduce((a, b) => a + b, 0);
  const planned = shares.reduce((a, b) => a + b, 0);
  const smallest = Math.min(...counts.filter((_, a) => a !== control));
  return {
    arms: arms.map((arm, a) => armResult(arm, rates[a], values[a], reachedBy?.[a] ?? null)),
    comparisons: arms.flatMap((arm, a) => (a === control ? [] : [{ arm: arm.id, rate: byRate[a] ?? null, value: byValue[a] ?? null }])),
    sampleRatio: known ? { ...ratioOf(counts, shares), expected: shares.map((share) => (total * share) / planned) } : null,
    varianceTaken: { rate: cuped(rates).varianceReduction, value: cuped(values).varianceReduction },
    detectable: { rate: detectable(rates[control], smallest), value: detectable(values[control], smallest) },
  };
}

function ratioOf(counts: readonly number[], shares: readonly number[]): { chiSquare: number; p: number; mismatch: boolean } {
  const { chiSquare, p, mismatch } = sampleRatio(counts, shares);
  return { chiSquare, p, mismatch };
}

function detectable(control: Arm | undefined, treated: number): number | null {
  if (control === undefined || control.n < 2 || treated < 2 || !Number.isFinite(treated)) return null;
  const effect = minimumDetectableEffect(control, treated);
  return effect > 0 && Number.isFinite(effect) ? effect : null;
}

/** Planned shares of two arms; where they are not known, those seen would do, so an even split stands in. */
export function planOf({ arms, plannedPeople }: Pick<AnalysisOptions, "arms" | "plannedPeople">, control: number, treatment: number): Plan {
  const total = arms.reduce((sum, { share }) => sum + share, 0);
  const share = (a: number): number => {
    const own = arms[a]?.share ?? 0;
    return total > 0 && own > 0 ? own / total : 1 / arms.length;
  };
  return { people: plannedPeople, control: share(control), treatment: share(treatment) };
}

function armResult(arm: ArmPlan, rate: Arm | undefined, value: Arm | undefined, reached: number | null): ArmResult {
  const { id, name, control } = arm;
  if (rate === undefined || value === undefined || rate.n === 0)
    return { id, name, control, people: 0, converted: 0, value: 0, rate: null, mean: null, reached: reached === null ? null : 0 };
  const spread = Z * Math.sqrt(varianceOf(value) / value.n);
  const mean = meanOf(value);
  return {
    id,
    name,
    control,
    people: rate.n,
    converted: rate.sum,
    value: value.sum,
    rate: { mean: meanOf(rate), interval: wilson(rate.sum, rate.n) },
    mean: { mean, interval: { low: mean - spread, high: mean + spread } },
    reached,
  };
}

/** Wilson's interval of a share, 95 %: never outside of 0 to 1. */
export function wilson(successes: number, n: number): Range {
  const p = successes / n;
  const z2 = Z * Z;
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

function liftOf(
  sums: readonly CovariateArm[],
  control: number,
  treatment: number,
  options: AnalysisOptions,
  looks: readonly Look[],
  reachedBy: readonly number[] | null,
): Lift | null {
  const c = sums[control];
  const t = sums[treatment];
  if (c === undefined || t === undefined) return null;
  const [own, other] = adjusted([c, t], options.cuped);
  if (own === undefined || other === undefined) return null;
  const compared = compareArms(own, other);
  // Without any spread there is nothing to judge by.
  if (compared === null || compared.standardError === 0) return null;
  const look = lookAt(own, other, planOf(options, control, treatment), Number.MAX_SAFE_INTEGER);
  const smallest = Math.min(1, look === null || looks.length === 0 ? 1 : look.p, looks.at(-1)?.p ?? 1);
  return {
    lift: compared.lift,
    standardError: compared.standardError,
    z: compared.z,
    p: compared.p,
    interval: rangeOf(compared.interval),
    relative: compared.relative === null ? null : { lift: compared.relative.lift, interval: rangeOf(compared.relative.interval) },
    always: { p: smallest, interval: looks.length === 0 || look === null ? { low: null, high: null } : rangeOf(look.interval) },
    adjustedP: smallest,
    incremental: {
      total: compared.lift * other.n,
      interval: { low: compared.interval.low * other.n, high: compared.interval.high * other.n },
    },
    treated: reachedBy === null ? null : effectOnReached(compared, reachedBy[control] ?? 0, reachedBy[treatment] ?? 0),
  };
}

/**
 * Effect per person who was really reached, the arm being the instrument (Wald): lift over the difference of the shares
 * reached. With nobody reached in control it is the effect on the treated; otherwise that on those whom the arm moved.
 */
function effectOnReached(itt: Comparison, reachedControl: number, reachedTreatment: number): Lift["treated"] {
  const share = reachedTreatment / itt.treatment.n - reachedControl / itt.control.n;
  if (share <= 0) return null;
  return { effect: itt.lift / share, interval: { low: itt.interval.low / share, high: itt.interval.high / share } };
}

/**
 * The lift of one arm in each subgroup, with p-values corrected by Holm, and whether the effect differs between them
 * (Cochran's Q). `labels[row]`: number of the subgroup, -1: none known. Small ones are put together as "Other".
 */
export function subgroupsOf(
  measured: Measured,
  measure: Measure,
  pair: { readonly control: number; readonly treatment: number },
  { names, of }: { readonly names: readonly string[]; readonly of: (row: number) => number },
  arms: number,
  fewest = FEWEST_IN_SUBGROUP,
): Subgroups {
  const groups = names.map((name, g) => ({ name, sums: armSums(measured, measure, arms, (row) => of(row) === g) }));
  groups.push({ name: "Not known", sums: armSums(measured, measure, arms, (row) => of(row) < 0) });
  const size = ({ sums }: (typeof groups)[number]): number => (sums[pair.control]?.n ?? 0) + (sums[pair.treatment]?.n ?? 0);
  const large = (group: (typeof groups)[number]): boolean =>
    (group.sums[pair.control]?.n ?? 0) >= fewest && (group.sums[pair.treatment]?.n ?? 0) >= fewest;
  const ranked = groups
    .filter(large)
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, MOST_SUBGROUPS);
  const rest = groups.filter((group) => size(group) > 0 && !ranked.includes(group));
  const other = {
    name: OTHER,
    sums: rest.reduce(
      (sum, { sums }) => addSums(sum, sums),
      armSums(measured, measure, arms, () => false),
    ),
  };
  const shown = rest.length > 0 && large(other) ? [...ranked, other] : ranked;
  const compared = shown.flatMap(({ name, sums }) => {
    const control = sums[pair.control];
    const treatment = sums[pair.treatment];
    const result = control === undefined || treatment === undefined ? null : compareArms(control, treatment);
    return result === null || result.standardError === 0 ? [] : [{ name, result }];
  });
  const corrected = holm(compared.map(({ result }) => result.p));
  return {
    rows: compared.map(({ name, result }, i) => ({
      name,
      control: { people: result.control.n, mean: result.control.mean },
      treatment: { people: result.treatment.n, mean: result.treatment.mean },
      lift: result.lift,
      interval: rangeOf(result.interval),
      p: result.p,
      adjustedP: corrected[i] ?? 1,
    })),
    hidden: shown.includes(other) ? 0 : rest.length,
    same: sameEffect(compared.map(({ result }) => result)),
  };
}

function addSums(a: readonly CovariateArm[], b: readonly CovariateArm[]): CovariateArm[] {
  return a.map((one, i) => {
    const two = b[i] ?? one;
    return {
      n: one.n + two.n,
      sum: one.sum + two.sum,
      sumOfSquares: one.sumOfSquares + two.sumOfSquares,
      sumX: one.sumX + two.sumX,
      sumOfSquaresX: one.sumOfSquaresX + two.sumOfSquaresX,
      sumXY: one.sumXY + two.sumXY,
    };
  });
}

/** p of Cochran's Q over the lifts, weighted by their precision. */
function sameEffect(results: readonly Comparison[]): number | null {
  if (results.length < 2) return null;
  const weights = results.map(({ standardError }) => 1 / (standardError * standardError));
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = results.reduce((sum, { lift }, i) => sum + lift * (weights[i] ?? 0), 0) / total;
  const q = results.reduce((sum, { lift }, i) => sum + (weights[i] ?? 0) * (lift - mean) ** 2, 0);
  return chiSquareSurvival(q, results.length - 1);
}
