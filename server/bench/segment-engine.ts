import { createRequire } from "node:module";
import { join } from "node:path";
import { timed } from "./measure";
import type { Filled } from "./segment-data";
import { ORDERS, type EngineOrder } from "./segment-engines";

/** The process of one other engine: loads the data, then answers queries (segment-engines.ts starts it). */
interface ChSession {
  query(sql: string, format?: string): string;
}

type Run = (query: string) => Promise<number>;

async function clickhouse(installed: string, folder: string, filled: Filled): Promise<Run> {
  const require = createRequire(join(installed, "package.json"));
  const { Session } = require("chdb") as { Session: new (path: string) => ChSession };
  const session = new Session(join(folder, `clickhouse_${filled.key}`));
  const run = (sql: string): string => session.query(sql, "TSV");
  run("create database if not exists bench");
  const loaded = run("select count(*) from system.tables where database = 'bench' and name = 'loaded'").trim() === "1";
  if (!loaded) load(run, filled);
  return async (query) => Number(run(query.replaceAll("from people", "from bench.people").replaceAll("from by_", "from bench.by_")).trim());
}

function load(run: (sql: string) => string, filled: Filled): void {
  for (const name of ["people", ...Object.keys(ORDERS)]) run(`drop table if exists bench.${name}`);
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
  run("create table bench.loaded (x UInt8) engine = MergeTree order by x");
}

interface DuckConnection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
}

async function duckdb(installed: string, folder: string, filled: Filled): Promise<Run> {
  const require = createRequire(join(installed, "package.json"));
  const { DuckDBInstance } = require("@duckdb/node-api") as {
    DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckConnection> }> };
  };
  const instance = await DuckDBInstance.create(join(folder, `duck_${filled.key}.db`));
  const connection = await instance.connect();
  const run: Run = async (query) => Number((await connection.runAndReadAll(query)).getRows()[0]?.[0]);
  if ((await run("select count(*) from information_schema.tables where table_name = 'loaded'")) === 1) return run;
  for (const name of ["people", ...Object.keys(ORDERS)]) await connection.run(`drop table if exists ${name}`);
  const csv = (path: string, columns: string): string => `read_csv('${path}', header = false, columns = {${columns}})`;
  await connection.run(
    `create table people as select * from ${csv(filled.files.people, "'id': 'INTEGER', 'country': 'VARCHAR'")} order by id`,
  );
  const events = csv(filled.files.events, "'type': 'UTINYINT', 'pid': 'INTEGER', 'ts': 'BIGINT', 'value': 'DOUBLE', 'category': 'VARCHAR'");
  for (const [name, order] of Object.entries(ORDERS))
    await connection.run(`create table ${name} as select * from ${events} order by ${order}`);
  await connection.run("create table loaded (x integer)");
  return run;
}

let run: Run = () => Promise.reject(new Error("nothing is loaded"));
const work = async (order: EngineOrder): Promise<void> => {
  if ("ask" in order) {
    const { ms, value } = await timed(() => run(order.ask));
    process.send?.({ ms, value });
    return;
  }
  const { name, installed, folder, filled } = order.load;
  run = await (name === "ClickHouse" ? clickhouse : duckdb)(installed, folder, filled);
  process.send?.({ ms: 0, value: 0 });
};
process.on("message", (order: EngineOrder) => {
  work(order).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
});
process.send?.("ready");
