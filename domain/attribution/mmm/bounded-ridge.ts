import { eliminate } from "../absorbing-chain";

/** Per column: whether its coefficient may be negative (controls, trend) or not (media), and whether it is penalised. */
export interface ColumnRule {
  readonly nonNegative: boolean;
  readonly penalised: boolean;
}

/**
 * Ridge regression with sign bounds: the coefficients b that make sum (y - X b)^2 + lambda x sum of squares of the
 * penalised ones smallest, some held at 0 or above. Active set on the normal equations (Lawson, Hanson 1974); the
 * problem is convex, so the result is the one optimum (the test checks its optimality conditions). `columns` are the
 * columns of X. Columns that say the same get a trace of penalty (1e-10 of their size), so that they share the effect.
 */
export function boundedRidge(
  columns: readonly (readonly number[])[],
  y: readonly number[],
  rules: readonly ColumnRule[],
  lambda: number,
): number[] {
  const k = columns.length;
  const gram = columns.map((a, i) => columns.map((b, j) => dot(a, b) + (i === j ? (rules[i]?.penalised === true ? lambda : 0) : 0)));
  gram.forEach((row, i) => {
    row[i] = (row[i] ?? 0) * (1 + 1e-10) + 1e-12;
  });
  const target = columns.map((a) => dot(a, y));
  const free = rules.map((rule) => !rule.nonNegative);
  let current: number[] = solveFree(gram, target, free);
  const scale = Math.sqrt(dot(y, y)) || 1;
  for (let round = 0; round < 10 * k; round++) {
    const gradient = target.map((value, j) => value - dot(gram[j] ?? [], current));
    let best = -1;
    let steepest = 1e-9 * scale;
    gradient.forEach((slope, j) => {
      const size = Math.sqrt(gram[j]?.[j] ?? 1);
      if (free[j] === false && slope / size > steepest) {
        steepest = slope / size;
        best = j;
      }
    });
    if (best < 0) break;
    free[best] = true;
    current = stepInside(gram, target, free, rules, current);
  }
  return current;
}

/** Moves towards the optimum over the free coefficients, and holds at 0 whichever would cross it on the way. */
function stepInside(gram: number[][], target: number[], free: boolean[], rules: readonly ColumnRule[], from: number[]): number[] {
  let current = from;
  for (;;) {
    const aim = solveFree(gram, target, free);
    let step = 1;
    let first = -1;
    aim.forEach((value, j) => {
      if (free[j] !== true || rules[j]?.nonNegative !== true || value > 0) return;
      const now = current[j] ?? 0;
      const reach = now - value > 0 ? now / (now - value) : 0;
      if (first < 0 || reach < step) {
        step = reach;
        first = j;
      }
    });
    if (first < 0) return aim;
    // One coefficient fewer each time: it ends.
    free[first] = false;
    current = current.map((now, j) => (j === first ? 0 : now + step * ((aim[j] ?? 0) - now)));
  }
}

function solveFree(gram: readonly (readonly number[])[], target: readonly number[], free: readonly boolean[]): number[] {
  const open = free.flatMap((is, j) => (is ? [j] : []));
  const solved = eliminate(open.map((i) => Float64Array.from([...open.map((j) => gram[i]?.[j] ?? 0), target[i] ?? 0])));
  const result: number[] = free.map(() => 0);
  open.forEach((j, at) => {
    result[j] = solved[at] ?? 0;
  });
  return result;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
