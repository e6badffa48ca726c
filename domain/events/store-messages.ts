import { hash } from "node:crypto";
import type { AnySql, Sql, TxSql } from "@/db/client";
import { newId } from "@/domain/kernel/ids";
import { isoText } from "./instant";
import type { ItemCode, RejectedStage } from "./model";
import { cutText, storableText } from "./sanitise";

/** Longest kept part of a rejected message, in characters. */
export const SAMPLE_LENGTH = 32_768;

export interface StoreItem {
  messageId: string;
  /** JSON text of an InboxMessage, as `judgeMessage` gives it (no raw line break, as JSON.stringify writes it). */
  body: string;
  /** 16 hex digits, as `judgeMessage` gives them. */
  bodyHash: string;
}

export interface RejectedItem {
  code: ItemCode;
  field: string | null;
  message: string;
  messageId: string | null;
  /** The item as received; cut to SAMPLE_LENGTH. */
  sample: string;
  stage?: RejectedStage;
}

export interface StoreBatch {
  sourceId: string;
  /** The same instant as `receivedAt` of the items. */
  receivedAt: Date;
  items: readonly StoreItem[];
  rejected?: readonly RejectedItem[];
  /** How many of the items carry a warning. */
  warnings?: number;
  /** Size as received, for the source's volume. */
  bytes?: number;
}

/** `conflict` is a duplicate whose content differs from the first; `failed` is one that the database cannot hold. */
export type StoreOutcome = "accepted" | "duplicate" | "conflict" | "failed";

/** Errors that the data of a row cause, not the state of the database. */
const DATA_ERRORS = new Set(["22P02", "22P05", "22021", "22003", "23514"]);

export const errorCode = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "";
};

interface Row {
  /** Where it came from. */
  batch: number;
  index: number;
  key: string;
  item: StoreItem;
}

/** First 16 bytes of sha256(source, 0x00, messageId), as hex: what makes a message one message. */
export const messageKey = (sourceId: string, messageId: string): string => hash("sha256", `${sourceId}\0${messageId}`, "hex").slice(0, 32);

/**
 * The one way into the inbox: de-duplication, inbox rows, rejected rows and tallies in one statement, so that they
 * stand or fall together and received = accepted + duplicates + rejected stays exact. Given a pool it commits (durably)
 * before it returns; given a transaction it is part of it.
 * A row whose data the database refuses is found by halving and becomes a rejected message; its neighbours are stored.
 * @returns for each batch the outcome of each item, in order
 */
export async function storeMessages(sql: AnySql, batches: readonly StoreBatch[]): Promise<StoreOutcome[][]> {
  const outcomes = batches.map((batch) => Array.from({ length: batch.items.length }, (): StoreOutcome => "accepted"));
  const rows: Row[] = [];
  const tallies: Tally[] = batches.map((batch) => ({
    sourceId: batch.sourceId,
    receivedAt: isoText(batch.receivedAt.getTime()),
    duplicates: 0,
    conflicts: 0,
    rejected: batch.rejected?.length ?? 0,
    warnings: batch.warnings ?? 0,
    bytes: batch.bytes ?? 0,
  }));
  const first = new Map<string, Row>();
  for (let b = 0; b < batches.length; b++) {
    const { sourceId, items } = batches[b] as StoreBatch;
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as StoreItem;
      const key = messageKey(sourceId, item.messageId);
      const known = first.get(key);
      if (known) {
        const conflict = known.item.bodyHash !== item.bodyHash;
        (outcomes[b] as StoreOutcome[])[i] = conflict ? "conflict" : "duplicate";
        (tallies[b] as Tally).duplicates += 1;
        (tallies[b] as Tally).conflicts += conflict ? 1 : 0;
        continue;
      }
      const row = { batch: b, index: i, key, item };
      first.set(key, row);
      rows.push(row);
    }
  }
  const rejected = batches.flatMap((batch, b) => (batch.rejected ?? []).map((item) => rejectedRow(b, batch, item)));
  if (rows.length === 0 && rejected.length === 0 && !tallies.some((tally) => tally.duplicates > 0)) return outcomes;
  await write(sql, batches, rows, tallies, rejected, outcomes);
  return outcomes;
}

interface Tally {
  sourceId: string;
  receivedAt: string;
  duplicates: number;
  conflicts: number;
  rejected: number;
  warnings: number;
  bytes: number;
}

interface RejectedRow {
  id: string;
  g: number;
  stage: RejectedStage;
  code: ItemCode;
  field: string | null;
  message: string;
  message_id: string | null;
  sample: string;
  cut: boolean;
}

function rejectedRow(g: number, _batch: StoreBatch, item: RejectedItem): RejectedRow {
  const sample = storableText(cutText(item.sample, SAMPLE_LENGTH));
  return {
    id: newId("rej"),
    g,
    stage: item.stage ?? "collect",
    code: item.code,
    field: item.field === null ? null : storableText(cutText(item.field, 200)),
    message: storableText(item.message),
    message_id: item.messageId === null ? null : storableText(item.messageId),
    sample,
    cut: item.sample.length > SAMPLE_LENGTH,
  };
}

async function write(
  sql: AnySql,
  batches: readonly StoreBatch[],
  rows: readonly Row[],
  tallies: Tally[],
  rejected: readonly RejectedRow[],
  outcomes: StoreOutcome[][],
): Promise<void> {
  try {
    const repeated = await statement(sql, rows, tallies, rejected);
    const late: { row: Row; key: string }[] = [];
    for (const found of repeated) {
      const row = rows[found.ord - 1] as Row;
      (outcomes[row.batch] as StoreOutcome[])[row.index] = found.conflict ? "conflict" : "duplicate";
      if (found.conflict === null) late.push({ row, key: row.key });
    }
    if (late.length > 0) await lateConflicts(sql, batches, late, outcomes);
  } catch (error) {
    if (!DATA_ERRORS.has(errorCode(error))) throw error;
    await halve(sql, batches, rows, tallies, rejected, outcomes);
  }
}

const none = (tally: Tally): Tally => ({ ...tally, duplicates: 0, conflicts: 0, rejected: 0, warnings: 0, bytes: 0 });

/** Writes both halves apart; a single row that is refused becomes a rejected message. */
async function halve(
  sql: AnySql,
  batches: readonly StoreBatch[],
  rows: readonly Row[],
  tallies: Tally[],
  rejected: readonly RejectedRow[],
  outcomes: StoreOutcome[][],
): Promise<void> {
  if (rows.length > 1) {
    const middle = rows.length >> 1;
    await write(sql, batches, rows.slice(0, middle), tallies, rejected, outcomes);
    await write(sql, batches, rows.slice(middle), tallies.map(none), [], outcomes);
    return;
  }
  const [row] = rows;
  if (!row) throw new Error("A rejected message could not be stored.");
  const batch = batches[row.batch] as StoreBatch;
  (outcomes[row.batch] as StoreOutcome[])[row.index] = "failed";
  const culprit = rejectedRow(row.batch, batch, {
    code: "unprocessable",
    field: null,
    message: "The database cannot hold this message",
    messageId: row.item.messageId,
    sample: row.item.body,
  });
  const counted = tallies.map((tally, g) => (g === row.batch ? { ...tally, rejected: tally.rejected + 1 } : tally));
  await write(sql, batches, [], counted, [...rejected, culprit], outcomes);
}

interface Repeated {
  /** 1-based position in the rows. */
  ord: number;
  /** Null: the first was being written in the same moment and could not be compared. */
  conflict: boolean | null;
}

/**
 * Puts messages in again that processing could not apply: their message ids are known, so `storeMessages` would take
 * them for duplicates. The caller closes the rejected message of the first row in the same transaction; that mark is
 * what keeps a rebuild from applying the first row too, and what the source's balance takes off its rows.
 */
export async function storeAgain(tx: TxSql, sourceId: string, items: readonly { receivedAt: Date; body: string }[]): Promise<void> {
  const rows = items.map(({ receivedAt, body }) => ({ at: receivedAt.toISOString(), body: oneLine(body) }));
  await tx`
    insert into inbox (received_at, source_id, body)
    select at, ${sourceId}, body from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(at timestamptz, body text)`;
}

/** Line breaks separate the rows; JSON.stringify never writes one, other writers of JSON may. */
const oneLine = (body: string): string => (body.includes("\n") ? JSON.stringify(JSON.parse(body)) : body);

/** The bodies of the rows, one in each line. */
function linesOf(rows: readonly Row[]): string {
  let text = "";
  for (let i = 0; i < rows.length; i++) text += (i === 0 ? "" : "\n") + (rows[i] as Row).item.body;
  // Counted once in the whole, since looking into each of them first would copy each of them.
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines <= rows.length ? text : rows.map((row) => oneLine(row.item.body)).join("\n");
}

/** What the rows of one source and one moment have in common, and the tally that they count to. */
interface Groups {
  /** Group of each batch. */
  of: number[];
  /** As the statement reads them. */
  groups: { g: number; t: number; s: string; at: string }[];
  tallies: { t: number; s: string; at: string; a: number; d: number; c: number; r: number; w: number; b: number }[];
}

/**
 * Requests of one flush share groups (same source and time) and tallies (same source and second): under load of single
 * messages a tally for each of them would cost more than the messages.
 */
function grouped(rows: readonly Row[], tallies: readonly Tally[]): Groups {
  const out: Groups = { of: [], groups: [], tallies: [] };
  const groups = new Map<string, number>();
  const seconds = new Map<string, number>();
  for (const tally of tallies) {
    const key = tally.sourceId + tally.receivedAt;
    let g = groups.get(key);
    if (g === undefined) {
      const second = key.slice(0, -5);
      let t = seconds.get(second);
      if (t === undefined) {
        t = out.tallies.push({ t: out.tallies.length, s: tally.sourceId, at: tally.receivedAt, a: 0, d: 0, c: 0, r: 0, w: 0, b: 0 }) - 1;
        seconds.set(second, t);
      }
      g = out.groups.push({ g: out.groups.length, t, s: tally.sourceId, at: tally.receivedAt }) - 1;
      groups.set(key, g);
    }
    out.of.push(g);
    const sum = out.tallies[(out.groups[g] as Groups["groups"][number]).t] as Groups["tallies"][number];
    sum.d += tally.duplicates;
    sum.c += tally.conflicts;
    sum.r += tally.rejected;
    sum.w += tally.warnings;
    sum.b += tally.bytes;
  }
  for (const row of rows) {
    const group = out.groups[out.of[row.batch] as number] as Groups["groups"][number];
    (out.tallies[group.t] as Groups["tallies"][number]).a += 1;
  }
  return out;
}

/**
 * Everything of a flush in one statement. Keys are inserted in key order, so that two flushes with the same keys wait
 * for each other instead of locking each other out; inbox ids follow the order of arrival.
 */
async function statement(
  sql: AnySql,
  rows: readonly Row[],
  tallies: readonly Tally[],
  rejected: readonly RejectedRow[],
): Promise<readonly Repeated[]> {
  const sums = grouped(rows, tallies);
  let keys = "";
  let hashes = "";
  let groups = "";
  for (const row of rows) {
    const end = keys === "" ? "" : "\n";
    keys += end + row.key;
    hashes += end + row.item.bodyHash;
    groups += end + (sums.of[row.batch] as number);
  }
  const bodies = linesOf(rows);
  // `where 0 > 0` below: zero rows would be read as one empty row.
  const run = (handle: AnySql): Promise<readonly Repeated[]> => {
    const refused =
      rejected.length === 0
        ? handle``
        : handle`refused as (
        insert into rejected_messages (id, source_id, received_at, stage, code, field, message, message_id, sample, sample_cut)
        select r.id, groups.s, groups.at, r.stage, r.code, r.field, r.message, r.message_id, r.sample, r.cut
        from json_to_recordset(${JSON.stringify(rejected.map((row) => ({ ...row, g: sums.of[row.g] })))}::text::json)
          as r(id text, g int, stage text, code text, field text, message text, message_id text, sample text, cut boolean)
        join groups using (g)
      ),`;
    return handle<Repeated[]>`
      with groups as materialized (
        select * from json_to_recordset(${JSON.stringify(sums.groups)}::text::json) as x(g int, t int, s text, at timestamptz)
      ),
      input as materialized (
        select i.ord::int as ord, i.h::uuid as h, ('x' || i.k)::bit(64)::bigint as k, groups.t, groups.s, groups.at, i.body
        from rows from (
          string_to_table(${bodies}::text, E'\n'), string_to_table(${keys}::text, E'\n'),
          string_to_table(${hashes}::text, E'\n'), string_to_table(${groups}::text, E'\n')
        ) with ordinality as i(body, h, k, g, ord)
        join groups on groups.g = i.g::int
        where ${rows.length}::int > 0
      ),
      fresh as (
        insert into message_keys (h, body_hash, received_at)
        select h, k, at from input order by h
        on conflict (h) do nothing
        returning h
      ),
      stored as (
        insert into inbox (received_at, source_id, body)
        select at, s, body from input where h in (select h from fresh) order by ord
      ),
      repeated as materialized (
        select input.ord, input.t, (select k.body_hash <> input.k from message_keys k where k.h = input.h) as conflict
        from input where h not in (select h from fresh)
      ),
      ${refused}
      counted as (
        insert into collect_tallies (source_id, at, accepted, duplicates, rejected, conflicts, warnings, bytes)
        select x.s, x.at, x.a - coalesce(again.n, 0), x.d + coalesce(again.n, 0), x.r, x.c + coalesce(again.conflicts, 0), x.w, x.b
        from json_to_recordset(${JSON.stringify(sums.tallies)}::text::json)
          as x(t int, s text, at timestamptz, a int, d int, c int, r int, w int, b bigint)
        left join (select t, count(*)::int as n, count(*) filter (where conflict)::int as conflicts from repeated group by t) again using (t)
        where x.a + x.d + x.r > 0
      )
      select ord, conflict from repeated order by ord`;
  };
  // Inside a transaction a refused row must not end the whole of it.
  if ("savepoint" in sql) {
    const out = await (sql as TxSql).savepoint(async (tx) => ({ found: await run(tx as unknown as AnySql) }));
    return (out as { found: readonly Repeated[] }).found;
  }
  return run(sql as Sql);
}

/**
 * Repeats whose first was committed by another flush while ours was running: the statement's snapshot could not see it.
 * Compared afterwards; a conflict is added to the source's count.
 */
async function lateConflicts(
  sql: AnySql,
  batches: readonly StoreBatch[],
  late: readonly { row: Row; key: string }[],
  outcomes: StoreOutcome[][],
): Promise<void> {
  const found = await sql<{ h: string; k: string }[]>`
    select replace(h::text, '-', '') as h, lpad(to_hex(body_hash), 16, '0') as k from message_keys
    where h = any(${late.map((one) => one.key)}::text[]::uuid[])`;
  const hashes = new Map(found.map((one) => [one.h, one.k]));
  const conflicts = new Map<number, number>();
  for (const { row, key } of late) {
    const before = hashes.get(key);
    if (before === undefined || before === row.item.bodyHash) continue;
    (outcomes[row.batch] as StoreOutcome[])[row.index] = "conflict";
    conflicts.set(row.batch, (conflicts.get(row.batch) ?? 0) + 1);
  }
  for (const [b, n] of conflicts) {
    const batch = batches[b] as StoreBatch;
    await sql`insert into collect_tallies (source_id, at, accepted, duplicates, rejected, conflicts)
      values (${batch.sourceId}, ${batch.receivedAt}, 0, 0, 0, ${n})`;
  }
}
