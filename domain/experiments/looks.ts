import { alwaysValid, compareArms, cuped, varianceOf } from "@/domain/kernel/statistics";
import type { Arm, CovariateArm, Interval } from "@/domain/kernel/statistics";
import type { Measured } from "./measure-people";
import { outcomeOf } from "./measure-people";
import type { Look, Measure, Range } from "./model";

const DAY = 86_400;
/** Looks in one chart at most: further ones are spread out. Looking less often keeps every guarantee. */
const MOST_LOOKS = 120;
/** Before this many people in each arm and outcomes in both, the normal law is no good description: no look yet. */
const FEWEST_PEOPLE = 50;
const FEWEST_OUTCOMES = 10;
/**
 * Variance of the mixture over that of the difference at the planned size, for which the interval is narrowest there at
 * 95 %: the solution of r = ln(1 + r) + 2 ln(1 / 0.05).
 */
const SHARPEST = 8.21;

/** What was planned, which makes the looks sharpest: people over all arms, and shares of the two that are compared. */
export interface Plan {
  readonly people: number;
  readonly control: number;
  readonly treatment: number;
}

/**
 * A look that may be repeated as often as one likes: the mixture sequential test (`alwaysValid`) whose mixture is fixed by
 * the planned size and the spread per person. Null while there is too little to look at.
 */
export function lookAt(control: Arm, treatment: Arm, plan: Plan, outcomes: number): { lift: number; p: number; interval: Interval } | null {
  if (control.n < FEWEST_PEOPLE || treatment.n < FEWEST_PEOPLE || outcomes < FEWEST_OUTCOMES) return null;
  const compared = compareArms(control, treatment);
  if (compared === null || compared.standardError === 0) return null;
  const planned = varianceOf(control) / (plan.people * plan.control) + varianceOf(treatment) / (plan.people * plan.treatment);
  return { lift: compared.lift, ...alwaysValid(compared.lift, compared.standardError, Math.sqrt(SHARPEST * planned)) };
}

/** JSON has no infinity: an open side is null. */
export function rangeOf({ low, high }: Interval): Range {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}

interface Sums {
  readonly columns: Float64Array[];
  readonly outcomes: Float64Array;
}

/**
 * The comparison of an arm with the control as it stood at the end of each day from the first assignment up to `now`
 * (seconds). People count from their assignment, outcomes from their own moment. One pass over people and outcomes.
 */
export function looksOf(
  measured: Measured,
  measure: Measure,
  arms: { readonly control: number; readonly treatment: number },
  options: { readonly now: number; readonly plan: Plan; readonly cuped: boolean },
): Look[] {
  const { people, steps } = measured;
  const times = people.at;
  let first = Infinity;
  for (const at of times) if (at < first) first = at;
  if (!Number.isFinite(first)) return [];
  const start = Math.floor(first / DAY) * DAY;
  const days = Math.max(1, Math.ceil((options.now - start) / DAY));
  const width = Math.max(1, Math.ceil(days / MOST_LOOKS)) * DAY;
  const count = Math.ceil((days * DAY) / width);
  const bucketOf = (at: number): number => Math.min(count - 1, Math.max(0, Math.floor((at - start) / width)));
  const sides = new Map([arms.control, arms.treatment].map((arm) => [arm, sumsPerBucket(count)]));
  const { x } = outcomeOf(measured, measure);
  for (let i = 0; i < times.length; i++) {
    const side = sides.get(people.arm[i] ?? -1);
    if (side === undefined) continue;
    const at = bucketOf(times[i] ?? 0);
    const xi = x[i] ?? 0;
    add(side, 0, at, 1);
    add(side, 3, at, xi);
    add(side, 4, at, xi * xi);
  }
  let row = -1;
  let y = 0;
  for (let s = 0; s < steps.row.length; s++) {
    const own = steps.row[s] ?? 0;
    if (own !== row) {
      row = own;
      y = 0;
    }
    const side = sides.get(people.arm[own] ?? -1);
    if (side === undefined) continue;
    const rise = measure === "rate" ? (y === 0 ? 1 : 0) : (steps.value[s] ?? 0);
    const at = bucketOf(steps.at[s] ?? 0);
    side.outcomes[at] = (side.outcomes[at] ?? 0) + 1;
    add(side, 1, at, rise);
    add(side, 2, at, (y + rise) ** 2 - y ** 2);
    add(side, 5, at, (x[own] ?? 0) * rise);
    y += rise;
  }
  return walk(sides, arms, options, { count, start, width });
}

function walk(
  sides: ReadonlyMap<number, Sums>,
  arms: { readonly control: number; readonly treatment: number },
  options: { readonly now: number; readonly plan: Plan; readonly cuped: boolean },
  { count, start, width }: { count: number; start: number; width: number },
): Look[] {
  const looks: Look[] = [];
  let smallest = 1;
  let outcomes = 0;
  const running = new Map([...sides].map(([arm]) => [arm, new Float64Array(6)]));
  for (let bucket = 0; bucket < count; bucket++) {
    for (const [arm, side] of sides) {
      const sums = running.get(arm);
      side.columns.forEach((column, c) => {
        if (sums !== undefined) sums[c] = (sums[c] ?? 0) + (column[bucket] ?? 0);
      });
      outcomes += side.outcomes[bucket] ?? 0;
    }
    const [control, treatment] = adjusted(
      [covariateArm(running.get(arms.control)), covariateArm(running.get(arms.treatment))],
      options.cuped,
    );
    if (control === undefined || treatment === undefined) continue;
    const look = lookAt(control, treatment, options.plan, outcomes);
    if (look === null) continue;
    smallest = Math.min(smallest, look.p);
    looks.push({
      day: new Date(Math.min(options.now, start + (bucket + 1) * width - DAY) * 1_000).toISOString().slice(0, 10),
      people: control.n + treatment.n,
      lift: look.lift,
      interval: rangeOf(look.interval),
      p: smallest,
    });
  }
  return looks;
}

/** The arms as they are, or with what the measure before the assignment explains taken off. */
export function adjusted(arms: readonly CovariateArm[], on: boolean): readonly Arm[] {
  return on ? cuped(arms).arms : arms;
}

function sumsPerBucket(count: number): Sums {
  return { columns: Array.from({ length: 6 }, () => new Float64Array(count)), outcomes: new Float64Array(count) };
}

function add(side: Sums, column: number, bucket: number, amount: number): void {
  const own = side.columns[column];
  if (own !== undefined) own[bucket] = (own[bucket] ?? 0) + amount;
}

function covariateArm(sums: Float64Array | undefined): CovariateArm {
  const [n = 0, sum = 0, sumOfSquares = 0, sumX = 0, sumOfSquaresX = 0, sumXY = 0] = sums ?? [];
  return { n, sum, sumOfSquares, sumX, sumOfSquaresX, sumXY };
}
