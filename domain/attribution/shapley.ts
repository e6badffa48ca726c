import type { Credits, PathTable } from "./model";
import { longestPath } from "./rule-models";

/**
 * Exact Shapley value of the game v(S) = conversions of the paths whose channels all lie in S (Zhao, Mahboobi, Bagheri
 * 2018). Its closed form needs no coalitions: each path gives conversions / (number of distinct channels) to each of them.
 */
export function shapleyCredits(table: PathTable): Credits {
  const conversions = new Float64Array(table.channels.length);
  const value = new Float64Array(table.channels.length);
  const unattributed = { conversions: 0, value: 0 };
  eachDistinct(table, unattributed, (p, channels) => {
    for (const channel of channels) {
      conversions[channel] = (conversions[channel] ?? 0) + (table.conversions[p] ?? 0) / channels.length;
      value[channel] = (value[channel] ?? 0) + (table.value[p] ?? 0) / channels.length;
    }
  });
  return { conversions, value, unattributed };
}

/** Conversions and value that a channel earns at one place of the path. */
export interface OrderedCredit {
  readonly channel: number;
  /** Place in the path, from 1; the last place gathers everything behind it. */
  readonly position: number;
  readonly conversions: number;
  readonly value: number;
}

/**
 * Ordered Shapley: the same credit told apart by the place at which the channel was met. A channel's share of a path is
 * split equally over its touches there, so the sum over places is the closed form. `places`: how many are told apart.
 */
export function orderedShapley(table: PathTable, places = 10): OrderedCredit[] {
  const size = table.channels.length;
  const conversions = new Float64Array(size * places);
  const value = new Float64Array(size * places);
  const touches = new Uint32Array(size);
  eachDistinct(table, { conversions: 0, value: 0 }, (p, channels) => {
    const start = table.offsets[p] ?? 0;
    const length = (table.offsets[p + 1] ?? 0) - start;
    for (const channel of channels) touches[channel] = 0;
    for (let i = 0; i < length; i++) {
      const channel = table.channel[start + i] ?? 0;
      touches[channel] = (touches[channel] ?? 0) + 1;
    }
    for (let i = 0; i < length; i++) {
      const channel = table.channel[start + i] ?? 0;
      const share = 1 / channels.length / (touches[channel] ?? 1);
      const cell = channel * places + Math.min(i, places - 1);
      conversions[cell] = (conversions[cell] ?? 0) + (table.conversions[p] ?? 0) * share;
      value[cell] = (value[cell] ?? 0) + (table.value[p] ?? 0) * share;
    }
  });
  const credits: OrderedCredit[] = [];
  for (let cell = 0; cell < size * places; cell++) {
    const credit = { conversions: conversions[cell] ?? 0, value: value[cell] ?? 0 };
    if (credit.conversions === 0 && credit.value === 0) continue;
    credits.push({ channel: Math.floor(cell / places), position: (cell % places) + 1, ...credit });
  }
  return credits;
}

function eachDistinct(
  table: PathTable,
  unattributed: { conversions: number; value: number },
  visit: (path: number, channels: Uint16Array) => void,
): void {
  const seenIn = new Int32Array(table.channels.length).fill(-1);
  const distinct = new Uint16Array(Math.min(table.channels.length, longestPath(table)));
  for (let p = 0; p < table.conversions.length; p++) {
    if (table.conversions[p] === 0 && table.value[p] === 0) continue;
    const start = table.offsets[p] ?? 0;
    const end = table.offsets[p + 1] ?? 0;
    if (start === end) {
      unattributed.conversions += table.conversions[p] ?? 0;
      unattributed.value += table.value[p] ?? 0;
      continue;
    }
    let count = 0;
    for (let i = start; i < end; i++) {
      const channel = table.channel[i] ?? 0;
      if (seenIn[channel] === p) continue;
      seenIn[channel] = p;
      distinct[count++] = channel;
    }
    visit(p, distinct.subarray(0, count));
  }
}
