/**
 * Adstock and saturation of media spend. Formulas: Robyn's transformation.R (geometric, Weibull, Hill,
 * Michaelis-Menten) and Meridian's adstock_hill.py (geometric and binomial windows, Hill). Series are one value per
 * period, oldest first.
 */

/** x'_t = x_t + theta x'_(t-1), 0 <= theta < 1. */
export function geometricAdstock(series: readonly number[], theta: number): number[] {
  let carried = 0;
  return series.map((x) => (carried = x + theta * carried));
}

/** Position of the quantile `q` of 1..n, rounded half to even (as R does): the lambda of Robyn's Weibull curves. */
function weibullLambda(n: number, q: number): number {
  const at = 1 + (n - 1) * q;
  const floor = Math.floor(at);
  const rest = at - floor;
  if (Math.abs(rest - 0.5) < 1e-12) return floor % 2 === 0 ? floor : floor + 1;
  return Math.round(at);
}

/** Weibull adstock, cumulative: w_0 = 1, w_l = product of exp(-(j / lambda)^shape) over j = 1..l. */
export function weibullCdfAdstock(series: readonly number[], shape: number, scale: number): number[] {
  const lambda = weibullLambda(series.length, scale);
  const weights = [1];
  for (let lag = 1; lag < series.length; lag++) weights.push((weights[lag - 1] ?? 0) * Math.exp(-((lag / lambda) ** shape)));
  return convolve(series, weights);
}

/** Weibull adstock, density at 1..n brought to 0..1 over the window. */
export function weibullPdfAdstock(series: readonly number[], shape: number, scale: number): number[] {
  const lambda = weibullLambda(series.length, scale);
  const density = series.map((_, i) => {
    const x = (i + 1) / lambda;
    return (shape / lambda) * x ** (shape - 1) * Math.exp(-(x ** shape));
  });
  const low = Math.min(...density);
  const range = Math.max(...density) - low;
  return convolve(
    series,
    density.map((value) => (range > 0 ? (value - low) / range : 1)),
  );
}

/** Meridian's weights over lags 0..window, adding up to 1: alpha^lag, or (1 - lag / (window + 1))^(1 / alpha - 1). */
export function adstockWeights(kind: "geometric" | "binomial", alpha: number, window: number): number[] {
  const raw = Array.from({ length: window + 1 }, (_, lag) =>
    kind === "geometric" ? alpha ** lag : (1 - lag / (window + 1)) ** (1 / alpha - 1),
  );
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / total);
}

/** Sum over lags of x_(t - lag) x weight_lag; nothing before the first period. */
export function convolve(series: readonly number[], weights: readonly number[]): number[] {
  return series.map((_, t) => {
    let sum = 0;
    for (let lag = 0; lag <= t && lag < weights.length; lag++) sum += (series[t - lag] ?? 0) * (weights[lag] ?? 0);
    return sum;
  });
}
