import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { cancelJobs, enqueueJob } from "@/domain/kernel/jobs";
import { parseInput } from "@/domain/kernel/parse";
import { errorPath, removeFiles, sizeOf, uploadPath } from "./files";
import type { ImportMapping, ImportStatus } from "./model";
import { json, readImport, type ImportRow } from "./rows";
import { importIdSchema, setMappingSchema } from "./schemas";
import { requireEditable } from "./upload-file";

/** Kinds of the two background jobs; their key is the import's id. */
export const IMPORT_CHECK_JOB = "import.check";
export const IMPORT_RUN_JOB = "import.run";

/** Says what each column is. A changed mapping makes an earlier dry run, and the place where a run stood, void. */
export async function setMapping(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { id, mapping } = parseInput(setMappingSchema, input);
  await withTx(ctx, async (tx) => {
    const row = await readImport(tx.sql, id, true);
    requireEditable(row.status);
    requireColumns(row, mapping);
    if (JSON.stringify(row.mapping) === JSON.stringify(mapping)) return;
    await tx.sql`
      update imports set mapping = ${json(mapping)}::text::jsonb, kind = ${mapping.kind}, preview = null, result = null, status = 'ready',
        bytes_done = 0, rows_done = 0, rows_rejected = 0, error = null where id = ${id}`;
    await recordAudit(tx, {
      action: "import.mapping_set",
      object: { type: "import", id },
      after: { kind: mapping.kind, columns: mapping.columns.length },
    });
  });
  return { id };
}

function requireColumns(row: ImportRow, mapping: ImportMapping): void {
  const headers = new Set(row.detected?.headers ?? []);
  const unknown = mapping.columns.filter((column) => column.target !== "ignore" && !headers.has(column.column));
  if (unknown.length === 0) return;
  const names = unknown.map((column) => `"${column.column}"`).join(", ");
  throw new DomainError("VALIDATION", `The file has no column ${names}.`, { fields: { columns: `Not in the file: ${names}` } });
}

/** Reads the whole file and says what the import would do, without writing anything. */
export async function startDryRun(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  return start(ctx, input, {
    status: "checking",
    job: IMPORT_CHECK_JOB,
    action: "import.dry_run_started",
    from: ["ready", "checked", "failed", "cancelled"],
  });
}

/** Imports the file. One that failed or was cancelled goes on where it stood. */
export async function startImport(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  return start(ctx, input, {
    status: "running",
    job: IMPORT_RUN_JOB,
    action: "import.started",
    from: ["ready", "checked", "failed", "cancelled"],
  });
}

async function start(
  ctx: Ctx,
  input: unknown,
  to: { status: ImportStatus; job: string; action: string; from: ImportStatus[] },
): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { id } = parseInput(importIdSchema, input);
  await withTx(ctx, async (tx) => {
    const row = await readImport(tx.sql, id, true);
    if (!to.from.includes(row.status)) requireEditable(row.status);
    if (!row.mapping)
      throw new DomainError("PRECONDITION_FAILED", "Say first what each column is.", { fields: { columns: "No mapping yet" } });
    if ((await sizeOf(await uploadPath(id))) === null)
      throw new DomainError(
        "PRECONDITION_FAILED",
        "The file is no longer here. Upload it again: rows that were imported are recognised and skipped.",
      );
    await tx.sql`
      update imports set status = ${to.status}, error = null, finished_at = null, lease_until = null,
        started_at = case when ${to.status === "running"} then coalesce(started_at, ${tx.clock.now()}) else started_at end,
        rows_done = case when ${to.status === "running"} then coalesce((result->'result'->>'rows')::int8, 0) else 0 end,
        rows_rejected = case when ${to.status === "running"} then coalesce((result->'result'->>'rejected')::int8, 0) else 0 end,
        bytes_done = 0 where id = ${id}`;
    await enqueueJob(tx.sql, { kind: to.job, key: id, fairKey: id, payload: { id }, priority: 5 });
    await recordAudit(tx, {
      action: to.action,
      object: { type: "import", id },
      detail: { kind: row.mapping.kind, resumed: row.result !== null },
    });
  });
  return { id };
}

/** Stops a dry run or an import. What was imported stays; the import can be started again and goes on from there. */
export async function cancelImport(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { id } = parseInput(importIdSchema, input);
  await withTx(ctx, async (tx) => {
    const row = await readImport(tx.sql, id, true);
    if (row.status !== "checking" && row.status !== "running")
      throw new DomainError("PRECONDITION_FAILED", "Nothing is under way for this import.");
    const checking = row.status === "checking";
    await tx.sql`update imports set status = ${checking ? "ready" : "cancelled"}, finished_at = ${checking ? null : tx.clock.now()} where id = ${id}`;
    await cancelJobs(tx.sql, checking ? IMPORT_CHECK_JOB : IMPORT_RUN_JOB, id);
    await recordAudit(tx, { action: "import.cancelled", object: { type: "import", id }, detail: { rowsDone: row.rowsDone } });
  });
  return { id };
}

/** Removes an import from the list, with its files. The people and events that came from it stay. */
export async function deleteImport(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { id } = parseInput(importIdSchema, input);
  await withTx(ctx, async (tx) => {
    const row = await readImport(tx.sql, id, true);
    if (row.status === "checking" || row.status === "running")
      throw new DomainError("PRECONDITION_FAILED", "The import is under way. Cancel it first.");
    await tx.sql`delete from imports where id = ${id}`;
    await recordAudit(tx, {
      action: "import.deleted",
      object: { type: "import", id },
      before: { sourceId: row.sourceId, status: row.status, rows: row.rowsDone },
    });
  });
  await removeFiles(id);
  return { id };
}

/** The file of rejected rows, for download. It holds what was uploaded, so it takes the permission to see personal data. */
export async function openErrorFile(ctx: Ctx, input: unknown): Promise<{ path: string; bytes: number; name: string }> {
  requirePermission(ctx, "imports:read");
  requirePermission(ctx, "personal_data:see");
  const { id } = parseInput(importIdSchema, input);
  const row = await readImport(ctx.sql, id);
  const path = await errorPath(id);
  const length = row.result?.errorBytes ?? 0;
  const size = await sizeOf(path);
  if (length === 0 || size === null) throw new DomainError("NOT_FOUND", "This import has no rejected rows.");
  await withTx(ctx, (tx) =>
    recordAudit(tx, { action: "import.errors_downloaded", object: { type: "import", id }, detail: { rows: row.rowsRejected } }),
  );
  return { path, bytes: Math.min(length, size), name: `${row.fileName.replace(/\.(csv|tsv|txt)(\.gz)?$|\.gz$/i, "")} - rejected rows.csv` };
}
