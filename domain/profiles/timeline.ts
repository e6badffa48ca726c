import { can, requirePermission } from "@/domain/access";
import type { Json, JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { personOf } from "./canonical";
import { decodeCursor, encodeCursor, INTEGER, TIME } from "./cursor";
import { eventSummary } from "./event-summary";
import { maskJson, maskText } from "./mask";
import { type EventDetail, type TimelineEvent, type TimelinePage, timelineQuerySchema } from "./schemas";
import { sourceNames } from "./source-names";

interface EventRecord {
  id: number;
  profile_id: number;
  event: string;
  occurred_at: Date;
  received_at: Date;
  source_id: string;
  message_id: string;
  session_id: string | null;
  value: string | null;
  properties: JsonObject;
  context: JsonObject;
}

const SESSION_KEYS = ["sessionId", "session_id"] as const;

/** Session id as stored, else as common SDKs put it into the context. */
function sessionOf(row: EventRecord): string | null {
  if (row.session_id) return row.session_id;
  for (const key of SESSION_KEYS) {
    const found = row.context[key];
    if (typeof found === "string" || typeof found === "number") return String(found);
  }
  return null;
}

function toEvent(row: EventRecord, unmasked: boolean): TimelineEvent {
  const properties = unmasked
    ? row.properties
    : (maskJson(row.properties, row.event.startsWith("$") ? "message" : "properties") as JsonObject);
  const context = unmasked ? row.context : (maskJson(row.context, "properties") as JsonObject);
  const summary = eventSummary(row.event, properties, context);
  return {
    id: row.id,
    profileId: row.profile_id,
    event: row.event,
    occurredAt: row.occurred_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    sourceId: row.source_id,
    messageId: unmasked ? row.message_id : maskText(row.message_id),
    sessionId: sessionOf(row),
    value: row.value,
    currency: typeof row.properties.currency === "string" ? row.properties.currency.slice(0, 8).toUpperCase() : null,
    summary: unmasked ? summary : maskText(summary),
  };
}

/**
 * Activity of a person, newest first, over all its fragments. Keyset-paged by (occurred_at, id), so equal times lose
 * nothing. Plan: per fragment an ordered Append of backward scans of `events_pkey` (profile_id, occurred_at, id),
 * newest partition first, that stops at the limit; then a merge of at most fragments × limit rows. Measured in
 * server/bench/lookup.ts. A filter on event or source walks the person's own events only.
 */
export async function profileTimeline(ctx: Ctx, id: number, input: unknown = {}): Promise<TimelinePage> {
  requirePermission(ctx, "profiles:read");
  const query = parseInput(timelineQuerySchema, input);
  const unmasked = can(ctx, "personal_data:see");
  const { sql } = ctx;
  const { fragments } = await personOf(sql, id);
  let where = sql`true`;
  if (query.cursor) {
    const [at, event] = decodeCursor(query.cursor, [TIME, INTEGER]) as [string, string];
    // The plain bound lets PostgreSQL leave newer partitions out; the pair decides among equal times.
    where = sql`e.occurred_at <= ${at}::text::timestamptz and (e.occurred_at, e.id) < (${at}::text::timestamptz, ${event}::text::int8)`;
  }
  if (query.from) where = sql`${where} and e.occurred_at >= ${query.from}::timestamptz`;
  if (query.to) where = sql`${where} and e.occurred_at <= ${query.to}::timestamptz`;
  if (query.sources?.length) where = sql`${where} and e.source_id = any(${query.sources}::text[])`;
  if (query.events?.length)
    where = sql`${where} and e.event_type = any(array(select id from event_types where name = any(${query.events}::text[])))`;
  const rows = await sql<(EventRecord & { mark: string })[]>`
    select e.*, t.name as event, to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' as mark
    from unnest(${fragments}::int[]) f(id)
    cross join lateral (
      select e.id, e.profile_id, e.event_type, e.occurred_at, e.received_at, e.source_id, e.message_id, e.session_id, e.value, e.properties, e.context
      from events e where e.profile_id = f.id and ${where}
      order by e.occurred_at desc, e.id desc limit ${query.limit + 1}) e
    join event_types t on t.id = e.event_type
    order by e.occurred_at desc, e.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const events = page.map((row) => toEvent(row, unmasked));
  return {
    events,
    next: rows.length > query.limit && last ? encodeCursor(last.mark, last.id) : null,
    sources: await sourceNames(
      sql,
      events.map((event) => event.sourceId),
    ),
  };
}

/** One event whole, for the raw view. `occurredAt` (from the timeline) makes it a read of one partition. */
export async function getEvent(ctx: Ctx, id: number, eventId: number): Promise<EventDetail> {
  requirePermission(ctx, "profiles:read");
  const unmasked = can(ctx, "personal_data:see");
  const { fragments } = await personOf(ctx.sql, id);
  const [row] = await ctx.sql<EventRecord[]>`
    select e.*, t.name as event from events e join event_types t on t.id = e.event_type
    where e.profile_id = any(${fragments}::int[]) and e.id = ${eventId}`;
  if (!row) throw notFound(`Event ${eventId} of profile ${id}`);
  return {
    ...toEvent(row, unmasked),
    properties: unmasked ? row.properties : maskJson(row.properties as Json, row.event.startsWith("$") ? "message" : "properties"),
    context: unmasked ? row.context : maskJson(row.context as Json, "properties"),
  };
}
