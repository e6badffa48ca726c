import { hostname } from "node:os";
import { claimJobs, extendJob, failJob, finishJob, giveBackJob, type Job, JOBS_CHANNEL, LeaseLost, sweepJobs } from "@/domain/kernel/jobs";
import type { Sql, TxSql } from "@/db/client";
import { codeOf, type Log } from "./log";
import type { Loop, LoopContext } from "./loop";

export interface JobTools {
  sql: Sql;
  log: Log;
  database: LoopContext["database"];
  /** Aborted when the worker stops or the lease is lost: stop, throw or return; the job is given back. */
  signal: AbortSignal;
  /** Shows how far the job is and keeps its lease. */
  progress(value: unknown): Promise<void>;
  /** Does the job's effect and ends it, in one transaction. */
  complete(effect: (tx: TxSql) => Promise<void>): Promise<void>;
}

/** Work for one kind of job. When it returns without `complete`, the job is ended after it. */
export interface JobHandler {
  kind: string;
  run(job: Job, tools: JobTools): Promise<void>;
}

const POLL_MS = 1_000;
const SWEEP_MS = 10_000;
const RENEW_MS = 10_000;

/** The loop that runs jobs, a few at once. */
export function jobLoop(handlers: readonly JobHandler[], concurrency = 4): Loop {
  const byKind = new Map(handlers.map((handler) => [handler.kind, handler]));
  const kinds = [...byKind.keys()];
  return {
    name: "jobs",
    async run({ database, signal, log }) {
      const owner = `${hostname()}:${process.pid}`;
      const active = new Set<Promise<void>>();
      let wake: () => void = () => {};
      const listening = await database.sql.listen(JOBS_CHANNEL, () => wake());
      const sweeper = setInterval(() => {
        sweepJobs(database.sql).catch((error: unknown) => log.warn("jobs.sweep_failed", { error }));
      }, SWEEP_MS);
      const stop = (): void => wake();
      signal.addEventListener("abort", stop);
      try {
        while (!signal.aborted) {
          const free = concurrency - active.size;
          const jobs = free > 0 ? await claimJobs(database.sql, { owner, kinds, limit: free }) : [];
          for (const job of jobs) {
            const work: Promise<void> = runJob(byKind.get(job.kind), job, { database, signal, log }).finally(() => {
              active.delete(work);
              wake();
            });
            active.add(work);
          }
          if (jobs.length > 0 && jobs.length === free) continue;
          await new Promise<void>((done) => {
            const timer = setTimeout(done, POLL_MS);
            wake = () => {
              clearTimeout(timer);
              done();
            };
            if (signal.aborted) wake();
          });
        }
      } finally {
        clearInterval(sweeper);
        signal.removeEventListener("abort", stop);
        await Promise.all(active);
        await listening.unlisten();
      }
    },
  };
}

async function runJob(handler: JobHandler | undefined, job: Job, { database, signal, log }: LoopContext): Promise<void> {
  const sql = database.sql;
  const started = Date.now();
  const lost = new AbortController();
  let ended = false;
  const renew = setInterval(() => {
    extendJob(sql, job).catch((error: unknown) => {
      if (error instanceof LeaseLost) lost.abort();
    });
  }, RENEW_MS);
  const tools: JobTools = {
    sql,
    database,
    log,
    signal: AbortSignal.any([signal, lost.signal]),
    progress: (value) => extendJob(sql, job, value),
    async complete(effect) {
      await sql.begin(async (handle) => {
        const tx = handle as unknown as TxSql;
        await effect(tx);
        await finishJob(tx, job);
      });
      ended = true;
    },
  };
  try {
    if (!handler) throw Object.assign(new Error("no handler"), { code: "no_handler" });
    await handler.run(job, tools);
    if (ended) return;
    if (signal.aborted) await giveBackJob(sql, job);
    else await finishJob(sql, job);
    log.debug("job.done", { job: String(job.id), kind: job.kind, ms: Date.now() - started });
  } catch (error) {
    if (error instanceof LeaseLost) {
      log.warn("job.lease_lost", { job: String(job.id), kind: job.kind });
    } else if (signal.aborted) {
      await giveBackJob(sql, job).catch(() => {});
    } else {
      log.error("job.failed", { job: String(job.id), kind: job.kind, attempt: job.attempts, error });
      // When even this fails, the lease runs out and the sweep takes over.
      await failJob(sql, job, codeOf(error)).catch(() => {});
    }
  } finally {
    clearInterval(renew);
  }
}
