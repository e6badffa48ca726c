import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { conceptOf, CsvError, readTable, type CsvRecord } from "@/domain/imports";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { listIdentifierTypes, maskIdentifier, matchIdentifiers, MATCH_MAX, PROFILE_ID } from "@/domain/profiles";
import type { ListUpload } from "./contracts";
import { addToList, listSet, lockList, noteMoved, takeOffList } from "./list-rows";
import { LIST_UPLOAD_MODES } from "./model";

export const UPLOAD_BYTES = 50 * 1_048_576;
const UPLOAD_ROWS = 1_000_000;
const SAMPLE = 20;

const uploadSchema = z.strictObject({
  id: z.string().min(1).max(40),
  fileName: z.string().trim().min(1).max(200).default("list.csv"),
  mode: z.enum(LIST_UPLOAD_MODES).default("add"),
  /** Type of the identifiers; null: by the header. */
  type: z.string().min(1).max(100).nullable().default(null),
});

/** The column of identifiers, their type, and whether the first record is a header. */
interface Column {
  index: number;
  type: string;
  header: boolean;
}

/**
 * Reads identifiers from a CSV stream and changes a list by the people whom they name: adds them, takes them off, or
 * makes them the whole list. Rows that name nobody are counted and shown masked; identifiers are not kept. The list
 * changes in one transaction, after the last row.
 */
export async function uploadToList(ctx: Ctx, input: unknown, body: AsyncIterable<Uint8Array>): Promise<ListUpload> {
  requirePermission(ctx, "segments:write");
  requirePermission(ctx, "profiles:read");
  const given = parseInput(uploadSchema, input);
  const [list] = await ctx.sql<{ id: string }[]>`select id from lists where id = ${given.id} and deleted_at is null`;
  if (!list) throw new DomainError("NOT_FOUND", "The list was not found. It may have been deleted.");
  const types = await listIdentifierTypes(ctx);
  const reader = new Reader(ctx, given.type, types);
  try {
    for await (const records of readTable(body, UPLOAD_BYTES)) await reader.push(records);
    await reader.end();
  } catch (error) {
    if (error instanceof CsvError) throw new DomainError("VALIDATION", error.message, { fields: { file: error.message } });
    throw error;
  }
  return write(ctx, given, reader);
}

class Reader {
  rows = 0;
  matched = 0;
  unmatched = 0;
  invalid = 0;
  readonly fragments = new Set<number>();
  readonly people = new Set<number>();
  readonly sample: ListUpload["sample"] = [];
  private column: Column | undefined;
  private waiting: { line: number; value: string }[] = [];

  constructor(
    private readonly ctx: Ctx,
    private readonly wanted: string | null,
    private readonly types: readonly string[],
  ) {}

  get type(): string {
    return this.column?.type ?? "";
  }

  async push(records: readonly CsvRecord[]): Promise<void> {
    for (const record of records) {
      if (!this.column) {
        this.column = columnOf(record.cells, this.wanted, this.types);
        if (this.column.header) continue;
      }
      this.rows += 1;
      if (this.rows > UPLOAD_ROWS)
        throw new DomainError(
          "LIMIT_EXCEEDED",
          `The file has more than ${UPLOAD_ROWS.toLocaleString("en")} rows. Split it, and add the parts one after the other.`,
        );
      this.waiting.push({ line: record.line, value: record.cells[this.column.index] ?? "" });
      if (this.waiting.length === MATCH_MAX) await this.resolve();
    }
  }

  async end(): Promise<void> {
    if (this.waiting.length > 0) await this.resolve();
    if (this.rows === 0) throw new DomainError("VALIDATION", "The file holds no row of identifiers.", { fields: { file: "no rows" } });
  }

  private async resolve(): Promise<void> {
    const rows = this.waiting;
    this.waiting = [];
    const matches = await matchIdentifiers(
      this.ctx,
      this.type,
      rows.map(({ value }) => value),
    );
    for (const [i, match] of matches.entries()) {
      const { line, value } = rows[i] as { line: number; value: string };
      if (typeof match === "object") {
        this.matched += 1;
        this.fragments.add(match.profileId);
        this.people.add(match.canonicalId);
        continue;
      }
      if (match === "nobody") this.unmatched += 1;
      else this.invalid += 1;
      if (this.sample.length < SAMPLE)
        this.sample.push({ line, value: maskIdentifier(this.type, value.trim().slice(0, 200)), reason: match });
    }
  }
}

/** Finds the column by the header; a file of one column needs none when the type is chosen. */
function columnOf(cells: readonly string[], wanted: string | null, types: readonly string[]): Column {
  const named = cells.map((cell) => typeOfHeader(cell, types));
  const index = named.findIndex((type) => type !== null && (wanted === null || type === wanted));
  if (index >= 0) return { index, type: named[index] as string, header: true };
  if (wanted !== null && cells.length === 1) return { index: 0, type: wanted, header: named[0] !== null };
  throw new DomainError(
    "VALIDATION",
    wanted === null
      ? `No column is headed by a type of identifier, such as email, phone or user_id. Choose the type for a file of one column, or name the column. The first line has ${cells.length} columns.`
      : `No column is headed "${wanted}". Name the column so, or upload a file of one column.`,
    { fields: { file: "no column of identifiers" }, data: { columns: cells.length } },
  );
}

const CONCEPTS: Readonly<Record<string, string>> = { userId: "user_id", email: "email", phone: "phone", anonymousId: "anonymous_id" };

function typeOfHeader(cell: string, types: readonly string[]): string | null {
  const text = cell.trim();
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "_");
  if (plain === PROFILE_ID || plain === "profileid") return PROFILE_ID;
  if (types.includes(text)) return text;
  if (types.includes(plain)) return plain;
  return CONCEPTS[conceptOf(text)?.concept ?? ""] ?? null;
}

async function write(ctx: Ctx, given: z.output<typeof uploadSchema>, reader: Reader): Promise<ListUpload> {
  const id = newId("upl");
  return withTx(ctx, async (tx) => {
    await lockList(tx.sql, given.id);
    const now = tx.clock.now();
    const before = await listSet(tx.sql, given.id);
    if (given.mode === "replace") await tx.sql`delete from list_members where list_id = ${given.id}`;
    if (given.mode === "remove") await takeOffList(tx.sql, given.id, [...reader.people]);
    else await addToList(tx.sql, given.id, [...reader.fragments], now);
    const after = await listSet(tx.sql, given.id);
    const moved = before.andNot(after).or(after.andNot(before));
    const { rows, matched, unmatched, invalid, type } = reader;
    const counts = { rows, matched, unmatched, invalid, changed: moved.size };
    await tx.sql`
      insert into list_uploads (id, list_id, file_name, mode, identifier_type, rows, matched, unmatched, invalid, changed, unmatched_sample, created_by, created_at)
      values (${id}, ${given.id}, ${given.fileName}, ${given.mode}, ${type}, ${rows}, ${matched}, ${unmatched}, ${invalid}, ${moved.size},
        ${JSON.stringify(reader.sample)}::text::jsonb, ${tx.actor.id}, ${now})`;
    await tx.sql`update lists set updated_at = ${now} where id = ${given.id}`;
    await recordAudit(tx, {
      action: "list.uploaded",
      object: { type: "list", id: given.id },
      before: { size: before.size },
      after: { size: after.size },
      detail: { uploadId: id, mode: given.mode, type, ...counts },
    });
    await noteMoved(tx.sql, moved, now);
    return {
      id,
      fileName: given.fileName,
      mode: given.mode,
      type,
      ...counts,
      size: after.size,
      sample: reader.sample,
      createdByName: tx.actor.kind === "user" ? tx.actor.name : null,
      createdAt: now.toISOString(),
    };
  });
}
