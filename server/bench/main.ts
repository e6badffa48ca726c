import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import postgres from "postgres";
import { connect } from "@/db/client";
import { migrate } from "@/db/migrate";
import { env } from "@/domain/kernel/env";
import { machine, Table, type Bench, type BenchDatabase, type BenchOptions } from "./report";

/** Every module, in the order in which `all` runs them. */
const MODULES = [
  "collect",
  "processing",
  "latency",
  "live",
  "lookup",
  "import",
  "segments",
  "erasure",
  "consent",
  "journeys",
  "attribution",
] as const;
/** Installs 600 MB of other engines: only when it is asked for by name. */
const ON_REQUEST = new Set<string>(["segments"]);

const HELP = `npm run bench -- [${MODULES.join("|")}|all ...] [--size small|full] [--json FILE] [--seed N] [--keep FOLDER]`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: "string", default: "small" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    // A data set that takes minutes to make is made once in this folder (run.mjs) and found again.
    keep: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const { size } = values;
if (size !== "small" && size !== "full") fail(`--size is "small" or "full", not "${size}".\n${HELP}`);
const asked = positionals.length === 0 || positionals.includes("all") ? MODULES.filter((name) => !ON_REQUEST.has(name)) : positionals;
for (const name of asked) {
  if (!(MODULES as readonly string[]).includes(name)) fail(`There is no bench "${name}".\n${HELP}`);
}

const url = env().DATABASE_URL;
if (!url) fail("server/bench/main.ts is started by server/bench/run.mjs.");
const say = (text: string): void => void process.stderr.write(`  ${text}\n`);
const open: BenchDatabase[] = [];
let databases = 0;

async function inCluster<T>(work: (admin: postgres.Sql) => Promise<T>): Promise<T> {
  const admin = postgres(url!.replace(/\/[^/]*$/, "/postgres"), { max: 1, onnotice: () => {} });
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function freshDatabase(): Promise<BenchDatabase> {
  const name = `bench_${++databases}`;
  await inCluster(async (admin) => {
    if (values.keep !== undefined) await admin.unsafe(`drop database if exists "${name}"`);
    await admin.unsafe(`create database "${name}"`);
  });
  return openDatabase(name);
}

async function keptDatabase(key: string, make: (database: BenchDatabase) => Promise<void>): Promise<BenchDatabase> {
  if (values.keep === undefined) {
    const database = await freshDatabase();
    await make(database);
    return database;
  }
  const name = `kept_${key}`;
  const there = await inCluster(async (admin) => (await admin`select 1 from pg_database where datname = ${name}`).length > 0);
  if (there) return openDatabase(name);
  const partial = `${name}_made`;
  await inCluster(async (admin) => {
    await admin.unsafe(`drop database if exists "${partial}"`);
    await admin.unsafe(`create database "${partial}"`);
  });
  const database = await openDatabase(partial);
  await make(database);
  await database.end();
  open.splice(open.indexOf(database), 1);
  await inCluster((admin) => admin.unsafe(`alter database "${partial}" rename to "${name}"`));
  return openDatabase(name);
}

async function openDatabase(name: string): Promise<BenchDatabase> {
  const own = url!.replace(/\/[^/]*$/, `/${name}`);
  await migrate(own);
  const database: BenchDatabase = { ...connect(own, { max: 16, applicationName: "bench", statementTimeoutMs: 0 }), url: own };
  open.push(database);
  return database;
}

const options: BenchOptions = { size, freshDatabase, keptDatabase, folder: env().DATA_DIR, seed: Number(values.seed), say };
const table = new Table();
let broken = false;
for (const name of asked) {
  const file = join(import.meta.dirname, `${name}.ts`);
  if (!existsSync(file)) fail(`server/bench/${name}.ts is missing.`);
  process.stderr.write(`${name}\n`);
  try {
    const { bench } = (await import(pathToFileURL(file).href)) as { bench: Bench };
    await bench(table, options);
  } catch (error) {
    // One broken module does not hide the figures of the others.
    broken = true;
    process.stderr.write(`  ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  await Promise.all(open.splice(0).map((database) => database.end()));
}

process.stdout.write(`\n${machine()}, PostgreSQL with fsync, size ${size}\n\n${table.toString()}\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: machine(), size, rows: table.rows }, null, 2)}\n`);
process.exit(broken ? 1 : 0);
