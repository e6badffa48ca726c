import type { Credits, PathTable, RuleModel } from "./model";

/**
 * Writes the weight of each touch of path `p` into `out[0 .. length)`; `direct` is the number of the direct channel
 * (-1: there is none). One function serves the totals and the explanation of a single conversion.
 * Formulas: position and J shapes as Adobe Analytics documents them, decay as 2^(-age / half-life) brought to a sum of 1.
 */
export function weighPath(table: PathTable, p: number, model: RuleModel, direct: number, out: Float64Array): void {
  const start = table.offsets[p] ?? 0;
  const length = (table.offsets[p + 1] ?? 0) - start;
  if (length === 0) return;
  out.fill(0, 0, length);
  switch (model.kind) {
    case "first":
      out[0] = 1;
      return;
    case "last":
      out[length - 1] = 1;
      return;
    case "last_non_direct": {
      let at = length - 1;
      while (at >= 0 && table.channel[start + at] === direct) at--;
      out[at < 0 ? length - 1 : at] = 1;
      return;
    }
    case "linear":
      out.fill(1 / length, 0, length);
      return;
    case "position":
      weighPosition(length, model, out);
      return;
    case "w":
      weighW(length, table.lead[p] ?? -1, out);
      return;
    case "time_decay":
      weighDecay(table, start, length, model.halfLife, out);
      return;
    case "participation":
      for (let i = 0; i < length; i++) {
        let seen = false;
        for (let j = 0; j < i && !seen; j++) seen = table.channel[start + j] === table.channel[start + i];
        out[i] = seen ? 0 : 1;
      }
  }
}

function weighPosition(length: number, model: { first: number; middle: number; last: number }, out: Float64Array): void {
  const { first, middle, last } = model;
  if (length === 1) {
    out[0] = 1;
    return;
  }
  if (length === 2) {
    // Only the middle weighs something: the two ends share it.
    const ends = first + last;
    out[0] = ends > 0 ? first / ends : 0.5;
    out[1] = ends > 0 ? last / ends : 0.5;
    return;
  }
  const total = first + middle + last;
  out.fill(middle / total / (length - 2), 0, length);
  out[0] = first / total;
  out[length - 1] = last / total;
}

/** Without a known lead-creation touch, or when it is an end of the path, the touch in the middle takes its place. */
function weighW(length: number, lead: number, out: Float64Array): void {
  if (length <= 2) {
    out.fill(1 / length, 0, length);
    return;
  }
  const middle = lead > 0 && lead < length - 1 ? lead : Math.floor((length - 1) / 2);
  const key = length === 3 ? 1 / 3 : 0.3;
  if (length > 3) out.fill(0.1 / (length - 3), 0, length);
  out[0] = key;
  out[middle] = key;
  out[length - 1] = key;
}

function weighDecay(table: PathTable, start: number, length: number, halfLife: number, out: Float64Array): void {
  // Relative to the youngest touch: a path of old touches only must not become 0/0.
  let youngest = Infinity;
  for (let i = 0; i < length; i++) youngest = Math.min(youngest, table.age[start + i] ?? 0);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const weight = 2 ** (-((table.age[start + i] ?? 0) - youngest) / halfLife);
    out[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < length; i++) out[i] = (out[i] ?? 0) / sum;
}

/** Length of the longest path of the table. */
export function longestPath(table: PathTable): number {
  let longest = 0;
  for (let p = 0; p + 1 < table.offsets.length; p++) longest = Math.max(longest, (table.offsets[p + 1] ?? 0) - (table.offsets[p] ?? 0));
  return longest;
}

/**
 * Credits of several rule models in one pass over the converting paths. `direct`: number of the direct channel or -1.
 * Cost: touches x models. Credits of each model (but participation) and `unattributed` add up to the conversions.
 */
export function ruleCredits(table: PathTable, models: readonly RuleModel[], direct = -1): Credits[] {
  const weights = new Float64Array(longestPath(table));
  const size = table.channels.length;
  const sums = models.map(() => ({ conversions: new Float64Array(size), value: new Float64Array(size) }));
  const unattributed = { conversions: 0, value: 0 };
  for (let p = 0; p < table.conversions.length; p++) {
    const conversions = table.conversions[p] ?? 0;
    const value = table.value[p] ?? 0;
    if (conversions === 0 && value === 0) continue;
    const start = table.offsets[p] ?? 0;
    const length = (table.offsets[p + 1] ?? 0) - start;
    if (length === 0) {
      unattributed.conversions += conversions;
      unattributed.value += value;
      continue;
    }
    models.forEach((model, m) => {
      const sum = sums[m];
      if (sum === undefined) return;
      weighPath(table, p, model, direct, weights);
      for (let i = 0; i < length; i++) {
        const channel = table.channel[start + i] ?? 0;
        const weight = weights[i] ?? 0;
        sum.conversions[channel] = (sum.conversions[channel] ?? 0) + conversions * weight;
        sum.value[channel] = (sum.value[channel] ?? 0) + value * weight;
      }
    });
  }
  return sums.map((sum) => ({ ...sum, unattributed }));
}
