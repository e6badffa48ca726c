import { popcount } from "@/domain/kernel/sets/chunk";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { seconds, type Filter, type LeafOf } from "../model";
import type { LeafContext } from "./leaf";
import { typesOf } from "./leaf-needs";
import { propertyName } from "./names";
import { boundsOf, runsOf, timeOf, Turns, type Bounds, type Piece, type Run } from "./scan";
import { personOf, type Canonical } from "./view";

/** What an event may be in a sequence: a step, what may not lie before a step, what may not follow. */
interface Role {
  event: string;
  where: readonly Filter[];
  bit: number;
}

/** Rows of one list in (time, id) order, with what each may be. */
interface List {
  run: Run;
  /** Of rows whose piece is not in `masked`. */
  bits: number;
  masked: Map<Piece, Uint32Array>;
}

/** Rows of those people who did each step at all; people are numbered anew. */
interface Kept {
  n: number;
  who: Int32Array;
  at: Float64Array;
  bits: Uint32Array;
  ids: Float64Array | undefined;
}

/**
 * People with a success of a sequence. First who did every step at all: mostly few, and only their rows are looked at
 * then, in one pass in (time, id) order. For each person it is enough to know the latest event that completed each step:
 * for the next step a later one leaves more time and less room for what may not lie between.
 */
export async function sequenceMembers(leaf: LeafOf<"sequence">, context: LeafContext): Promise<IdSet | undefined> {
  const roles = rolesOf(leaf);
  // Ids matter only where a person has events of two lists in the same millisecond.
  const quick = await attempt(leaf, roles, context, false);
  return quick === "ids" ? ((await attempt(leaf, roles, context, true)) as IdSet | undefined) : quick;
}

interface Roles {
  all: Role[];
  steps: number[];
  without: number[];
  thenNot: number;
}

function rolesOf({ steps, thenNot }: LeafOf<"sequence">): Roles {
  const all: Role[] = [];
  const role = (event: string, where: readonly Filter[]): number => {
    const bit = 1 << all.length;
    all.push({ event, where, bit });
    return bit;
  };
  return {
    all,
    steps: steps.map((step) => role(step.event, step.where)),
    without: steps.map((step) => (step.without ? role(step.without.event, step.without.where) : 0)),
    thenNot: thenNot ? role(thenNot.event, thenNot.where) : 0,
  };
}

async function attempt(leaf: LeafOf<"sequence">, roles: Roles, context: LeafContext, ids: boolean): Promise<IdSet | "ids" | undefined> {
  const { view, now, signal } = context;
  const window = boundsOf(leaf.window, now) as Bounds;
  // Nothing before the first step's window matters.
  const lists = await listsOf(roles, { lo: window.lo, hi: now }, context, ids);
  if (!lists) return undefined;
  const turns = new Turns(signal);
  const { canonical, size } = view;
  // Bits by step of who did it.
  const did = leaf.steps.map(() => new Uint32Array((size + 31) >>> 5));
  for (const list of lists)
    for (const piece of list.run) {
      noteSteps(did, roles.steps, piece, list.masked.get(piece), list.bits, canonical);
      await turns.after(piece.to - piece.from);
    }
  const people = new Numbers(did);
  const kept = lists.map((list) => keep(list, people, canonical, ids));
  await turns.after(kept.reduce((sum, { n }) => sum + n, 0));
  const won = walk(leaf, roles, window, kept, people.size, now);
  return won === "ids" ? won : people.where(won);
}

async function listsOf(roles: Roles, bounds: Bounds, { store, view, now }: LeafContext, ids: boolean): Promise<List[] | undefined> {
  const types = [...new Set(roles.all.flatMap(({ event }) => typesOf(event, view.typeIds)))];
  const found = await Promise.all(
    types.map(async (type): Promise<List[] | undefined> => {
      const mine = roles.all.filter(({ event }) => view.typeIds.get(event) === type);
      const plain = mine.filter(({ where }) => where.length === 0).reduce((bits, { bit }) => bits | bit, 0);
      const filters = mine.filter(({ where }) => where.length > 0);
      const names = [...new Set(mine.flatMap(({ where }) => where.map(({ root, path }) => propertyName(root, path))))];
      const look = { time: true, ids, properties: names };
      const [runs, ...filtered] = await Promise.all([
        runsOf(store, view, type, bounds, [], look, now),
        ...filters.map(({ where }) => runsOf(store, view, type, bounds, where, look, now)),
      ]);
      if (!runs) return undefined;
      // The same rows, found again by the block they lie in.
      const passing = filtered.map((list) => new Map((list ?? []).flat().map((piece) => [piece.block.pid, piece])));
      return runs
        .filter((run) => run.length > 0)
        .map((run) => {
          const masked = new Map<Piece, Uint32Array>();
          for (const piece of run) {
            if (filters.length === 0 && !piece.mask) continue;
            const bits = new Uint32Array(piece.block.n).fill(plain);
            if (piece.mask) for (let i = 0; i < bits.length; i++) if (piece.mask[i] === 0) bits[i] = 0;
            for (const [f, { bit }] of filters.entries()) {
              const passed = passing[f]?.get(piece.block.pid);
              if (!passed) continue;
              for (let i = piece.from; i < piece.to; i++) if (!passed.mask || passed.mask[i] === 1) bits[i] = (bits[i] as number) | bit;
            }
            masked.set(piece, bits);
          }
          return { run, bits: plain, masked };
        });
    }),
  );
  const out: List[] = [];
  for (const lists of found) {
    if (!lists) return undefined;
    out.push(...lists);
  }
  return out;
}

function noteSteps(
  did: readonly Uint32Array[],
  steps: readonly number[],
  piece: Piece,
  bits: Uint32Array | undefined,
  plain: number,
  canonical: Canonical | undefined,
): void {
  for (const [s, step] of steps.entries()) {
    if (bits) noteSome(did[s] as Uint32Array, step, piece, bits, canonical);
    else if ((plain & step) !== 0) noteAll(did[s] as Uint32Array, piece, canonical);
  }
}

function noteAll(did: Uint32Array, { block: { pid }, from, to }: Piece, canonical: Canonical | undefined): void {
  for (let i = from; i < to; i++) {
    const id = personOf(canonical, pid[i] as number);
    did[id >>> 5]! |= 1 << (id & 31);
  }
}

function noteSome(
  did: Uint32Array,
  step: number,
  { block: { pid }, from, to }: Piece,
  bits: Uint32Array,
  canonical: Canonical | undefined,
): void {
  for (let i = from; i < to; i++) {
    if (((bits[i] as number) & step) === 0) continue;
    const id = personOf(canonical, pid[i] as number);
    did[id >>> 5]! |= 1 << (id & 31);
  }
}

/** Those who are in all of some sets of bits, numbered from 0 in the order of their ids. */
class Numbers {
  readonly size: number;
  private readonly bits: Uint32Array;
  /** How many come before each word of bits. */
  private readonly before: Int32Array;

  constructor(sets: readonly Uint32Array[]) {
    const bits = Uint32Array.from(sets[0] as Uint32Array);
    const before = new Int32Array(bits.length);
    let n = 0;
    for (let w = 0; w < bits.length; w++) {
      for (let s = 1; s < sets.length; s++) bits[w]! &= (sets[s] as Uint32Array)[w] as number;
      before[w] = n;
      n += popcount(bits[w] as number);
    }
    this.bits = bits;
    this.before = before;
    this.size = n;
  }

  /** -1 of one who is not among them. */
  of(id: number): number {
    const word = this.bits[id >>> 5] as number;
    const bit = 1 << (id & 31);
    return (word & bit) === 0 ? -1 : (this.before[id >>> 5] as number) + popcount(word & (bit - 1));
  }

  /** Those whose flag is 1. */
  where(flags: Uint8Array): IdSet {
    const out = new Uint32Array(this.bits.length);
    for (let w = 0, n = 0; w < out.length; w++)
      for (let word = this.bits[w] as number; word !== 0; word &= word - 1, n++) if (flags[n] === 1) out[w]! |= word & -word;
    return IdSet.ofBits(out);
  }
}

function keep({ run, bits: plain, masked }: List, people: Numbers, canonical: Canonical | undefined, ids: boolean): Kept {
  let room = 0;
  for (const piece of run) room += countKept(piece, people, canonical);
  const out: Kept = {
    n: 0,
    who: new Int32Array(room),
    at: new Float64Array(room),
    bits: new Uint32Array(room),
    ids: ids ? new Float64Array(room) : undefined,
  };
  for (const piece of run) keepRows(out, piece, masked.get(piece), plain, people, canonical);
  return out;
}

function countKept({ block: { pid }, from, to }: Piece, people: Numbers, canonical: Canonical | undefined): number {
  let n = 0;
  for (let i = from; i < to; i++) if (people.of(personOf(canonical, pid[i] as number)) >= 0) n++;
  return n;
}

function keepRows(
  out: Kept,
  { block, from, to }: Piece,
  bits: Uint32Array | undefined,
  plain: number,
  people: Numbers,
  canonical: Canonical | undefined,
): void {
  const { pid, id } = block;
  let { n } = out;
  for (let i = from; i < to; i++) {
    const who = people.of(personOf(canonical, pid[i] as number));
    if (who < 0) continue;
    out.who[n] = who;
    out.at[n] = timeOf(block, i);
    out.bits[n] = bits === undefined ? plain : (bits[i] as number);
    if (out.ids) out.ids[n] = (id as Float64Array)[i] as number;
    n += 1;
  }
  out.n = n;
}

/** Whether rows of two lists at one instant belong to the same person: then their order matters. */
function shareSomebody(lists: readonly Kept[], heads: Int32Array, at: number): boolean {
  const seen = new Set<number>();
  for (const [l, list] of lists.entries()) {
    const mine = new Set<number>();
    for (let i = heads[l] as number; i < list.n && list.at[i] === at; i++) mine.add(list.who[i] as number);
    for (const who of mine) {
      if (seen.has(who)) return true;
      seen.add(who);
    }
  }
  return false;
}

/** One pass over all lists in order. @returns flags of who had a success, or that ids are needed to know */
function walk(
  { steps, thenNot }: LeafOf<"sequence">,
  roles: Roles,
  window: Bounds,
  lists: readonly Kept[],
  people: number,
  now: number,
): Uint8Array | "ids" {
  const within = steps.map((step) => (step.within ? seconds(step.within) * 1000 : Number.POSITIVE_INFINITY));
  const patience = thenNot ? seconds(thenNot.within) * 1000 : 0;
  const orders = steps.map(() => new Int32Array(people));
  const times = steps.map(() => new Float64Array(people));
  const barriers = roles.without.map((bit) => (bit === 0 ? undefined : new Int32Array(people)));
  const waiting = thenNot ? new Float64Array(people) : undefined;
  const won = new Uint8Array(people);
  const final = steps.length - 1;
  const heads = new Int32Array(lists.length);
  let checked = Number.NaN;
  for (let order = 1; ; order++) {
    let first = -1;
    let at = 0;
    for (let l = 0; l < lists.length; l++) {
      const list = lists[l] as Kept;
      const head = heads[l] as number;
      if (head >= list.n) continue;
      const mine = list.at[head] as number;
      if (first >= 0 && mine === at) {
        const best = lists[first] as Kept;
        if (list.ids && best.ids) {
          if ((list.ids[head] as number) < (best.ids[heads[first] as number] as number)) first = l;
        } else if (checked !== at) {
          checked = at;
          if (shareSomebody(lists, heads, at)) return "ids";
        }
      } else if (first < 0 || mine < at) {
        first = l;
        at = mine;
      }
    }
    if (first < 0) break;
    const list = lists[first] as Kept;
    const row = heads[first] as number;
    heads[first] = row + 1;
    const bits = list.bits[row] as number;
    if (bits === 0) continue;
    const id = list.who[row] as number;
    if (waiting && (bits & roles.thenNot) !== 0 && waiting[id] !== 0) {
      if ((waiting[id] as number) < at) won[id] = 1;
      waiting[id] = 0;
    }
    for (let s = final; s >= 0; s--) {
      if ((bits & (roles.steps[s] as number)) === 0) continue;
      if (s === 0) {
        if (at < window.lo || at > window.hi) continue;
      } else {
        const previous = (orders[s - 1] as Int32Array)[id] as number;
        if (previous === 0 || at > ((times[s - 1] as Float64Array)[id] as number) + (within[s] as number)) continue;
        const barrier = barriers[s];
        if (barrier && (barrier[id] as number) > previous) continue;
      }
      (orders[s] as Int32Array)[id] = order;
      (times[s] as Float64Array)[id] = at;
      if (s !== final) continue;
      if (!waiting) won[id] = 1;
      else if (at + patience <= now && waiting[id] === 0) waiting[id] = at + patience;
    }
    for (let s = 1; s < barriers.length; s++) {
      const barrier = barriers[s];
      if (barrier && (bits & (roles.without[s] as number)) !== 0) barrier[id] = order;
    }
  }
  if (waiting) for (let id = 0; id < people; id++) if (waiting[id] !== 0) won[id] = 1;
  return won;
}
