import type { TxSql } from "@/db/client";
import { CHANGES_CHANNEL } from "@/domain/profiles/model";
import type { Change } from "./batch-rows";
import { textArray } from "./load-people";

/** A statement with its values already in text: nothing that happens in memory afterwards can change it. */
export type Write = (tx: TxSql) => PromiseLike<unknown>;
/** Takes a statement into the plan. */
export type Queue = (write: Write) => void;

/** Numbers and plain words as the text of a PostgreSQL array. */
export const array = (values: Iterable<string | number>): string => `{${[...values].join(",")}}`;

/**
 * Tells segments and computed traits whom a batch touched (and what of them changed; null: anything) and whom a merge or
 * an un-merge changed, while there is one to tell. Who listens hears of it with the commit.
 */
export function planChanges(touched: ReadonlyMap<number, Change | null>, merged: readonly number[], queue: Queue): void {
  const joined = new Set(merged);
  const ids = [...new Set([...touched.keys(), ...joined])];
  if (ids.length === 0) return;
  const list = array(ids);
  const flags = array(ids.map((id) => String(joined.has(id))));
  const events = array(ids.map((id) => touched.get(id)?.eventId ?? "NULL"));
  const facts = textArray(
    ids.map((id) => {
      const change = touched.get(id);
      return joined.has(id) || !change?.facts ? null : JSON.stringify(change.facts);
    }),
  );
  queue(
    (tx) => tx`
  with told as (
    insert into profile_changes (profile_id, merged, event_id, facts)
    select u.id, u.merged, u.event, u.facts::jsonb
    from unnest(${list}::text::int[], ${flags}::text::bool[], ${events}::text::int8[], ${facts}::text::text[]) u(id, merged, event, facts)
    where (exists (select 1 from segments where status in ('preparing', 'live') and deleted_at is null)
      or exists (select 1 from computed_traits where status in ('preparing', 'live') and deleted_at is null)
      or exists (select 1 from segment_cursors where name = 'columns'))
    returning 1)
  select pg_notify(${CHANGES_CHANNEL}, '') where exists (select 1 from told)`,
  );
}

/** The people of accounts whose traits changed. */
export function planAccountChanges(accountIds: readonly string[], queue: Queue): void {
  if (accountIds.length === 0) return;
  const ids = [...accountIds];
  queue(
    (tx) => tx`
  insert into profile_changes (profile_id, facts)
  select distinct coalesce(a.canonical_id, l.profile_id), '{"accounts": 0}'::jsonb from account_links l left join profile_aliases a on a.profile_id = l.profile_id
  where l.account_id = any(${ids}::text[])
    and (exists (select 1 from segments where status in ('preparing', 'live') and deleted_at is null)
    or exists (select 1 from computed_traits where status in ('preparing', 'live') and deleted_at is null))`,
  );
}
