/** Fewest people (or events of people) that a number in a report for managers may stand for. */
export const SMALL_CELL = 10;

export interface Hidden<T> {
  shown: T[];
  /** Cells that were hidden, and their sum: 0, or so much that no single one can be told from it. */
  hidden: number;
  sum: number;
}

/**
 * Hides small cells of a list whose total is known. Every cell with 0 < n < k goes; then the smallest further ones, until
 * what is hidden cannot be told apart: at least two cells, and a sum of at least k + their number, so that each hidden
 * cell may be anything within a span of k (from 1 to the sum less one for each other). Zero is shown as it is. Pure.
 * (Complementary suppression; the rule for one dimension.)
 */
export function hideSmallCells<T extends { n: number }>(cells: readonly T[], k = SMALL_CELL): Hidden<T> {
  const small = new Set(cells.filter(({ n }) => n > 0 && n < k));
  if (small.size === 0) return { shown: [...cells], hidden: 0, sum: 0 };
  const larger = cells.filter((cell) => cell.n >= k).toSorted((a, b) => a.n - b.n);
  let sum = [...small].reduce((total, { n }) => total + n, 0);
  while (small.size < 2 || sum < k + small.size) {
    const next = larger.shift();
    if (!next) break;
    small.add(next);
    sum += next.n;
  }
  return { shown: cells.filter((cell) => !small.has(cell)), hidden: small.size, sum };
}
