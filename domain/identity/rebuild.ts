import type { AnySql, Database, TxSql } from "@/db/client";
import { blockGate } from "@/domain/consent";
import { DomainError } from "@/domain/kernel/errors";
import { lockIdentity, readCursor, type Cursor } from "./cursor";
import { Processor } from "./processor";

export const REBUILD_JOB = "identity.rebuild";

/** Everything that processing derives from the inbox. Ids of profiles and event names come out the same again. */
export const DERIVED_TABLES = [
  "profiles",
  "profile_traits",
  "identifiers",
  "profile_aliases",
  "merges",
  "never_merge",
  "identity_notes",
  "identifier_conflicts",
  "blocked_hits",
  "accounts",
  "account_links",
  "devices",
  "profile_search",
  "events",
  "event_types",
  "profile_event_stats",
  "seen_properties",
  "daily_event_counts",
] as const;

/** Other forms of the same, made in the background: emptied with it, and made again by themselves. */
const OTHER_FORMS = [
  "event_blocks",
  "event_block_columns",
  "event_block_types",
  "event_block_dirty",
  "event_block_holes",
  "profile_columns",
];

export interface RebuildProgress {
  done: number;
  total: number;
}

/** Empties what is derived and puts the cursor before the first message. Anything that processes goes on from there. */
export async function resetDerived(tx: TxSql, force = false): Promise<Cursor> {
  const cursor = await lockIdentity(tx);
  const [kept] = await tx<{ n: number }[]>`select count(*)::int8 as n from inbox where (xid, id) <= (${cursor.xid}::xid8, ${cursor.id})`;
  if (!force && (kept?.n ?? 0) < cursor.processed)
    throw new DomainError(
      "PRECONDITION_FAILED",
      `Of ${cursor.processed} processed messages ${kept?.n ?? 0} are still in the archive: a rebuild would lose the others. Restore the archive first, or rebuild with --force.`,
    );
  await tx.unsafe(`truncate ${[...DERIVED_TABLES, ...OTHER_FORMS].map((name) => `"${name}"`).join(", ")} restart identity`);
  // What processing could not apply is derived too: it is tried again, and what still fails is set aside again.
  await tx`delete from rejected_messages where stage = 'process' and status = 'open'`;
  await tx`update processing_cursors set xid = '0', inbox_id = 0, next_profile_id = 1, processed = 0, updated_at = now() where name = 'main'`;
  const [last] = await tx<{ xid: string; id: number }[]>`
    select xid::text as xid, id from inbox where (xid, id) <= (${cursor.xid}::xid8, ${cursor.id}) order by inbox.xid desc, inbox.id desc limit 1`;
  await blockGate(tx, last);
  return cursor;
}

async function waiting(sql: AnySql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int8 as n from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id)`;
  return row?.n ?? 0;
}

/**
 * Drops everything derived and makes it again from the inbox archive, repeating changes made by hand at their places.
 * People are incomplete while it runs; messages that arrive meanwhile are processed in their turn.
 */
export async function rebuild(
  database: Database,
  options: { force?: boolean; signal?: AbortSignal; progress?: (at: RebuildProgress) => Promise<void> | void } = {},
): Promise<{ messages: number }> {
  await database.sql.begin((tx) => resetDerived(tx as unknown as TxSql, options.force));
  return processAll(database, options);
}

/** Processes until nothing waits: for the CLI, jobs and tests. The worker has its own loop. */
export async function processAll(
  database: Database,
  options: { signal?: AbortSignal; progress?: (at: RebuildProgress) => Promise<void> | void } = {},
): Promise<{ messages: number }> {
  const total = await waiting(database.sql);
  const processor = new Processor(database);
  let saidAt = 0;
  for (;;) {
    if (options.signal?.aborted) break;
    const { processed, caughtUp } = await processor.processNext();
    const { processed: done } = await readCursor(database.sql);
    if (Date.now() - saidAt > 1_000) {
      saidAt = Date.now();
      await options.progress?.({ done: Math.min(done, total), total });
    }
    if (caughtUp && processed === 0 && (await waiting(database.sql)) === 0) break;
    // Another worker holds the cursor and makes headway: look again shortly.
    if (processed === 0) await new Promise((wait) => setTimeout(wait, 50));
  }
  await options.progress?.({ done: total, total });
  return { messages: total };
}
