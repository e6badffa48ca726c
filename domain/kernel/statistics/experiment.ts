import type { Arm, Interval } from "./compare";
import { meanOf, varianceOf } from "./compare";
import { chiSquareSurvival, normalQuantile } from "./distributions";

/**
 * Chi-square test of the people counted against the planned split. `weights` need not add up to 1.
 * Flag below 0.001: something other than chance put people into the arms.
 */
export function sampleRatio(
  counts: readonly number[],
  weights: readonly number[],
): { chiSquare: number; degrees: number; p: number; mismatch: boolean } {
  if (counts.length !== weights.length || counts.length < 2) throw new RangeError("sampleRatio: one weight for each of two or more arms");
  const total = counts.reduce((a, b) => a + b, 0);
  const weight = weights.reduce((a, b) => a + b, 0);
  let chiSquare = 0;
  counts.forEach((count, i) => {
    const expected = (total * (weights[i] ?? 0)) / weight;
    if (expected > 0) chiSquare += (count - expected) ** 2 / expected;
    else if (count > 0) chiSquare = Infinity;
  });
  const degrees = counts.length - 1;
  const p = total === 0 ? 1 : chiSquareSurvival(chiSquare, degrees);
  return { chiSquare, degrees, p, mismatch: p < 0.001 };
}

/**
 * Always-valid p-value and interval of a difference: the mixture sequential probability ratio test with a normal
 * prior N(0, tau^2) on the effect (Johari, Koomen, Pekelis, Walsh 2017). May be looked at as often as one likes.
 * `tau`: the size of effect that one hopes to see, in the outcome's unit; it moves the power, never the validity.
 * The p-value of a run of looks is the smallest so far; the interval is the one of this look.
 */
export function alwaysValid(lift: number, standardError: number, tau: number, confidence = 0.95): { p: number; interval: Interval } {
  if (!(tau > 0)) throw new RangeError("alwaysValid: tau must be positive");
  if (!(standardError > 0)) return { p: 1, interval: { low: -Infinity, high: Infinity } };
  const v = standardError * standardError;
  const t = tau * tau;
  const logRatio = 0.5 * Math.log(v / (v + t)) + (t * lift * lift) / (2 * v * (v + t));
  const half = standardError * Math.sqrt(((v + t) / t) * (Math.log((v + t) / v) - 2 * Math.log(1 - confidence)));
  return { p: Math.min(1, Math.exp(-logRatio)), interval: { low: lift - half, high: lift + half } };
}

/**
 * People per arm to see a change of `difference` in a rate of `base`:
 * (z_(1-alpha/2) + z_power)^2 * 2 pbar (1 - pbar) / difference^2 with pbar = base + difference / 2, rounded up.
 */
export function sampleSizeForRate(base: number, difference: number, alpha = 0.05, power = 0.8): number {
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  const pbar = base + difference / 2;
  return Math.ceil((z * z * 2 * pbar * (1 - pbar)) / (difference * difference));
}

/** People per arm to see a change of `difference` in a mean whose standard deviation is `deviation`, rounded up. */
export function sampleSizeForMean(deviation: number, difference: number, alpha = 0.05, power = 0.8): number {
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  return Math.ceil((z * z * 2 * deviation * deviation) / (difference * difference));
}

/** The smallest difference that arms of these sizes show with the given power, in the outcome's unit. */
export function minimumDetectableEffect(control: Arm, treatmentN: number, alpha = 0.05, power = 0.8): number {
  if (control.n === 0 || treatmentN === 0) return Infinity;
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  return z * Math.sqrt(varianceOf(control) * (1 / control.n + 1 / treatmentN));
}

/** Sums over people of one arm for CUPED: outcome y and the same measure before the start, x. */
export interface CovariateArm extends Arm {
  readonly sumX: number;
  readonly sumOfSquaresX: number;
  readonly sumXY: number;
}

/**
 * CUPED (Deng, Xu, Kohavi, Walker 2013): y - theta (x - mean x), theta = cov(x, y) / var(x) over all arms together.
 * Returns the adjusted arms, to be compared as means, and the share of variance that it took away.
 */
export function cuped(arms: readonly CovariateArm[]): { theta: number; arms: Arm[]; varianceReduction: number } {
  let n = 0;
  let x = 0;
  let y = 0;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const arm of arms) {
    n += arm.n;
    x += arm.sumX;
    y += arm.sum;
    xx += arm.sumOfSquaresX;
    xy += arm.sumXY;
    yy += arm.sumOfSquares;
  }
  const varX = n > 0 ? xx - (x * x) / n : 0;
  const varY = n > 0 ? yy - (y * y) / n : 0;
  const cov = n > 0 ? xy - (x * y) / n : 0;
  const theta = varX > 0 ? cov / varX : 0;
  const meanX = n > 0 ? x / n : 0;
  const adjusted = arms.map((arm) => {
    // Sums of y' = y - theta (x - meanX), from the sums of the arm.
    const dx = arm.sumX - arm.n * meanX;
    const dxx = arm.sumOfSquaresX - 2 * meanX * arm.sumX + arm.n * meanX * meanX;
    const dxy = arm.sumXY - meanX * arm.sum;
    return { n: arm.n, sum: arm.sum - theta * dx, sumOfSquares: arm.sumOfSquares - 2 * theta * dxy + theta * theta * dxx };
  });
  return { theta, arms: adjusted, varianceReduction: varX > 0 && varY > 0 ? (cov * cov) / (varX * varY) : 0 };
}

/** Incremental total over the treated arm, and its return on spend: (m_t - m_c) n_t, that / spend (null without spend). */
export function incrementalReturn(control: Arm, treatment: Arm, spend: number): { incremental: number; iroas: number | null } {
  const incremental = (meanOf(treatment) - meanOf(control)) * treatment.n;
  return { incremental, iroas: spend > 0 ? incremental / spend : null };
}
