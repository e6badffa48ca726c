import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { receiveUpload, removeUpload, uploadPath } from "./files";
import { inspectFile } from "./inspect-file";
import { IMPORT_LIMITS, type DetectedFile } from "./model";
import { json, readDefaults, readImport } from "./rows";
import { formatChoiceSchema, importIdSchema } from "./schemas";
import { CsvError } from "./tokenizer";

/** Largest upload in bytes; settings key "imports" may change it. */
export async function readUploadLimit(ctx: Ctx): Promise<number> {
  requirePermission(ctx, "imports:write");
  const [row] = await ctx.sql<
    { bytes: number | null }[]
  >`select (value->>'maxFileBytes')::int8 as bytes from settings where key = 'imports'`;
  return row?.bytes ?? IMPORT_LIMITS.fileBytes;
}

/** Takes the file of an import as a stream, and looks at it. A file that is no usable CSV is removed again, with the reason. */
export async function uploadFile(
  ctx: Ctx,
  input: unknown,
  body: AsyncIterable<Uint8Array>,
  expectedBytes: number | null,
): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { id } = parseInput(importIdSchema, input);
  const row = await readImport(ctx.sql, id);
  if (row.status !== "uploading")
    throw new DomainError("CONFLICT", "This import has its file already. Start a new import for another file.");
  if (row.createdBy !== ctx.actor.id) throw new DomainError("FORBIDDEN", "Only whoever started this import can upload its file.");
  const bytes = await receiveUpload(id, body, await readUploadLimit(ctx), expectedBytes);
  let detected: DetectedFile;
  try {
    detected = await inspectFile(await uploadPath(id), {}, await readDefaults(ctx, row.sourceId));
  } catch (error) {
    if (error instanceof CsvError) await removeUpload(id);
    throw refusal(error);
  }
  await withTx(ctx, async (tx) => {
    const current = await readImport(tx.sql, id, true);
    if (current.status !== "uploading") throw new DomainError("CONFLICT", "This import was changed meanwhile.");
    await tx.sql`
      update imports set status = 'ready', file_bytes = ${bytes}, kind = ${detected.suggestion.kind}, detected = ${json(detected)}::text::jsonb where id = ${id}`;
    await recordAudit(tx, {
      action: "import.uploaded",
      object: { type: "import", id },
      detail: { bytes, columns: detected.headers.length },
    });
  });
  return { id };
}

/** Reads the head of the file again with a chosen encoding, delimiter or kind; the mapping starts afresh. */
export async function setFormat(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { id, encoding, delimiter, kind } = parseInput(formatChoiceSchema, input);
  const row = await readImport(ctx.sql, id);
  requireEditable(row.status);
  let detected: DetectedFile;
  try {
    detected = await inspectFile(await uploadPath(id), { encoding, delimiter }, { ...(await readDefaults(ctx, row.sourceId)), kind });
  } catch (error) {
    throw refusal(error);
  }
  await withTx(ctx, async (tx) => {
    requireEditable((await readImport(tx.sql, id, true)).status);
    await tx.sql`
      update imports set detected = ${json(detected)}::text::jsonb, kind = ${detected.suggestion.kind}, mapping = null, preview = null, result = null,
        status = 'ready', bytes_done = 0, rows_done = 0, rows_rejected = 0, error = null where id = ${id}`;
    const { format } = detected;
    await recordAudit(tx, {
      action: "import.format_set",
      object: { type: "import", id },
      after: { encoding: format.encoding, delimiter: format.delimiter, kind: detected.suggestion.kind },
    });
  });
  return { id };
}

/** Statuses in which format and mapping may change. */
export function requireEditable(status: string): void {
  if (["ready", "checked", "failed", "cancelled"].includes(status)) return;
  const why: Record<string, string> = {
    uploading: "The file is not here yet.",
    checking: "The dry run is under way. Wait for it, or cancel it.",
    running: "The import is under way. Cancel it first.",
    done: "The import is finished. Start a new one.",
  };
  throw new DomainError("PRECONDITION_FAILED", why[status] ?? "This import cannot be changed now.");
}

/** A file's fault as a refusal that says what to do. */
function refusal(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  return new DomainError("VALIDATION", error.message, { fields: { file: error.message }, data: { code: error.code } });
}
