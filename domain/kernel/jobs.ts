import type { AnySql, Sql, TxSql } from "@/db/client";

/**
 * Background work in the table `jobs`: put there in the transaction of the change that wants it, taken by any worker,
 * held by a lease that carries a fencing token. The effect of a job and its end are one transaction, and the end
 * checks the token: a worker that was paused beyond its lease can no longer do anything.
 */
export interface NewJob {
  kind: string;
  payload?: Record<string, unknown>;
  /** Singleton: while one of this kind and key is ready or leased, another is not added. */
  key?: string;
  /** Group for fairness (an import's id, a campaign's id): groups take turns. */
  fairKey?: string;
  /** Lower runs first. Default 0. */
  priority?: number;
  runAt?: Date;
  /** Default 12. */
  maxAttempts?: number;
}

export interface Job {
  id: number;
  kind: string;
  key: string | null;
  fairKey: string;
  payload: Record<string, unknown>;
  /** This attempt included. */
  attempts: number;
  maxAttempts: number;
  /** Fencing token of this claim. */
  leaseToken: number;
}

/** The job belongs to another worker now (or was cancelled): whatever was done for it must be rolled back. */
export class LeaseLost extends Error {
  constructor(job: Pick<Job, "id" | "kind">) {
    super(`Job ${job.id} (${job.kind}) is no longer held by this worker.`);
    this.name = "LeaseLost";
  }
}

/** Channel on which a new job is announced; its payload is the kind. */
export const JOBS_CHANNEL = "tributary_jobs";
export const LEASE_SECONDS = 30;
const JOBS_SWEEP_LOCK = 7_201_003;
/** How many due jobs are looked at to let groups take turns. */
const FAIRNESS_WINDOW = 1_000;

/**
 * Adds a job, in the caller's transaction where there is one.
 * @returns its id, or null when its singleton is already waiting or running
 */
export async function enqueueJob(sql: AnySql, job: NewJob): Promise<number | null> {
  const [row] = await sql<{ id: number }[]>`
    insert into jobs (kind, key, fair_key, payload, priority, run_at, max_attempts)
    values (${job.kind}, ${job.key ?? null}, ${job.fairKey ?? ""}, ${JSON.stringify(job.payload ?? {})}::text::jsonb, ${job.priority ?? 0},
      coalesce(${job.runAt?.toISOString() ?? null}::timestamptz, now()), ${job.maxAttempts ?? 12})
    on conflict (kind, key) where status in ('ready', 'leased') and key is not null do nothing
    returning id`;
  if (!row) return null;
  await sql`select pg_notify(${JOBS_CHANNEL}, ${job.kind})`;
  return row.id;
}

export interface ClaimOptions {
  /** Name of the worker, for the operator's eyes. */
  owner: string;
  kinds: readonly string[];
  limit: number;
  leaseSeconds?: number;
}

/** Takes due jobs: by priority, groups in turn, then by due time. */
export async function claimJobs(sql: AnySql, options: ClaimOptions): Promise<Job[]> {
  const rows = await sql<(Job & { turn: number; priority: number })[]>`
    with due as materialized (
      select id, priority, fair_key, run_at from jobs
      where status = 'ready' and run_at <= now() and kind = any(${options.kinds as string[]}::text[])
      order by priority, run_at, id limit ${FAIRNESS_WINDOW}
    ), ranked as materialized (
      select id, priority, row_number() over (partition by priority, fair_key order by run_at, id)::int as turn from due
    ), taken as materialized (
      -- Materialised: the planner may run a sub-select again and lock more than the limit.
      select j.id, r.turn from jobs j join ranked r on r.id = j.id
      where j.status = 'ready' and j.run_at <= now()
      order by r.priority, r.turn, r.id limit ${options.limit} for update of j skip locked
    )
    update jobs j set status = 'leased', lease_until = now() + make_interval(secs => ${options.leaseSeconds ?? LEASE_SECONDS}),
      lease_owner = ${options.owner}, lease_token = j.lease_token + 1, attempts = j.attempts + 1
    from taken where j.id = taken.id
    returning j.id, j.kind, j.key, j.fair_key as "fairKey", j.payload, j.attempts, j.max_attempts as "maxAttempts",
      j.lease_token as "leaseToken", taken.turn, j.priority`;
  // `returning` has no order of its own.
  return rows
    .toSorted((a, b) => a.priority - b.priority || a.turn - b.turn || a.id - b.id)
    .map(({ turn: _turn, priority: _priority, ...job }) => job);
}

/**
 * Ends a job. Call it inside the transaction that holds its effect; when the lease is lost it throws `LeaseLost`,
 * which must roll the transaction back.
 */
export async function finishJob(tx: AnySql, job: Pick<Job, "id" | "kind" | "leaseToken">): Promise<void> {
  const done = await tx`
    update jobs set status = 'done', finished_at = now(), lease_until = null, last_error = null
    where id = ${job.id} and lease_token = ${job.leaseToken} and status = 'leased' returning id`;
  if (done.length === 0) throw new LeaseLost(job);
}

/** Runs `effect` and ends the job, in one transaction. */
export async function completeJob(sql: Sql, job: Job, effect: (tx: TxSql) => Promise<void>): Promise<void> {
  await sql.begin(async (handle) => {
    const tx = handle as unknown as TxSql;
    await effect(tx);
    await finishJob(tx, job);
  });
}

/** Keeps the lease of a long job, and shows how far it is. Throws `LeaseLost` when it is gone: stop working. */
export async function extendJob(
  sql: AnySql,
  job: Pick<Job, "id" | "kind" | "leaseToken">,
  progress?: unknown,
  seconds = LEASE_SECONDS,
): Promise<void> {
  const kept = await sql`
    update jobs set lease_until = now() + make_interval(secs => ${seconds}),
      progress = coalesce(${progress === undefined ? null : JSON.stringify(progress)}::text::jsonb, progress)
    where id = ${job.id} and lease_token = ${job.leaseToken} and status = 'leased' returning id`;
  if (kept.length === 0) throw new LeaseLost(job);
}

/**
 * Notes that an attempt failed: tried again after 2 s doubling to 6 h, or dead after the last attempt.
 * @param code what went wrong, as a code; never values
 * @returns false when the lease was lost meanwhile
 */
export async function failJob(
  sql: AnySql,
  job: Pick<Job, "id" | "leaseToken">,
  code: string,
  options: { final?: boolean } = {},
): Promise<boolean> {
  const rows = await sql`
    update jobs set
      status = case when ${options.final ?? false} or attempts >= max_attempts then 'dead' else 'ready' end,
      finished_at = case when ${options.final ?? false} or attempts >= max_attempts then now() end,
      run_at = now() + least(interval '6 hours', make_interval(secs => 2 * power(2, least(attempts, 20)))) * (0.8 + 0.4 * random()),
      lease_until = null, lease_owner = null, last_error = ${code.slice(0, 200)}
    where id = ${job.id} and lease_token = ${job.leaseToken} and status = 'leased' returning id`;
  return rows.length > 0;
}

/** Gives a job back undone (the worker stops): the attempt does not count. */
export async function giveBackJob(sql: AnySql, job: Pick<Job, "id" | "leaseToken">): Promise<void> {
  await sql`
    update jobs set status = 'ready', attempts = attempts - 1, run_at = now(), lease_until = null, lease_owner = null
    where id = ${job.id} and lease_token = ${job.leaseToken} and status = 'leased'`;
}

/** Takes a job out, whoever works on it: its worker's next call finds the lease lost. */
export async function cancelJobs(sql: AnySql, kind: string, key: string): Promise<number> {
  const rows = await sql`
    update jobs set status = 'dead', finished_at = now(), last_error = 'cancelled', lease_until = null, lease_token = lease_token + 1
    where kind = ${kind} and key = ${key} and status in ('ready', 'leased') returning id`;
  return rows.length;
}

/** Jobs whose worker is gone become ready again (with a pause) or dead. One process at a time; others do nothing. */
export async function sweepJobs(sql: Sql): Promise<number> {
  const out = await sql.begin(async (tx) => {
    const [lock] = await tx<{ got: boolean }[]>`select pg_try_advisory_xact_lock(${JOBS_SWEEP_LOCK}) as got`;
    if (!lock?.got) return { n: 0 };
    const rows = await tx`
      update jobs set
        status = case when attempts >= max_attempts then 'dead' else 'ready' end,
        finished_at = case when attempts >= max_attempts then now() end,
        run_at = now() + least(interval '5 minutes', make_interval(secs => power(2, least(attempts, 12)) - 1)),
        lease_until = null, lease_owner = null, last_error = 'lease_expired'
      where status = 'leased' and lease_until < now() returning id`;
    return { n: rows.length };
  });
  return (out as { n: number }).n;
}

/** Removes finished jobs after a while; dead ones are kept longer, for the operator. */
export async function pruneJobs(sql: AnySql, days: { done: number; dead: number }): Promise<number> {
  const rows = await sql`
    delete from jobs where (status = 'done' and finished_at < now() - make_interval(days => ${days.done}))
      or (status = 'dead' and finished_at < now() - make_interval(days => ${days.dead})) returning id`;
  return rows.length;
}
