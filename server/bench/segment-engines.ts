import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { startTs, stopChild } from "./children";
import { NOW, TYPE, type Filled } from "./segment-data";

export type EngineName = "ClickHouse" | "DuckDB";

/** Another engine with the same data. */
export interface Engine {
  name: EngineName;
  ask(query: string): Promise<EngineAnswer>;
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
const SEQUENCE: Record<EngineName, string> = {
  ClickHouse: `select count(*) from (select pid from EVENTS where type in (${TYPE.view}, ${TYPE.order}) and ts > ${since(90)} and ts <= ${NOW}
    group by pid having windowFunnel(${7 * DAY}, 'strict_increase')(toUInt64(ts), type = ${TYPE.view}, type = ${TYPE.order}) = 2)`,
  DuckDB: `select count(distinct o.pid) from (select pid, ts from EVENTS where type = ${TYPE.order} and ts > ${since(90)} and ts <= ${NOW}) o
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

/** What the process of an engine is told. */
export type EngineOrder = { load: { name: EngineName; installed: string; folder: string; filled: Filled } } | { ask: string };
/** And what it answers: the one number of the query, and its milliseconds there. */
export interface EngineAnswer {
  value: number;
  ms: number;
}

/**
 * Starts an engine and loads the data, in a process of its own: both bring thread pools and allocators that do not go
 * together in one.
 */
export async function startEngine(name: EngineName, installed: string, folder: string, filled: Filled): Promise<Engine> {
  const child = await startTs("segment-engine.ts", {});
  const say = (order: EngineOrder): Promise<EngineAnswer> =>
    new Promise((done, failed) => {
      const gone = (code: number | null): void => failed(new Error(`${name} ended with ${code}`));
      child.once("exit", gone);
      child.once("message", (answer) => {
        child.off("exit", gone);
        done(answer as EngineAnswer);
      });
      child.send(order);
    });
  await say({ load: { name, installed, folder, filled } });
  return { name, ask: (query) => say({ ask: query }), queries: { ...COMMON, sequence: SEQUENCE[name] }, close: () => stopChild(child) };
}

/** Milliseconds of a question in the better table order (median of `runs` after one that is not counted), and its answer. */
export async function best(engine: Engine, question: string, runs: number): Promise<{ ms: number; order: string; answer: number }> {
  let found = { ms: Number.POSITIVE_INFINITY, order: "", answer: Number.NaN };
  for (const order of Object.keys(ORDERS)) {
    const query = (engine.queries[question] ?? "").replaceAll("EVENTS", order);
    const { value: answer } = await engine.ask(query);
    const times: number[] = [];
    for (let i = 0; i < runs; i++) times.push((await engine.ask(query)).ms);
    const ms = times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
    if (ms < found.ms) found = { ms, order, answer };
  }
  return found;
}
