import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { judgeMessage } from "./judge-message";
import { ITEM_CODES, type ItemCode, type InboxMessage, type JsonObject, type RejectedStage } from "./model";
import { applyMapping, mappingRule } from "./mapping-rules";
import { storeAgain, storeMessages, type StoreItem } from "./store-messages";

const MAX_AT_ONCE = 10_000;

const chosen = {
  sourceId: z.string().min(1).max(64),
  /** Which ones; without it every open one (of `code`, where given), oldest first, at most 10,000. */
  ids: z.array(z.string().max(64)).min(1).max(MAX_AT_ONCE).optional(),
  code: z.enum(ITEM_CODES).optional(),
};

export const replayRejectedInput = z.strictObject({ ...chosen, rules: z.array(mappingRule).max(20).default([]) });
export const discardRejectedInput = z.strictObject({ ...chosen, reason: z.string().trim().min(3, "Say why in a few words").max(500) });

export interface Replayed {
  /** Stored now. */
  replayed: number;
  /** Their messageId was stored meanwhile: nothing to add. */
  duplicates: number;
  /** Still not usable; they stay open. */
  stillRejected: { id: string; code: ItemCode; field: string | null; message: string }[];
}

interface OpenRow {
  id: string;
  stage: RejectedStage;
  sample: string;
  cut: boolean;
  messageId: string | null;
  receivedAt: Date;
}

async function openRows(tx: Ctx, given: { sourceId: string; ids?: string[] | undefined; code?: ItemCode | undefined }): Promise<OpenRow[]> {
  const { sql } = tx;
  const [source] = await sql`select 1 from sources where id = ${given.sourceId}`;
  if (!source) throw new DomainError("NOT_FOUND", "This source was not found. It may have been deleted, or the link is old.");
  const which = sql`source_id = ${given.sourceId} and status = 'open'
    ${given.ids ? sql`and id = any(${given.ids}::text[])` : sql``} ${given.code ? sql`and code = ${given.code}` : sql``}`;
  // Rows that processing set aside belong to its order of locks: the cursor first (a rebuild takes them away under it).
  // The raised epoch makes workers ask again which rows are settled.
  const [processed] = await sql`select 1 from rejected_messages where ${which} and stage = 'process' limit 1`;
  if (processed) await sql`update processing_cursors set epoch = epoch + 1, updated_at = now() where name = 'main'`;
  return sql<OpenRow[]>`
    select id, stage, sample, sample_cut as cut, message_id as "messageId", received_at as "receivedAt"
    from rejected_messages
    where ${which} ${processed ? sql`` : sql`and stage <> 'process'`}
    order by received_at, id limit ${MAX_AT_ONCE} for update`;
}

/**
 * Judges rejected messages again, after the given mapping rules, and stores those that are usable now. They keep their
 * messageId, so replaying twice cannot double anything, and their time of receipt, so their time is corrected as it
 * would have been. The source's balance moves them from rejected to accepted. What was accepted and failed in processing
 * was never counted as rejected: it goes into the inbox once more, and counts stay.
 */
export async function replayRejected(ctx: Ctx, input: unknown): Promise<Replayed> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(replayRejectedInput, input);
  return withTx(ctx, async (tx) => {
    const rows = await openRows(tx, given);
    const result: Replayed = { replayed: 0, duplicates: 0, stillRejected: [] };
    const items: (StoreItem & { row: OpenRow })[] = [];
    const again = await processAgain(tx, given.sourceId, rows, given.rules, result);
    for (const row of rows) {
      if (row.stage === "process") continue;
      const judged = rejudge(row, given.rules);
      if (judged.ok) items.push({ messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash, row });
      else result.stillRejected.push({ id: row.id, code: judged.code, field: judged.field, message: judged.message });
    }
    const groups = [...groupBy(items, (item) => item.row.receivedAt.getTime()).values()];
    const outcomes = await storeMessages(
      tx.sql,
      groups.map((group) => ({ sourceId: given.sourceId, receivedAt: (group[0] as (typeof items)[0]).row.receivedAt, items: group })),
    );
    const done: string[] = [];
    for (const [g, group] of groups.entries()) {
      for (const [i, item] of group.entries()) {
        const outcome = outcomes[g]?.[i];
        if (outcome === "failed") {
          const message = "The database cannot hold this message";
          result.stillRejected.push({ id: item.row.id, code: "unprocessable", field: null, message });
          continue;
        }
        done.push(item.row.id);
        if (outcome === "accepted") result.replayed += 1;
        else result.duplicates += 1;
      }
    }
    const now = tx.clock.now();
    await tx.sql`update rejected_messages set status = 'replayed', status_at = ${now} where id = any(${[...done, ...again]}::text[])`;
    await uncount(tx, given.sourceId, done);
    await recordAudit(tx, {
      action: "rejected.replayed",
      object: { type: "source", id: given.sourceId },
      detail: {
        replayed: result.replayed,
        duplicates: result.duplicates,
        stillRejected: result.stillRejected.length,
        rules: given.rules.map((rule) => ({ ...rule, ...("value" in rule ? { value: "…" } : {}) })),
        ...(given.code === undefined ? {} : { code: given.code }),
      },
    });
    return result;
  });
}

/**
 * Messages that were accepted and failed in processing: as they stand in the inbox, or judged again after mapping rules.
 * Their ids are known already, so they go in beside the de-duplication. Returns the rejected messages settled by it.
 */
async function processAgain(
  tx: Ctx,
  sourceId: string,
  rows: readonly OpenRow[],
  rules: z.output<typeof mappingRule>[],
  result: Replayed,
): Promise<string[]> {
  const failed = rows.filter((row) => row.stage === "process");
  if (failed.length === 0) return [];
  const ids = failed.map((row) => inboxIdOf(row.id));
  const kept = await tx.sql<
    { id: number; body: string }[]
  >`select id, body from inbox where id = any(${ids}::int8[]) and source_id = ${sourceId}`;
  const bodies = new Map(kept.map(({ id, body }) => [id, body]));
  const items: { receivedAt: Date; body: string }[] = [];
  const done: string[] = [];
  for (const row of failed) {
    const body = bodies.get(inboxIdOf(row.id)) ?? (row.cut ? undefined : row.sample);
    const judged = asReceived(row, body, rules);
    if (!judged.ok) {
      result.stillRejected.push({ id: row.id, code: judged.code, field: judged.field, message: judged.message });
      continue;
    }
    items.push({ receivedAt: row.receivedAt, body: judged.body });
    done.push(row.id);
  }
  await storeAgain(tx.sql as TxSql, sourceId, items);
  result.replayed += done.length;
  return done;
}

/** The inbox row that a message rejected in processing stands for: its number is in the id. */
const inboxIdOf = (id: string): number => Number(id.replace("rej_inbox", ""));

/** A stored message as it is; with rules, turned back into what a client sends and judged again under the same id. */
function asReceived(row: OpenRow, body: string | undefined, rules: z.output<typeof mappingRule>[]): ReturnType<typeof rejudge> {
  if (body === undefined) return refusal(row, "Only the first 32 KiB of this message were kept, so it cannot be replayed");
  let message: InboxMessage;
  try {
    message = JSON.parse(body) as InboxMessage;
  } catch {
    return refusal(row, "The kept text of this message is not JSON");
  }
  if (typeof message !== "object" || message === null || typeof message.messageId !== "string")
    return refusal(row, "The kept text is no message");
  if (rules.length === 0) return { ok: true, message, body, bodyHash: "", warnings: [] };
  const { extra, receivedAt: _receivedAt, warnings: _warnings, ...rest } = message;
  const sent = { ...extra, ...rest } as JsonObject;
  const mapped = applyMapping(sent, JSON.stringify(sent), rules);
  mapped["messageId"] = message.messageId;
  return judgeMessage(mapped, { receivedAt: row.receivedAt });
}

/** They were counted as rejected when they came and are counted as accepted or duplicate now: received stays what it was. */
async function uncount(tx: Ctx, sourceId: string, ids: string[]): Promise<void> {
  await tx.sql`
    insert into collect_tallies (source_id, at, accepted, duplicates, rejected)
    select ${sourceId}, received_at, 0, 0, -count(*)::int from rejected_messages where id = any(${ids}::text[]) group by received_at`;
}

const refusal = (row: OpenRow, message: string): ReturnType<typeof judgeMessage> => ({
  ok: false,
  code: "unprocessable",
  field: null,
  message,
  messageId: row.messageId,
});

function rejudge(row: OpenRow, rules: z.output<typeof mappingRule>[]): ReturnType<typeof judgeMessage> {
  if (row.cut) return refusal(row, "Only the first 32 KiB of this message were kept, so it cannot be replayed");
  let raw: unknown;
  try {
    raw = JSON.parse(row.sample);
  } catch {
    return refusal(row, "The kept text of this message is not JSON");
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return judgeMessage(raw, { receivedAt: row.receivedAt });
  const mapped = applyMapping(raw as JsonObject, row.sample, rules);
  // A message that came without an id keeps one made from its row, so that a second replay is a duplicate.
  const messageId = mapped["messageId"];
  if (messageId === undefined || messageId === null || messageId === "") mapped["messageId"] = `replay-${row.id}`;
  return judgeMessage(mapped, { receivedAt: row.receivedAt, rawText: () => row.sample });
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const out = new Map<number, T[]>();
  for (const item of items) {
    const list = out.get(key(item));
    if (list) list.push(item);
    else out.set(key(item), [item]);
  }
  return out;
}

/** Closes rejected messages for good, with a reason that stays with them. */
export async function discardRejected(ctx: Ctx, input: unknown): Promise<{ discarded: number }> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(discardRejectedInput, input);
  return withTx(ctx, async (tx) => {
    const rows = await openRows(tx, given);
    const ids = rows.map((row) => row.id);
    await tx.sql`
      update rejected_messages set status = 'discarded', status_reason = ${given.reason}, status_at = ${tx.clock.now()}
      where id = any(${ids}::text[])`;
    await recordAudit(tx, {
      action: "rejected.discarded",
      object: { type: "source", id: given.sourceId },
      detail: { discarded: ids.length, reason: given.reason, ...(given.code === undefined ? {} : { code: given.code }) },
    });
    return { discarded: ids.length };
  });
}
