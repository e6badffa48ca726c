import { IdSet } from "@/domain/kernel/sets/id-set";
import { seconds, type Compare, type LeafOf } from "../model";
import { holdsDate, twin } from "../test-value";
import { countedWithin, idsWithin, noteExtremes, rowsIn } from "./count";
import { intervalOf, type Interval } from "./interval";
import { typesOf, type EventLeaf } from "./leaf-needs";
import { propertyName } from "./names";
import { PairSet } from "./pair-set";
import {
  boundsOf,
  numbersOf,
  runsOf,
  Texts,
  timeOf,
  Turns,
  visit,
  visitInOrder,
  type Bounds,
  type Look,
  type Piece,
  type Run,
} from "./scan";
import { sequenceMembers } from "./sequence";
import type { BlockStore } from "./store";
import { Sums } from "./sums";
import { personOf, type View } from "./view";

export interface LeafContext {
  store: BlockStore;
  view: View;
  /** Milliseconds. */
  now: number;
  /** Everybody. */
  base: () => Promise<IdSet>;
  signal: AbortSignal | undefined;
}

/** People who meet a leaf, its negation not regarded; undefined: blocks cannot answer, ask the database. */
export function leafMembers(leaf: EventLeaf, context: LeafContext): Promise<IdSet | undefined> {
  switch (leaf.kind) {
    case "event":
      return eventMembers(leaf, context);
    case "event_time":
      return eventTimeMembers(leaf, context);
    case "lifecycle":
      return lifecycleMembers(leaf, context);
    case "sequence":
      return sequenceMembers(leaf, context);
  }
}

async function runsOfEvent(
  event: string | null,
  where: LeafOf<"event">["where"],
  bounds: Bounds,
  look: Omit<Look, "properties"> & { properties?: readonly string[] },
  { store, view, now }: LeafContext,
): Promise<Run[] | undefined> {
  const properties = [...new Set([...where.map(({ root, path }) => propertyName(root, path)), ...(look.properties ?? [])])];
  const types = typesOf(event, view.typeIds);
  // All at once, so that they are read together.
  const found = await Promise.all(types.map((type) => runsOf(store, view, type, bounds, where, { ...look, properties }, now)));
  const out: Run[] = [];
  for (const runs of found) {
    if (!runs) return undefined;
    out.push(...runs.filter((run) => run.length > 0));
  }
  return out;
}

/** The set of ids below `size` for which `holds`. */
function select(size: number, holds: (id: number) => boolean): IdSet {
  const bits = new Uint32Array((size + 31) >>> 5);
  for (let id = 1; id < size; id++) if (holds(id)) bits[id >>> 5]! |= 1 << (id & 31);
  return IdSet.ofBits(bits);
}

/** Who did it at all, as bits. */
async function seen(runs: readonly Run[], { view, signal }: LeafContext): Promise<IdSet> {
  const bits = new Uint32Array((view.size + 31) >>> 5);
  await visit(runs, new Turns(signal), ({ block, from, to, mask }) => {
    const { pid } = block;
    if (!mask) for (let i = from; i < to; i++) bits[(pid[i] as number) >>> 5]! |= 1 << ((pid[i] as number) & 31);
    else for (let i = from; i < to; i++) bits[(pid[i] as number) >>> 5]! |= (mask[i] as number) << ((pid[i] as number) & 31);
  });
  const { from: fragments, to: people } = view.aliases;
  for (let a = 0; a < fragments.length; a++) {
    const from = fragments[a] as number;
    if ((((bits[from >>> 5] as number) >>> (from & 31)) & 1) === 0) continue;
    const to = people[a] as number;
    bits[to >>> 5]! |= 1 << (to & 31);
    bits[from >>> 5]! &= ~(1 << (from & 31));
  }
  return IdSet.ofBits(bits);
}

/** Whole numbers for which a comparison holds. */
function wholeWithin(compare: Compare): Interval {
  const { lo, hi } = intervalOf(compare);
  return { lo: Math.ceil(lo), hi: Math.floor(hi) };
}

async function eventMembers(leaf: LeafOf<"event">, context: LeafContext): Promise<IdSet | undefined> {
  const { view, base, signal, now } = context;
  const { measure, compare } = leaf;
  const bounds = boundsOf(leaf.window, now) as Bounds;
  if (measure.of === "count") {
    const runs = await runsOfEvent(leaf.event, leaf.where, bounds, {}, context);
    if (!runs) return undefined;
    const { lo, hi } = wholeWithin(compare);
    if (hi < 0 || lo > hi) return IdSet.EMPTY;
    // One bit a person says it where only "at all" or "not at all" is asked.
    if (lo === 1 && hi === Number.POSITIVE_INFINITY) return seen(runs, context);
    if (lo <= 0 && hi === 0) return (await base()).andNot(await seen(runs, context));
    if (lo > 0) return countedWithin(runs, { lo, hi }, view, new Turns(signal));
    if (hi === Number.POSITIVE_INFINITY) return base();
    return (await base()).andNot(await countedWithin(runs, { lo: hi + 1, hi: Number.POSITIVE_INFINITY }, view, new Turns(signal)));
  }
  if (measure.of === "distinct") return distinctMembers(leaf, measure.path, bounds, context);
  if (measure.of === "days" || measure.of === "weeks" || measure.of === "months") return undefined;
  const name = measure.path ? propertyName("properties", measure.path) : undefined;
  const additive = measure.of === "sum" || measure.of === "average";
  // Sums are made in time order, as everywhere, so that they agree to the last digit.
  const types = typesOf(leaf.event, view.typeIds);
  const ordered = additive && (types.length > 1 || types.some((type) => overlapping(view, type)));
  const look = { value: name === undefined, properties: name === undefined ? [] : [name], time: ordered, ids: ordered };
  const runs = await runsOfEvent(leaf.event, leaf.where, bounds, look, context);
  if (!runs) return undefined;
  const turns = new Turns(signal);
  const { canonical, size } = view;
  const within = intervalOf(compare);
  if (!additive) {
    const out = new Float64Array(size).fill(Number.NaN);
    await visit(runs, turns, (piece) => {
      const values = numbersIn(piece.block, name);
      if (values) noteExtremes(out, measure.of === "min", values, piece, canonical);
    });
    return idsWithin(out, within);
  }
  const zero = within.lo <= 0 && within.hi >= 0 && measure.of === "sum";
  const sums = new Sums(view, rowsIn(runs), measure.of === "average");
  const take = (piece: Piece, from: number, to: number): void => {
    const values = numbersIn(piece.block, name);
    if (values) sums.add(values, piece, from, to);
  };
  if (ordered) await visitInOrder(runs, turns, take);
  else await visit(runs, turns, (piece) => take(piece, piece.from, piece.to));
  // The sum of nothing is 0, so where 0 fits, it is known by those who do not.
  return zero ? (await base()).andNot(sums.members(within, false)) : sums.members(within, true);
}

/** Whether events that are in no block lie between those that are. */
function overlapping(view: View, type: number): boolean {
  const { blocks = [], newest } = view.types.get(type) ?? {};
  const last = blocks.at(-1);
  return newest !== undefined && newest.n > 0 && last !== undefined && last.toMs >= timeOf(newest, 0);
}

function numbersIn(block: Piece["block"], name: string | undefined): Float64Array | undefined {
  return name === undefined ? block.value : numbersOf(block.properties.get(name)!);
}

async function distinctMembers(
  leaf: LeafOf<"event">,
  path: readonly string[],
  bounds: Bounds,
  context: LeafContext,
): Promise<IdSet | undefined> {
  const { view, base, signal } = context;
  const name = propertyName("properties", path);
  const runs = await runsOfEvent(leaf.event, leaf.where, bounds, { properties: [name] }, context);
  if (!runs) return undefined;
  const texts = new Texts();
  const pairs = new PairSet();
  const counts = new Int32Array(view.size);
  const { canonical } = view;
  await visit(runs, new Turns(signal), ({ block, from, to, mask }) => {
    const number = texts.of(block.properties.get(name)!);
    for (let i = from; i < to; i++) {
      if (mask && mask[i] === 0) continue;
      const text = number(i);
      if (text < 0) continue;
      const pid = block.pid[i] as number;
      const id = personOf(canonical, pid);
      if (pairs.add(id, text)) counts[id]! += 1;
    }
  });
  const { lo, hi } = wholeWithin(leaf.compare);
  if (hi < 0 || lo > hi) return IdSet.EMPTY;
  if (lo > 0) return idsWithin(counts, { lo, hi });
  return hi === Number.POSITIVE_INFINITY ? base() : (await base()).andNot(idsWithin(counts, { lo: hi + 1, hi: Number.POSITIVE_INFINITY }));
}

async function eventTimeMembers(leaf: LeafOf<"event_time">, context: LeafContext): Promise<IdSet | undefined> {
  const { view, base, signal, now } = context;
  const runs = await runsOfEvent(leaf.event, leaf.where, { lo: Number.NEGATIVE_INFINITY, hi: now }, { time: true }, context);
  if (!runs) return undefined;
  const out = new Float64Array(view.size).fill(Number.NaN);
  const first = leaf.which === "first";
  const note = (id: number, at: number): void => {
    const known = out[id] as number;
    if (known !== known || (first ? at < known : at > known)) out[id] = at;
  };
  await visit(runs, new Turns(signal), ({ block, from, to, mask }) => {
    for (let i = from; i < to; i++) if (!mask || mask[i] === 1) note(block.pid[i] as number, timeOf(block, i));
  });
  const { from: fragments, to: people } = view.aliases;
  for (let a = 0; a < fragments.length; a++) {
    const from = fragments[a] as number;
    const at = out[from] as number;
    if (at === at) note(people[a] as number, at);
    out[from] = Number.NaN;
  }
  const { positive, negative } = twin(leaf.test.operator);
  const test = leaf.test as Parameters<typeof holdsDate>[0];
  const env = { now, zone: "UTC" };
  const met = select(view.size, (id) => out[id] === out[id] && holdsDate(test, positive, out[id], env));
  return negative ? (await base()).andNot(met) : met;
}

async function lifecycleMembers(leaf: LeafOf<"lifecycle">, context: LeafContext): Promise<IdSet | undefined> {
  const { view, signal, now } = context;
  const runs = await runsOfEvent(leaf.event, [], { lo: Number.NEGATIVE_INFINITY, hi: now }, { time: true, ids: true }, context);
  if (!runs) return undefined;
  const period = seconds(leaf.period) * 1000;
  const first = new Float64Array(view.size).fill(Number.NaN);
  const last = new Float64Array(view.size);
  const returned = new Uint8Array(view.size);
  const { canonical } = view;
  const take = ({ block, mask }: Piece, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      if (mask && mask[i] === 0) continue;
      const pid = block.pid[i] as number;
      const id = personOf(canonical, pid);
      const at = timeOf(block, i);
      if (first[id] !== first[id]) first[id] = at;
      else if (at > now - period && at - (last[id] as number) > 2 * period) returned[id] = 1;
      last[id] = at;
    }
  };
  await visitInOrder(runs, new Turns(signal), take);
  const state = (id: number): string => {
    const end = last[id] as number;
    if (end <= now - 2 * period) return "lapsed";
    if (end <= now - period) return "lapsing";
    if ((first[id] as number) > now - period) return "new";
    return returned[id] === 1 ? "returned" : "active";
  };
  return select(view.size, (id) => first[id] === first[id] && state(id) === leaf.state);
}
