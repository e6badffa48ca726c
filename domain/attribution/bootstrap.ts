import { seededRandom } from "@/domain/kernel";
import type { PathTable } from "./model";

export interface CreditInterval {
  readonly low: number;
  readonly high: number;
}

/** Sparse credits per profile: profile i earned `credit[e]` for `channel[e]`, e in `offsets[i] .. offsets[i + 1]`. */
export interface ProfileCredits {
  readonly channels: number;
  readonly offsets: Uint32Array;
  readonly channel: Uint16Array;
  readonly credit: Float64Array;
}

/**
 * Percentile intervals per channel by resampling **profiles** (not touches: one person's touches belong together).
 * Each draw gives every profile a Poisson(1) weight, which is the bootstrap without fixing the number of profiles.
 * 500 draws and a seed make a report repeatable. Cost: draws x (profiles + credits).
 */
export function bootstrapIntervals(
  credits: ProfileCredits,
  options: { draws?: number; confidence?: number; seed: number },
): CreditInterval[] {
  const { draws = 500, confidence = 0.95, seed } = options;
  const random = seededRandom(seed);
  const profiles = credits.offsets.length - 1;
  const sums = Array.from({ length: credits.channels }, () => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < profiles; i++) {
      const weight = poissonOne(random.next());
      if (weight === 0) continue;
      for (let e = credits.offsets[i] ?? 0; e < (credits.offsets[i + 1] ?? 0); e++) {
        const sum = sums[credits.channel[e] ?? 0];
        if (sum !== undefined) sum[draw] = (sum[draw] ?? 0) + weight * (credits.credit[e] ?? 0);
      }
    }
  }
  const tail = (1 - confidence) / 2;
  return sums.map((sum) => {
    const sorted = sum.toSorted();
    return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
  });
}

/** Poisson(1) by inversion: cumulative chances e^-1 (1, 2, 2.5, 2.667 ...). */
function poissonOne(u: number): number {
  let k = 0;
  let chance = Math.exp(-1);
  let cumulative = chance;
  while (u > cumulative && k < 20) {
    k++;
    chance /= k;
    cumulative += chance;
  }
  return k;
}

/** Linear interpolation between the order statistics, as R's type 7. */
function quantile(sorted: Float64Array, q: number): number {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

/** Gathers per-path credits by profile. `profileOf[p]` numbers the profiles densely from 0; `weigh` fills the weights of a path's touches. */
export function creditsByProfile(
  table: PathTable,
  profileOf: Uint32Array,
  profiles: number,
  measure: "conversions" | "value",
  weigh: (path: number, out: Float64Array) => void,
  longest: number,
): ProfileCredits {
  const weights = new Float64Array(longest);
  const perProfile: Map<number, number>[] = Array.from({ length: profiles }, () => new Map<number, number>());
  for (let p = 0; p < table.conversions.length; p++) {
    const amount = table[measure][p] ?? 0;
    const start = table.offsets[p] ?? 0;
    const length = (table.offsets[p + 1] ?? 0) - start;
    if (amount === 0 || length === 0) continue;
    weigh(p, weights);
    const own = perProfile[profileOf[p] ?? 0];
    for (let i = 0; i < length; i++) {
      const channel = table.channel[start + i] ?? 0;
      own?.set(channel, (own.get(channel) ?? 0) + amount * (weights[i] ?? 0));
    }
  }
  const entries = perProfile.reduce((sum, own) => sum + own.size, 0);
  const offsets = new Uint32Array(profiles + 1);
  const channel = new Uint16Array(entries);
  const credit = new Float64Array(entries);
  let at = 0;
  perProfile.forEach((own, i) => {
    for (const [key, amount] of own) {
      channel[at] = key;
      credit[at++] = amount;
    }
    offsets[i + 1] = at;
  });
  return { channels: table.channels.length, offsets, channel, credit };
}
