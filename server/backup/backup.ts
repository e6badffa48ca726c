import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import postgres from "postgres";
import { schemaVersion } from "@/db/migrate";
import { digestOf, listTables, selectOf, SESSION } from "./tables";

/** First line of a backup. */
export interface BackupHeader {
  format: "tributary-backup";
  version: 1;
  /** Time of the newest migration of the database. */
  schema: number;
  createdAt: string;
  partitions: { parent: string; name: string; bound: string }[];
}

export interface TableHeader {
  table: string;
  columns: string[];
}

/** After a table's rows: what must have arrived. */
export interface TableFooter {
  rows: number;
  /** Order-independent digest of the rows, computed by the database in the same snapshot. */
  digest: string;
  /** sha256 of the bytes between header and footer. */
  sha256: string;
}

export interface BackupFooter {
  end: true;
  tables: number;
  sequences: { name: string; value: number }[];
}

export interface BackupResult {
  file: string;
  bytes: number;
  tables: number;
  rows: number;
  seconds: number;
}

/**
 * Writes every table, as it stands in one snapshot, to a gzip file. The server may go on working. The file appears
 * under its name only when it is complete.
 */
export async function backup(url: string, file: string, say: (text: string) => void = () => {}): Promise<BackupResult> {
  const started = Date.now();
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "tributary-backup" } });
  const partial = `${file}.partial`;
  const target = createWriteStream(partial, { flags: "w", mode: 0o600 });
  const gzip = createGzip({ level: 6 });
  gzip.pipe(target);
  // A full disk ends the pipe; what waits for room must hear of it.
  target.on("error", (error) => gzip.destroy(error));
  const write = async (data: string | Buffer): Promise<void> => {
    if (!gzip.write(data)) await once(gzip, "drain");
  };
  const line = (value: unknown): Promise<void> => write(`${JSON.stringify(value)}\n`);
  try {
    await sql.unsafe(SESSION);
    await sql.unsafe("begin isolation level repeatable read read only");
    const tables = await listTables(sql);
    const partitions = await sql<BackupHeader["partitions"]>`
      select p.relname as parent, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
      where p.relnamespace = 'public'::regnamespace and c.relispartition and c.relkind = 'r' order by 1, 2`;
    const header: BackupHeader = {
      format: "tributary-backup",
      version: 1,
      schema: await schemaVersion(sql),
      createdAt: new Date().toISOString(),
      partitions: [...partitions],
    };
    await line(header);
    let rows = 0;
    for (const table of tables) {
      const query = selectOf(table);
      await line({ table: table.name, columns: table.columns } satisfies TableHeader);
      const sha256 = createHash("sha256");
      const source = await sql.unsafe(`copy (${query}) to stdout`).readable();
      for await (const chunk of source) {
        sha256.update(chunk as Buffer);
        await write(chunk as Buffer);
      }
      // The driver pauses its socket when the stream is full, and does not resume it when the stream ends full.
      source._read(0);
      await write("\\.\n");
      const found = await digestOf(sql, query);
      await line({ ...found, sha256: sha256.digest("hex") } satisfies TableFooter);
      rows += found.rows;
      if (found.rows > 0) say(`${table.name}: ${found.rows} rows`);
    }
    // Sequences stand outside snapshots: read last, so that they are never behind a row.
    const sequences = await sql<{ name: string; value: string }[]>`
      select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'public' and last_value is not null order by 1`;
    await line({
      end: true,
      tables: tables.length,
      sequences: sequences.map(({ name, value }) => ({ name, value: Number(value) })),
    } satisfies BackupFooter);
    await sql.unsafe("commit");
    gzip.end();
    await finished(target);
    await rename(partial, file);
    return { file, bytes: (await stat(file)).size, tables: tables.length, rows, seconds: (Date.now() - started) / 1000 };
  } catch (error) {
    gzip.destroy();
    target.destroy();
    await rm(partial, { force: true });
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
