import type { Compare } from "../model";

/** Both ends included; empty where `lo` is above `hi`. */
export interface Interval {
  lo: number;
  hi: number;
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next double above a finite number (`up`), or below it. */
function next(x: number, up: boolean): number {
  if (!Number.isFinite(x)) return x;
  if (x === 0) return up ? Number.MIN_VALUE : -Number.MIN_VALUE;
  float[0] = x;
  bits[0] = (bits[0] as bigint) + (x > 0 === up ? 1n : -1n);
  return float[0];
}

/** The numbers for which a comparison holds. */
export function intervalOf(compare: Compare): Interval {
  switch (compare.operator) {
    case "at_least":
      return { lo: compare.n, hi: Number.POSITIVE_INFINITY };
    case "at_most":
      return { lo: Number.NEGATIVE_INFINITY, hi: compare.n };
    case "exactly":
      return { lo: compare.n, hi: compare.n };
    case "more_than":
      return { lo: next(compare.n, true), hi: Number.POSITIVE_INFINITY };
    case "less_than":
      return { lo: Number.NEGATIVE_INFINITY, hi: next(compare.n, false) };
    case "between":
      return { lo: compare.from, hi: compare.to };
  }
}
