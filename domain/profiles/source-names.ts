import type { AnySql } from "@/db/client";

export type SourceNames = Record<string, { name: string; type: string }>;

/** Names of the mentioned sources. A deleted one is simply absent: screens show its id. */
export async function sourceNames(sql: AnySql, ids: Iterable<string>): Promise<SourceNames> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return {};
  const rows = await sql<
    { id: string; name: string; type: string }[]
  >`select id, name, type from sources where id = any(${wanted}::text[])`;
  return Object.fromEntries(rows.map((row) => [row.id, { name: row.name, type: row.type }]));
}
