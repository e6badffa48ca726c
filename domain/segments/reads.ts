import { z } from "zod";
import { can, companySettings, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import type { Page, SegmentDetail, SegmentMember, SegmentRef, SegmentSummary, SegmentVersion, SizePoint, Transition } from "./contracts";
import { describe, plain } from "./describe";
import type { Rule } from "./model";
import { transitionMessages } from "./person-segments";
import { gone, segmentPeople } from "./people";
import { listsOf, referencesOf, segmentNames } from "./references";
import { sqlFreshness } from "./sql-lists";
import { idSchema } from "./verbs-schema";

interface SummaryRow extends Omit<SegmentSummary, "sizeAt" | "createdAt" | "updatedAt" | "sentence"> {
  sizeAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  rule: Rule;
  computeMs: number | null;
  checkedAt: Date | null;
  checkSample: number | null;
  checkPeople: number[] | null;
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

async function rowsOf(ctx: Ctx, ref: string | null): Promise<SummaryRow[]> {
  return ctx.sql<SummaryRow[]>`
    select s.id, s.key, s.name, s.description, s.kind, s.status, s.version, s.folder, s.tags, s.owner_id as "ownerId", u.name as "ownerName",
      s.size, s.size_at as "sizeAt", s.error, s.progress, s.compute_ms as "computeMs", s.checked_at as "checkedAt",
      s.check_difference as "checkDifference", s.check_sample as "checkSample", s.check_people as "checkPeople", s.created_at as "createdAt", s.updated_at as "updatedAt", v.rule,
      (select count(*) from segment_references r join segments o on o.id = r.segment_id and o.deleted_at is null where r.uses_id = s.id)::int as "usedBy"
    from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version left join users u on u.id = s.owner_id
    where s.deleted_at is null and (${ref}::text is null or s.id = ${ref} or s.key = ${ref}) order by lower(s.name), s.id`;
}

/** The sentence is said anew: a segment that it names may have another name by now. */
const summaryOf = (row: SummaryRow, names: Readonly<Record<string, string>>): SegmentSummary => ({
  id: row.id,
  key: row.key,
  name: row.name,
  description: row.description,
  kind: row.kind,
  status: row.status,
  version: row.version,
  folder: row.folder,
  tags: row.tags,
  ownerId: row.ownerId,
  ownerName: row.ownerName,
  size: row.size,
  sizeAt: iso(row.sizeAt),
  sentence: plain(describe(row.rule, { names })),
  usedBy: row.usedBy,
  error: row.error,
  progress: row.progress,
  checkDifference: row.checkDifference,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** All segments by name. */
export async function listSegments(ctx: Ctx): Promise<SegmentSummary[]> {
  requirePermission(ctx, "segments:read");
  const [rows, names] = await Promise.all([rowsOf(ctx, null), segmentNames(ctx.sql)]);
  return rows.map((row) => summaryOf(row, names));
}

/** One segment by id or key, with its versions and who uses it. */
export async function getSegment(ctx: Ctx, input: unknown): Promise<SegmentDetail> {
  requirePermission(ctx, "segments:read");
  const { id: ref } = parseInput(idSchema, input);
  const [row] = await rowsOf(ctx, ref);
  if (!row) throw notFound("The segment");
  const { sql } = ctx;
  const [names, versions, usedByList, uses, [due]] = await Promise.all([
    segmentNames(sql),
    sql<(Omit<SegmentVersion, "createdAt"> & { createdAt: Date })[]>`
      select v.version, v.rule, v.sentence, v.note, v.created_by as "createdBy", u.name as "createdByName", v.created_at as "createdAt"
      from segment_versions v left join users u on u.id = v.created_by where v.segment_id = ${row.id} order by v.version desc limit 200`,
    sql<SegmentRef[]>`
      select s.id, s.name from segment_references r join segments s on s.id = r.segment_id
      where r.uses_id = ${row.id} and s.deleted_at is null order by s.name`,
    sql<SegmentRef[]>`
      select s.id, s.name from segment_references r
      join (select id, name, deleted_at from segments union all select id, name, deleted_at from computed_traits) s on s.id = r.uses_id
      where r.segment_id = ${row.id} and s.deleted_at is null order by s.name`,
    sql<{ people: number; next: Date | null }[]>`
      select count(*)::int as people, min(due_at) as next from segment_due where segment_id = ${row.id}`,
  ]);
  return {
    ...summaryOf(row, names),
    rule: row.rule,
    phrases: describe(row.rule, { names }),
    names: namesIn(versions, names),
    versions: versions.map((version) => ({ ...version, createdAt: version.createdAt.toISOString() })),
    usedByList: usedByList.map((one) => ({ ...one })),
    uses: uses.map((one) => ({ ...one })),
    computeMs: row.computeMs,
    checkedAt: iso(row.checkedAt),
    checkSample: row.checkSample,
    checkPeople: row.checkPeople ?? [],
    duePeople: due?.people ?? 0,
    dueNext: iso(due?.next ?? null),
    sqlFreshness: await sqlFreshness(sql, row.rule),
  };
}

/** Those of all names that the rules ask for. */
function namesIn(versions: readonly { rule: Rule }[], names: Readonly<Record<string, string>>): Record<string, string> {
  const ids = new Set(versions.flatMap(({ rule }) => [...referencesOf(rule), ...listsOf(rule)]));
  return Object.fromEntries([...ids].flatMap((id) => (names[id] === undefined ? [] : [[id, names[id]]])));
}

const pageSchema = z.strictObject({
  id: z.string().min(1).max(40),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/, "is no page marker of ours")
    .nullish(),
  limit: z.number().int().min(1).max(1_000).default(50),
});

async function exists(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.sql`select 1 from segments where id = ${id} and deleted_at is null`;
  if (!row) throw notFound("The segment");
}

/** Members by profile id. */
export async function segmentMembersPage(ctx: Ctx, input: unknown): Promise<Page<SegmentMember>> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { id, cursor, limit } = parseInput(pageSchema, input);
  await exists(ctx, id);
  const rows = await ctx.sql<{ profileId: number; enteredAt: Date }[]>`
    select profile_id as "profileId", entered_at as "enteredAt" from segment_members
    where segment_id = ${id} and profile_id > ${cursor ? Math.min(Number(cursor), 2_147_483_647) : 0} order by profile_id limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const people = await segmentPeople(
    ctx.sql,
    page.map(({ profileId }) => profileId),
    can(ctx, "personal_data:see"),
  );
  return {
    rows: page.map(({ profileId, enteredAt }) => ({ ...(people.get(profileId) ?? gone(profileId)), enteredAt: enteredAt.toISOString() })),
    next: rows.length > limit ? String(page.at(-1)?.profileId ?? 0) : null,
  };
}

/** Entries and exits, newest first. */
export async function segmentTransitionsPage(ctx: Ctx, input: unknown): Promise<Page<Transition>> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { id, cursor, limit } = parseInput(pageSchema, input);
  await exists(ctx, id);
  // Numbers and times come in the same order: the one writer takes both.
  const rows = await ctx.sql<
    { id: number; profileId: number; version: number; entered: boolean; at: Date; cause: Transition["cause"]; eventId: number | null }[]
  >`
    select id, profile_id as "profileId", version, entered, at, cause, event_id as "eventId" from segment_transitions
    where segment_id = ${id} and id < ${cursor ? Number(cursor) : Number.MAX_SAFE_INTEGER} order by id desc limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const messages = await transitionMessages(ctx.sql, page);
  const people = await segmentPeople(
    ctx.sql,
    page.map(({ profileId }) => profileId),
    can(ctx, "personal_data:see"),
  );
  return {
    rows: page.map(({ profileId, at, eventId, ...row }) => ({
      ...row,
      at: at.toISOString(),
      person: people.get(profileId) ?? gone(profileId),
      message: messages.get(eventId ?? 0) ?? null,
    })),
    next: rows.length > limit ? String(page.at(-1)?.id ?? 0) : null,
  };
}

const sizesSchema = z.strictObject({
  id: z.string().min(1).max(40),
  hours: z
    .number()
    .int()
    .min(1)
    .max(24 * 400)
    .default(24 * 30),
});

/** Size over time: hours in which somebody entered or left, oldest first. */
export async function segmentSizes(ctx: Ctx, input: unknown): Promise<SizePoint[]> {
  requirePermission(ctx, "segments:read");
  const { id, hours } = parseInput(sizesSchema, input);
  await exists(ctx, id);
  const since = new Date(ctx.clock.now().getTime() - hours * 3_600_000);
  const rows = await ctx.sql<(Omit<SizePoint, "hour"> & { hour: Date })[]>`
    select hour, size, entered, "left" from segment_sizes where segment_id = ${id} and hour >= ${since} order by hour`;
  return rows.map((row) => ({ ...row, hour: row.hour.toISOString() }));
}

/** A segment by id or key; for commands. */
export async function findSegment(ctx: Ctx, ref: string): Promise<{ id: string; key: string; name: string; rule: Rule; size: number }> {
  requirePermission(ctx, "segments:read");
  const [row] = await rowsOf(ctx, ref);
  if (!row) throw new DomainError("NOT_FOUND", `There is no segment with the id or key "${ref}".`);
  return { id: row.id, key: row.key, name: row.name, rule: row.rule, size: row.size };
}

/** The zone in which days begin for people without one of their own. */
export async function segmentZone(ctx: Ctx): Promise<string> {
  requirePermission(ctx, "segments:read");
  return (await companySettings(ctx.sql)).timezone;
}
