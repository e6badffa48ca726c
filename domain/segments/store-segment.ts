import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { enqueueJob } from "@/domain/kernel/jobs";
import { checkSql } from "./checked-sql";
import { describe, plain } from "./describe";
import type { Rule } from "./model";
import { refusePersonal, refusePersonalTraits } from "./people";
import { checkReferences, segmentNames } from "./references";
import { sqlOf } from "./sql-lists";

export const COMPUTE_JOB = "segments.compute";

export interface SegmentRow {
  id: string;
  name: string;
  description: string | null;
  folder: string | null;
  tags: string[];
  version: number;
  status: string;
  rule: Rule;
}

/** A segment with its current rule, locked; refuses one that is not there. */
export async function lockSegment(sql: AnySql, id: string): Promise<SegmentRow> {
  const [row] = await sql<SegmentRow[]>`
    select s.id, s.name, s.description, s.folder, s.tags, s.version, s.status, v.rule
    from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version
    where s.id = ${id} and s.deleted_at is null for update of s`;
  if (!row) throw notFound("The segment");
  return row;
}

/** What must hold before a rule is kept. Returns the segments it refers to. */
export async function checkRule(ctx: Ctx, rule: Rule, segmentId: string | undefined): Promise<string[]> {
  const conditions = sqlOf(rule);
  if (conditions.length > 0) {
    requirePermission(ctx, "segments:sql");
    requirePermission(ctx, "personal_data:see");
    conditions.forEach(checkSql);
  }
  refusePersonal(ctx, rule);
  await refusePersonalTraits(ctx, rule);
  // One at a time: two edits that each look harmless could close a circle together.
  await ctx.sql`select pg_advisory_xact_lock(7201011)`;
  return checkReferences(ctx.sql, rule, segmentId);
}

/** Writes a version with its sentence and references, and asks for the computation. Inside the verb's transaction. */
export async function keepVersion(
  ctx: Ctx,
  given: { id: string; version: number; rule: Rule; uses: readonly string[]; note: string | null },
): Promise<void> {
  const { sql } = ctx;
  const { id, version, rule, uses, note } = given;
  const sentence = plain(describe(rule, { names: await segmentNames(sql) }));
  await sql`
    insert into segment_versions (segment_id, version, rule, sentence, note, created_by, created_at)
    values (${id}, ${version}, ${JSON.stringify(rule)}::text::jsonb, ${sentence}, ${note}, ${ctx.actor.id}, ${ctx.clock.now()})`;
  await sql`delete from segment_references where segment_id = ${id}`;
  if (uses.length > 0)
    await sql`insert into segment_references (segment_id, uses_id) select ${id}, u.id from unnest(${[...uses]}::text[]) u(id)`;
  await askCompute(sql, id, version);
}

/** A computation per version: an edit while another runs gets its own. */
export async function askCompute(sql: AnySql, id: string, version: number): Promise<void> {
  await enqueueJob(sql, { kind: COMPUTE_JOB, key: `${id}:${version}`, fairKey: id, payload: { segmentId: id, version }, maxAttempts: 4 });
}

/** A name as a trait's key: lower case words joined by underscores, letters of any script. */
export const keyOfName = (name: string): string =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 80) || "segment";

/** The key of a new segment: no other has it or ever had it. */
export async function freeKey(sql: AnySql, name: string): Promise<string> {
  const key = keyOfName(name);
  await sql`select pg_advisory_xact_lock(7201012)`;
  const rows = await sql<{ key: string }[]>`select key from segments where key = ${key} or starts_with(key, ${`${key}_`})`;
  const taken = new Set(rows.map((row) => row.key));
  if (!taken.has(key)) return key;
  for (let n = 2; ; n++) if (!taken.has(`${key}_${n}`)) return `${key}_${n}`;
}
