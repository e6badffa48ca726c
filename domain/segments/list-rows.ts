import type { AnySql } from "@/db/client";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { IdSet } from "@/domain/kernel/sets/id-set";
import type { SegmentRef } from "./contracts";

/** Lists are written one after the other: size and difference of an upload are exact. */
const LIST_LOCK = 7_201_013;

export interface ListRow {
  id: string;
  name: string;
  description: string | null;
  origin: "upload" | "snapshot";
}

/** A list, locked; refuses one that is not there. */
export async function lockList(sql: AnySql, id: string): Promise<ListRow> {
  await sql`select pg_advisory_xact_lock(${LIST_LOCK})`;
  const [row] = await sql<ListRow[]>`select id, name, description, origin from lists where id = ${id} and deleted_at is null for update`;
  if (!row) throw notFound("The list");
  return row;
}

/** The people on a list: fragments read through the person that they belong to today. */
export async function listSet(sql: AnySql, id: string): Promise<IdSet> {
  const [row] = await sql<{ ids: Uint8Array }[]>`
    select coalesce(string_agg(int4send(coalesce(a.canonical_id, l.profile_id)), ''), '') as ids
    from list_members l left join profile_aliases a on a.profile_id = l.profile_id where l.list_id = ${id}`;
  return IdSet.fromPacked(row?.ids ?? new Uint8Array());
}

const AT_ONCE = 50_000;

/** Writes fragments into a list, in pieces that each stay below the time limit of a statement. */
export async function addToList(sql: AnySql, id: string, fragments: readonly number[], now: Date): Promise<void> {
  for (let i = 0; i < fragments.length; i += AT_ONCE)
    await sql`
      insert into list_members (list_id, profile_id, added_at)
      select ${id}, f.id, ${now} from unnest(${`{${fragments.slice(i, i + AT_ONCE).join(",")}}`}::text::int[]) f(id) on conflict do nothing`;
}

/** Takes people (all their fragments) off a list. */
export async function takeOffList(sql: AnySql, id: string, people: readonly number[]): Promise<void> {
  for (let i = 0; i < people.length; i += AT_ONCE)
    await sql`
      with people as materialized (select unnest(${`{${people.slice(i, i + AT_ONCE).join(",")}}`}::text::int[]) as id),
      fragments as (select id from people union select a.profile_id from profile_aliases a join people p on p.id = a.canonical_id)
      delete from list_members l using fragments f where l.list_id = ${id} and l.profile_id = f.id`;
}

/**
 * Notes people whose place on a list changed, for segments that ask for it. Last in its transaction: it takes the lock
 * under which all changes of people are numbered.
 */
export async function noteMoved(sql: AnySql, people: IdSet, now: Date): Promise<void> {
  if (people.isEmpty) return;
  const [live] =
    await sql`select 1 from segments where kind = 'dynamic' and status in ('live', 'preparing') and deleted_at is null limit 1`;
  if (!live) return;
  await sql`select 1 from processing_cursors where name = 'main' for update`;
  for (let after = -1; ;) {
    const ids = people.take(AT_ONCE, after);
    const last = ids.at(-1);
    if (last === undefined) return;
    await sql`
      insert into profile_changes (profile_id, created_at)
      select p.id, ${now} from unnest(${`{${ids.join(",")}}`}::text::int[]) p(id)`;
    after = last;
  }
}

/** Segments whose current rule names a list (muted rows count: they may be switched on again). */
export async function segmentsOfList(sql: AnySql, id: string): Promise<SegmentRef[]> {
  return sql<SegmentRef[]>`
    select s.id, s.name from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version
    where s.deleted_at is null and jsonb_path_exists(v.rule, '$.** ? (@.listId == $id)', jsonb_build_object('id', ${id}::text))
    order by s.name`;
}

/** Refuses lists that are not there. */
export async function checkLists(sql: AnySql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await sql<{ id: string }[]>`select id from lists where id = any(${ids as string[]}::text[]) and deleted_at is null`;
  if (new Set(rows.map(({ id }) => id)).size < new Set(ids).size)
    throw new DomainError("VALIDATION", "A row names a list that does not exist any more. Choose another, or take the row out.", {
      fields: { rule: "names a list that does not exist" },
    });
}
