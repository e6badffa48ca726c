import type { AnySql, Database, TxSql } from "@/db/client";
import { storeMessages, type RejectedItem } from "@/domain/events";
import { RejectCounts } from "./counts";
import { ErrorFile } from "./error-file";
import { errorPath } from "./files";
import { itemCodeOf, judgeOutputs } from "./judge-outputs";
import { MappedFile } from "./map-file";
import type { Output } from "./map-rows";
import type { ImportResult, RowProblem } from "./model";
import { json, readImport, type Checkpoint, type ImportRow } from "./rows";
import { CsvError, type CsvRecord } from "./tokenizer";

export interface RunOptions {
  /** The file; with a worker the uploaded one, with the CLI the operator's own. */
  path: string;
  /**
   * Called in the transaction of every step: renews the lease and throws when it is lost or the import was cancelled,
   * which takes the step back.
   */
  guard: (tx: AnySql) => Promise<void>;
  /** Stops between two steps; the run can be taken up again. */
  signal?: AbortSignal;
  onProgress?: (progress: { rows: number; bytes: number; result: ImportResult }) => void;
}

/** Rows of one reason that are kept as samples on the source's page; the number beside them is exact. */
const SAMPLES_PER_CODE = 20;

const empty = (): ImportResult => ({
  rows: 0,
  messages: 0,
  accepted: 0,
  duplicates: 0,
  conflicts: 0,
  rejected: 0,
  rejectedByCode: [],
  warnings: [],
  fileWarnings: [],
  errorFile: false,
  inbox: null,
});

/**
 * Imports a file. Each step (2,000 rows) is one transaction: messages, tallies, rejected samples and the checkpoint,
 * so that a run killed anywhere is taken up where it stood and counts nothing twice. A resumed run reads the file from
 * its start again (that takes seconds) and skips what is stored: the outputs of a file are always the same.
 * @returns the result, or null when it was stopped by the signal
 */
export async function runImport(database: Database, id: string, options: RunOptions): Promise<ImportResult | null> {
  const row = await readImport(database.sql, id);
  const { mapping, detected } = row;
  if (!mapping || !detected) throw new Error("The import has no mapping");
  const start: Checkpoint = row.result ?? { outputs: 0, errorBytes: 0, result: empty() };
  const file = new MappedFile({ path: options.path, format: detected.format, mapping, defaultTime: row.createdAt });
  const errors = await ErrorFile.open(await errorPath(id), detected.headers, detected.format.delimiter, start.errorBytes);
  try {
    return await steps(database, row, file, errors, start, options);
  } finally {
    await errors.close();
  }
}

async function steps(
  database: Database,
  row: ImportRow,
  file: MappedFile,
  errors: ErrorFile,
  start: Checkpoint,
  options: RunOptions,
): Promise<ImportResult | null> {
  let result = start.result;
  let done = start.outputs;
  let seen = 0;
  for await (const batch of file.batches()) {
    if (options.signal?.aborted) return null;
    // What an earlier run stored: outputs come in the same order every time.
    const skip = Math.min(Math.max(0, done - seen), batch.outputs.length);
    seen += batch.outputs.length;
    const outputs = skip === 0 ? batch.outputs : batch.outputs.slice(skip);
    if (outputs.length === 0 && !batch.last) continue;
    const next = await step(database, row, errors, outputs, result, {
      outputs: seen,
      rows: batch.rows,
      bytes: batch.bytesRead,
      last: batch.last,
      warnings: file.warnings.list(),
      fileWarnings: file.fileWarnings,
      guard: options.guard,
    });
    result = next;
    done = seen;
    options.onProgress?.({ rows: batch.rows, bytes: batch.bytesRead, result });
  }
  return result;
}

interface Step {
  outputs: number;
  rows: number;
  bytes: number;
  last: boolean;
  warnings: ImportResult["warnings"];
  fileWarnings: ImportResult["fileWarnings"];
  guard: RunOptions["guard"];
}

async function step(
  database: Database,
  row: ImportRow,
  errors: ErrorFile,
  outputs: Output[],
  before: ImportResult,
  at: Step,
): Promise<ImportResult> {
  const receivedAt = new Date();
  const judged = judgeOutputs(outputs, receivedAt);
  const counts = new RejectCounts(before.rejectedByCode);
  const samples: RejectedItem[] = [];
  for (const { record, problem } of judged.rejected) {
    if (counts.of(problem.code) < SAMPLES_PER_CODE) samples.push(sampleOf(record, problem, row.detected?.headers ?? []));
    counts.add(problem);
  }
  const errorBytesBefore = errors.bytes;
  await errors.append(judged.rejected);
  try {
    const stored = await database.sql.begin(async (handle) => {
      const tx = handle as unknown as TxSql;
      await at.guard(tx);
      const [range] = await tx<{ id: number }[]>`select last_value as id from inbox_id_seq`;
      const bytes = judged.accepted.reduce((sum, { item }) => sum + item.body.length, 0);
      const [outcomes = []] = await storeMessages(tx, [
        {
          sourceId: row.sourceId,
          receivedAt,
          items: judged.accepted.map(({ item }) => item),
          rejected: samples,
          warnings: judged.warnings,
          bytes,
        },
      ]);
      const failed = outcomes.filter((outcome) => outcome === "failed").length;
      // Rows beyond the samples count, too: received = accepted + duplicates + rejected.
      const beyond = judged.rejected.length - samples.length;
      if (beyond > 0) {
        await tx`insert into collect_tallies (source_id, at, accepted, duplicates, rejected) values (${row.sourceId}, ${receivedAt}, 0, 0, ${beyond})`;
      }
      const accepted = outcomes.filter((outcome) => outcome === "accepted").length;
      const conflicts = outcomes.filter((outcome) => outcome === "conflict").length;
      const result: ImportResult = {
        rows: at.rows,
        messages: before.messages + outcomes.length,
        accepted: before.accepted + accepted,
        duplicates: before.duplicates + outcomes.length - accepted - failed,
        conflicts: before.conflicts + conflicts,
        rejected: counts.total + failed,
        rejectedByCode: counts.list(),
        warnings: at.warnings,
        fileWarnings: at.fileWarnings,
        errorFile: errors.bytes > 0,
        inbox: before.inbox,
      };
      if (accepted > 0) {
        const [end] = await tx<{ id: number }[]>`select last_value as id from inbox_id_seq`;
        result.inbox = { from: before.inbox?.from ?? (range?.id ?? 0) + 1, to: end?.id ?? 0 };
      }
      const checkpoint: Checkpoint = { outputs: at.outputs, errorBytes: errors.bytes, result };
      // The first rows were for the mapping: a finished import keeps no person outside of the tables that an erasure goes through.
      const written = await tx`
        update imports set result = ${json(checkpoint)}::text::jsonb, rows_done = ${at.rows}, bytes_done = ${at.bytes}, rows_rejected = ${result.rejected},
          status = ${at.last ? "done" : "running"}, finished_at = ${at.last ? receivedAt : null}, error = null,
          detected = case when ${at.last} then detected || '{"rows": [], "samples": []}' else detected end
        where id = ${row.id} and status = 'running' returning id`;
      if (written.length === 0) throw new ImportStopped();
      return { result };
    });
    return (stored as { result: ImportResult }).result;
  } catch (error) {
    errors.bytes = errorBytesBefore;
    throw error;
  }
}

/** The import was cancelled or deleted while it ran: the step in hand is taken back. */
export class ImportStopped extends Error {
  constructor() {
    super("The import was stopped");
    this.name = "ImportStopped";
  }
}

function sampleOf(record: CsvRecord, problem: RowProblem, headers: string[]): RejectedItem {
  const row = Object.fromEntries(headers.map((header, index) => [header, record.cells[index] ?? ""]));
  return {
    code: itemCodeOf(problem.code),
    field: problem.field,
    message: `Line ${problem.line}: ${problem.message}`,
    messageId: null,
    sample: JSON.stringify(row),
    stage: "import",
  };
}

/** Ends an import that cannot go on: `error` says why, for people. */
export async function failImport(sql: AnySql, id: string, error: unknown): Promise<void> {
  const message =
    error instanceof CsvError ? error.message : "The import stopped on an error of ours. Start it again: it goes on where it stood.";
  await sql`update imports set status = 'failed', error = ${message}, finished_at = now() where id = ${id} and status in ('running', 'checking')`;
}
