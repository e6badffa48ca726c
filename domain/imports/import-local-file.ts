import { basename } from "node:path";
import type { AnySql, Database } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { createContext, withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { checkImport } from "./check-import";
import { createImport } from "./create-import";
import { errorPath, sizeOf } from "./files";
import { inspectFile } from "./inspect-file";
import type { ImportKind, ImportMapping, ImportPreview, ImportResult, SuggestedColumn } from "./model";
import { json, readDefaults, readImport } from "./rows";
import { failImport, ImportStopped, runImport } from "./run-import";
import { importMappingSchema } from "./schemas";
import { CsvError } from "./tokenizer";

export interface LocalImport {
  path: string;
  sourceId: string;
  /** "auto": as suggested. */
  mapping: unknown;
  kind?: ImportKind | undefined;
  dryRun: boolean;
  onProgress?: (progress: { rows: number; bytes: number; total: number }) => void;
}

export interface LocalOutcome {
  id: string;
  mapping: ImportMapping;
  preview: ImportPreview | null;
  result: ImportResult | null;
  errorFile: string | null;
}

/** A command holds its import by a lease that each step renews; when the command dies, the import shows as interrupted. */
const LEASE_SECONDS = 120;

/** Imports a file of the machine where the command runs, straight from where it lies. */
export async function importLocalFile(ctx: Ctx, database: Database, input: LocalImport): Promise<LocalOutcome> {
  requirePermission(ctx, "imports:write");
  const bytes = await sizeOf(input.path);
  if (bytes === null) throw new DomainError("NOT_FOUND", `There is no file ${input.path}.`);
  const defaults = await readDefaults(ctx, input.sourceId);
  try {
    const detected = await inspectFile(input.path, {}, { ...defaults, kind: input.kind });
    const mapping = input.mapping === "auto" ? accepted(detected.suggestion) : parseInput(importMappingSchema, input.mapping);
    const missing = mapping.columns.filter((column) => column.target !== "ignore" && !detected.headers.includes(column.column));
    if (missing.length > 0)
      throw new DomainError("VALIDATION", `The file has no column ${missing.map((column) => `"${column.column}"`).join(", ")}.`);
    const { id } = await createImport(ctx, { sourceId: input.sourceId, fileName: basename(input.path) });
    const status = input.dryRun ? "checking" : "running";
    await withTx(ctx, async (tx) => {
      await tx.sql`
        update imports set status = ${status}, file_bytes = ${bytes}, kind = ${mapping.kind}, detected = ${json(detected)}::text::jsonb,
          mapping = ${json(mapping)}::text::jsonb, started_at = ${input.dryRun ? null : tx.clock.now()},
          lease_until = now() + make_interval(secs => ${LEASE_SECONDS}) where id = ${id}`;
      await recordAudit(tx, {
        action: input.dryRun ? "import.dry_run_started" : "import.started",
        object: { type: "import", id },
        detail: { kind: mapping.kind, bytes },
      });
    });
    const guard = async (tx: AnySql): Promise<void> => {
      const kept =
        await tx`update imports set lease_until = now() + make_interval(secs => ${LEASE_SECONDS}) where id = ${id} and status = ${status} returning id`;
      if (kept.length === 0) throw new ImportStopped();
    };
    const options = {
      path: input.path,
      guard,
      onProgress: ({ rows, bytes: done }: { rows: number; bytes: number }) => input.onProgress?.({ rows, bytes: done, total: bytes }),
    };
    try {
      const preview = input.dryRun ? await checkImport(database, id, options) : null;
      const result = input.dryRun ? null : await runImport(database, id, options);
      // A dry run of the command line leaves nothing: its file is not here, so nobody could go on from it.
      if (input.dryRun) await database.sql`delete from imports where id = ${id}`;
      else await database.sql`update imports set lease_until = null where id = ${id}`;
      return { id, mapping, preview, result, errorFile: result?.errorFile ? await errorPath(id) : null };
    } catch (error) {
      await failImport(database.sql, id, error);
      throw error;
    }
  } catch (error) {
    if (error instanceof CsvError) throw new DomainError("VALIDATION", error.message);
    throw error;
  }
}

/** The suggestion as a mapping; refused when it leaves something open that only a person can decide. */
function accepted(suggestion: { columns: SuggestedColumn[] } & Omit<ImportMapping, "columns">): ImportMapping {
  return parseInput(importMappingSchema, mappingOf(suggestion));
}

/** A suggestion without its reasons. */
export function mappingOf({ columns, ...rest }: { columns: SuggestedColumn[] } & Omit<ImportMapping, "columns">): ImportMapping {
  return { ...rest, columns: columns.map(({ confidence: _confidence, reason: _reason, warning: _warning, ...column }) => column) };
}

/** Whether everything an import accepted has been processed. */
export async function isSettled(database: Database, id: string): Promise<boolean> {
  const row = await readImport(database.sql, id);
  const inbox = row.result?.result.inbox;
  if (!inbox) return true;
  const ctx = createContext({ kind: "job", id: "import" }, database);
  const [place] = await ctx.sql<{ waiting: boolean }[]>`
    select exists (
      select 1 from inbox i where (i.xid, i.id) > (c.xid, c.inbox_id) and i.id between ${inbox.from} and ${inbox.to} and i.source_id = ${row.sourceId}
    ) as waiting from processing_cursors c where c.name = 'main'`;
  return place !== undefined && !place.waiting;
}
