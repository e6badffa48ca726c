import type { Filter, Window } from "../model";
import { seconds } from "../model";
import { testValue } from "../test-value";
import type { Json } from "@/domain/events/model";
import { numberOf, textOf } from "../values";
import type { PropertyColumn } from "./encode";
import { intervalOf, type Interval } from "./interval";
import { propertyName } from "./names";
import type { BlockStore, LoadedBlock, Request } from "./store";
import type { TypeView, View } from "./view";

/** A span of time in whole milliseconds, both ends included. */
export interface Bounds {
  lo: number;
  hi: number;
}

/** Rows from `from` to before `to` of a block that passed; `mask` undefined: all of them. */
export interface Piece {
  block: LoadedBlock;
  from: number;
  to: number;
  mask: Uint8Array | undefined;
}

/** The same span as `inWindow`; undefined where it differs from person to person. Nothing after now. */
export function boundsOf(window: Window, now: number): Bounds | undefined {
  const ago = (ms: number): number => now - ms;
  switch (window.kind) {
    case "ever":
      return { lo: Number.NEGATIVE_INFINITY, hi: now };
    case "last":
      return { lo: ago(seconds(window.duration) * 1000) + 1, hi: now };
    case "between_ago":
      return { lo: ago(seconds(window.to) * 1000), hi: ago(seconds(window.from) * 1000) - 1 };
    case "fixed":
      return {
        lo: window.from === null ? Number.NEGATIVE_INFINITY : Date.parse(window.from),
        hi: Math.min(now, window.to === null ? Number.POSITIVE_INFINITY : Date.parse(window.to) - 1),
      };
    default:
      return undefined;
  }
}

/** What of each row a question looks at, besides the person. */
export interface Look {
  /** Time of every row; else only where the span begins and ends. */
  time?: boolean;
  /** Ids: to bring rows of several lists into one order. */
  ids?: boolean;
  value?: boolean;
  /** Names of property columns. */
  properties: readonly string[];
}

/** The blocks of a type that a span touches, with the columns that a question needs. */
function requestsOf({ blocks }: TypeView, bounds: Bounds, look: Look): Request[] {
  const out: Request[] = [];
  for (const block of blocks) {
    if (block.toMs < bounds.lo || block.fromMs > bounds.hi) continue;
    const inner = block.fromMs >= bounds.lo && block.toMs <= bounds.hi;
    const columns = ["p", ...look.properties];
    if (look.time === true || !inner) columns.push("s");
    if (look.ids === true) columns.push("i");
    if (look.value === true) columns.push("v");
    out.push({ block, columns });
  }
  return out;
}

/** One list of rows in (time, id) order. */
export type Run = Piece[];

/** The rows of a type in a span: what lies in blocks, and what does not. */
export async function runsOf(
  store: BlockStore,
  view: View,
  eventType: number,
  bounds: Bounds,
  where: readonly Filter[],
  look: Look,
  now: number,
): Promise<Run[] | undefined> {
  const type = view.types.get(eventType);
  if (!type) return undefined;
  const requests = requestsOf(type, bounds, look);
  if (!store.fits(requests)) return undefined;
  const loaded = await store.load(requests);
  if (!loaded) return undefined;
  const closed: Run = [];
  for (const { block: meta } of requests) {
    const block = loaded.get(meta.id) as LoadedBlock;
    const piece = pieceOf(block, bounds, where, now, view.dirty);
    if (piece) closed.push(piece);
  }
  const newest = pieceOf(type.newest, bounds, where, now, undefined);
  return newest ? [closed, [newest]] : [closed];
}

function pieceOf(
  block: LoadedBlock,
  bounds: Bounds,
  where: readonly Filter[],
  now: number,
  dirty: Uint8Array | undefined,
): Piece | undefined {
  const from = block.seconds ? rowFrom(block, bounds.lo) : 0;
  const to = block.seconds ? rowFrom(block, bounds.hi + 1) : block.n;
  if (from >= to) return undefined;
  let mask: Uint8Array | undefined;
  for (const filter of where) {
    const passed = passing(block, filter, now, mask, from, to);
    if (passed === "none") return undefined;
    if (passed !== "all") mask = passed;
  }
  if (dirty) {
    for (let i = from; i < to; i++) {
      if (dirty[block.pid[i] as number] !== 1) continue;
      mask ??= new Uint8Array(block.n).fill(1);
      mask[i] = 0;
    }
  }
  return { block, from, to, mask };
}

/** Milliseconds of a row. */
export const timeOf = (block: LoadedBlock, i: number): number =>
  (block.base + ((block.seconds as Uint32Array)[i] as number)) * 1000 + (block.ms ? (block.ms[i] as number) : 0);

/** The first row at or after an instant. */
function rowFrom(block: LoadedBlock, ms: number): number {
  let low = 0;
  let high = block.n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(block, middle) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Flags of the rows that pass a filter and passed those before; in one word where it says nothing of single rows. */
function passing(
  block: LoadedBlock,
  { root, path, test }: Filter,
  now: number,
  before: Uint8Array | undefined,
  from: number,
  to: number,
): Uint8Array | "all" | "none" {
  const column = block.properties.get(propertyName(root, path)) as PropertyColumn;
  // Tests that ask for the person's zone are not answered here.
  const env = { now, zone: "UTC" };
  const none = testValue(test, undefined, env) ? 1 : 0;
  const out = before ?? new Uint8Array(block.n);
  const earlier = before ? 0 : 1;
  if (column.kind === "numbers") {
    const { numbers } = column;
    const plain = numberInterval(test);
    if (plain) {
      const { lo, hi } = plain;
      for (let i = from; i < to; i++) {
        const x = numbers[i] as number;
        const holds = x === x ? (x >= lo && x <= hi ? 1 : 0) : none;
        out[i] = ((out[i] as number) | earlier) & holds;
      }
    } else
      for (let i = from; i < to; i++) {
        const x = numbers[i] as number;
        const holds = x === x ? (testValue(test, x, env) ? 1 : 0) : none;
        out[i] = ((out[i] as number) | earlier) & holds;
      }
    return out;
  }
  const table = new Uint8Array(column.values.length + 1);
  table[0] = none;
  let hits = none;
  for (let i = 0; i < column.values.length; i++)
    hits += table[i + 1] = testValue(test, JSON.parse(column.values[i] as string) as Json, env) ? 1 : 0;
  if (hits === 0) return "none";
  if (hits === table.length) return "all";
  const { codes } = column;
  if (before) for (let i = from; i < to; i++) out[i]! &= table[codes[i] as number] as number;
  else for (let i = from; i < to; i++) out[i] = table[codes[i] as number] as number;
  return out;
}

/** The numbers that pass a plain comparison. */
function numberInterval(test: Filter["test"]): Interval | undefined {
  if (test.type === "number_range" && test.operator === "between") return { lo: test.from, hi: test.to };
  if (test.type !== "number") return undefined;
  switch (test.operator) {
    case "lt":
      return intervalOf({ operator: "less_than", n: test.value });
    case "lte":
      return intervalOf({ operator: "at_most", n: test.value });
    case "gt":
      return intervalOf({ operator: "more_than", n: test.value });
    case "gte":
      return intervalOf({ operator: "at_least", n: test.value });
    default:
      return undefined;
  }
}

/** The property of each row as a number (NaN: none), as `numberOf` reads it. */
export function numbersOf(column: PropertyColumn): Float64Array {
  if (column.kind === "numbers") return column.numbers;
  const table = new Float64Array(column.values.length + 1);
  table[0] = Number.NaN;
  for (let i = 0; i < column.values.length; i++) table[i + 1] = numberOf(JSON.parse(column.values[i] as string) as Json) ?? Number.NaN;
  const { codes } = column;
  const out = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i] as number] as number;
  return out;
}

/** Numbers for texts, the same for equal ones, over all blocks of a question; -1: no text. */
export class Texts {
  private readonly numbers = new Map<string, number>();

  of(column: PropertyColumn): (row: number) => number {
    if (column.kind === "numbers") {
      return (row) => {
        const x = column.numbers[row] as number;
        return x === x ? this.number(textOf(x)) : -1;
      };
    }
    const table = new Int32Array(column.values.length + 1);
    table[0] = -1;
    for (let i = 0; i < column.values.length; i++) table[i + 1] = this.number(textOf(JSON.parse(column.values[i] as string) as Json));
    return (row) => table[column.codes[row] as number] as number;
  }

  private number(text: string | undefined): number {
    if (text === undefined) return -1;
    let n = this.numbers.get(text);
    if (n === undefined) this.numbers.set(text, (n = this.numbers.size));
    return n;
  }
}

/** Rows looked at before others may have their turn: some milliseconds. */
const ROWS_A_TURN = 1_000_000;

export class Turns {
  private rows = 0;

  constructor(private readonly signal: AbortSignal | undefined) {}

  /** To be called after `rows` more rows; gives way to other work from time to time. */
  after(rows: number): Promise<void> | undefined {
    this.rows += rows;
    if (this.rows < ROWS_A_TURN) return undefined;
    this.rows = 0;
    this.signal?.throwIfAborted();
    return new Promise((go) => setImmediate(go));
  }
}

/** Visits rows list by list: for questions in which order does not matter. */
export async function visit(runs: readonly Run[], turns: Turns, take: (piece: Piece) => void): Promise<void> {
  for (const run of runs)
    for (const piece of run) {
      take(piece);
      await turns.after(piece.to - piece.from);
    }
}

/** Visits the rows of all lists in one (time, id) order, as pieces as long as order allows. `which`: number of the list. */
export async function visitInOrder(
  runs: readonly Run[],
  turns: Turns,
  take: (piece: Piece, from: number, to: number, which: number) => void,
): Promise<void> {
  const heads = runs.map((run, which) => ({ run, which, piece: 0, row: run[0]?.from ?? 0 })).filter(({ run }) => run.length > 0);
  while (heads.length > 0) {
    let first = 0;
    for (let h = 1; h < heads.length; h++) if (before(heads[h] as Head, heads[first] as Head)) first = h;
    const head = heads[first] as Head;
    const piece = head.run[head.piece] as Piece;
    // Up to the first row of any other list.
    let to = piece.to;
    for (let h = 0; h < heads.length; h++) if (h !== first) to = rowsBefore(piece, head.row, to, heads[h] as Head);
    take(piece, head.row, to, head.which);
    const wait = turns.after(to - head.row + 1);
    if (wait) await wait;
    head.row = to;
    if (to < piece.to) continue;
    head.piece += 1;
    const next = head.run[head.piece];
    if (next) head.row = next.from;
    else heads.splice(first, 1);
  }
}

interface Head {
  run: Run;
  which: number;
  piece: number;
  row: number;
}

function before(a: Head, b: Head): boolean {
  const x = (a.run[a.piece] as Piece).block;
  const y = (b.run[b.piece] as Piece).block;
  const s = timeOf(x, a.row);
  const t = timeOf(y, b.row);
  return s < t || (s === t && ((x.id as Float64Array)[a.row] as number) < ((y.id as Float64Array)[b.row] as number));
}

/** How far rows of a piece come before the head of another list: galloping from `from`, since lists mostly alternate. */
function rowsBefore({ block }: Piece, from: number, to: number, other: Head): number {
  const { block: theirs } = other.run[other.piece] as Piece;
  const time = timeOf(theirs, other.row);
  const id = (theirs.id as Float64Array)[other.row] as number;
  const mine = (i: number): boolean => {
    const at = timeOf(block, i);
    return at < time || (at === time && ((block.id as Float64Array)[i] as number) < id);
  };
  let low = from + 1;
  let step = 1;
  let high = low;
  while (high < to && mine(high)) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = Math.min(high, to);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (mine(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
