import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import * as schema from "./schema";

const database = testDatabase();
const ROOT = join(import.meta.dirname, "..");

test("the schema files need no migration that is not there", () => {
  const out = mkdtempSync(join(tmpdir(), "tributary-schema-"));
  try {
    cpSync(join(ROOT, "db/migrations"), out, { recursive: true });
    const before = readdirSync(out);
    const said = execFileSync(
      process.execPath,
      [
        join(ROOT, "node_modules/drizzle-kit/bin.cjs"),
        "generate",
        "--dialect",
        "postgresql",
        "--schema",
        "./db/schema/index.ts",
        "--out",
        relative(ROOT, out),
      ],
      { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    );
    expect(said).toMatch(/No schema changes/);
    expect(said).not.toMatch(/Error/);
    expect(readdirSync(out)).toEqual(before);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

test("the migrated database has exactly the tables, columns and indexes of the schema files", async () => {
  const tables = Object.values(schema)
    .filter((value) => is(value, PgTable))
    .map((table) => getTableConfig(table as PgTable));
  const wanted = tables
    .flatMap((table) => table.columns.map((column) => `${table.name}.${column.name} ${column.notNull ? "not null" : "null"}`))
    .toSorted();
  const rows = await database.sql<{ line: string }[]>`
    select c.relname || '.' || a.attname || case when a.attnotnull then ' not null' else ' null' end as line
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;
  expect(rows.map((row) => row.line).toSorted()).toEqual(wanted);

  const indexes = await database.sql<{ name: string }[]>`select indexname as name from pg_indexes where schemaname = 'public'`;
  const there = new Set(indexes.map((row) => row.name));
  const missing = tables.flatMap((table) => table.indexes.map((index) => index.config.name ?? "")).filter((name) => !there.has(name));
  expect(missing).toEqual([]);
});

test("every foreign key has an index that begins with it", async () => {
  const rows = await database.sql<{ name: string }[]>`
    select k.conname as name from pg_constraint k
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
      select 1 from pg_index i where i.indrelid = k.conrelid and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] = k.conkey)`;
  expect(rows.map((row) => row.name)).toEqual([]);
});

test("migrations are numbered without gaps and none is empty", () => {
  const journal = JSON.parse(readFileSync(join(ROOT, "db/migrations/meta/_journal.json"), "utf8")) as {
    entries: { idx: number; tag: string; when: number }[];
  };
  expect(journal.entries.map((entry) => entry.idx)).toEqual(journal.entries.map((_, i) => i));
  const times = journal.entries.map((entry) => entry.when);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const { tag } of journal.entries) expect(readFileSync(join(ROOT, "db/migrations", `${tag}.sql`), "utf8").trim()).not.toBe("");
});
