import type { AnySql } from "@/db/client";
import { DERIVED_TABLES } from "../rebuild";

/** Columns that say when a row was written, or in which try, and nothing about its content. */
const VOLATILE: Record<string, string[]> = { profiles: ["updated_at"], identity_notes: ["id"] };

/** Digest of the content of every derived table: equal states give equal digests. */
export async function tableDigests(sql: AnySql, tables: readonly string[] = DERIVED_TABLES): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const table of tables) {
    const without = (VOLATILE[table] ?? []).map((column) => ` - '${column}'`).join("");
    const [row] = await sql.unsafe<{ digest: string }[]>(
      `select count(*) || ':' || coalesce(md5(string_agg(r, E'\\n' order by r)), '') as digest from (select (to_jsonb(t)${without})::text as r from "${table}" t) x`,
    );
    out[table] = row?.digest ?? "";
  }
  return out;
}

/** The people as sets of identifiers, sorted: what identity resolution decided, without numbers. */
export async function partition(sql: AnySql, prefix = ""): Promise<string[]> {
  const rows = await sql<{ held: string }[]>`
    select string_agg(i.type || '=' || i.value, ' ' order by i.type, i.value) as held
    from identifiers i left join profile_aliases a on a.profile_id = i.profile_id
    where i.value like ${`${prefix}%`} group by coalesce(a.canonical_id, i.profile_id)`;
  return rows.map(({ held }) => held).sort();
}
