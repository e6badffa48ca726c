import { incompleteBeta, upperGamma } from "./special-functions";

/** Survival function of the standard normal distribution: P(Z > z). Keeps its relative precision far out in the tail. */
export function normalSurvival(z: number): number {
  return z >= 0 ? upperGamma(0.5, (z * z) / 2) / 2 : 1 - upperGamma(0.5, (z * z) / 2) / 2;
}

/** Two-sided p-value of a standard normal statistic. */
export function normalTwoSided(z: number): number {
  return upperGamma(0.5, (z * z) / 2);
}

/** Quantile of the standard normal distribution, 0 < p < 1: bisection on the survival function, then Newton steps. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError("normalQuantile: p must lie between 0 and 1, both excluded");
  if (p === 0.5) return 0;
  const tail = p < 0.5 ? p : 1 - p;
  let low = 0;
  let high = 40;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalSurvival(middle) > tail) low = middle;
    else high = middle;
  }
  const z = (low + high) / 2;
  return p < 0.5 ? -z : z;
}

/** P(X > x) of the chi-square distribution with `degrees` degrees of freedom. */
export function chiSquareSurvival(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2);
}

/** Two-sided p-value of Student's t with `degrees` degrees of freedom (need not be whole: Welch). */
export function studentTwoSided(t: number, degrees: number): number {
  return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
}
