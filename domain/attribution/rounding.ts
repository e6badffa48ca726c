/**
 * Whole numbers (or numbers of `decimals` places) that add up to the rounded total: the largest remainders are rounded
 * up, equal remainders in the order given. For columns on screen; computations keep the exact credits.
 */
export function roundToTotal(values: readonly number[], decimals = 0): number[] {
  const scale = 10 ** decimals;
  const scaled = values.map((value) => value * scale);
  const floors = scaled.map((value) => Math.floor(value + 1e-9));
  let left = Math.round(scaled.reduce((a, b) => a + b, 0)) - floors.reduce((a, b) => a + b, 0);
  const order = scaled.map((value, i) => ({ i, rest: value - (floors[i] ?? 0) })).toSorted((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of order) {
    if (left <= 0) break;
    floors[i] = (floors[i] ?? 0) + 1;
    left--;
  }
  return floors.map((value) => value / scale);
}
