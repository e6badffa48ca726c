import type { AnySql } from "@/db/client";
import { notFound } from "@/domain/kernel/errors";

/** All fragments of the person with this canonical id, the canonical one first. */
export async function fragmentsOf(sql: AnySql, canonical: number): Promise<number[]> {
  const rows = await sql<
    { profile_id: number }[]
  >`select profile_id from profile_aliases where canonical_id = ${canonical} order by profile_id`;
  return [canonical, ...rows.map((row) => row.profile_id)];
}

/** Canonical id and fragments of any fragment's person; refuses an id that does not exist. */
export async function personOf(sql: AnySql, id: number): Promise<{ id: number; fragments: number[] }> {
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) throw notFound(`Profile ${String(id).slice(0, 20)}`);
  const rows = await sql<{ canonical_id: number; profile_id: number | null }[]>`
    with c as (select coalesce((select canonical_id from profile_aliases where profile_id = ${id}), ${id}::int) as id)
    select c.id as canonical_id, a.profile_id
    from c join profiles p on p.id = c.id left join profile_aliases a on a.canonical_id = c.id order by a.profile_id`;
  const first = rows[0];
  if (!first) throw notFound(`Profile ${id}`);
  return { id: first.canonical_id, fragments: [first.canonical_id, ...rows.flatMap((row) => row.profile_id ?? [])] };
}
