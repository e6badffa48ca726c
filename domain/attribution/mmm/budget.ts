import { hill, hillSlope } from "./saturation";

/** What a channel returns per period for `spend` per period: coefficient x Hill(spend). Slope <= 1, so returns diminish. */
export interface ResponseCurve {
  readonly channel: string;
  readonly coefficient: number;
  readonly slope: number;
  readonly halfSaturation: number;
  /** Bounds of spend per period. */
  readonly least: number;
  readonly most: number;
}

export interface BudgetShare {
  readonly channel: string;
  readonly spend: number;
  readonly response: number;
  /** Response to the next unit of spend. Equal over all channels that stand at no bound. */
  readonly marginal: number;
  readonly bound: "least" | "most" | null;
}

export function responseAt(curve: ResponseCurve, spend: number): number {
  return curve.coefficient * hill(spend, curve.slope, curve.halfSaturation);
}

export function marginalAt(curve: ResponseCurve, spend: number): number {
  return curve.coefficient * hillSlope(spend, curve.slope, curve.halfSaturation);
}

/**
 * Splits `budget` so that the sum of responses is largest. Curves are concave, so the optimum is where every channel
 * that stands at no bound has the same marginal response (Lagrange); found by bisection on that common value.
 * Throws a RangeError when the bounds cannot hold the budget or a curve is not concave.
 */
export function splitBudget(curves: readonly ResponseCurve[], budget: number): BudgetShare[] {
  const least = curves.reduce((sum, curve) => sum + curve.least, 0);
  const most = curves.reduce((sum, curve) => sum + curve.most, 0);
  if (budget < least - 1e-9 || budget > most + 1e-9) {
    throw new RangeError(`a budget of ${budget} does not fit the bounds: they take ${least} at least and ${most} at most`);
  }
  for (const curve of curves) {
    if (!(curve.slope > 0 && curve.slope <= 1)) throw new RangeError(`the curve of ${curve.channel} must have a slope in (0, 1]`);
  }
  // Bisection on the logarithm: marginals span many orders of magnitude.
  let low = Math.log(1e-300);
  let high = Math.log(1e300);
  for (let i = 0; i < 300; i++) {
    const middle = (low + high) / 2;
    const spent = curves.reduce((sum, curve) => sum + spendAt(curve, Math.exp(middle)), 0);
    if (spent > budget) low = middle;
    else high = middle;
  }
  const spends = curves.map((curve) => spendAt(curve, Math.exp(high)));
  settle(curves, spends, budget);
  return curves.map((curve, i) => {
    const spend = spends[i] ?? 0;
    const near = 1e-9 * Math.max(1, budget);
    return {
      channel: curve.channel,
      spend,
      response: responseAt(curve, spend),
      marginal: marginalAt(curve, spend),
      bound: spend <= curve.least + near ? "least" : spend >= curve.most - near ? "most" : null,
    };
  });
}

/** Spend at which the marginal response has fallen to `price`, inside the bounds. */
function spendAt(curve: ResponseCurve, price: number): number {
  if (curve.coefficient <= 0 || marginalAt(curve, curve.least) <= price) return curve.least;
  if (marginalAt(curve, curve.most) >= price) return curve.most;
  let low = curve.least;
  let high = curve.most;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (marginalAt(curve, middle) > price) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Channels without an effect leave part of the budget over: it goes to whoever has room, in the order given. */
function settle(curves: readonly ResponseCurve[], spends: number[], budget: number): void {
  let left = budget - spends.reduce((a, b) => a + b, 0);
  for (let i = 0; i < curves.length && left > 1e-9 * Math.max(1, budget); i++) {
    const room = (curves[i]?.most ?? 0) - (spends[i] ?? 0);
    const taken = Math.min(room, left);
    spends[i] = (spends[i] ?? 0) + taken;
    left -= taken;
  }
}
