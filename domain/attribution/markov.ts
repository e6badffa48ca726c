import { solveDense, solveSparse } from "./absorbing-chain";
import type { SparseChain } from "./absorbing-chain";
import type { Credits, MarkovOrder, PathTable } from "./model";

export interface MarkovResult {
  /** Probability that a path converts; equals conversions / (conversions + nulls) of the paths with a touch. */
  readonly probability: number;
  /** Share of conversions (of value) lost when every step into the channel ends without one. */
  readonly removal: Float64Array;
  readonly removalOfValue: Float64Array;
  readonly credits: Credits;
  /** Number of states between start and the two ends. */
  readonly states: number;
}

/** Below this many states Gaussian elimination is both exact and quick. */
const DENSE_STATES = 120;

/**
 * Removal effects of the absorbing chain start -> states -> conversion | null, solved exactly (no simulation).
 * Order k: a path longer than k becomes its windows of k touches in a row, a shorter one is one state; removing a
 * channel removes every state that holds it. Credit = total x removal effect / sum of removal effects. For value, the
 * chance of converting from a state is weighed by the mean value of the conversions that ended there.
 * Paths without a touch stay out of the chain and are `unattributed`.
 * Formulas: Anderl, Becker, von Wangenheim, Schumann 2016, with null paths.
 */
export function markovCredits(table: PathTable, order: MarkovOrder): MarkovResult {
  const chain = buildChain(table, order);
  const size = table.channels.length;
  const byConversions = removalEffects(chain, chain.toConversion, size);
  const byValue = removalEffects(chain, chain.toValue, size);
  return {
    probability: byConversions.whole,
    removal: byConversions.effects,
    removalOfValue: byValue.effects,
    credits: {
      conversions: share(byConversions.effects, chain.conversions),
      value: share(byValue.effects, chain.value),
      unattributed: chain.unattributed,
    },
    states: chain.members.length,
  };
}

export const START = "(start)";
export const CONVERSION = "(conversion)";
export const NO_CONVERSION = "(null)";

/** Chance of each step of the chain of order 1, steps that were seen only. Rows of one `from` add up to 1. */
export function transitions(table: PathTable): { readonly from: string; readonly to: string; readonly probability: number }[] {
  const chain = buildChain(table, 1);
  const nameOf = (state: number): string => table.channels[chain.members[state]?.[0] ?? -1] ?? "";
  const steps: { from: string; to: string; probability: number }[] = [];
  chain.start.forEach((probability, state) => {
    if (probability > 0) steps.push({ from: START, to: nameOf(state), probability });
  });
  chain.members.forEach((_, state) => {
    const from = nameOf(state);
    const converting = chain.toConversion[state] ?? 0;
    let rest = 1 - converting;
    for (let e = chain.matrix.rowStart[state] ?? 0; e < (chain.matrix.rowStart[state + 1] ?? 0); e++) {
      const probability = chain.matrix.chance[e] ?? 0;
      rest -= probability;
      steps.push({ from, to: nameOf(chain.matrix.column[e] ?? 0), probability });
    }
    if (converting > 0) steps.push({ from, to: CONVERSION, probability: converting });
    if (rest > 1e-12) steps.push({ from, to: NO_CONVERSION, probability: rest });
  });
  return steps;
}

interface Chain {
  readonly matrix: SparseChain;
  /** Per state: chance of converting next, and that chance weighed by mean value. */
  readonly toConversion: Float64Array;
  readonly toValue: Float64Array;
  /** Channels of each state. */
  readonly members: readonly (readonly number[])[];
  /** Chance of each state to be the first. */
  readonly start: Float64Array;
  readonly conversions: number;
  readonly value: number;
  readonly unattributed: { readonly conversions: number; readonly value: number };
}

function buildChain(table: PathTable, order: number): Chain {
  const base = table.channels.length + 1;
  const idOf = new Map<number, number>();
  const members: number[][] = [];
  const rows: Map<number, number>[] = [];
  const starts: number[] = [];
  const ends: { conversions: number; value: number; total: number }[] = [];
  const unattributed = { conversions: 0, value: 0 };
  let conversions = 0;
  let value = 0;

  const stateAt = (from: number, length: number): number => {
    let key = 0;
    for (let i = 0; i < length; i++) key = key * base + (table.channel[from + i] ?? 0) + 1;
    const known = idOf.get(key);
    if (known !== undefined) return known;
    const id = members.length;
    idOf.set(key, id);
    members.push([...table.channel.subarray(from, from + length)]);
    rows.push(new Map());
    starts.push(0);
    ends.push({ conversions: 0, value: 0, total: 0 });
    return id;
  };

  for (let p = 0; p < table.conversions.length; p++) {
    const from = table.offsets[p] ?? 0;
    const length = (table.offsets[p + 1] ?? 0) - from;
    const converted = table.conversions[p] ?? 0;
    if (length === 0) {
      unattributed.conversions += converted;
      unattributed.value += table.value[p] ?? 0;
      continue;
    }
    const weight = converted + (table.nulls[p] ?? 0);
    if (weight === 0) continue;
    const width = Math.min(order, length);
    let state = stateAt(from, width);
    starts[state] = (starts[state] ?? 0) + weight;
    for (let i = 1; i + width <= length; i++) {
      const next = stateAt(from + i, width);
      const row = rows[state];
      row?.set(next, (row.get(next) ?? 0) + weight);
      state = next;
    }
    const end = ends[state];
    if (end !== undefined) {
      end.conversions += converted;
      end.value += table.value[p] ?? 0;
      end.total += weight;
    }
    conversions += converted;
    value += table.value[p] ?? 0;
  }
  return { ...normalise(rows, ends, starts), members, conversions, value, unattributed };
}

function normalise(
  rows: readonly Map<number, number>[],
  ends: readonly { conversions: number; value: number; total: number }[],
  starts: readonly number[],
): Pick<Chain, "matrix" | "toConversion" | "toValue" | "start"> {
  const n = rows.length;
  let entries = 0;
  for (const row of rows) entries += row.size;
  const rowStart = new Uint32Array(n + 1);
  const column = new Uint32Array(entries);
  const chance = new Float64Array(entries);
  const toConversion = new Float64Array(n);
  const toValue = new Float64Array(n);
  let at = 0;
  rows.forEach((row, state) => {
    const end = ends[state] ?? { conversions: 0, value: 0, total: 0 };
    let total = end.total;
    for (const weight of row.values()) total += weight;
    for (const [to, weight] of row) {
      column[at] = to;
      chance[at++] = weight / total;
    }
    rowStart[state + 1] = at;
    toConversion[state] = end.conversions / total;
    // R_j x (value of conversions ending at j / conversions ending at j).
    toValue[state] = end.conversions > 0 ? end.value / total : 0;
  });
  const all = starts.reduce((a, b) => a + b, 0);
  return { matrix: { rowStart, column, chance }, toConversion, toValue, start: Float64Array.from(starts, (weight) => weight / (all || 1)) };
}

function removalEffects(chain: Chain, reward: Float64Array, channels: number): { whole: number; effects: Float64Array } {
  const solve = chain.members.length <= DENSE_STATES ? solveDense : solveSparse;
  const expected = (solution: Float64Array): number => solution.reduce((sum, x, state) => sum + x * (chain.start[state] ?? 0), 0);
  const kept = new Uint8Array(chain.members.length).fill(1);
  const whole = solve(chain.matrix, reward, kept, null);
  const total = expected(whole);
  const effects = new Float64Array(channels);
  if (total === 0) return { whole: 0, effects };
  for (let channel = 0; channel < channels; channel++) {
    let touched = false;
    chain.members.forEach((member, state) => {
      const holds = member.includes(channel);
      kept[state] = holds ? 0 : 1;
      touched ||= holds;
    });
    effects[channel] = touched ? Math.max(0, 1 - expected(solve(chain.matrix, reward, kept, whole)) / total) : 0;
  }
  return { whole: total, effects };
}

function share(effects: Float64Array, total: number): Float64Array {
  const sum = effects.reduce((a, b) => a + b, 0);
  return effects.map((effect) => (sum > 0 ? (total * effect) / sum : 0));
}
