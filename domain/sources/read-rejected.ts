import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { ITEM_CODES, REJECTED_STATUSES, type ItemCode, type RejectedStatus } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { maskText } from "@/domain/profiles";
import { maskRaw } from "./mask-raw";
import { VOLUME_RANGES, type RejectedItem, type RejectedPage, type RejectedSample, type RejectedSummary } from "./model";
import { bucketsOf } from "./read-volume";
import { findSource } from "./rows";

const id = z.string().min(1).max(64);
const summaryInput = z.strictObject({ id, range: z.enum(VOLUME_RANGES).default("7d") });
const listInput = z.strictObject({
  id,
  status: z.enum(REJECTED_STATUSES).default("open"),
  code: z.enum(ITEM_CODES).optional(),
  /** `next` of the page before. */
  before: z.string().max(120).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
const sampleInput = z.strictObject({ sourceId: id, id });

/** Rejected messages of a source by code over time, and how many are open, replayed and discarded. */
export async function readRejectedSummary(ctx: Ctx, given: unknown): Promise<RejectedSummary> {
  requirePermission(ctx, "sources:read");
  const { id: sourceId, range } = parseInput(summaryInput, given);
  await findSource(ctx, sourceId);
  const now = ctx.clock.now();
  const { step, starts, from, to } = bucketsOf(range, now);
  const [rows, statuses] = await Promise.all([
    ctx.sql<{ at: number; code: ItemCode; n: number }[]>`
      select (extract(epoch from date_bin(make_interval(secs => ${step}), received_at, 'epoch')) * 1000)::int8 as at, code, count(*)::int as n
      from rejected_messages
      where source_id = ${sourceId} and status = any(${[...REJECTED_STATUSES]}) and received_at >= ${from} and received_at < ${to}
      group by 1, 2`,
    ctx.sql<{ status: RejectedStatus; n: number }[]>`
      select status, count(*)::int as n from rejected_messages where source_id = ${sourceId} group by status`,
  ]);
  const totals = new Map<ItemCode, number>();
  const points = new Map<number, Partial<Record<ItemCode, number>>>(starts.map((start) => [start, {}]));
  for (const row of rows) {
    totals.set(row.code, (totals.get(row.code) ?? 0) + row.n);
    const counts = points.get(row.at);
    if (counts) counts[row.code] = row.n;
  }
  const byStatus: Record<RejectedStatus, number> = { open: 0, replayed: 0, discarded: 0 };
  for (const row of statuses) byStatus[row.status] = row.n;
  return {
    range,
    stepSeconds: step,
    codes: [...totals].map(([code, n]) => ({ code, n })).sort((a, b) => b.n - a.n || a.code.localeCompare(b.code)),
    points: [...points].map(([at, counts]) => ({ at: new Date(at).toISOString(), counts })),
    byStatus,
    asOf: now.toISOString(),
  };
}

type Row = Omit<RejectedItem, "receivedAt" | "statusAt"> & { receivedAt: Date; statusAt: Date | null; position: string };

const COLUMNS = `id, received_at as "receivedAt", stage, code, field, message, message_id as "messageId", status,
  status_reason as "statusReason", status_at as "statusAt", received_at::text || '/' || id as position`;

/** Rejected messages of one status, newest first, by keyset: paging stays exact while more arrive. */
export async function listRejected(ctx: Ctx, given: unknown): Promise<RejectedPage> {
  requirePermission(ctx, "sources:read");
  const query = parseInput(listInput, given);
  await findSource(ctx, query.id);
  const before = query.before === undefined ? null : cursorOf(query.before);
  const rows = await ctx.sql<Row[]>`
    select ${ctx.sql.unsafe(COLUMNS)} from rejected_messages
    where source_id = ${query.id} and status = ${query.status}
      ${query.code ? ctx.sql`and code = ${query.code}` : ctx.sql``}
      ${before ? ctx.sql`and (received_at, id) < (${before.at}::text::timestamptz, ${before.id})` : ctx.sql``}
    order by received_at desc, id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const seesAll = can(ctx, "personal_data:see");
  return { items: page.map((row) => toItem(row, seesAll)), next: rows.length > query.limit ? (page.at(-1)?.position ?? null) : null };
}

/** One rejected message with its raw text. */
export async function readRejectedSample(ctx: Ctx, given: unknown): Promise<RejectedSample> {
  requirePermission(ctx, "debugger:read");
  const query = parseInput(sampleInput, given);
  const [row] = await ctx.sql<(Row & { sample: string; sampleCut: boolean })[]>`
    select ${ctx.sql.unsafe(COLUMNS)}, sample, sample_cut as "sampleCut"
    from rejected_messages where id = ${query.id} and source_id = ${query.sourceId}`;
  if (!row) throw notFound("This rejected message");
  const seesAll = can(ctx, "personal_data:see");
  return { ...toItem(row, seesAll), sample: seesAll ? row.sample : maskRaw(row.sample), sampleCut: row.sampleCut, masked: !seesAll };
}

function toItem(row: Row, seesAll: boolean): RejectedItem {
  return {
    id: row.id,
    receivedAt: row.receivedAt.toISOString(),
    stage: row.stage,
    code: row.code,
    // A field's name is a key of the sender's, and people use addresses as keys.
    field: row.field === null || seesAll ? row.field : maskText(row.field),
    message: seesAll ? row.message : maskText(row.message),
    messageId: row.messageId === null || seesAll ? row.messageId : maskText(row.messageId),
    status: row.status,
    statusReason: row.statusReason,
    statusAt: row.statusAt?.toISOString() ?? null,
  };
}

function cursorOf(text: string): { at: string; id: string } {
  const [at, id] = text.split("/");
  if (!at || !id || !/^[\d: .+-]{10,40}$/.test(at))
    throw new DomainError("VALIDATION", "This page link is not usable: open the list again.");
  return { at, id };
}
