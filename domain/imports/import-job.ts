import type { AnySql, Database } from "@/db/client";
import { checkImport } from "./check-import";
import { removeUpload, uploadPath } from "./files";
import { failImport, ImportStopped, runImport } from "./run-import";
import { CsvError } from "./tokenizer";

export interface ImportJob {
  id: string;
  /** Renews the job's lease in the step's transaction; throws when it is lost. */
  guard: (tx: AnySql) => Promise<void>;
  signal: AbortSignal;
  /** No further attempt follows this one. */
  lastAttempt: boolean;
}

/**
 * Runs (or dry-runs) an import for a worker. A fault of the file ends the import with its reason; any other fault is
 * thrown, so that the job is tried again and goes on where it stood.
 */
export async function runImportJob(database: Database, mode: "check" | "run", job: ImportJob): Promise<void> {
  const options = { path: await uploadPath(job.id), guard: job.guard, signal: job.signal };
  try {
    if (mode === "check") await checkImport(database, job.id, options);
    // What was imported need not lie around a second time.
    else if (await runImport(database, job.id, options)) await removeUpload(job.id);
  } catch (error) {
    if (error instanceof ImportStopped) return;
    if (error instanceof CsvError || job.lastAttempt) await failImport(database.sql, job.id, error);
    if (!(error instanceof CsvError)) throw error;
  }
}
