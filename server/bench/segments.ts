import { mkdirSync } from "node:fs";
import { loadavg } from "node:os";
import { createContext } from "@/domain/kernel/context";
import { fixedClock } from "@/domain/kernel/clock";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { BlockEngine, BlockKeeper, estimateRule, SegmentEngine } from "@/domain/segments";
import type { Rule } from "@/domain/segments/model";
import { median, timed } from "./measure";
import type { Bench, BenchDatabase } from "./report";
import { best, installEngines, startEngine, type Engine } from "./segment-engines";
import { filesOf, fill, NOW, type Filled } from "./segment-data";
import { QUESTIONS, tenRows } from "./segment-rules";

const SIZES = { small: { people: 100_000, events: 2_000_000 }, full: { people: 1_000_000, events: 20_000_000 } } as const;
const RUNS = 7;
const CACHE = 512 * 1_048_576;
const ZONE = "UTC";

/** @returns how many event names were built from nothing */
async function keepAll(keeper: BlockKeeper, upTo: number): Promise<number> {
  for (let built = 0; ;) {
    const step = await keeper.close(upTo, NOW);
    built += step.built;
    if (step.idle) return built;
  }
}

/**
 * Counting segments, beside embedded ClickHouse and DuckDB with the same people and events (merged people resolved
 * beforehand for them). Cold: nothing in memory but PostgreSQL's own cache. Hot: columns in memory, no set kept.
 */
export const bench: Bench = async (report, { size, keptDatabase, folder, seed, say }) => {
  const { people, events } = SIZES[size];
  mkdirSync(folder, { recursive: true });
  say("installing chdb and DuckDB");
  const installed = installEngines(folder);
  say(`${people.toLocaleString("en")} people, ${events.toLocaleString("en")} events`);
  const filled: Filled = { key: `${size}_${seed}`, people, events, files: filesOf(folder, `${size}_${seed}`) };
  const database = await keptDatabase(`segments_${filled.key}`, (empty) => fill(empty, seed, filled));
  const keeper = new BlockKeeper(database, { columnsAtOnce: 50 });
  const building = await timed(() => keepAll(keeper, events));
  // A kept data set has its blocks already.
  if (building.value > 0) report.info({ name: "segments: events into blocks", unit: "events/s", ours: (events * 1000) / building.ms });
  const [bytes] = await database.sql<{ n: number }[]>`select sum(octet_length(data))::int8 as n from event_block_columns`;
  report.info({ name: "segments: blocks", unit: "MB", ours: (bytes?.n ?? 0) / 1e6 });
  say("loading the other engines");
  const engines = [await startEngine("ClickHouse", installed, folder, filled), await startEngine("DuckDB", installed, folder, filled)];
  try {
    await measure(report, database, keeper, events, engines, say);
  } finally {
    for (const engine of engines) await engine.close();
  }
};

/** Everything that is measured on a filled database. */
export async function measure(
  report: Parameters<Bench>[0],
  database: BenchDatabase,
  keeper: BlockKeeper,
  events: number,
  engines: readonly Engine[],
  say: (text: string) => void,
): Promise<void> {
  const options = { zone: ZONE };
  const engineWith = (blocks: BlockEngine): SegmentEngine => new SegmentEngine(database, { blocks, now: () => NOW });
  // The first look says which columns are wanted.
  const first = new BlockEngine(database, CACHE);
  for (const { rule } of Object.values(QUESTIONS)) await engineWith(first).ask(rule, options);
  await engineWith(first).ask(tenRows(0), options);
  say("property columns and columns of people");
  await keepAll(keeper, events);
  const hot = new BlockEngine(database, CACHE);
  for (const [key, { title, rule }] of Object.entries(QUESTIONS)) {
    const once = async (blocks: BlockEngine): Promise<{ ms: number; answer: number }> => {
      const { ms, value } = await timed(() => engineWith(blocks).ask(rule, options));
      const asked = [...value.computed.values()].filter(({ by }) => by === "database").length;
      if (asked > 0) say(`${key}: ${asked} rows from the database`);
      return { ms, answer: value.total.size };
    };
    const cold: number[] = [];
    const warm: number[] = [];
    let answer = Number.NaN;
    for (let i = 0; i < RUNS; i++) cold.push((await once(new BlockEngine(database, CACHE))).ms);
    await once(hot);
    for (let i = 0; i < RUNS; i++) {
      const one = await once(hot);
      warm.push(one.ms);
      answer = one.answer;
    }
    for (const engine of engines) {
      const other = await best(engine, key, RUNS);
      if (other.answer !== answer) throw new Error(`${key}: ${engine.name} counts ${other.answer}, ours ${answer}`);
      say(`${key}: ${answer} people, ${engine.name} ${other.ms.toFixed(1)} ms (${other.order})`);
      const goals = engine.name === "ClickHouse" ? { cold: 1, hot: "abcd".includes(key) ? 0.2 : 1 } : undefined;
      report.beside({
        name: `${title}, cold / ${engine.name}`,
        unit: "ms",
        ours: median(cold),
        floor: other.ms,
        ...(goals && { atMost: goals.cold }),
      });
      report.beside({
        name: `${title}, hot / ${engine.name}`,
        unit: "ms",
        ours: median(warm),
        floor: other.ms,
        ...(goals && { atMost: goals.hot }),
      });
    }
  }
  await edits(report, database);
  algebra(report, await Promise.all(Array.from({ length: 12 }, (_, n) => membersOf(engineWith(hot), tenRows(n * 3), n))));
  report.info({ name: "segments: columns in memory after all of it", unit: "MB", ours: hot.store.size / 1e6 });
  say(
    `load at the end: ${loadavg()
      .map((x) => x.toFixed(1))
      .join(", ")}`,
  );
}

/** Through the product: the counts of every row and the total after one of ten rows changed. */
async function edits(report: Parameters<Bench>[0], database: BenchDatabase): Promise<void> {
  const ctx = { ...createContext({ kind: "job", id: "bench" }, database), clock: fixedClock(new Date(NOW)) };
  await estimateRule(ctx, { rule: tenRows(0) });
  const times: number[] = [];
  for (let n = 1; n <= 25; n++) times.push((await timed(() => estimateRule(ctx, { rule: tenRows(n) }))).ms);
  report.bound({ name: "segments: edit of one row of ten, all counts, median", unit: "ms", ours: median(times), atMost: 50 });
  report.info({ name: "segments: edit of one row of ten, slowest of 25", unit: "ms", ours: Math.max(...times) });
}

async function membersOf(engine: SegmentEngine, rule: Rule, n: number): Promise<IdSet> {
  const { sets } = await engine.ask(rule, { zone: ZONE });
  return sets.get(`n${n % 10}`) ?? IdSet.EMPTY;
}

function algebra(report: Parameters<Bench>[0], sets: readonly IdSet[]): void {
  const pair = (): number => (sets[1] as IdSet).andSize(sets[2] as IdSet);
  const matrix = (): number => {
    let sum = 0;
    for (const a of sets) for (const b of sets) sum += a.andSize(b);
    return sum;
  };
  const once = (work: () => number): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const run = (work: () => number): number => median(Array.from({ length: 50 }, () => once(work)));
  report.bound({ name: "segments: overlap of two, sets in memory", unit: "ms", ours: run(pair), atMost: 2 });
  report.bound({ name: "segments: matrix of 12 x 12, sets in memory", unit: "ms", ours: run(matrix), atMost: 100 });
}
