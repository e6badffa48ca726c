import { can, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { errorPath, sizeOf } from "./files";
import type { DetectedFile, ImportDetail, ImportListItem, ImportPreview, ImportProgress, ImportResult, RowProblem } from "./model";
import { IMPORT_COLUMNS, readImport, type ImportRow } from "./rows";
import { importIdSchema } from "./schemas";

/** Imports, newest first. */
export async function listImports(ctx: Ctx): Promise<ImportListItem[]> {
  requirePermission(ctx, "imports:read");
  const rows = await ctx.sql<ImportRow[]>`
    select ${ctx.sql.unsafe(IMPORT_COLUMNS)} from imports i join sources s on s.id = i.source_id order by i.created_at desc, i.id limit 500`;
  const names = await namesOf(ctx, rows);
  return rows.map((row) => ({ ...itemOf(ctx, row), createdBy: names.get(row.createdBy ?? "") ?? null }));
}

/** One import with everything its page shows. Samples are masked for who may not see personal data. */
export async function getImport(ctx: Ctx, input: unknown): Promise<ImportDetail> {
  requirePermission(ctx, "imports:read");
  const { id } = parseInput(importIdSchema, input);
  const row = await readImport(ctx.sql, id);
  const clear = can(ctx, "personal_data:see");
  const detected = row.detected && "suggestion" in row.detected ? row.detected : null;
  const names = await namesOf(ctx, [row]);
  return {
    ...itemOf(ctx, row),
    createdBy: names.get(row.createdBy ?? "") ?? null,
    detected: detected && !clear ? masked(detected) : detected,
    mapping: row.mapping,
    preview: row.preview && !clear ? withoutValues(row.preview) : row.preview,
    result: row.result ? (clear ? row.result.result : withoutValues(row.result.result)) : null,
    progress: await progressOf(ctx, row),
    errorFile: (row.result?.errorBytes ?? 0) > 0 && (await sizeOf(await errorPath(id))) !== null,
    canDownloadErrors: clear,
    masked: !clear,
  };
}

function itemOf(ctx: Ctx, row: ImportRow): ImportListItem {
  const interrupted = isInterrupted(row, ctx.clock.now());
  return {
    id: row.id,
    source: { id: row.sourceId, name: row.sourceName },
    fileName: row.fileName,
    fileBytes: row.fileBytes,
    kind: row.kind as ImportListItem["kind"],
    status: interrupted ? "failed" : row.status,
    error: interrupted
      ? "The command that ran this import has ended. Run it again: what was imported is recognised and skipped."
      : row.error,
    rows: row.rowsDone,
    rejected: row.rowsRejected,
    accepted: row.result?.result.accepted ?? 0,
    duplicates: row.result?.result.duplicates ?? 0,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    createdBy: null,
  };
}

/** Run by a command that is no longer there: its lease ran out and no job stands behind it. Workers' runs have no such lease. */
function isInterrupted(row: ImportRow, now: Date): boolean {
  return (row.status === "running" || row.status === "checking") && row.leaseUntil !== null && row.leaseUntil < now;
}

async function namesOf(ctx: Ctx, rows: ImportRow[]): Promise<Map<string, string>> {
  const ids = [...new Set(rows.flatMap((row) => row.createdBy ?? []))];
  const users = await ctx.sql<{ id: string; name: string }[]>`select id, name from users where id = any(${ids}::text[])`;
  const names = new Map(users.map((user) => [user.id, user.name]));
  if (ids.includes("cli")) names.set("cli", "Command line");
  return names;
}

/** How far the file is read, and how much of what was accepted has become people and events. */
async function progressOf(ctx: Ctx, row: ImportRow): Promise<ImportProgress> {
  const share = row.fileBytes === 0 ? 0 : Math.min(1, row.bytesDone / row.fileBytes);
  const inbox = row.result?.result.inbox ?? null;
  if (!inbox) return { read: row.status === "done" ? 1 : share, processed: row.status === "done" ? 1 : 0, settled: row.status === "done" };
  const [place] = await ctx.sql<{ id: number; waiting: boolean }[]>`
    select c.inbox_id as id, exists (
      select 1 from inbox i where (i.xid, i.id) > (c.xid, c.inbox_id) and i.id between ${inbox.from} and ${inbox.to} and i.source_id = ${row.sourceId}
    ) as waiting
    from processing_cursors c where c.name = 'main'`;
  const settled = place !== undefined && !place.waiting;
  const reached = Math.min(1, Math.max(0, ((place?.id ?? 0) - inbox.from + 1) / (inbox.to - inbox.from + 1)));
  return {
    read: row.status === "done" ? 1 : share,
    processed: settled ? 1 : Math.min(0.99, reached),
    settled: settled && row.status === "done",
  };
}

/** Letters and digits become dots; signs stay, so that the shape (a date, an address) is still seen. */
const maskText = (text: string): string => text.replaceAll(/[\p{L}\p{N}\p{M}]/gu, "•");

/** Headers and shapes stay; what stands in the cells does not. */
function masked(detected: DetectedFile): DetectedFile {
  return {
    ...detected,
    rows: detected.rows.map((row) => ({ ...row, cells: row.cells.map((cell) => (cell === "" ? "" : maskText(cell))) })),
    samples: detected.samples.map((values) => values.map(maskText)),
  };
}

/** Reasons quote cells: without the permission, only line, code and column are shown. */
function withoutValues<T extends ImportPreview | ImportResult>(outcome: T): T {
  const clean = (problem: RowProblem): RowProblem => ({ ...problem, message: problem.message.replaceAll(/"[^"]*"/g, '"•••"') });
  return { ...outcome, rejectedByCode: outcome.rejectedByCode.map((entry) => ({ ...entry, examples: entry.examples.map(clean) })) };
}
