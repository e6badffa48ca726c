/** Rows of chances between the states of a chain; what is missing to 1 leaves the chain. */
export interface SparseChain {
  readonly rowStart: Uint32Array;
  readonly column: Uint32Array;
  readonly chance: Float64Array;
}

/** Largest change of an unknown in the last sweep, relative to the largest unknown. */
const TOLERANCE = 1e-15;
const MOST_SWEEPS = 100_000;

/**
 * Solves x = reward + Q x over the states with `kept[i] = 1` (the others are 0, as are the steps into them) by
 * Gauss-Seidel with steps to oneself taken out. Sweeps from the last state to the first, as states were numbered in the
 * order in which paths meet them. `guess` (an upper bound of x) saves sweeps. Cost: entries x sweeps; every path ends,
 * so the sweeps shrink the error geometrically.
 */
export function solveSparse(chain: SparseChain, reward: Float64Array, kept: Uint8Array, guess: Float64Array | null): Float64Array {
  const n = reward.length;
  const x = new Float64Array(n);
  if (guess !== null) for (let i = 0; i < n; i++) x[i] = kept[i] === 1 ? (guess[i] ?? 0) : 0;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let change = 0;
    let largest = 0;
    for (let i = n - 1; i >= 0; i--) {
      if (kept[i] === 0) continue;
      let sum = reward[i] ?? 0;
      let self = 0;
      for (let e = chain.rowStart[i] ?? 0; e < (chain.rowStart[i + 1] ?? 0); e++) {
        const j = chain.column[e] ?? 0;
        if (j === i) self = chain.chance[e] ?? 0;
        else sum += (chain.chance[e] ?? 0) * (x[j] ?? 0);
      }
      const next = sum / (1 - self);
      change = Math.max(change, Math.abs(next - (x[i] ?? 0)));
      largest = Math.max(largest, next);
      x[i] = next;
    }
    if (change <= TOLERANCE * largest) return x;
  }
  throw new Error(`the chain of ${n} states did not settle in ${MOST_SWEEPS} sweeps`);
}

/** The same by Gaussian elimination with partial pivoting: n^3 / 3 steps, exact to rounding. */
export function solveDense(chain: SparseChain, reward: Float64Array, kept: Uint8Array): Float64Array {
  const states: number[] = [];
  const place = new Int32Array(reward.length).fill(-1);
  for (let i = 0; i < reward.length; i++) {
    if (kept[i] === 0) continue;
    place[i] = states.length;
    states.push(i);
  }
  const rows = states.map((state) => {
    const row = new Float64Array(states.length + 1);
    row[place[state] ?? 0] = 1;
    for (let e = chain.rowStart[state] ?? 0; e < (chain.rowStart[state + 1] ?? 0); e++) {
      const to = place[chain.column[e] ?? 0] ?? -1;
      if (to >= 0) row[to] = (row[to] ?? 0) - (chain.chance[e] ?? 0);
    }
    row[states.length] = reward[state] ?? 0;
    return row;
  });
  const solved = eliminate(rows);
  const x = new Float64Array(reward.length);
  states.forEach((state, i) => {
    x[state] = solved[i] ?? 0;
  });
  return x;
}

/**
 * Solves a system given as rows of n coefficients and the right side; changes the rows.
 * Throws when the system has no single solution.
 */
export function eliminate(rows: Float64Array[]): Float64Array {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]?.[k] ?? 0) > Math.abs(rows[best]?.[k] ?? 0)) best = i;
    const pivot = rows[best];
    const other = rows[k];
    if (pivot === undefined || other === undefined || !(Math.abs(pivot[k] ?? 0) > 1e-300))
      throw new Error("the system of equations is singular");
    rows[best] = other;
    rows[k] = pivot;
    for (let i = k + 1; i < n; i++) {
      const row = rows[i];
      const factor = (row?.[k] ?? 0) / (pivot[k] ?? 1);
      if (row === undefined || factor === 0) continue;
      for (let j = k; j <= n; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  const x = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    const row = rows[k];
    let sum = row?.[n] ?? 0;
    for (let j = k + 1; j < n; j++) sum -= (row?.[j] ?? 0) * (x[j] ?? 0);
    x[k] = sum / (row?.[k] ?? 1);
  }
  return x;
}
