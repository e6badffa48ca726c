import { IdSet } from "@/domain/kernel/sets/id-set";
import { seconds, type Filter, type LeafOf } from "../model";
import type { LeafContext } from "./leaf";
import { typesOf } from "./leaf-needs";
import { propertyName } from "./names";
import { boundsOf, runsOf, Turns, visitInOrder, type Bounds, type Piece, type Run } from "./scan";

/** What an event may be in a sequence: a step, what may not lie before a step, what may not follow. */
interface Role {
  event: string;
  where: readonly Filter[];
  bit: number;
}

/**
 * People with a success of a sequence, in one pass over all its events in (time, id) order. For each person it is enough
 * to know the latest event that completed each step: for the next step a later one leaves more time and less room for
 * what may not lie between.
 */
export async function sequenceMembers(leaf: LeafOf<"sequence">, context: LeafContext): Promise<IdSet | undefined> {
  const { view, store, now, signal } = context;
  const { steps, thenNot } = leaf;
  const window = boundsOf(leaf.window, now) as Bounds;
  const roles: Role[] = [];
  const role = (event: string, where: readonly Filter[]): number => {
    const bit = 1 << roles.length;
    roles.push({ event, where, bit });
    return bit;
  };
  const stepBits = steps.map((step) => role(step.event, step.where));
  const withoutBits = steps.map((step) => (step.without ? role(step.without.event, step.without.where) : 0));
  const thenNotBit = thenNot ? role(thenNot.event, thenNot.where) : 0;
  const within = steps.map((step) => (step.within ? seconds(step.within) * 1000 : Number.POSITIVE_INFINITY));
  const patience = thenNot ? seconds(thenNot.within) * 1000 : 0;

  // Nothing before the first step's window matters.
  const bounds: Bounds = { lo: window.lo, hi: now };
  const lists: { run: Run; bits: number; masked: Map<Piece, Uint32Array> }[] = [];
  for (const type of new Set(roles.flatMap(({ event }) => typesOf(event, view.typeIds)))) {
    const mine = roles.filter(({ event }) => view.typeIds.get(event) === type);
    const plain = mine.filter(({ where }) => where.length === 0).reduce((bits, { bit }) => bits | bit, 0);
    const names = [...new Set(mine.flatMap(({ where }) => where.map(({ root, path }) => propertyName(root, path))))];
    const look = { time: true, ids: true, properties: names };
    const runs = await runsOf(store, view, type, bounds, [], look, now);
    if (!runs) return undefined;
    const filtered: { bit: number; runs: Run[] }[] = [];
    for (const { bit, where } of mine) {
      if (where.length === 0) continue;
      const passed = await runsOf(store, view, type, bounds, where, look, now);
      if (!passed) return undefined;
      filtered.push({ bit, runs: passed });
    }
    for (const [r, run] of runs.entries()) {
      const masked = new Map<Piece, Uint32Array>();
      for (const [p, piece] of run.entries()) {
        if (filtered.length === 0 && !piece.mask) continue;
        const bits = new Uint32Array(piece.block.n).fill(plain);
        if (piece.mask) for (let i = 0; i < bits.length; i++) if (piece.mask[i] === 0) bits[i] = 0;
        for (const { bit, runs: passed } of filtered) {
          const mask = passed[r]?.[p]?.mask;
          for (let i = piece.from; i < piece.to; i++) if (!mask || mask[i] === 1) bits[i] = (bits[i] as number) | bit;
        }
        masked.set(piece, bits);
      }
      if (run.length > 0) lists.push({ run, bits: plain, masked });
    }
  }

  const { size, canonical } = view;
  const orders = steps.map(() => new Int32Array(size));
  const times = steps.map(() => new Float64Array(size));
  const barriers = withoutBits.map((bit) => (bit === 0 ? undefined : new Int32Array(size)));
  const waiting = thenNot ? new Float64Array(size) : undefined;
  const won = new Uint32Array((size + 31) >>> 5);
  const win = (id: number): void => {
    won[id >>> 5]! |= 1 << (id & 31);
  };
  const final = steps.length - 1;
  let order = 0;
  const take = (piece: Piece, from: number, to: number, which: number): void => {
    const { block } = piece;
    const list = lists[which] as (typeof lists)[number];
    const bitsOf = list.masked.get(piece);
    const { pid, ms, base } = block;
    const second = block.seconds as Uint32Array;
    for (let i = from; i < to; i++) {
      const bits = bitsOf ? (bitsOf[i] as number) : list.bits;
      if (bits === 0) continue;
      order += 1;
      const id = canonical ? (canonical[pid[i] as number] as number) : (pid[i] as number);
      const at = (base + (second[i] as number)) * 1000 + (ms ? (ms[i] as number) : 0);
      if (waiting && (bits & thenNotBit) !== 0 && waiting[id] !== 0) {
        if ((waiting[id] as number) < at) win(id);
        waiting[id] = 0;
      }
      for (let s = final; s >= 0; s--) {
        if ((bits & (stepBits[s] as number)) === 0) continue;
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
        if (!waiting) win(id);
        else if (at + patience <= now && waiting[id] === 0) waiting[id] = at + patience;
      }
      for (let s = 1; s < barriers.length; s++) {
        const barrier = barriers[s];
        if (barrier && (bits & (withoutBits[s] as number)) !== 0) barrier[id] = order;
      }
    }
  };
  await visitInOrder(
    lists.map(({ run }) => run),
    new Turns(signal),
    take,
  );
  if (waiting) for (let id = 1; id < size; id++) if (waiting[id] !== 0) win(id);
  return IdSet.ofBits(won);
}
