import { normalQuantile, normalTwoSided } from "./distributions";

/** One arm of a comparison, as sums: enough for means and proportions, and cheap to add up in SQL. */
export interface Arm {
  /** People assigned. */
  readonly n: number;
  /** Sum of the outcome over them (for a rate: how many had it). */
  readonly sum: number;
  /** Sum of its squares (for a rate: the same number as `sum`). */
  readonly sumOfSquares: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Comparison {
  readonly control: { readonly n: number; readonly mean: number };
  readonly treatment: { readonly n: number; readonly mean: number };
  /** Treatment mean minus control mean, in the outcome's unit. */
  readonly lift: number;
  readonly standardError: number;
  readonly z: number;
  /** Two-sided; valid when looked at once, at the planned end. */
  readonly p: number;
  readonly interval: Interval;
  /** Treatment mean over control mean, less 1; null when the control's mean is 0. */
  readonly relative: { readonly lift: number; readonly standardError: number; readonly interval: Interval } | null;
}

export function armOfRate(n: number, successes: number): Arm {
  return { n, sum: successes, sumOfSquares: successes };
}

export function meanOf(arm: Arm): number {
  return arm.n === 0 ? 0 : arm.sum / arm.n;
}

/** Sample variance (n - 1) of one person's outcome, of a rate as of a mean. 0 for fewer than two people. */
export function varianceOf(arm: Arm): number {
  const mean = meanOf(arm);
  if (arm.n < 2) return 0;
  return Math.max(0, (arm.sumOfSquares - arm.n * mean * mean) / (arm.n - 1));
}

/**
 * Difference of two arms with unpooled standard error sqrt(v_t/n_t + v_c/n_c); relative lift with the delta method,
 * or Fieller's interval where the control's mean is less than four of its standard errors away from 0 (there the
 * delta method is too narrow). Returns null when an arm is empty.
 */
export function compareArms(control: Arm, treatment: Arm, confidence = 0.95): Comparison | null {
  if (control.n === 0 || treatment.n === 0) return null;
  const mc = meanOf(control);
  const mt = meanOf(treatment);
  const vc = varianceOf(control) / control.n;
  const vt = varianceOf(treatment) / treatment.n;
  const lift = mt - mc;
  const standardError = Math.sqrt(vc + vt);
  const critical = normalQuantile(1 - (1 - confidence) / 2);
  const z = standardError === 0 ? (lift === 0 ? 0 : Math.sign(lift) * Infinity) : lift / standardError;
  return {
    control: { n: control.n, mean: mc },
    treatment: { n: treatment.n, mean: mt },
    lift,
    standardError,
    z,
    p: normalTwoSided(z),
    interval: { low: lift - critical * standardError, high: lift + critical * standardError },
    relative: relativeLift(mc, mt, vc, vt, critical),
  };
}

function relativeLift(mc: number, mt: number, vc: number, vt: number, critical: number): Comparison["relative"] {
  if (mc === 0) return null;
  const lift = mt / mc - 1;
  const standardError = Math.sqrt(vt / (mc * mc) + (mt * mt * vc) / mc ** 4);
  if (Math.abs(mc) >= 4 * Math.sqrt(vc)) {
    return { lift, standardError, interval: { low: lift - critical * standardError, high: lift + critical * standardError } };
  }
  return { lift, standardError, interval: fieller(mc, mt, vc, vt, critical) };
}

/** Fieller's interval of mt/mc - 1 for independent means; unbounded on both sides where the data do not bound it. */
function fieller(mc: number, mt: number, vc: number, vt: number, critical: number): Interval {
  const g = (critical * critical * vc) / (mc * mc);
  if (g >= 1) return { low: -Infinity, high: Infinity };
  const ratio = mt / mc;
  const half = (critical / Math.abs(mc)) * Math.sqrt(vt * (1 - g) + ratio * ratio * vc);
  return { low: (ratio - half) / (1 - g) - 1, high: (ratio + half) / (1 - g) - 1 };
}

/**
 * Effect on the treated from an intention-to-treat comparison: lift over the share that was really reached
 * (one-sided: nobody in control was). `reached` people of `treatment.n`. Null when nobody was reached.
 */
export function effectOnTreated(itt: Comparison, reached: number): { effect: number; standardError: number } | null {
  if (reached <= 0) return null;
  const rate = reached / itt.treatment.n;
  return { effect: itt.lift / rate, standardError: itt.standardError / rate };
}

/** Holm's step-down correction: adjusted p-values in the order given. For subgroup views. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).toSorted((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted: number[] = pValues.map(() => 1);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (pValues[index] ?? 1) * (pValues.length - rank)));
    adjusted[index] = running;
  });
  return adjusted;
}
