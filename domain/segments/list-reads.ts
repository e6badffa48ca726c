import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import type { ListDetail, ListSummary, ListUpload, Page, SegmentPerson } from "./contracts";
import { segmentsOfList } from "./list-rows";
import { gone, segmentPeople } from "./people";
import { idSchema } from "./verbs-schema";

interface Row extends Omit<ListSummary, "createdAt" | "updatedAt"> {
  createdAt: Date;
  updatedAt: Date;
}

async function rowsOf(ctx: Ctx, id: string | null): Promise<ListSummary[]> {
  const rows = await ctx.sql<Row[]>`
    select l.id, l.name, l.description, l.origin, l.segment_id as "segmentId", s.name as "segmentName", l.segment_version as "segmentVersion",
      u.name as "createdByName", l.created_at as "createdAt", l.updated_at as "updatedAt",
      (select count(distinct coalesce(a.canonical_id, m.profile_id)) from list_members m
        left join profile_aliases a on a.profile_id = m.profile_id where m.list_id = l.id)::int as size,
      (select count(*) from segments o join segment_versions v on v.segment_id = o.id and v.version = o.version
        where o.deleted_at is null and jsonb_path_exists(v.rule, '$.** ? (@.listId == $id)', jsonb_build_object('id', l.id)))::int as "usedBy"
    from lists l left join segments s on s.id = l.segment_id and s.deleted_at is null left join users u on u.id = l.created_by
    where l.deleted_at is null and (${id}::text is null or l.id = ${id}) order by lower(l.name), l.id`;
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() }));
}

/** All lists by name, with their size at this moment. */
export async function listLists(ctx: Ctx): Promise<ListSummary[]> {
  requirePermission(ctx, "segments:read");
  return rowsOf(ctx, null);
}

/** One list with its uploads, the newest first, and the segments that use it. */
export async function getList(ctx: Ctx, input: unknown): Promise<ListDetail> {
  requirePermission(ctx, "segments:read");
  const { id } = parseInput(idSchema, input);
  const [list] = await rowsOf(ctx, id);
  if (!list) throw notFound("The list");
  const uploads = await ctx.sql<(Omit<ListUpload, "createdAt" | "size"> & { createdAt: Date })[]>`
    select l.id, l.file_name as "fileName", l.mode, l.identifier_type as type, l.rows, l.matched, l.unmatched, l.invalid, l.changed,
      l.unmatched_sample as sample, u.name as "createdByName", l.created_at as "createdAt"
    from list_uploads l left join users u on u.id = l.created_by where l.list_id = ${id} order by l.created_at desc, l.id desc limit 50`;
  return {
    ...list,
    usedByList: (await segmentsOfList(ctx.sql, id)).map((one) => ({ ...one })),
    uploads: uploads.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
  };
}

const pageSchema = z.strictObject({
  id: z.string().min(1).max(40),
  cursor: z
    .string()
    .regex(/^\d{1,10}$/, "is no page marker of ours")
    .nullish(),
  limit: z.number().int().min(1).max(1_000).default(50),
});

/** People on a list by profile id. */
export async function listMembersPage(ctx: Ctx, input: unknown): Promise<Page<SegmentPerson & { addedAt: string }>> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { id, cursor, limit } = parseInput(pageSchema, input);
  const [list] = await ctx.sql`select 1 from lists where id = ${id} and deleted_at is null`;
  if (!list) throw notFound("The list");
  const rows = await ctx.sql<{ profileId: number; addedAt: Date }[]>`
    select m.id as "profileId", min(m.added_at) as "addedAt" from (
      select coalesce(a.canonical_id, l.profile_id) as id, l.added_at from list_members l
      left join profile_aliases a on a.profile_id = l.profile_id where l.list_id = ${id}
    ) m where m.id > ${cursor ? Math.min(Number(cursor), 2_147_483_647) : 0} group by m.id order by m.id limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const people = await segmentPeople(
    ctx.sql,
    page.map(({ profileId }) => profileId),
    can(ctx, "personal_data:see"),
  );
  return {
    rows: page.map(({ profileId, addedAt }) => ({ ...(people.get(profileId) ?? gone(profileId)), addedAt: addedAt.toISOString() })),
    next: rows.length > limit ? String(page.at(-1)?.profileId ?? 0) : null,
  };
}
