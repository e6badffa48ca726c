import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { eventNameOf, type InboxMessage, type ItemCode, type Json, type MessageType, MESSAGE_TYPES } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { maskIdentifier, maskJson, maskText } from "@/domain/profiles";
import { maskRaw } from "./mask-raw";
import { DEBUGGER_PAYLOAD_CHARACTERS, type DebuggerItem, type DebuggerPage } from "./model";
import { findSource } from "./rows";

const id = z.string().min(1).max(64);
const recentInput = z.strictObject({ id, limit: z.number().int().min(1).max(200).default(50) });
const tailInput = z.strictObject({ id, cursor: z.string().max(20_000), limit: z.number().int().min(1).max(500).default(200) });
const messageInput = z.strictObject({ sourceId: id, inboxId: z.coerce.number().int().min(1) });

/** How far back the debugger looks for a source's last messages, over all sources: bounds the cost of a quiet source. */
const LOOK_BACK = 200_000;
/** A rejected row shows its transaction's start: rows that committed later are found by looking back this far. */
const OVERLAP = "10 minutes";

interface AcceptedRow {
  id: number;
  receivedAt: Date;
  body: string;
}
interface RejectedRow {
  id: string;
  receivedAt: Date;
  code: ItemCode;
  field: string | null;
  message: string;
  messageId: string | null;
  sample: string;
}

/** The newest messages of a source, accepted and rejected, and the cursor from which `tailMessages` goes on. */
export async function recentMessages(ctx: Ctx, given: unknown): Promise<DebuggerPage> {
  requirePermission(ctx, "debugger:read");
  const query = parseInput(recentInput, given);
  await findSource(ctx, query.id);
  // The cursor is taken first: what arrives meanwhile comes twice and is dropped by its id, never lost.
  const cursor = await currentCursor(ctx);
  const accepted = await ctx.sql<AcceptedRow[]>`
    select id, received_at as "receivedAt", body from inbox
    where source_id = ${query.id} and id > (select last_value from inbox_id_seq) - ${LOOK_BACK}
    order by id desc limit ${query.limit}`;
  const rejected = await ctx.sql<RejectedRow[]>`
    select id, received_at as "receivedAt", code, field, message, message_id as "messageId", sample from rejected_messages
    where source_id = ${query.id} and status = any('{open,replayed,discarded}')
    order by received_at desc limit ${query.limit}`;
  return { cursor, items: merge(ctx, accepted, rejected).slice(-query.limit), left: 0 };
}

/**
 * What became visible since the cursor. The cursor holds a snapshot of the database, so a message whose transaction
 * committed late is neither missed nor repeated, whatever its id. Reads by the index (xid, id).
 */
export async function tailMessages(ctx: Ctx, given: unknown): Promise<DebuggerPage> {
  requirePermission(ctx, "debugger:read");
  const query = parseInput(tailInput, given);
  const since = parseCursor(query.cursor);
  if (!since) return recentMessages(ctx, { id: query.id, limit: Math.min(query.limit, 200) });
  const { snapshot, at } = since;
  // Rejected rows carry no transaction id of their own: their row version's does, widened from 32 to 64 bits.
  const [state] = await ctx.sql<TailRow[]>`
    with fresh as materialized (
      select id, received_at, body, count(*) over () as total from inbox
      where xid >= pg_snapshot_xmin(${snapshot}::text::pg_snapshot)
        and not pg_visible_in_snapshot(xid, ${snapshot}::text::pg_snapshot)
        and source_id = ${query.id}
      order by id desc limit ${query.limit}
    ), here as (
      select pg_snapshot_xmax(pg_current_snapshot())::text::int8 as xid
    ), refused as materialized (
      select r.id, r.received_at, r.code, r.field, r.message, r.message_id, r.sample, count(*) over () as total
      from rejected_messages r, here
      cross join lateral (select (here.xid >> 32 << 32) + r.xmin::text::int8 as wide) w
      where r.source_id = ${query.id} and r.status = any('{open,replayed,discarded}')
        and r.received_at > ${at}::text::timestamptz - ${OVERLAP}::text::interval
        and not pg_visible_in_snapshot((case when wide > here.xid then wide - 4294967296 else wide end)::text::xid8, ${snapshot}::text::pg_snapshot)
      order by r.received_at desc limit ${query.limit}
    )
    select pg_current_snapshot()::text as snapshot, clock_timestamp()::text as at,
      coalesce((select max(total) from fresh), 0)::int as accepted, coalesce((select max(total) from refused), 0)::int as rejected,
      (select json_agg(json_build_object('id', id, 'at', received_at, 'body', body)) from fresh) as fresh,
      (select json_agg(json_build_object('id', id, 'at', received_at, 'code', code, 'field', field, 'message', message,
        'messageId', message_id, 'sample', sample)) from refused) as refused`;
  if (!state) throw new Error("no snapshot");
  const accepted = (state.fresh ?? []).map((row) => ({ ...row, receivedAt: new Date(row.at) }));
  const rejected = (state.refused ?? []).map((row) => ({ ...row, receivedAt: new Date(row.at) }));
  return {
    cursor: `${state.snapshot}/${state.at}`,
    items: merge(ctx, accepted, rejected),
    left: state.accepted - accepted.length + state.rejected - rejected.length,
  };
}

interface TailRow {
  snapshot: string;
  at: string;
  accepted: number;
  rejected: number;
  fresh: { id: number; at: string; body: string }[] | null;
  refused: (Omit<RejectedRow, "receivedAt"> & { at: string })[] | null;
}

/** One accepted message in full, as the inbox keeps it. */
export async function readMessage(ctx: Ctx, given: unknown): Promise<{ payload: string; masked: boolean }> {
  requirePermission(ctx, "debugger:read");
  const query = parseInput(messageInput, given);
  const [row] = await ctx.sql<{ body: string }[]>`select body from inbox where id = ${query.inboxId} and source_id = ${query.sourceId}`;
  if (!row) throw notFound("This message");
  const seesAll = can(ctx, "personal_data:see");
  return { payload: seesAll ? row.body : maskRaw(row.body), masked: !seesAll };
}

async function currentCursor(ctx: Ctx): Promise<string> {
  const [row] = await ctx.sql<{ snapshot: string; at: string }[]>`
    select pg_current_snapshot()::text as snapshot, clock_timestamp()::text as at`;
  return `${row?.snapshot}/${row?.at}`;
}

function parseCursor(text: string): { snapshot: string; at: string } | null {
  const cut = text.indexOf("/");
  const snapshot = text.slice(0, cut);
  const at = text.slice(cut + 1);
  return /^\d+:\d+:[\d,]*$/.test(snapshot) && /^[\d: .+-]{10,40}$/.test(at) ? { snapshot, at } : null;
}

function merge(ctx: Ctx, accepted: readonly AcceptedRow[], rejected: readonly RejectedRow[]): DebuggerItem[] {
  const seesAll = can(ctx, "personal_data:see");
  const items = [
    ...accepted.map((row) => ({ order: row.id, item: fromAccepted(row, seesAll) })),
    ...rejected.map((row) => ({ order: 0, item: fromRejected(row, seesAll) })),
  ];
  items.sort((a, b) => a.item.at.localeCompare(b.item.at) || a.order - b.order);
  return items.map((one) => one.item);
}

function fromAccepted(row: AcceptedRow, seesAll: boolean): DebuggerItem {
  const message = JSON.parse(row.body) as InboxMessage;
  const who = message.userId ?? message.anonymousId ?? null;
  const payload = seesAll ? row.body : JSON.stringify(maskJson(message as unknown as Json));
  return {
    id: `in_${row.id}`,
    kind: "accepted",
    at: row.receivedAt.toISOString(),
    type: message.type,
    name: nameOf(message, seesAll),
    who: who === null || seesAll ? who : maskIdentifier("user_id", who),
    messageId: seesAll ? message.messageId : maskText(message.messageId),
    code: null,
    reason: null,
    field: null,
    warnings: message.warnings ?? [],
    payload: payload.length > DEBUGGER_PAYLOAD_CHARACTERS ? null : payload,
  };
}

function nameOf(message: InboxMessage, seesAll: boolean): string | null {
  const name = message.type === "track" ? eventNameOf(message) : (message.name ?? message.groupId ?? null);
  return name === null || seesAll ? name : maskText(name);
}

function fromRejected(row: RejectedRow, seesAll: boolean): DebuggerItem {
  const raw = readable(row.sample);
  const who = text(raw?.userId) ?? text(raw?.anonymousId);
  const name = text(raw?.event) ?? text(raw?.name);
  const payload = seesAll ? row.sample : maskRaw(row.sample);
  return {
    id: row.id,
    kind: "rejected",
    at: row.receivedAt.toISOString(),
    type: typeof raw?.type === "string" && (MESSAGE_TYPES as readonly string[]).includes(raw.type) ? (raw.type as MessageType) : null,
    name: name === null || seesAll ? name : maskText(name),
    who: who === null || seesAll ? who : maskIdentifier("user_id", who),
    messageId: row.messageId === null || seesAll ? row.messageId : maskText(row.messageId),
    code: row.code,
    reason: seesAll ? row.message : maskText(row.message),
    field: row.field === null || seesAll ? row.field : maskText(row.field),
    warnings: [],
    payload: payload.length > DEBUGGER_PAYLOAD_CHARACTERS ? null : payload,
  };
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function readable(sample: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(sample);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
