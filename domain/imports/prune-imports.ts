import type { Sql } from "@/db/client";
import { removeFiles } from "./files";

/** Removes uploads nobody went on with, and files of old imports, with their rows in the list. @returns how many */
export async function pruneImports(sql: Sql, days: { unfinished: number; finished: number }): Promise<number> {
  const rows = await sql<{ id: string }[]>`
    delete from imports where (status in ('uploading', 'ready', 'checked') and created_at < now() - make_interval(days => ${days.unfinished}))
      or (status in ('done', 'failed', 'cancelled') and created_at < now() - make_interval(days => ${days.finished}))
    returning id`;
  for (const { id } of rows) await removeFiles(id);
  return rows.length;
}
