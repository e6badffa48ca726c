import type { Database } from "@/db/client";
import { sweepThrottle } from "@/domain/access";
import { anchorAudit, checkAudit } from "@/domain/audit";
import { pruneConsentChanges } from "@/domain/consent";
import { ensureInboxPartitions } from "@/domain/events";
import { enforceRetention, learnFields } from "@/domain/governance";
import { pruneImports } from "@/domain/imports";
import { pruneCalls } from "@/domain/journeys";
import { createContext } from "@/domain/kernel/context";
import { pruneJobs } from "@/domain/kernel/jobs";
import { type Loop, pause } from "./loop";

const EVERY_MS = 10 * 60_000;
/** Days a message id is remembered at least; settings key "retention" may ask for more. */
export const MESSAGE_KEY_DAYS = 90;
/** The audit chain gets an anchor and is verified; retention is enforced. */
const AUDIT_EVERY_MS = 60 * 60_000;
const DELETE_AT_ONCE = 20_000;

/** House-keeping that keeps tables small and partitions ahead. Any number of workers may run it. */
export const maintenance: Loop = {
  name: "maintenance",
  async run({ database, signal, log }) {
    let auditedAt = 0;
    while (!signal.aborted) {
      const started = Date.now();
      await ensureInboxPartitions(database.sql, new Date());
      const tallies = await rollUpTallies(database, signal);
      const keys = await forgetMessageKeys(database, signal);
      await sweepThrottle(createContext({ kind: "job", id: "maintenance" }, database));
      const imports = await pruneImports(database.sql, { unfinished: 7, finished: 180 });
      const jobs = await pruneJobs(database.sql, { done: 7, dead: 90 });
      const calls = await pruneCalls(database.sql, new Date());
      const changes = await pruneConsentChanges(database.sql);
      await learnFields(database);
      if (started - auditedAt > AUDIT_EVERY_MS) {
        auditedAt = started;
        await anchorAudit(database, new Date());
        await enforceRetention(database, new Date(), signal);
        const { problem } = await checkAudit(database, new Date());
        if (problem !== null) log.error("audit.not_whole", { reason: problem });
      }
      log.info("maintenance.done", { ms: Date.now() - started, n: tallies + keys + imports + jobs + calls + changes });
      await pause(EVERY_MS, signal);
    }
  },
};

/**
 * Rolls tallies older than two hours up to one row per source and minute. Hour by hour, each in one transaction, so
 * that sums never differ for a reader.
 * @returns rows saved
 */
export async function rollUpTallies({ sql }: Pick<Database, "sql">, signal?: AbortSignal): Promise<number> {
  let saved = 0;
  while (!signal?.aborted) {
    const [row] = await sql<{ removed: number; made: number }[]>`
      with span as (
        -- The oldest hour that still has two rows of one source in one minute.
        select date_trunc('hour', min(at)) as start from (
          select min(at) as at from collect_tallies
          where at < date_trunc('hour', now() - interval '2 hours') and at >= now() - interval '30 days'
          group by source_id, date_trunc('minute', at) having count(*) > 1
        ) doubled
      ), old as (
        delete from collect_tallies t using span
        where t.at >= span.start and t.at < span.start + interval '1 hour' returning t.*
      ), made as (
        insert into collect_tallies (source_id, at, accepted, duplicates, rejected, conflicts, warnings, bytes)
        select source_id, date_trunc('minute', at), sum(accepted), sum(duplicates), sum(rejected), sum(conflicts), sum(warnings), sum(bytes)
        from old group by 1, 2 returning 1
      )
      select (select count(*)::int from old) as removed, (select count(*)::int from made) as made`;
    if (!row || row.removed === 0) return saved;
    saved += row.removed - row.made;
  }
  return saved;
}

/** Deletes message ids that are older than the promise of de-duplication. @returns rows deleted */
export async function forgetMessageKeys({ sql }: Pick<Database, "sql">, signal?: AbortSignal): Promise<number> {
  const [setting] = await sql<{ days: number | null }[]>`
    select (value ->> 'messageKeyDays')::int as days from settings where key = 'retention'`;
  const days = Math.max(MESSAGE_KEY_DAYS, setting?.days ?? 0);
  let deleted = 0;
  while (!signal?.aborted) {
    const rows = await sql`
      delete from message_keys where h = any(array(
        select h from message_keys where received_at < now() - make_interval(days => ${days}) order by received_at limit ${DELETE_AT_ONCE}))`;
    deleted += rows.count;
    if (rows.count < DELETE_AT_ONCE) break;
  }
  return deleted;
}
