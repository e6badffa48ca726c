import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { timed } from "./measure";
import { NOW, TYPE, type Filled } from "./segment-data";

/** Another engine with the same data. */
export interface Engine {
  name: string;
  /** The one number that a query gives. */
  ask(query: string): Promise<number>;
  queries: Queries;
  close(): Promise<void>;
}

/** The questions by name; `EVENTS` stands for the table. */
export type Queries = Record<string, string>;

const DAY = 86_400_000;
const since = (days: number): number => NOW - days * DAY;

/** In SQL that both engines read; a sequence is said by each in its own best way. */
const COMMON: Queries = {
  a: `select count(*) from people where country in ('DE', 'FR', 'GB')
    and id in (select pid from EVENTS where type = ${TYPE.order} and ts > ${since(30)} and ts <= ${NOW} group by pid having count(*) >= 3 and sum(value) > 100)
    and id not in (select pid from EVENTS where type = ${TYPE.ticket} and ts > ${since(7)} and ts <= ${NOW})`,
  b: `select count(*) from people where country in ('DE', 'FR', 'GB')
    and id in (select pid from EVENTS where type = ${TYPE.page} and ts > ${since(90)} and ts <= ${NOW} group by pid having count(*) >= 5)
    and id in (select pid from EVENTS where type = ${TYPE.add} and ts > ${since(30)} and ts <= ${NOW})
    and id not in (select pid from EVENTS where type = ${TYPE.order} and ts > ${since(90)} and ts <= ${NOW})`,
  c: `select count(*) from (select pid from EVENTS where type = ${TYPE.page} and ts <= ${NOW} group by pid having count(*) >= 10) x`,
  d: `select count(*) from people where id not in (select pid from EVENTS where ts > ${since(30)} and ts <= ${NOW})`,
  text: `select count(*) from (select pid from EVENTS where type = ${TYPE.view} and ts > ${since(90)} and ts <= ${NOW} and category = 'category 3' group by pid having count(*) >= 2) x`,
  number: `select count(*) from (select pid from EVENTS where type = ${TYPE.order} and ts > ${since(180)} and ts <= ${NOW} and value > 50 group by pid having count(*) >= 1) x`,
};
const SEQUENCE: Record<"clickhouse" | "duckdb", string> = {
  clickhouse: `select count(*) from (select pid from EVENTS where type in (${TYPE.view}, ${TYPE.order}) and ts > ${since(90)} and ts <= ${NOW}
    group by pid having windowFunnel(${7 * DAY}, 'strict_increase')(toUInt64(ts), type = ${TYPE.view}, type = ${TYPE.order}) = 2)`,
  duckdb: `select count(distinct o.pid) from (select pid, ts from EVENTS where type = ${TYPE.order} and ts > ${since(90)} and ts <= ${NOW}) o
    asof join (select pid, ts from EVENTS where type = ${TYPE.view} and ts > ${since(90)} and ts <= ${NOW}) v
    on o.pid = v.pid and o.ts > v.ts where o.ts - v.ts <= ${7 * DAY}`,
};

/** Table orders that are tried; each question counts with its better one. */
export const ORDERS = { by_time: "type, ts", by_person: "type, pid, ts" } as const;

const PACKAGES = join(import.meta.dirname, "engines");

/** Installs the engines' own package (600 MB) into a folder, from the npm registry. */
export function installEngines(folder: string): string {
  const target = join(folder, "engines");
  mkdirSync(target, { recursive: true });
  cpSync(join(PACKAGES, "package.json"), join(target, "package.json"));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: target, stdio: ["ignore", "ignore", "inherit"] });
  return target;
}

interface ChSession {
  query(sql: string, format?: string): string;
  cleanup(): void;
}

export async function clickhouse(installed: string, folder: string, filled: Filled): Promise<Engine> {
  const require = createRequire(join(installed, "package.json"));
  const { Session } = require("chdb") as { Session: new (path: string) => ChSession };
  const session = new Session(join(folder, "clickhouse"));
  const run = (sql: string): string => session.query(sql, "TSV");
  run("create database if not exists bench");
  run("create table bench.people (id UInt32, country LowCardinality(String)) engine = MergeTree order by id");
  run(`insert into bench.people select * from file('${filled.files.people}', 'CSV', 'id UInt32, country String')`);
  const columns = "type UInt8, pid UInt32, ts Int64, value Float64, category LowCardinality(String)";
  const given = "type UInt8, pid UInt32, ts Int64, value Float64, category String";
  for (const [name, order] of Object.entries(ORDERS)) {
    run(`create table bench.${name} (${columns}) engine = MergeTree order by (${order})`);
    run(`insert into bench.${name} select * from file('${filled.files.events}', 'CSV', '${given}')`);
    // One part, fully sorted: its best state.
    run(`optimize table bench.${name} final`);
  }
  return {
    name: "ClickHouse",
    ask: async (query) => Number(run(query.replaceAll("from people", "from bench.people").replaceAll("from by_", "from bench.by_")).trim()),
    queries: { ...COMMON, sequence: SEQUENCE.clickhouse },
    close: async () => session.cleanup(),
  };
}

interface DuckConnection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
  closeSync(): void;
}

export async function duckdb(installed: string, folder: string, filled: Filled): Promise<Engine> {
  const require = createRequire(join(installed, "package.json"));
  const { DuckDBInstance } = require("@duckdb/node-api") as {
    DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckConnection>; closeSync(): void }> };
  };
  const instance = await DuckDBInstance.create(join(folder, "duck.db"));
  const connection = await instance.connect();
  const csv = (path: string, columns: string): string => `read_csv('${path}', header = false, columns = {${columns}})`;
  await connection.run(
    `create table people as select * from ${csv(filled.files.people, "'id': 'INTEGER', 'country': 'VARCHAR'")} order by id`,
  );
  const events = csv(filled.files.events, "'type': 'UTINYINT', 'pid': 'INTEGER', 'ts': 'BIGINT', 'value': 'DOUBLE', 'category': 'VARCHAR'");
  for (const [name, order] of Object.entries(ORDERS))
    await connection.run(`create table ${name} as select * from ${events} order by ${order}`);
  return {
    name: "DuckDB",
    ask: async (query) => Number((await connection.runAndReadAll(query)).getRows()[0]?.[0]),
    queries: { ...COMMON, sequence: SEQUENCE.duckdb },
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Milliseconds of a question in the better table order (median of `runs` after one that is not counted), and its answer. */
export async function best(engine: Engine, question: string, runs: number): Promise<{ ms: number; order: string; answer: number }> {
  let found = { ms: Number.POSITIVE_INFINITY, order: "", answer: Number.NaN };
  for (const order of Object.keys(ORDERS)) {
    const query = (engine.queries[question] ?? "").replaceAll("EVENTS", order);
    const answer = await engine.ask(query);
    const times: number[] = [];
    for (let i = 0; i < runs; i++) times.push((await timed(() => engine.ask(query))).ms);
    const ms = times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
    if (ms < found.ms) found = { ms, order, answer };
  }
  return found;
}
