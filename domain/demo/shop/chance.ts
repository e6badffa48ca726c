import { seededRandom, type Random } from "@/domain/kernel/random";

/** Random numbers of one household: independent of how many others there are and of their order. */
export function randomFor(seed: number, index: number): Random {
  let h = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
  const random = seededRandom((h ^ (h >>> 16)) >>> 0);
  random.next();
  return random;
}

/** Standard normal (Box-Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Log-normal with the given median; `sigma` is the standard deviation of the logarithm. */
export const lognormal = (random: Random, median: number, sigma: number): number => median * Math.exp(sigma * normal(random));

/** Exponential with the given mean. */
export const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random.next());

/** 0, 1, 2 …: how often an event of probability `p` happens in a row. */
export function geometric(random: Random, p: number, max: number): number {
  let n = 0;
  while (n < max && random.chance(p)) n++;
  return n;
}

/** `digits` hexadecimal characters. */
export function hex(random: Random, digits: number): string {
  let out = "";
  while (out.length < digits)
    out += Math.floor(random.next() * 0x1000000)
      .toString(16)
      .padStart(6, "0");
  return out.slice(0, digits);
}

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const h = hex(random, 32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${"89ab"[Number.parseInt(h[16] ?? "0", 16) & 3]}${h.slice(17, 20)}-${h.slice(20)}`;
}

/** Draws from cumulative weights in O(log n). */
export class Wheel<T> {
  private readonly sums: number[] = [];
  private total = 0;

  constructor(
    private readonly items: readonly T[],
    weight: (item: T, index: number) => number,
  ) {
    items.forEach((item, i) => {
      this.total += weight(item, i);
      this.sums.push(this.total);
    });
  }

  draw(random: Random): T {
    const wanted = random.next() * this.total;
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return this.items[low] as T;
  }
}

/** Whole cents. */
export const cents = (amount: number): number => Math.round(amount * 100) / 100;
