/** Robyn's Hill curve: x^alpha / (x^alpha + (gamma x max)^alpha), `max` the largest x of the series that was fitted. */
export function robynHill(x: number, alpha: number, gamma: number, max: number): number {
  return hill(x, alpha, gamma * max);
}

/** Hill curve with slope s and half saturation at ec: x^s / (x^s + ec^s); 0 at 0. */
export function hill(x: number, slope: number, halfSaturation: number): number {
  if (x <= 0) return 0;
  // Written so that neither power overflows.
  return 1 / (1 + (halfSaturation / x) ** slope);
}

/** Slope of the Hill curve at x. Infinite at 0 for a slope below 1. */
export function hillSlope(x: number, slope: number, halfSaturation: number): number {
  if (x <= 0) return slope < 1 ? Infinity : slope === 1 ? 1 / halfSaturation : 0;
  const y = hill(x, slope, halfSaturation);
  return (slope * y * (1 - y)) / x;
}

/** Michaelis-Menten: vmax x / (km + x). */
export function michaelisMenten(x: number, vmax: number, km: number): number {
  return (vmax * x) / (km + x);
}
