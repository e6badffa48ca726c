import type { Sql, TxSql } from "@/db/client";
import { DomainError } from "@/domain/kernel/errors";

/** How long a statement goes on after the last one who waited for it left: the next edit asks for most rows again. */
const GRACE_MS = 250;

interface Running {
  promise: Promise<Uint8Array>;
  waiters: number;
  cancel(): void;
}

/**
 * Runs read-only statements that return packed ids, a few at once, each with a time limit. Who asks for one that runs
 * already waits for it; one for which nobody waits any more is cancelled in the database.
 */
export class SharedWork {
  private readonly running = new Map<string, Running>();
  private readonly queue: (() => void)[] = [];
  private free: number;

  constructor(
    private readonly sql: Sql,
    atOnce: number,
    private readonly timeoutMs: number,
  ) {
    this.free = atOnce;
  }

  async run(key: string, text: string, params: unknown[], signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    let work = this.running.get(key);
    if (!work) {
      work = this.start(text, params);
      this.running.set(key, work);
      const mine = work;
      const end = (): void => {
        if (this.running.get(key) === mine) this.running.delete(key);
      };
      work.promise.then(end, end);
    }
    const shared = work;
    shared.waiters += 1;
    let leave: () => void = () => {};
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        reject(signal?.reason instanceof Error ? signal.reason : new DOMException("The request was cancelled.", "AbortError"));
      };
    });
    left.catch(() => {});
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([shared.promise, left]);
    } finally {
      signal?.removeEventListener("abort", leave);
      shared.waiters -= 1;
      if (shared.waiters === 0 && this.running.get(key) === shared) {
        setTimeout(() => {
          if (shared.waiters > 0 || this.running.get(key) !== shared) return;
          this.running.delete(key);
          shared.cancel();
        }, GRACE_MS).unref();
      }
    }
  }

  private start(text: string, params: unknown[]): Running {
    let cancelled = false;
    let query: { cancel(): void } | undefined;
    const work = async (): Promise<Uint8Array> => {
      await this.take();
      try {
        if (cancelled) throw new DOMException("The request was cancelled.", "AbortError");
        return (await this.sql.begin("read only", async (handle) => {
          const tx = handle as unknown as TxSql;
          await tx`select set_config('statement_timeout', ${String(this.timeoutMs)}, true)`;
          const asked = tx.unsafe<{ ids: Uint8Array }[]>(text, params as never[]);
          query = asked;
          const [row] = await asked;
          return row?.ids ?? new Uint8Array();
        })) as Uint8Array;
      } catch (error) {
        if (!cancelled && (error as { code?: unknown }).code === "57014")
          throw new DomainError(
            "LIMIT_EXCEEDED",
            `A row of this rule took longer than ${Math.round(this.timeoutMs / 1000)} s to count. Narrow its time window or its filters.`,
          );
        throw error;
      } finally {
        this.free += 1;
        this.queue.shift()?.();
      }
    };
    const promise = work();
    promise.catch(() => {});
    return {
      promise,
      waiters: 0,
      cancel: () => {
        cancelled = true;
        query?.cancel();
      },
    };
  }

  private async take(): Promise<void> {
    while (this.free === 0) await new Promise<void>((go) => this.queue.push(go));
    this.free -= 1;
  }
}
