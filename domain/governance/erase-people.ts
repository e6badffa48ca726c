import type { TxSql } from "@/db/client";
import { keepErased } from "@/domain/attribution";
import { messageKey } from "@/domain/events";
import {
  dropUnusedEventTypes,
  fragmentsWith,
  lockIdentity,
  messagesOf,
  suppressionHash,
  suppressionTag,
  takeBackCounts,
  type TakenMessage,
} from "@/domain/identity";
import { lockMembership } from "@/domain/segments";
import { ERASURE_TABLES } from "./erasure-map";
import type { SubjectIdentifier } from "./model";

/** Rows taken out or changed, by table (or by another place of keeping). */
export type Counts = Record<string, number>;

export interface HeldIdentifier extends SubjectIdentifier {
  /** As first received. */
  raw: string;
  /** A shared or quarantined one names nobody: no tombstone, and no search for it. */
  own: boolean;
}

export interface ErasureTarget {
  requestId: string;
  /** Identifiers of the request, normalised. */
  subject: readonly SubjectIdentifier[];
  /** Messages of the person are dropped from now on. */
  suppress: boolean;
}

/** What is known of a person while the erasure runs; gone when it is complete. */
export interface ErasureWork {
  fragments: number[];
  identifiers: HeldIdentifier[];
  /** Fragments of other people whose messages may name an identifier of this one. */
  others: number[];
  counts: Counts;
}

export const ints = (values: Iterable<number>): string => `{${[...new Set(values)].join(",")}}`;
const json = (rows: unknown): string => JSON.stringify(rows);

/** The whole person behind identifiers: every fragment and every identifier of them. */
export async function clusterOf(tx: TxSql, subject: readonly SubjectIdentifier[]): Promise<Pick<ErasureWork, "fragments" | "identifiers">> {
  const named = await tx<{ id: number }[]>`
    select distinct i.profile_id as id from json_to_recordset(${json(subject)}::text::json) as r(type text, value text)
    join identifiers i on i.type = r.type and i.value = r.value`;
  const seeds = named.map(({ id }) => id).filter((id) => id > 0);
  const fragments = seeds.length === 0 ? [] : await fragmentsWith(tx, seeds);
  const held = await tx<HeldIdentifier[]>`
    select type, value, raw, status in ('active', 'no_merge') as own from identifiers where profile_id = any(${ints(fragments)}::text::int[])`;
  const identifiers = [...held];
  for (const { type, value } of subject) {
    if (!identifiers.some((known) => known.type === type && known.value === value))
      identifiers.push({ type, value, raw: value, own: true });
  }
  return { fragments: fragments.toSorted((a, b) => a - b), identifiers };
}

/**
 * Takes people out of every table that is keyed by person or identifier, in the caller's transaction: theirs are the
 * rows of all their fragments. What may name them elsewhere (`others`, texts, files) is for `eraseMentions`.
 * Processing stands still meanwhile: some milliseconds a person.
 */
export async function erasePeople(tx: TxSql, targets: readonly ErasureTarget[], now: Date): Promise<Map<string, ErasureWork>> {
  const cursor = await lockIdentity(tx);
  await lockMembership(tx, true);
  // The append-only ledger of consent lets rows go in such a transaction only.
  await tx`select set_config('tributary.consent_erasure', 'on', true)`;
  const works = new Map<string, ErasureWork>();
  const owner = new Map<number, string>();
  for (const { requestId, subject } of targets) {
    const cluster = await clusterOf(tx, subject);
    works.set(requestId, { ...cluster, others: [], counts: {} });
    for (const fragment of cluster.fragments) if (!owner.has(fragment)) owner.set(fragment, requestId);
  }
  const fragments = [...owner.keys()];
  const identifiers = [...works.values()].flatMap((work) => work.identifiers);
  const count = (requestId: string | undefined, table: string, n: number): void => {
    const counts = requestId === undefined ? undefined : works.get(requestId)?.counts;
    if (counts && n > 0) counts[table] = (counts[table] ?? 0) + n;
  };

  await findOthers(tx, works);
  for (const { fragments: own } of works.values()) await keepErased(tx, own, now);
  const messages = await messagesOf(tx, fragments);
  await takeBackCounts(tx, cursor, { fragments, identifiers }, messages);
  for (const { fragment } of messages) count(owner.get(fragment), "inbox", 1);
  await forgetKeys(tx, messages, owner, count);
  await shrinkSegments(tx, fragments);
  await deleteByRule(tx, works, owner, count);
  await dropUnusedEventTypes(
    tx,
    messages.map(({ eventType }) => eventType),
  );
  await tellSets(tx, fragments);
  await closeOtherRequests(tx, works, now);
  for (const target of targets) {
    if (!target.suppress) continue;
    const held = works.get(target.requestId)?.identifiers.filter(({ own }) => own) ?? [];
    count(target.requestId, "suppressions", await addTombstones(tx, target.requestId, held, cursor, now));
  }
  return works;
}

/** People whose messages met an identifier of the person: conflicts, notes, merges that were taken back. */
async function findOthers(tx: TxSql, works: ReadonlyMap<string, ErasureWork>): Promise<void> {
  for (const work of works.values()) {
    const mine = ints(work.fragments);
    const refs = json(work.identifiers);
    const rows = await tx<{ id: number }[]>`
      with r as materialized (select type, value from json_to_recordset(${refs}::text::json) as r(type text, value text)),
      met as (
        select i.profile_id as id from r join identifier_conflicts c on c.type = r.type and c.value = r.value
          join identifiers i on i.type = c.other_type and i.value = c.other_value
        union select profile_id from identity_notes where other_profile_id = any(${mine}::text::int[])
        union select other_profile_id from identity_notes where profile_id = any(${mine}::text::int[])
        union select n.profile_id from r join identity_notes n on n.type = r.type and n.value = left(r.value, 200)
        union select loser_fragment from merges where survivor_fragment = any(${mine}::text::int[])
        union select survivor_fragment from merges where loser_fragment = any(${mine}::text::int[]))
      select distinct id from met where id is not null and id > 0 and not (id = any(${mine}::text::int[]))`;
    work.others =
      rows.length === 0
        ? []
        : await fragmentsWith(
            tx,
            rows.map(({ id }) => id),
          );
  }
}

async function forgetKeys(
  tx: TxSql,
  messages: readonly TakenMessage[],
  owner: ReadonlyMap<number, string>,
  count: (requestId: string | undefined, table: string, n: number) => void,
): Promise<void> {
  if (messages.length === 0) return;
  const keys = new Map(messages.map(({ sourceId, messageId, fragment }) => [messageKey(sourceId, messageId), fragment]));
  const gone = await tx<{ h: string }[]>`
    delete from message_keys where h = any(${[...keys.keys()]}::text[]::uuid[]) returning replace(h::text, '-', '') as h`;
  for (const { h } of gone) count(owner.get(keys.get(h) ?? 0), "message_keys", 1);
}

/** Sizes of segments, now and of every hour, as if the people had never been in. */
async function shrinkSegments(tx: TxSql, fragments: readonly number[]): Promise<void> {
  const mine = ints(fragments);
  await tx`
    with flips as materialized (
      select segment_id, profile_id, id, entered, at from segment_transitions where profile_id = any(${mine}::text::int[])),
    spans as (
      select segment_id, entered, at as since, lead(at) over (partition by segment_id, profile_id order by id) as until from flips),
    parts as (
      select h.segment_id, h.hour, 1 as inside, 0 as came, 0 as gone from spans s join segment_sizes h on h.segment_id = s.segment_id
        and h.hour > s.since - interval '1 hour' and (s.until is null or h.hour <= s.until - interval '1 hour') where s.entered
      union all
      select segment_id, date_trunc('hour', at), 0, entered::int, (not entered)::int from flips),
    summed as (select segment_id, hour, sum(inside)::int as inside, sum(came)::int as came, sum(gone)::int as gone from parts group by 1, 2)
    update segment_sizes h set size = h.size - d.inside, entered = h.entered - d.came, "left" = h."left" - d.gone
    from summed d where h.segment_id = d.segment_id and h.hour = d.hour`;
  await tx`
    delete from segment_sizes h using segment_transitions t
    where t.profile_id = any(${mine}::text::int[]) and h.segment_id = t.segment_id and h.hour = date_trunc('hour', t.at)
      and h.entered = 0 and h."left" = 0`;
  await tx`
    update segments s set size = s.size - m.n
    from (select segment_id, count(*)::int as n from segment_members where profile_id = any(${mine}::text::int[]) group by 1) m
    where s.id = m.segment_id`;
}

/** Rows of tables whose rule names columns. */
async function deleteByRule(
  tx: TxSql,
  works: ReadonlyMap<string, ErasureWork>,
  owner: ReadonlyMap<number, string>,
  count: (requestId: string | undefined, table: string, n: number) => void,
): Promise<void> {
  const mine = ints(owner.keys());
  const refs = json([...works].flatMap(([request, { identifiers }]) => identifiers.map(({ type, value }) => ({ request, type, value }))));
  for (const { name, rule } of ERASURE_TABLES) {
    const { fragments = [], identifiers = [] } = rule;
    for (const column of owner.size > 0 ? fragments : []) {
      const gone = await tx<{ id: number; n: number }[]>`
        with gone as (delete from ${tx(name)} where ${tx(column)} = any(${mine}::text::int[]) returning ${tx(column)} as id)
        select id, count(*)::int as n from gone group by id`;
      for (const { id, n } of gone) count(owner.get(id), name, n);
    }
    for (const [type, value] of identifiers) {
      const gone = await tx<{ request: string; n: number }[]>`
        with r as materialized (select * from json_to_recordset(${refs}::text::json) as r(request text, type text, value text)),
        gone as (delete from ${tx(name)} t using r where t.${tx(type)} = r.type and t.${tx(value)} = r.value returning r.request)
        select request, count(*)::int as n from gone group by 1`;
      for (const { request, n } of gone) count(request, name, n);
    }
  }
}

/** Whoever keeps sets or columns of people hears that these are gone. */
async function tellSets(tx: TxSql, fragments: readonly number[]): Promise<void> {
  const mine = ints(fragments);
  await tx`insert into profile_changes (profile_id) select unnest(${mine}::text::int[])`;
  await tx`insert into consent_changes (profile_id) select unnest(${mine}::text::int[])`;
  await tx`
    insert into event_block_dirty (profile_id, mark) select id, nextval('event_block_seq') from unnest(${mine}::text::int[]) p(id)
    on conflict (profile_id) do update set mark = excluded.mark`;
}

/** Other requests of an erased person keep their kind, times and outcome, and lose what names the person. */
async function closeOtherRequests(tx: TxSql, works: ReadonlyMap<string, ErasureWork>, now: Date): Promise<void> {
  for (const [requestId, { fragments, identifiers }] of works) {
    await tx`
      update dsr_requests set subject = null, note = null, options = '{}', profile_id = null, updated_at = ${now},
        status = case when status in ('unverified', 'open') then 'cancelled' else status end,
        decided_reason = case when status in ('unverified', 'open') then 'The person was erased.' else decided_reason end
      where id <> ${requestId} and status <> 'running' and work is null
        and (profile_id = any(${ints(fragments)}::text::int[]) or subject_hashes && ${identifiers.map(suppressionHash)}::text[])`;
  }
}

/** Leaves tombstones, at the place where processing stands. @returns how many were new */
export async function addTombstones(
  tx: TxSql,
  requestId: string,
  identifiers: readonly SubjectIdentifier[],
  cursor: { xid: string; id: number },
  now: Date,
): Promise<number> {
  if (identifiers.length === 0) return 0;
  const rows = identifiers.map((ref) => ({ hash: suppressionHash(ref), tag: suppressionTag(ref.type, ref.value), type: ref.type }));
  const added = await tx`
    insert into suppressions (hash, tag, type, request_id, created_at, after_xid, after_inbox_id)
    select distinct on (hash) hash, tag, type, ${requestId}, ${now}::timestamptz, ${cursor.xid}, ${cursor.id}::int8
    from json_to_recordset(${json(rows)}::text::json) as r(hash text, tag int, type text) on conflict (hash) do nothing`;
  return added.count;
}
