import type { Database } from "@/db/client";
import type { Log } from "./log";

export interface LoopContext {
  database: Database;
  /** Aborted when the worker stops: finish the step in hand, then return. */
  signal: AbortSignal;
  log: Log;
}

/**
 * Work that goes on as long as the worker lives. `run` returns when `signal` is aborted; when it throws it is started
 * again after a pause that grows from 0.5 s to 30 s.
 */
export interface Loop {
  name: string;
  run(context: LoopContext): Promise<void>;
}

/** Waits, or returns at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}

/** A pause that somebody may end. A call that comes while nobody waits ends the next pause at once. */
export class Bell {
  private called = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.called = true;
    this.wake?.();
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.called) {
      const over = new AbortController();
      this.wake = () => over.abort();
      await pause(ms, AbortSignal.any([signal, over.signal]));
      this.wake = undefined;
    }
    this.called = false;
  }
}

/** Keeps one loop alive until the signal is aborted. */
export async function keepRunning(loop: Loop, context: LoopContext): Promise<void> {
  let failures = 0;
  while (!context.signal.aborted) {
    const started = Date.now();
    try {
      await loop.run(context);
      if (!context.signal.aborted) throw new Error(`The loop ${loop.name} ended by itself`);
    } catch (error) {
      if (context.signal.aborted) return;
      failures = Date.now() - started > 60_000 ? 1 : failures + 1;
      const wait = Math.min(30_000, 500 * 2 ** (failures - 1));
      context.log.error("loop.failed", { loop: loop.name, attempt: failures, ms: wait, error });
      await pause(wait, context.signal);
    }
  }
}
