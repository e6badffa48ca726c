import { createHash } from "node:crypto";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import postgres from "postgres";
import { connect } from "@/db/client";
import { createSchemaAt, migrate } from "@/db/migrate";
import { repeatErasures, type Repeated } from "@/domain/governance";
import type { BackupFooter, BackupHeader, TableFooter, TableHeader } from "./backup";
import { BackupReader } from "./reader";
import { columnList, digestOf, listTables, SESSION, tableName } from "./tables";

export interface RestoreResult {
  tables: number;
  rows: number;
  /** Time of the backup. */
  from: string;
  /** Erasures made after the backup, and made again. */
  erasuresRepeated: number;
  seconds: number;
}

/** Connections of a running server, by name. */
const SERVER = ["tributary", "tributary-web", "tributary-worker", "tributary-collect", "tributary-profile-api", "tributary-preview"];

/** Tables that hold something as soon as somebody uses the product. */
const TELLING = ["users", "sources", "profiles", "events", "inbox", "audit_log"];

/**
 * Puts a backup into the database, which must be empty unless `force`. Everything is one transaction: a damaged file,
 * a digest that differs or an interruption leaves the database as it was.
 */
export async function restore(
  url: string,
  file: string,
  options: { force?: boolean; say?: (text: string) => void } = {},
): Promise<RestoreResult> {
  const started = Date.now();
  const say = options.say ?? (() => {});
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "tributary-restore" } });
  try {
    await sql.unsafe(SESSION);
    const reader = new BackupReader(file);
    const header = await firstLine(reader, file);
    await refuseWhenUsed(sql, options.force ?? false);
    let rows = 0;
    let footer: BackupFooter | undefined;
    await sql.unsafe("begin");
    await sql.unsafe("drop schema if exists drizzle cascade; drop schema public cascade; create schema public");
    await createSchemaAt(sql, header.schema);
    await makePartitions(sql, header.partitions);
    const known = new Map((await listTables(sql)).map((table) => [table.name, table]));
    // Rows that migrations themselves insert come from the backup too. All at once, since they refer to each other.
    const filled = [...known.values()].filter(({ name }) => name !== "audit_log").map(tableName);
    await sql.unsafe(`truncate ${filled.join(", ")}`);
    let tables = 0;
    for (;;) {
      const next = await reader.json<TableHeader | BackupFooter>();
      if ("end" in next) {
        footer = next;
        break;
      }
      const own = known.get(next.table);
      if (!own || own.columns.toSorted().join() !== next.columns.toSorted().join()) {
        throw new Error(`The backup's table "${next.table}" is not the one that its schema version has.`);
      }
      const table = { name: next.table, columns: next.columns };
      const sha256 = createHash("sha256");
      const target = await sql.unsafe(`copy ${tableName(table)} (${columnList(table)}) from stdin`).writable();
      const done = finished(target);
      done.catch(() => {});
      try {
        for await (const chunk of reader.rows()) {
          sha256.update(chunk);
          if (!target.write(chunk)) await Promise.race([once(target, "drain"), done]);
        }
      } catch (error) {
        target.destroy(error as Error);
        throw error;
      }
      target.end();
      await done;
      const wanted = await reader.json<TableFooter>();
      if (sha256.digest("hex") !== wanted.sha256)
        throw new Error(`The backup is damaged: the rows of "${table.name}" are not those that were written.`);
      const found = await digestOf(sql, `select ${columnList(table)} from ${tableName(table)}`);
      if (found.rows !== wanted.rows || found.digest !== wanted.digest) {
        throw new Error(`The table "${table.name}" did not arrive whole: ${found.rows} of ${wanted.rows} rows.`);
      }
      rows += found.rows;
      tables += 1;
      if (found.rows > 0) say(`${table.name}: ${found.rows} rows`);
    }
    if (tables !== footer.tables) throw new Error(`The backup holds ${tables} of ${footer.tables} tables.`);
    for (const { name, value } of footer.sequences) await sql`select setval(${`public."${name}"`}::regclass, ${value})`;
    // A session or link that was ended after the backup must not come back to life: everybody signs in again.
    await sql`update sessions set revoked_at = now() where revoked_at is null`;
    await sql`delete from user_tokens where used_at is null`;
    // Caches of a process that outlived the restore must not be believed.
    await sql`update processing_cursors set epoch = epoch + 1`;
    await sql.unsafe("commit");
    await sql.unsafe("analyze");
    await migrate(url);
    const repeated = await repeat(url, header.createdAt);
    if (repeated.erasures + repeated.tombstones > 0)
      say(`Repeated after this backup: ${repeated.erasures} erasures, ${repeated.tombstones} tombstones.`);
    return { tables, rows, from: header.createdAt, erasuresRepeated: repeated.erasures, seconds: (Date.now() - started) / 1000 };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Who was erased after the backup was made is erased again, before any process serves or sends from it. */
async function repeat(url: string, createdAt: string): Promise<Repeated> {
  const database = connect(url, { max: 4, statementTimeoutMs: 0, applicationName: "tributary-restore" });
  try {
    return await repeatErasures(database, new Date(createdAt));
  } finally {
    await database.end();
  }
}

async function firstLine(reader: BackupReader, file: string): Promise<BackupHeader> {
  const bad = new Error(`${file} is not a backup of Tributary.`);
  const header = await reader.json<BackupHeader>().catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Error(`There is no file ${file}.`);
    throw bad;
  });
  if (header.format !== "tributary-backup") throw bad;
  if (header.version !== 1) throw new Error(`${file} was made by a newer release of Tributary (backup format ${String(header.version)}).`);
  return header;
}

async function refuseWhenUsed(sql: postgres.Sql, force: boolean): Promise<void> {
  const others = await sql<{ name: string }[]>`
    select distinct application_name as name from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name = any(${SERVER}::text[])`;
  if (others.length > 0) throw new Error("The server is running on this database. Stop it first, then restore.");
  if (force) return;
  for (const table of TELLING) {
    const [there] = await sql<{ found: boolean }[]>`select to_regclass(${`public.${table}`}) is not null as found`;
    if (!there?.found) continue;
    const rows = await sql.unsafe(`select 1 from "${table}" limit 1`);
    if (rows.length > 0)
      throw new Error(
        `The database is not empty (table "${table}" has rows). Restore into an empty one, or add --force to replace everything in it.`,
      );
  }
}

const NAME = /^(?:inbox|events)_[a-z0-9_]+$/;
const BOUND = /^(?:DEFAULT|FOR VALUES FROM \((?:MINVALUE|'[0-9:+ -]+')\) TO \((?:MAXVALUE|'[0-9:+ -]+')\))$/;

async function makePartitions(sql: postgres.Sql, partitions: BackupHeader["partitions"]): Promise<void> {
  for (const { parent, name, bound } of partitions) {
    if (!NAME.test(name) || !["inbox", "events"].includes(parent) || !BOUND.test(bound))
      throw new Error(`The backup names a partition that cannot be: ${name}`);
    const there = await sql`select 1 from pg_class where relname = ${name} and relnamespace = 'public'::regnamespace`;
    if (there.length === 0) await sql.unsafe(`create table "${name}" partition of "${parent}" ${bound}`);
  }
}
