import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

const MIGRATION_LOCK = 7_201_000;

interface Journal {
  entries: { tag: string; when: number }[];
}

/**
 * Brings a database to this release: forward only, each migration in a transaction, under an advisory lock so that
 * several processes may start at once. Refuses a database that is newer than this release.
 * @returns how many migrations were applied
 */
export async function migrate(url: string, root: string = process.cwd()): Promise<number> {
  const folder = join(root, "db", "migrations");
  const journalFile = join(folder, "meta", "_journal.json");
  if (!existsSync(journalFile)) throw new Error(`No migrations in ${folder}: start from the project's folder.`);
  const journal = JSON.parse(readFileSync(journalFile, "utf8")) as Journal;
  const newest = Math.max(...journal.entries.map((entry) => entry.when));
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const before = await appliedAt(client);
    if (before.length > 0 && Math.max(...before) > newest) {
      throw new Error(
        "The database was made by a newer release of Tributary than this one. Update the code, or restore a backup of this release.",
      );
    }
    await apply(drizzle(client), { migrationsFolder: folder });
    return (await appliedAt(client)).length - before.length;
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function appliedAt(client: postgres.Sql): Promise<number[]> {
  const [found] = await client<{ found: boolean }[]>`select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
  if (!found?.found) return [];
  const rows = await client<{ created_at: string }[]>`select created_at::text from drizzle.__drizzle_migrations`;
  return rows.map((row) => Number(row.created_at));
}
