/** Coarser values and k-anonymity for files. Pure. */

/** Fewest people who share the same quasi-identifiers, unless more are asked for. */
export const LEAST_K = 5;

/** Rows that may leave, and how many may not. */
export interface Anonymous {
  /** Indexes into the rows given, in order. */
  kept: number[];
  suppressed: number;
  /** Different combinations that are left, and the size of the smallest; 0 where nothing is left. */
  classes: number;
  smallest: number;
}

/**
 * Keeps rows whose combination of values at least `k` rows share. Where fewer than `k` rows would be left out by that, the
 * smallest further combinations go too (complementary suppression): whoever knows the total can work out nothing about
 * fewer than `k` people. Sweeney, k-anonymity (2002).
 */
export function keepCrowds(rows: readonly (readonly unknown[])[], k: number): Anonymous {
  const classes = new Map<string, number[]>();
  for (const [at, row] of rows.entries()) {
    const key = JSON.stringify(row);
    const members = classes.get(key);
    if (members) members.push(at);
    else classes.set(key, [at]);
  }
  const bySize = [...classes.values()].toSorted((a, b) => a.length - b.length || (a[0] ?? 0) - (b[0] ?? 0));
  const stay: number[][] = [];
  let suppressed = 0;
  for (const members of bySize) {
    if (members.length < k || (suppressed > 0 && suppressed < k)) suppressed += members.length;
    else stay.push(members);
  }
  return {
    kept: stay.flat().toSorted((a, b) => a - b),
    suppressed,
    classes: stay.length,
    smallest: stay.reduce((least, { length }) => (least === 0 ? length : Math.min(least, length)), 0),
  };
}

/** A date becomes its month, a number its two leading digits; text stays. Null stays. */
export function coarse(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().slice(0, 7);
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? Number(value.toPrecision(2)) : null;
  if (typeof value === "string") return /^\d{4}-\d{2}-\d{2}(?:T|$)/.test(value) ? value.slice(0, 7) : value;
  return JSON.stringify(value);
}
