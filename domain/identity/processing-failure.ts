import type { AnySql } from "@/db/client";

/** Why processing stands still. Kept in `settings`, so that every process and screen can tell; gone when it goes on. */
export interface ProcessingFailure {
  /** First failure of this row of failures, ISO. */
  since: string;
  /** SQLSTATE, or what the runtime calls it. */
  code: string;
  attempts: number;
  /** The message at which it stands, once batches have shrunk to it. */
  inboxId: number | null;
}

const KEY = "processing.failure";

export async function processingFailure(sql: AnySql): Promise<ProcessingFailure | null> {
  const [row] = await sql<{ value: ProcessingFailure }[]>`select value from settings where key = ${KEY}`;
  return row?.value ?? null;
}

/** Keeps the time of the first failure; `alone` says that batches have shrunk to one message: the next one. */
export async function noteProcessingFailure(sql: AnySql, failure: { code: string; attempts: number; alone: boolean }): Promise<void> {
  await sql`
    insert into settings as s (key, value)
    select ${KEY}, jsonb_build_object('since', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'code', ${failure.code}::text, 'attempts', ${failure.attempts}::int, 'inboxId', case when ${failure.alone} then (
        select i.id from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id) order by i.xid, i.id limit 1) end)
    on conflict (key) do update set value = excluded.value || jsonb_build_object('since', s.value -> 'since'), updated_at = now()`;
}

export async function clearProcessingFailure(sql: AnySql): Promise<void> {
  await sql`delete from settings where key = ${KEY}`;
}
