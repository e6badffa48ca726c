import type { Database } from "@/db/client";
import type { Json } from "@/domain/events/model";
import { DomainError } from "@/domain/kernel/errors";
import { runSqlValues } from "../sql-reader";

/** More people than this are refused: the values are held in memory while they are written. */
const ROWS = 2_000_000;

/**
 * What an SQL trait gives each person, by canonical profile. Of several fragments of one person the lowest counts; ids of
 * nobody are left out.
 * @throws DomainError in words, for whoever wrote the SQL
 */
export async function readSql(
  database: Database,
  text: string,
  options: { timeoutMs?: number; rows?: number } = {},
): Promise<Map<number, Json>> {
  const rows = await runSqlValues(database, text, { rows: ROWS, ...options });
  const given = new Map<number, Json>();
  for (const { id, value } of rows) {
    if (given.has(id))
      throw new DomainError(
        "VALIDATION",
        `The SQL gives profile ${id} more than one value. Group by profile_id, or choose one row a person.`,
        {
          fields: { sql: "gives a person more than one value" },
        },
      );
    given.set(id, value);
  }
  const out = new Map<number, Json>();
  const ids = [...given.keys()].sort((a, b) => a - b);
  for (let i = 0; i < ids.length; i += 100_000) {
    const part = ids.slice(i, i + 100_000);
    const people = await database.sql<{ id: number; person: number }[]>`
      select id, coalesce(merged_into, id) as person from profiles where id = any(${`{${part.join(",")}}`}::text::int[]) order by id`;
    for (const { id, person } of people) if (!out.has(person)) out.set(person, given.get(id) ?? null);
  }
  return out;
}
