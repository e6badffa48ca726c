import { createHash } from "node:crypto";
import type { AnySql, Database, TxSql } from "@/db/client";
import { recordAudit } from "@/domain/audit";
import { removeFilesNaming } from "@/domain/imports";
import { canonicalJson, createContext, withTx, type Clock, type Ctx } from "@/domain/kernel";
import { emptySamples, likePatterns, redactOthers, redactTexts, verifyGone, type Verification } from "./erase-mentions";
import { erasePeople, type Counts, type ErasureWork } from "./erase-people";
import { appendLedger } from "./ledger";
import { Mentions } from "./mentions";
import type { CertificateBody } from "./model";
import { noteActivity, requestColumns, type RequestRow } from "./request-rows";
import { requestSettings } from "./settings";

/** People of one transaction of the first step: processing stands still meanwhile. */
const PEOPLE_AT_ONCE = 20;
/** People of one pass over texts, samples and files. */
const TEXTS_AT_ONCE = 500;
/** One person's pass looks through all events; a bulk one trusts what identity resolution noted. */
const LOOK_EVERYWHERE = 5;

const REMAINS =
  "Deleted rows stay on disk, unreadable through the database, until PostgreSQL reuses their space (VACUUM and the write-ahead log). " +
  "Backups made before hold the person until they expire; a restore of one repeats this erasure before anything is sent.";

/** Found for all people of a batch at once: a text may name several of them. */
interface BatchCounts {
  people: number;
  removed: Counts;
}

/** As the request keeps it between the steps. */
type KeptWork = ErasureWork & { erasedAt: string; texts?: BatchCounts };

export interface ErasureRun {
  /** Requests completed by this call. */
  completed: number;
  /** Requests of which something was left. */
  failed: number;
}

export interface ErasureRunOptions {
  clock?: Clock;
  signal?: AbortSignal;
  progress?: (done: number) => Promise<void> | void;
  /** Tests: called between two steps; a throw is a kill. */
  between?: (step: string) => Promise<void> | void;
}

/**
 * Works off all running erasures. Each step is a transaction that leaves in the request what is still to be done: a
 * process that dies anywhere leaves nothing half done, and the next call goes on. Safe to call again at any time.
 */
export async function runErasures(database: Database, options: ErasureRunOptions = {}): Promise<ErasureRun> {
  const ctx = createContext({ kind: "job", id: "erasure" }, database, options.clock);
  const out: ErasureRun = { completed: 0, failed: 0 };
  const stopped = (): boolean => options.signal?.aborted ?? false;
  for (let done = 0; !stopped();) {
    const n = await eraseNext(ctx);
    if (n === 0) break;
    done += n;
    await options.between?.("tables");
    await options.progress?.(done);
  }
  while (!stopped()) {
    const rows = await pendingRows(ctx);
    if (rows.length === 0) break;
    const texts = await eraseTexts(ctx, rows, options);
    for (const row of rows) {
      await options.between?.("certificate");
      if (await complete(ctx, row.id, texts)) out.completed += 1;
      else out.failed += 1;
      await options.progress?.(out.completed);
    }
  }
  return out;
}

/** First step: the tables. @returns how many people */
async function eraseNext(ctx: Ctx): Promise<number> {
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    await sql`set local statement_timeout = '10min'`;
    const rows = await sql<RequestRow[]>`
      select ${requestColumns(sql)} from dsr_requests where kind = 'erasure' and status = 'running' and work is null and subject is not null
      order by id limit ${PEOPLE_AT_ONCE} for update skip locked`;
    if (rows.length === 0) return 0;
    const targets = rows.map(({ id, subject, options }) => ({ requestId: id, subject: subject ?? [], suppress: options.suppress ?? true }));
    const works = await erasePeople(sql, targets, tx.clock.now());
    for (const { id } of rows) {
      const work = works.get(id);
      await sql`
        update dsr_requests set work = ${JSON.stringify({ ...work, erasedAt: tx.clock.now() })}::text::jsonb, updated_at = ${tx.clock.now()} where id = ${id}`;
      await noteActivity(tx, id, "started");
      await noteActivity(tx, id, "tables_done", { rows: sum(work?.counts ?? {}), tables: Object.keys(work?.counts ?? {}).length });
    }
    return rows.length;
  });
}

const sum = (counts: Counts): number => Object.values(counts).reduce((total, n) => total + n, 0);

async function pendingRows(ctx: Ctx): Promise<RequestRow[]> {
  return ctx.sql<RequestRow[]>`
    select ${requestColumns(ctx.sql)} from dsr_requests where kind = 'erasure' and status = 'running' and work is not null
    order by id limit ${TEXTS_AT_ONCE}`;
}

/** Second step, for many at once: texts, samples, other people's messages, files; then a look at what is left. */
async function eraseTexts(ctx: Ctx, rows: readonly RequestRow[], options: ErasureRunOptions): Promise<Map<string, Verification>> {
  const found: Counts = {};
  const everybody = new Mentions(rows.flatMap(valuesOf));
  const others = [...new Set(rows.flatMap(({ work }) => work?.others ?? []))];
  const add = (counts: Counts): void => {
    for (const [table, n] of Object.entries(counts)) found[table] = (found[table] ?? 0) + n;
  };
  const { verifyMegabytes } = await requestSettings(ctx.sql);
  const few = rows.length <= LOOK_EVERYWHERE;
  const likely = few ? likePatterns(rows.flatMap(valuesOf)) : [];
  await withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    await sql`set local statement_timeout = '10min'`;
    add(await redactTexts(sql, everybody));
    add(await emptySamples(sql, everybody));
    if (others.length > 0) add(await redactOthers(sql, everybody, { fragments: others }));
    if (few && likely.length > 0 && (await megabytesOf(sql, ["events", "inbox"])) <= verifyMegabytes)
      add(await redactOthers(sql, everybody, { likely }));
    await keepCounts(sql, rows, found);
  });
  await options.between?.("files");
  const files = await removeFilesNaming(ctx.root, (text) => everybody.in(text));
  if (files > 0) await keepCounts(ctx.sql, rows, { files });
  for (const row of rows) {
    if (!row.work) continue;
    await appendLedger({
      kind: "erased",
      requestId: row.id,
      at: new Date((row.work as KeptWork).erasedAt),
      suppress: row.options.suppress ?? true,
      identifiers: row.work.identifiers.filter(({ own }) => own),
    });
  }
  await options.between?.("verify");
  const checked = new Map<string, Verification>();
  // The pass over whole tables is made once for the batch.
  const result = await verifyGone(ctx.sql, everybody, likely, few ? verifyMegabytes * 1024 * 1024 : 0);
  for (const row of rows) checked.set(row.id, result);
  return checked;
}

/** What a pass over texts found, beside what earlier passes of an interrupted run found. */
async function keepCounts(sql: AnySql, rows: readonly RequestRow[], found: Counts): Promise<void> {
  for (const { id } of rows) {
    const [row] = await sql<
      { texts: BatchCounts | null }[]
    >`select work -> 'texts' as texts from dsr_requests where id = ${id} and work is not null`;
    const texts: BatchCounts = { people: rows.length, removed: merged(row?.texts?.removed ?? {}, found) };
    await sql`update dsr_requests set work = work || ${JSON.stringify({ texts })}::text::jsonb where id = ${id} and work is not null`;
  }
}

const valuesOf = ({ work }: RequestRow): string[] =>
  (work?.identifiers ?? []).filter(({ own }) => own).flatMap(({ value, raw }) => [value, raw]);

async function megabytesOf(sql: TxSql, tables: readonly string[]): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    select coalesce(sum(pg_table_size(i.inhrelid)), 0)::int8 as bytes from pg_inherits i
    where i.inhparent = any(select ('public.' || quote_ident(t))::regclass from unnest(${[...tables]}::text[]) t)`;
  return (row?.bytes ?? 0) / 1024 / 1024;
}

/** Third step: the certificate, in the audit chain; then the identifiers go too. @returns whether nothing was left */
async function complete(ctx: Ctx, id: string, texts: ReadonlyMap<string, Verification>): Promise<boolean> {
  return withTx(ctx, async (tx) => {
    const [row] = await tx.sql<
      RequestRow[]
    >`select ${requestColumns(tx.sql)} from dsr_requests where id = ${id} and status = 'running' for update`;
    const work = row?.work as KeptWork | null | undefined;
    if (!row || !work) return false;
    const verification = texts.get(id) ?? { tables: 0, skipped: [], left: {} };
    const left = sum(verification.left);
    await noteActivity(tx, id, "texts_done", { ...work.texts?.removed });
    await noteActivity(tx, id, left > 0 ? "left_over" : "checked", {
      tables: verification.tables,
      skipped: verification.skipped.length,
      left: verification.left,
    });
    if (left > 0) {
      await tx.sql`update dsr_requests set status = 'failed', updated_at = ${tx.clock.now()} where id = ${id}`;
      return false;
    }
    const body: CertificateBody = {
      request: id,
      regime: row.regime,
      receivedAt: row.receivedAt.toISOString(),
      verifiedAt: row.verifiedAt?.toISOString() ?? null,
      erasedAt: work.erasedAt,
      completedAt: tx.clock.now().toISOString(),
      profiles: work.fragments.length,
      identifiers: work.identifiers.reduce<Record<string, number>>((n, { type }) => ({ ...n, [type]: (n[type] ?? 0) + 1 }), {}),
      removed: work.counts,
      inTexts: work.texts ?? { people: 1, removed: {} },
      suppressed: row.options.suppress ?? true,
      verification: { tables: verification.tables, skipped: verification.skipped, left },
      remains: REMAINS,
    };
    const hash = createHash("sha256").update(canonicalJson(body)).digest("hex");
    await recordAudit(tx, {
      action: "person.erased",
      object: { type: "request", id },
      after: { certificate: hash, rows: sum(body.removed) + sum(body.inTexts.removed), profiles: body.profiles },
    });
    // Under the chain's lock: the newest entry is the one just written.
    const [entry] = await tx.sql<{ seq: number }[]>`select max(seq)::int8 as seq from audit_log`;
    await tx.sql`
      insert into erasure_certificates (request_id, issued_at, body, hash, audit_seq)
      values (${id}, ${tx.clock.now()}, ${JSON.stringify(body)}::text::jsonb, ${hash}, ${entry?.seq ?? 0})`;
    await noteActivity(tx, id, "completed", { certificate: hash });
    await tx.sql`
      update dsr_requests set status = 'completed', subject = null, work = null, note = null, profile_id = null, completed_at = ${tx.clock.now()},
        updated_at = ${tx.clock.now()} where id = ${id}`;
    return true;
  });
}

function merged(a: Counts, b: Counts): Counts {
  const out = { ...a };
  for (const [key, n] of Object.entries(b)) out[key] = (out[key] ?? 0) + n;
  return out;
}
