import { IdSet } from "@/domain/kernel/sets/id-set";
import type { Interval } from "./interval";
import type { Piece } from "./scan";
import { personOf, type View } from "./view";

/** Bits of an id by which rows are sorted at once. */
const DIGIT = 11;
const BUCKETS = 1 << DIGIT;

/**
 * Sums or averages by person, values added in the order in which they come. Where rows are many, in an array over all
 * people; where they are few, the rows are sorted by person instead, since an array over everybody lies far from the
 * processor.
 */
export class Sums {
  private readonly few: { n: number; ids: Int32Array; values: Float64Array } | undefined;
  private readonly sums: Float64Array;
  private readonly counts: Int32Array;

  /** @param rows most rows that may come */
  constructor(
    private readonly view: View,
    rows: number,
    private readonly average: boolean,
  ) {
    const dense = rows * 4 > view.size;
    this.few = dense ? undefined : { n: 0, ids: new Int32Array(rows), values: new Float64Array(rows) };
    this.sums = new Float64Array(dense ? view.size : 0);
    this.counts = new Int32Array(dense ? view.size : 0);
  }

  add(values: Float64Array, piece: Piece, from: number, to: number): void {
    if (this.few) this.addFew(this.few, values, piece, from, to);
    else this.addMany(values, piece, from, to);
  }

  /** Who has a value and one in the interval (`inside`), or outside of it. */
  members(within: Interval, inside: boolean): IdSet {
    const words = new Uint32Array((this.view.size + 31) >>> 5);
    if (this.few) this.settleFew(this.few, within, inside, words);
    else this.settleMany(within, inside, words);
    return IdSet.ofBits(words);
  }

  private addFew(
    few: { n: number; ids: Int32Array; values: Float64Array },
    values: Float64Array,
    { block: { pid }, mask }: Piece,
    from: number,
    to: number,
  ): void {
    const { canonical } = this.view;
    const { ids, values: out } = few;
    let { n } = few;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (value !== value || (mask !== undefined && mask[i] === 0)) continue;
      ids[n] = personOf(canonical, pid[i] as number);
      out[n++] = value;
    }
    few.n = n;
  }

  private addMany(values: Float64Array, { block: { pid }, mask }: Piece, from: number, to: number): void {
    const { canonical } = this.view;
    const { sums, counts } = this;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (value !== value || (mask !== undefined && mask[i] === 0)) continue;
      const id = personOf(canonical, pid[i] as number);
      sums[id]! += value;
      counts[id]! += 1;
    }
  }

  private settleFew(
    few: { n: number; ids: Int32Array; values: Float64Array },
    { lo, hi }: Interval,
    inside: boolean,
    words: Uint32Array,
  ): void {
    const { average } = this;
    const { n } = few;
    const { ids, values } = sortById(few, this.view.size);
    for (let i = 0; i < n;) {
      const id = ids[i] as number;
      const first = i;
      let value = 0;
      for (; i < n && ids[i] === id; i++) value += values[i] as number;
      if (average) value /= i - first;
      if ((value >= lo && value <= hi) === inside) words[id >>> 5]! |= 1 << (id & 31);
    }
  }

  private settleMany({ lo, hi }: Interval, inside: boolean, words: Uint32Array): void {
    const { sums, counts, average } = this;
    for (let id = 1; id < sums.length; id++) {
      const n = counts[id] as number;
      if (n === 0) continue;
      const value = average ? (sums[id] as number) / n : (sums[id] as number);
      if ((value >= lo && value <= hi) === inside) words[id >>> 5]! |= 1 << (id & 31);
    }
  }
}

/** By id, rows of the same one in the order in which they came: digit by digit from the lowest. */
function sortById(rows: { n: number; ids: Int32Array; values: Float64Array }, size: number): { ids: Int32Array; values: Float64Array } {
  const { n } = rows;
  let { ids, values } = rows;
  for (let shift = 0; shift === 0 || size >>> shift > 0; shift += DIGIT) {
    const places = new Int32Array(BUCKETS + 1);
    for (let i = 0; i < n; i++) places[(((ids[i] as number) >>> shift) & (BUCKETS - 1)) + 1]! += 1;
    for (let b = 1; b <= BUCKETS; b++) places[b]! += places[b - 1] as number;
    const sortedIds = new Int32Array(n);
    const sortedValues = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const id = ids[i] as number;
      const bucket = (id >>> shift) & (BUCKETS - 1);
      const place = places[bucket] as number;
      places[bucket] = place + 1;
      sortedIds[place] = id;
      sortedValues[place] = values[i] as number;
    }
    ids = sortedIds;
    values = sortedValues;
  }
  return { ids, values };
}
