import { companySettings } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import type { AnySql } from "@/db/client";
import type { DetectedFile, FileFormat, ImportMapping, ImportPreview, ImportResult, ImportStatus } from "./model";

/** Where a run stands: everything a resumed run needs besides the file and the mapping. */
export interface Checkpoint {
  /** Outputs (messages and rejections) stored, in the order in which the file gives them. */
  outputs: number;
  errorBytes: number;
  result: ImportResult;
}

export interface ImportRow {
  id: string;
  sourceId: string;
  sourceName: string;
  fileName: string;
  fileBytes: number;
  kind: string | null;
  status: ImportStatus;
  detected: DetectedFile | { format: FileFormat; headers: string[] } | null;
  mapping: ImportMapping | null;
  preview: ImportPreview | null;
  result: Checkpoint | null;
  bytesDone: number;
  rowsDone: number;
  rowsRejected: number;
  error: string | null;
  createdBy: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  leaseUntil: Date | null;
}

export const IMPORT_COLUMNS = `i.id, i.source_id as "sourceId", s.name as "sourceName", i.file_name as "fileName", i.file_bytes as "fileBytes",
  i.kind, i.status, i.detected, i.mapping, i.preview, i.result, i.bytes_done as "bytesDone", i.rows_done as "rowsDone",
  i.rows_rejected as "rowsRejected", i.error, i.created_by as "createdBy", i.created_at as "createdAt", i.started_at as "startedAt",
  i.finished_at as "finishedAt", i.lease_until as "leaseUntil"`;

/** One import; `lock` holds its row to the end of the transaction. */
export async function readImport(sql: AnySql, id: string, lock = false): Promise<ImportRow> {
  const [row] = await sql<ImportRow[]>`
    select ${sql.unsafe(IMPORT_COLUMNS)} from imports i join sources s on s.id = i.source_id where i.id = ${id} ${lock ? sql`for update of i` : sql``}`;
  if (!row) throw notFound("This import");
  return row;
}

export function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

export interface ImportDefaults {
  timeZone: string;
  currency: string | null;
  defaultCountry: string | null;
}

/** Time zone and currency of the install, and the country of the source. */
export async function readDefaults(ctx: Pick<Ctx, "sql">, sourceId: string): Promise<ImportDefaults> {
  const { timezone, currency } = await companySettings(ctx.sql);
  const [source] = await ctx.sql<
    { country: string | null }[]
  >`select settings->>'defaultCountry' as country from sources where id = ${sourceId}`;
  return { timeZone: timezone, currency, defaultCountry: source?.country ?? null };
}
