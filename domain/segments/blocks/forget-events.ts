import type { TxSql } from "@/db/client";
import { BLOCK_LOCK } from "./names";

/**
 * To be called in the transaction that deletes or changes stored events of fragments (erasure, redaction): from its
 * commit on blocks do not count for them, and the background work writes the blocks anew.
 */
export async function forgetFragmentEvents(tx: TxSql, fragments: readonly number[]): Promise<void> {
  if (fragments.length === 0) return;
  await tx`
    insert into event_block_dirty (profile_id, mark) select id, nextval('event_block_seq') from unnest(${`{${fragments.join(",")}}`}::text::int[]) id
    on conflict (profile_id) do update set mark = excluded.mark`;
}

/**
 * To be called in the transaction that deletes events before an instant (retention; null: of every type): blocks that
 * reach behind it do not count from its commit on, and what is left of their time is read from `events` until it is in
 * blocks again.
 */
export async function forgetEventsBefore(tx: TxSql, before: Date, eventTypes: readonly number[] | null): Promise<void> {
  await tx`select pg_advisory_xact_lock(${BLOCK_LOCK})`;
  const types = eventTypes === null ? null : `{${eventTypes.join(",")}}`;
  await tx`
    with gone as (
      update event_blocks set retired_at = now()
      where retired_at is null and from_ms < ${before.getTime()} and (${types}::text is null or event_type = any(${types}::text::int[]))
      returning event_type, from_ms, from_id, to_ms, to_id)
    insert into event_block_holes (id, event_type, from_ms, from_id, to_ms, to_id)
    select nextval('event_block_seq'), event_type, from_ms, from_id, to_ms, to_id from gone`;
}
