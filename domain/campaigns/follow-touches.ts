import { createHash } from "node:crypto";
import type { AnySql, Database, TxSql } from "@/db/client";
import type { JsonObject } from "@/domain/events/model";
import { channelOf } from "./channel-of";
import { channelRules } from "./channel-rules";
import { deriveTouches, originKey } from "./derive-touches";
import type { OriginEvent } from "./derive-touches";
import { SESSION_SECONDS } from "./model";
import type { Origin } from "./model";
import { maybeTouch, readOrigin } from "./read-origin";

const MESSAGES_AT_ONCE = 5_000;

export interface TouchStep {
  /** Messages of the inbox that were looked at. */
  readonly messages: number;
  /** Touchpoints written. */
  readonly touches: number;
  /** Nothing was left (or another worker is at it). */
  readonly idle: boolean;
}

interface Cursor {
  xid: string;
  inboxId: number;
}

/**
 * Derives the touchpoints of the next messages that processing has finished, in one transaction. Follows the inbox in
 * its order (xid, id) behind the cursor of processing. For each person concerned only the half hours around the new
 * events are derived again, so a late event costs no more than a new one. Cost: the events read, whatever the history.
 */
export async function followTouches(database: Database): Promise<TouchStep> {
  const out = await database.sql.begin(async (handle): Promise<TouchStep> => {
    const tx = handle as unknown as TxSql;
    const nothing = { messages: 0, touches: 0, idle: true };
    await tx`insert into touch_cursors (name) values ('main') on conflict do nothing`;
    const [own] = await tx<(Cursor & { epoch: number })[]>`
      select xid::text as xid, inbox_id as "inboxId", epoch from touch_cursors where name = 'main' for update skip locked`;
    const [ahead] = await tx<(Cursor & { epoch: number })[]>`
      select xid::text as xid, inbox_id as "inboxId", epoch from processing_cursors where name = 'main'`;
    if (own === undefined || ahead === undefined) return nothing;
    const from = await afterChanges(tx, own, ahead);
    const rows = await tx<{ xid: string; id: number }[]>`
      select xid::text as xid, id from inbox
      where (xid, id) > (${from.xid}::xid8, ${from.inboxId}) and (xid, id) <= (${ahead.xid}::xid8, ${ahead.inboxId})
      order by xid, id limit ${MESSAGES_AT_ONCE}`;
    const last = rows.at(-1);
    const touches =
      last === undefined
        ? 0
        : await derive(
            tx,
            rows.map(({ id }) => id),
          );
    const reached = last === undefined ? from : { xid: last.xid, inboxId: last.id };
    await tx`
      update touch_cursors set xid = ${reached.xid}::xid8, inbox_id = ${reached.inboxId}, epoch = ${ahead.epoch}, updated_at = now()
      where name = 'main'`;
    return { messages: rows.length, touches, idle: rows.length < MESSAGES_AT_ONCE };
  });
  return out as TouchStep;
}

/**
 * Where to go on from after identity was changed otherwise than by messages. Touches whose event is gone go too; if
 * there were any, or processing began anew, everything is derived again (writing a touch twice changes nothing).
 */
async function afterChanges(tx: TxSql, own: Cursor & { epoch: number }, ahead: Cursor & { epoch: number }): Promise<Cursor> {
  const start = { xid: "0", inboxId: 0 };
  if (BigInt(ahead.xid) < BigInt(own.xid) || (ahead.xid === own.xid && ahead.inboxId < own.inboxId)) {
    await tx`delete from touchpoints`;
    return start;
  }
  if (own.epoch === ahead.epoch) return own;
  const gone = await tx`
    delete from touchpoints t where not exists (
      select 1 from events e where e.profile_id = t.profile_id and e.occurred_at = t.occurred_at and e.id = t.event_id)`;
  return gone.count > 0 ? start : own;
}

interface EventRow {
  profileId: number;
  at: Date;
  id: number;
  name: string;
  properties: JsonObject;
  context: JsonObject;
}

async function derive(tx: TxSql, ids: readonly number[]): Promise<number> {
  const types = await touchTypes(tx);
  if (types.length === 0) return 0;
  const pause = `${SESSION_SECONDS} seconds`;
  const rows = await tx<EventRow[]>`
    with fresh as materialized (
      select profile_id, min(occurred_at) as first, max(occurred_at) as last from events
      where id between ${Math.min(...ids)} and ${Math.max(...ids)} and id = any(${[...ids]}::int8[]) and event_type = any(${types}::int[])
      group by profile_id
    )
    select e.profile_id as "profileId", e.occurred_at as at, e.id, t.name, e.properties,
      jsonb_build_object('page', e.context -> 'page', 'campaign', e.context -> 'campaign') as context
    from fresh f
    join events e on e.profile_id = f.profile_id
      and e.occurred_at > f.first - ${pause}::interval and e.occurred_at < f.last + ${pause}::interval
    join event_types t on t.id = e.event_type
    where e.event_type = any(${types}::int[])
    order by e.profile_id, e.occurred_at, e.id`;
  if (rows.length === 0) return 0;
  const fresh = new Set(ids);
  const found: { profileId: number; event: OriginEvent }[] = [];
  const spans: { profileId: number; first: string; last: string }[] = [];
  for (const [profileId, own] of byProfile(rows)) {
    const times = own.filter(({ id }) => fresh.has(id)).map(({ at }) => at.getTime());
    const first = Math.min(...times);
    const last = Math.max(...times) + SESSION_SECONDS * 1_000;
    spans.push({ profileId, first: new Date(first).toISOString(), last: new Date(last).toISOString() });
    const events = own.flatMap((row): OriginEvent[] => {
      const origin = readOrigin(row);
      return origin === null ? [] : [{ eventId: row.id, at: row.at.getTime(), origin }];
    });
    for (const event of deriveTouches(events)) if (event.at >= first && event.at < last) found.push({ profileId, event });
  }
  await tx`
    delete from touchpoints t using json_to_recordset(${JSON.stringify(spans)}::text::json) as s("profileId" int, first timestamptz, last timestamptz)
    where t.profile_id = s."profileId" and t.occurred_at >= s.first and t.occurred_at < s.last`;
  const origins = await originIds(
    tx,
    found.map(({ event }) => event.origin),
  );
  const written = found.map(({ profileId, event }) => ({
    p: profileId,
    t: new Date(event.at).toISOString(),
    e: event.eventId,
    o: origins.get(originKey(event.origin)),
  }));
  await tx`
    insert into touchpoints (profile_id, occurred_at, event_id, origin_id)
    select p, t, e, o from json_to_recordset(${JSON.stringify(written)}::text::json) as r(p int, t timestamptz, e int8, o int)`;
  return written.length;
}

function byProfile(rows: readonly EventRow[]): Map<number, EventRow[]> {
  const grouped = new Map<number, EventRow[]>();
  for (const row of rows) {
    const own = grouped.get(row.profileId);
    if (own === undefined) grouped.set(row.profileId, [row]);
    else own.push(row);
  }
  return grouped;
}

async function touchTypes(sql: AnySql): Promise<number[]> {
  const rows = await sql<{ id: number; name: string }[]>`select id, name from event_types`;
  return rows.filter(({ name }) => maybeTouch(name)).map(({ id }) => id);
}

/** Ids of origins by their key; new ones are added with channel and campaign. */
async function originIds(tx: TxSql, origins: readonly Origin[]): Promise<Map<string, number>> {
  const wanted = new Map(origins.map((origin) => [hashOf(origin), origin]));
  const ids = new Map<string, number>();
  const note = (rows: readonly { id: number; hash: string }[]): void => {
    for (const { id, hash } of rows) {
      const origin = wanted.get(hash);
      if (origin !== undefined) ids.set(originKey(origin), id);
    }
  };
  note(await tx<{ id: number; hash: string }[]>`select id, hash from touch_origins where hash = any(${[...wanted.keys()]}::text[])`);
  const rules = ids.size === wanted.size ? [] : await channelRules(tx);
  const missing = [...wanted]
    .filter(([, origin]) => !ids.has(originKey(origin)))
    .map(([hash, origin]) => ({ ...origin, hash, channel: channelOf(rules, origin) }));
  if (missing.length > 0) {
    note(
      await tx<{ id: number; hash: string }[]>`
        insert into touch_origins (hash, kind, source, medium, campaign, campaign_ref, content, term, click_id, referrer, channel, campaign_id)
        select hash, kind, source, medium, campaign, "campaignRef", content, term, "clickId", referrer, channel,
          (select c.id from campaigns c where c.archived_at is null
             and ((r."campaignRef" <> '' and c.external_id = r."campaignRef") or (r.campaign <> '' and c.utm_campaign = lower(r.campaign)))
           order by c.external_id = r."campaignRef" desc nulls last limit 1)
        from json_to_recordset(${JSON.stringify(missing)}::text::json) as r(hash text, kind text, source text, medium text, campaign text,
          "campaignRef" text, content text, term text, "clickId" text, referrer text, channel text)
        returning id, hash`,
    );
  }
  return ids;
}

function hashOf(origin: Origin): string {
  return createHash("sha256").update(originKey(origin)).digest("hex");
}
