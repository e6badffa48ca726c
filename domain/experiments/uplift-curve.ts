import { seededRandom } from "@/domain/kernel/random";
import type { Random } from "@/domain/kernel/random";
import type { UpliftCurve } from "./model";

const POINTS = 100;
const DRAWS = 200;
/** Steps of the bootstrap at most: more people get fewer draws. */
const MOST_STEPS = 40_000_000;
const FEWEST_DRAWS = 40;

export interface ScoredPeople {
  readonly score: Float64Array;
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
}

interface Curve {
  readonly coefficient: number;
  readonly points: UpliftCurve["points"];
}

/** Qini curve and coefficient of people ranked by a score. Null where an arm is empty. */
export function qiniOf(people: ScoredPeople): Curve | null {
  return coefficientOf(people, ranked(people, seededRandom(20_090_101)), null, true);
}

/**
 * Qini curve (Radcliffe 2007) of people ranked by a score, best first, with a bootstrap interval of its coefficient
 * (Poisson weights per person, fixed seed). Equal scores are ordered by a seeded shuffle, so that no order of arrival
 * sneaks in. Yields now and then, so that callers on the web's thread stay responsive; cost: people x draws.
 */
export async function upliftCurve(people: ScoredPeople): Promise<UpliftCurve | null> {
  const n = people.score.length;
  const random = seededRandom(20_090_101 + n);
  const order = ranked(people, random);
  const whole = coefficientOf(people, order, null, true);
  if (whole === null) return null;
  const draws = Math.max(FEWEST_DRAWS, Math.min(DRAWS, Math.floor(MOST_STEPS / Math.max(1, n))));
  const seen: number[] = [];
  const weights = new Uint8Array(n);
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < n; i++) weights[i] = poissonOne(random.next());
    const drawn = coefficientOf(people, order, weights, false);
    if (drawn !== null) seen.push(drawn.coefficient);
    if (n > 5_000 || draw % 20 === 19) await turn();
  }
  const sorted = Float64Array.from(seen).sort();
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? whole.coefficient;
  return { points: whole.points, coefficient: whole.coefficient, interval: { low: at(0.025), high: at(0.975) }, people: n };
}

function ranked({ score }: ScoredPeople, random: Random): Uint32Array {
  const tie = Float64Array.from(score, () => random.next());
  return Uint32Array.from(score, (_, i) => i).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || (tie[a] ?? 0) - (tie[b] ?? 0));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Curve and coefficient: (area under it - area under the straight line to its end) / treated people. Null without either arm. */
function coefficientOf(
  { treated, outcome }: ScoredPeople,
  order: Uint32Array,
  weights: Uint8Array | null,
  withPoints: boolean,
): Curve | null {
  const n = order.length;
  let total = n;
  if (weights !== null) {
    total = 0;
    for (const weight of weights) total += weight;
  }
  let [yt, yc, nt, nc, seen, gain, area] = [0, 0, 0, 0, 0, 0, 0];
  const gains: { share: number; gain: number }[] = [{ share: 0, gain: 0 }];
  let next = 1;
  for (let k = 0; k < n; k++) {
    const i = order[k] ?? 0;
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    if (weight === 0) continue;
    if (treated[i] === 1) {
      nt += weight;
      yt += weight * (outcome[i] ?? 0);
    } else {
      nc += weight;
      yc += weight * (outcome[i] ?? 0);
    }
    seen += weight;
    const now = yt - (nc === 0 ? 0 : (yc * nt) / nc);
    area += ((gain + now) / 2) * (weight / total);
    gain = now;
    if (withPoints && seen >= (next * total) / POINTS) {
      gains.push({ share: seen / total, gain });
      next = Math.floor((seen * POINTS) / total) + 1;
    }
  }
  if (nt === 0 || nc === 0) return null;
  return { coefficient: (area - gain / 2) / nt, points: gains.map((point) => ({ ...point, random: point.share * gain })) };
}

/** Poisson(1) by inversion. */
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
