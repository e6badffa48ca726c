/** Milliseconds that `work` took, and its result. */
export async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/** The p-th percentile (0..100) by nearest rank; NaN of nothing. */
export function percentile(samples: readonly number[], p: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 50);

export interface Load {
  /** Calls that ended inside the measured time, and how long that was. */
  calls: number;
  seconds: number;
  /** Calls a second. */
  rate: number;
  /** Milliseconds of each call. */
  samples: number[];
}

/**
 * Runs `call` with `concurrency` callers for `seconds`, after a warm-up that is not counted.
 * A call that throws ends the run.
 */
export async function load(options: {
  seconds: number;
  concurrency: number;
  warmUpSeconds?: number;
  call: (caller: number) => Promise<void>;
}): Promise<Load> {
  const begin = performance.now() + (options.warmUpSeconds ?? 0.5) * 1000;
  const end = begin + options.seconds * 1000;
  const samples: number[] = [];
  await Promise.all(
    Array.from({ length: options.concurrency }, async (_, caller) => {
      for (;;) {
        const start = performance.now();
        if (start >= end) return;
        await options.call(caller);
        const now = performance.now();
        if (start >= begin && now <= end) samples.push(now - start);
      }
    }),
  );
  return { calls: samples.length, seconds: options.seconds, rate: samples.length / options.seconds, samples };
}
