import { overloaded } from "./refused";

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Messages a second per source (a setting of the source; per process). A request goes through while there is anything
 * left, whatever its size, and what it took too much delays the next: a batch larger than the rate is not refused for ever.
 */
export class Rates {
  readonly #buckets = new Map<string, Bucket>();

  take(sourceId: string, perSecond: number, messages: number, now: number): void {
    if (perSecond <= 0) return;
    let bucket = this.#buckets.get(sourceId);
    if (!bucket) this.#buckets.set(sourceId, (bucket = { tokens: perSecond, at: now }));
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens <= 0) throw overloaded((1 - bucket.tokens) / perSecond);
    bucket.tokens -= messages;
  }
}
