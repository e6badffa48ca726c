import { createHash } from "node:crypto";
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
  const { folder, entries } = journalOf(root);
  const newest = Math.max(...entries.map((entry) => entry.when));
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

function journalOf(root: string): { folder: string; entries: Journal["entries"] } {
  const folder = join(root, "db", "migrations");
  const file = join(folder, "meta", "_journal.json");
  if (!existsSync(file)) throw new Error(`No migrations in ${folder}: start from the project's folder.`);
  return { folder, entries: (JSON.parse(readFileSync(file, "utf8")) as Journal).entries };
}

/** Time of the newest migration that a database has, or 0. */
export async function schemaVersion(sql: postgres.Sql): Promise<number> {
  return Math.max(0, ...(await appliedAt(sql)));
}

/**
 * Makes the schema from nothing as it stood at `version`, in the caller's transaction (for a restore).
 * @throws when this release does not know the version
 */
export async function createSchemaAt(tx: postgres.Sql, version: number, root: string = process.cwd()): Promise<void> {
  const { folder, entries } = journalOf(root);
  const wanted = entries.filter((entry) => entry.when <= version);
  if (wanted.at(-1)?.when !== version)
    throw new Error("The backup was made by a newer release of Tributary than this one. Update the code first.");
  await tx.unsafe("create schema drizzle");
  await tx.unsafe("create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)");
  for (const { tag, when } of wanted) {
    const text = readFileSync(join(folder, `${tag}.sql`), "utf8");
    for (const statement of text.split("--> statement-breakpoint")) await tx.unsafe(statement);
    const hash = createHash("sha256").update(text).digest("hex");
    await tx`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${when})`;
  }
}

async function appliedAt(client: postgres.Sql): Promise<number[]> {
  const [found] = await client<{ found: boolean }[]>`select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
  if (!found?.found) return [];
  const rows = await client<{ created_at: string }[]>`select created_at::text from drizzle.__drizzle_migrations`;
  return rows.map((row) => Number(row.created_at));
}
