import type { TxSql } from "@/db/client";
import { CALL_EVENTS, eventNameOf, type InboxMessage, type JsonObject } from "@/domain/events/model";
import type { Traits, TraitsMeta } from "@/domain/profiles/model";
import { rulesAt, type Cursor } from "./cursor";
import { accountTraitsOf, seenKeys } from "./facts";
import type { IdentifierRef } from "./model";
import { erasedBody } from "./suppression";
import { layTraits } from "./traits";

/** One processed message of people who are being erased. */
export interface TakenMessage {
  /** Inbox id. */
  id: number;
  receivedAt: Date;
  occurredAt: Date;
  fragment: number;
  eventType: number;
  sourceId: string;
  messageId: string;
  /** Amount as text, null where it has none. */
  value: string | null;
}

export interface TakenBack {
  /** Inbox rows emptied. */
  inbox: number;
  daily: number;
  properties: number;
  accounts: number;
  operations: number;
  eventTypes: number;
}

/** Processed messages of fragments, oldest first. */
export async function messagesOf(tx: TxSql, fragments: readonly number[]): Promise<TakenMessage[]> {
  return tx<TakenMessage[]>`
    select id, received_at as "receivedAt", occurred_at as "occurredAt", profile_id as fragment, event_type as "eventType",
      source_id as "sourceId", message_id as "messageId", value::text as value
    from events where profile_id = any(${ints(fragments)}::text::int[])`;
}

/**
 * Takes people's part out of what processing counted over everybody, and empties their rows of the inbox so that a
 * rebuild gives the same again: an emptied row keeps its place and the profile ids that it took. Call it before the
 * people's own rows are deleted, under `lockIdentity`.
 */
export async function takeBackCounts(
  tx: TxSql,
  cursor: Pick<Cursor, "xid" | "id">,
  people: { fragments: readonly number[]; identifiers: readonly IdentifierRef[] },
  messages: readonly TakenMessage[],
): Promise<TakenBack> {
  const properties = await takeBackProperties(tx, messages);
  const accounts = await takeBackAccounts(tx, cursor, people.fragments, messages);
  const inbox = await emptyInbox(tx, people.fragments, messages);
  const daily = await takeBackDaily(tx, messages);
  const operations = await eraseOperations(tx, people);
  return { inbox, daily, properties, accounts, operations, eventTypes: 0 };
}

/** Event names that nobody has used but the people whose events were just deleted. */
export async function dropUnusedEventTypes(tx: TxSql, ids: Iterable<number>): Promise<number> {
  const gone = await tx`
    delete from event_types t where t.id = any(${ints(ids)}::text::int[]) and not exists (select 1 from events e where e.event_type = t.id)`;
  return gone.count;
}

const ints = (values: Iterable<number>): string => `{${[...new Set(values)].join(",")}}`;
const json = (rows: unknown): string => JSON.stringify(rows);

async function takeBackDaily(tx: TxSql, messages: readonly TakenMessage[]): Promise<number> {
  const days = new Map<string, { day: string; source: string; type: number; n: number; cents: bigint }>();
  for (const { occurredAt, sourceId, eventType, value } of messages) {
    const day = `${occurredAt.toISOString().slice(0, 10)}T00:00:00Z`;
    const key = `${day}|${sourceId}|${eventType}`;
    const row = days.get(key) ?? { day, source: sourceId, type: eventType, n: 0, cents: 0n };
    row.n += 1;
    row.cents += units(value);
    days.set(key, row);
  }
  if (days.size === 0) return 0;
  const rows = [...days.values()].map(({ cents, ...row }) => ({ ...row, sum: `${cents}` }));
  const changed = await tx`
    update daily_event_counts d set n = d.n - r.n, value_sum = d.value_sum - r.sum / 10000
    from json_to_recordset(${json(rows)}::text::json) as r(day timestamptz, source text, type int, n int8, sum numeric)
    where d.day = r.day and d.source_id = r.source and d.event_type = r.type`;
  await tx`
    delete from daily_event_counts d using json_to_recordset(${json(rows)}::text::json) as r(day timestamptz, source text, type int)
    where d.day = r.day and d.source_id = r.source and d.event_type = r.type and d.n <= 0`;
  return changed.count;
}

/** "12.5" to ten-thousandths. */
function units(value: string | null): bigint {
  if (value === null) return 0n;
  const negative = value.startsWith("-");
  const [whole = "0", part = ""] = value.replace("-", "").split(".");
  const out = BigInt(whole) * 10_000n + BigInt(part.padEnd(4, "0").slice(0, 4));
  return negative ? -out : out;
}

/** Counts of property names, out of the messages as they were received (the timeline's copy has keys of its own). */
async function takeBackProperties(tx: TxSql, messages: readonly TakenMessage[]): Promise<number> {
  const seen = new Map<string, { kind: string; scope: string; key: string; types: Record<string, number>; n: number }>();
  for (const body of await bodiesOf(tx, messages)) {
    const message = JSON.parse(body) as InboxMessage;
    if (message.type === "alias" || message.type === "group") continue;
    const values = message.type === "identify" ? message.traits : message.properties;
    if (!values) continue;
    const kind = message.type === "identify" ? "trait" : "event";
    const scope = kind === "trait" ? "" : eventNameOf(message);
    seenKeys(values, (key, type) => {
      const id = `${kind}\0${scope}\0${key}`;
      const row = seen.get(id) ?? { kind, scope, key, types: {}, n: 0 };
      row.n += 1;
      row.types[type] = (row.types[type] ?? 0) + 1;
      seen.set(id, row);
    });
  }
  if (seen.size === 0) return 0;
  const rows = json([...seen.values()]);
  const changed = await tx`
    update seen_properties s set n = s.n - r.n, types = coalesce((
      select jsonb_object_agg(k, left_over) from (
        select k, v::int8 - coalesce((r.types ->> k)::int8, 0) as left_over from jsonb_each_text(s.types) held(k, v)) counted
      where left_over > 0), '{}')
    from json_to_recordset(${rows}::text::json) as r(kind text, scope text, key text, types jsonb, n int8)
    where s.kind = r.kind and s.scope = r.scope and s.key = r.key`;
  await tx`
    delete from seen_properties s using json_to_recordset(${rows}::text::json) as r(kind text, scope text, key text)
    where s.kind = r.kind and s.scope = r.scope and s.key = r.key and s.n <= 0`;
  return changed.count;
}

async function bodiesOf(tx: TxSql, messages: readonly TakenMessage[]): Promise<string[]> {
  const rows = json(messages.map(({ id, receivedAt }) => ({ id, at: receivedAt })));
  const found = await tx<{ body: string }[]>`
    select i.body from json_to_recordset(${rows}::text::json) as r(id int8, at timestamptz)
    join inbox i on i.id = r.id and i.received_at = r.at`;
  return found.map(({ body }) => body);
}

/** Empties inbox rows. The message that made a fragment keeps its profile id. */
async function emptyInbox(tx: TxSql, fragments: readonly number[], messages: readonly TakenMessage[]): Promise<number> {
  if (messages.length === 0) return 0;
  const rows = json(messages.map(({ id, receivedAt, fragment }) => ({ id, at: receivedAt, fragment })));
  const first = await tx<{ id: number; fragment: number }[]>`
    select distinct on (r.fragment) r.fragment, i.id from json_to_recordset(${rows}::text::json) as r(id int8, at timestamptz, fragment int)
    join inbox i on i.id = r.id and i.received_at = r.at order by r.fragment, i.xid, i.id`;
  // A fragment that an operator split off took its id by that operation, not by a message.
  const split = await tx<{ id: number }[]>`
    select distinct high_id as id from never_merge where high_id = any(${ints(fragments)}::text::int[]) and merge_id like 'split!_%' escape '!'`;
  const bySplit = new Set(split.map(({ id }) => id));
  const made = new Map<number, number>();
  for (const { id, fragment } of first) if (!bySplit.has(fragment)) made.set(id, (made.get(id) ?? 0) + 1);
  const emptied = json(messages.map(({ id, receivedAt }) => ({ id, at: receivedAt, body: erasedBody(made.get(id) ?? 0) })));
  const done = await tx`
    update inbox i set body = r.body from json_to_recordset(${emptied}::text::json) as r(id int8, at timestamptz, body text)
    where i.id = r.id and i.received_at = r.at`;
  return done.count;
}

/** Account traits that the people's own calls set, made anew from the calls of the others; accounts without people go. */
async function takeBackAccounts(
  tx: TxSql,
  cursor: Pick<Cursor, "xid" | "id">,
  fragments: readonly number[],
  messages: readonly TakenMessage[],
): Promise<number> {
  const people = ints(fragments);
  const mineOf = await tx<{ id: string }[]>`
    select distinct account_id as id from account_links where profile_id = any(${people}::text::int[])`;
  const ids = mineOf.map(({ id }) => id);
  if (ids.length === 0) return 0;
  const removed = await tx`
    delete from accounts a where a.id = any(${ids}::text[]) and not exists (
      select 1 from account_links l where l.account_id = a.id and l.profile_id <> all(${people}::text::int[]))`;
  const mine = new Set(messages.map(({ messageId }) => messageId));
  const left = await tx<{ id: string; meta: TraitsMeta }[]>`select id, meta from accounts where id = any(${ids}::text[]) for update`;
  const { rules } = await rulesAt(tx, cursor);
  for (const { id, meta } of left) {
    if (!Object.values(meta).some(({ messageId }) => mine.has(messageId))) continue;
    const calls = await tx<{ properties: JsonObject; context: JsonObject; at: Date; sourceId: string; messageId: string; id: number }[]>`
      select e.properties, e.context, e.occurred_at as at, e.source_id as "sourceId", e.message_id as "messageId", e.id
      from account_links l join events e on e.profile_id = l.profile_id join event_types t on t.id = e.event_type
      where l.account_id = ${id} and l.profile_id <> all(${people}::text::int[]) and t.name = ${CALL_EVENTS.group} and btrim(e.properties ->> 'groupId') = ${id}`;
    const into = { traits: {} as Traits, meta: {} as TraitsMeta };
    for (const { properties, context, at, sourceId, messageId } of calls) {
      const { groupId: _groupId, ...traits } = properties;
      const message = { type: "group", traits, context } as unknown as InboxMessage;
      layTraits(into, accountTraitsOf(message), { at: at.toISOString(), sourceId, messageId }, rules);
    }
    const name = into.traits["name"];
    await tx`
      update accounts set traits = ${json(into.traits)}::text::jsonb, meta = ${json(into.meta)}::text::jsonb,
        name = ${typeof name === "string" && name.trim() !== "" ? name.trim() : null} where id = ${id}`;
  }
  await tx`
    update accounts a set first_seen_at = l.first, last_seen_at = l.last
    from (select account_id, min(first_seen_at) as first, max(last_seen_at) as last from account_links
      where account_id = any(${ids}::text[]) and profile_id <> all(${people}::text::int[]) group by account_id) l where a.id = l.account_id`;
  return removed.count + left.length;
}

/** Changes made by hand that name the people. One that took a profile id keeps taking it when it is repeated. */
async function eraseOperations(
  tx: TxSql,
  { fragments, identifiers }: { fragments: readonly number[]; identifiers: readonly IdentifierRef[] },
): Promise<number> {
  const found = await tx<{ id: number; kind: string }[]>`
    select o.id, o.operation ->> 'kind' as kind from identity_operations o where o.operation ->> 'kind' in ('merge', 'unmerge', 'split') and (
      (o.operation ->> 'survivorId')::int = any(${ints(fragments)}::text::int[])
      or (o.operation ->> 'loserId')::int = any(${ints(fragments)}::text::int[])
      or exists (
        select 1 from jsonb_array_elements(coalesce(o.operation -> 'survivor', '[]') || coalesce(o.operation -> 'loser', '[]')
          || coalesce(o.operation -> 'identifiers', '[]')) ref
        join json_to_recordset(${json(identifiers)}::text::json) as r(type text, value text) on ref ->> 'type' = r.type and ref ->> 'value' = r.value))`;
  for (const { id, kind } of found) {
    if (kind === "split") await tx`update identity_operations set operation = '{"kind": "erased"}', actor_id = null where id = ${id}`;
    else await tx`delete from identity_operations where id = ${id}`;
  }
  return found.length;
}
