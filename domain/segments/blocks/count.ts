import { IdSet } from "@/domain/kernel/sets/id-set";
import type { Interval } from "./interval";
import { visit, type Piece, type Run, type Turns } from "./scan";
import { personOf, type Canonical, type View } from "./view";

/** The ids below the length of `values` whose value lies in an interval; NaN lies in none. */
export function idsWithin(values: Float64Array | Int32Array | Uint8Array, { lo, hi }: Interval): IdSet {
  const words = new Uint32Array((values.length + 31) >>> 5);
  const whole = values.length & ~31;
  let at = 0;
  for (let w = 0; at < whole; w++) {
    let word = 0;
    for (let bit = 0; bit < 32; bit++, at++) {
      const x = values[at] as number;
      word |= (x >= lo && x <= hi ? 1 : 0) << bit;
    }
    words[w] = word;
  }
  for (; at < values.length; at++) {
    const x = values[at] as number;
    if (x >= lo && x <= hi) words[at >>> 5]! |= 1 << (at & 31);
  }
  words[0]! &= ~1;
  return IdSet.ofBits(words);
}

/** Rows of some runs, those that a filter leaves out among them. */
export const rowsIn = (runs: readonly Run[]): number => runs.reduce((sum, run) => run.reduce((n, { from, to }) => n + to - from, sum), 0);

type Zeros = Uint8Array | Int32Array;
const KINDS = { bytes: Uint8Array, ints: Int32Array } as const;
const idle: Record<keyof typeof KINDS, Zeros[]> = { bytes: [], ints: [] };
/** Arrays of each kind that wait for the next question. */
const IDLE = 3;

/** An array of zeros, lent from earlier questions: making one costs more than a small count. */
function lend<K extends keyof typeof KINDS>(kind: K, size: number): InstanceType<(typeof KINDS)[K]> {
  const list = idle[kind];
  const found = list.findIndex(({ length }) => length === size);
  return (found >= 0 ? list.splice(found, 1)[0] : new KINDS[kind](size)) as InstanceType<(typeof KINDS)[K]>;
}

/** Gives an array back; everything in it must be 0 again. */
function giveBack<K extends keyof typeof KINDS>(kind: K, array: InstanceType<(typeof KINDS)[K]>): void {
  const list = idle[kind];
  list.push(array);
  if (list.length > IDLE) list.shift();
}

/** People with a number of rows from `lo` (at least 1) to `hi`. */
export async function countedWithin(runs: readonly Run[], within: Interval, view: View, turns: Turns): Promise<IdSet> {
  const { lo, hi } = within;
  // Above this a count makes no difference any more: it stops there, and mostly a byte each is enough.
  const cap = Math.max(1, Number.isFinite(hi) ? hi + 1 : lo);
  if (cap > 255) {
    const counts = lend("ints", view.size);
    await visit(runs, turns, (piece) => addWide(counts, piece));
    const out = settle(counts, Number.POSITIVE_INFINITY, runs, within, view);
    giveBack("ints", counts);
    return out;
  }
  const counts = lend("bytes", view.size);
  await visit(runs, turns, (piece) => addCapped(counts, cap, piece));
  const out = settle(counts, cap, runs, within, view);
  giveBack("bytes", counts);
  return out;
}

// Plain loops over arrays of one kind each: what the counting is fast by.

function addWide(counts: Int32Array, { block: { pid }, from, to, mask }: Piece): void {
  if (mask) for (let i = from; i < to; i++) counts[pid[i] as number]! += mask[i] as number;
  else for (let i = from; i < to; i++) counts[pid[i] as number]! += 1;
}

function addCapped(counts: Uint8Array, cap: number, { block: { pid }, from, to, mask }: Piece): void {
  if (mask)
    for (let i = from; i < to; i++) {
      if (mask[i] === 0) continue;
      const n = counts[pid[i] as number] as number;
      if (n < cap) counts[pid[i] as number] = n + 1;
    }
  else
    for (let i = from; i < to; i++) {
      const n = counts[pid[i] as number] as number;
      if (n < cap) counts[pid[i] as number] = n + 1;
    }
}

/** Who has a count in the interval, counts of merged fragments joined; leaves zeros behind. */
function settle(
  counts: Uint8Array | Int32Array,
  cap: number,
  runs: readonly Run[],
  within: Interval,
  { aliases: { from, to }, size }: View,
): IdSet {
  const joined: number[] = [];
  for (let a = 0; a < from.length; a++) {
    const n = counts[from[a] as number] as number;
    if (n === 0) continue;
    const id = to[a] as number;
    counts[id] = Math.min(cap, (counts[id] as number) + n);
    counts[from[a] as number] = 0;
    joined.push(id);
  }
  if (rowsIn(runs) * 2 > size) {
    const out = idsWithin(counts, within);
    counts.fill(0);
    return out;
  }
  // Few rows: only who occurs in them is looked at.
  const words = new Uint32Array((size + 31) >>> 5);
  for (const run of runs) for (const { block, from: first, to: end } of run) settleIds(counts, block.pid, first, end, within, words);
  settleIds(counts, Int32Array.from(joined), 0, joined.length, within, words);
  return IdSet.ofBits(words);
}

function settleIds(
  counts: Uint8Array | Int32Array,
  ids: Int32Array,
  from: number,
  to: number,
  { lo, hi }: Interval,
  words: Uint32Array,
): void {
  for (let i = from; i < to; i++) {
    const id = ids[i] as number;
    const n = counts[id] as number;
    if (n === 0) continue;
    counts[id] = 0;
    if (n >= lo && n <= hi) words[id >>> 5]! |= 1 << (id & 31);
  }
}

/** The smallest (`least`) or largest value of each person so far; NaN: none. */
export function noteExtremes(
  out: Float64Array,
  least: boolean,
  values: Float64Array,
  { block: { pid }, from, to, mask }: Piece,
  canonical: Canonical | undefined,
): void {
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value !== value || (mask !== undefined && mask[i] === 0)) continue;
    const id = personOf(canonical, pid[i] as number);
    const known = out[id] as number;
    if (known !== known || (least ? value < known : value > known)) out[id] = value;
  }
}
