import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { judgeMessage } from "@/domain/events";
import { createContext } from "@/domain/kernel/context";
import { computeSegment, createSegment } from "@/domain/segments";
import { createSource } from "@/domain/sources";
import { createCollect } from "../collect/listener";
import { startTs, stopChild } from "./children";
import { createRules } from "./live-rules";
import { percentile } from "./measure";
import { createMessages, type Messages } from "./messages";
import { post } from "./post";
import type { Bench, BenchDatabase, BenchOptions } from "./report";

const SEGMENTS = 200;
const RATE = 2_000;
const BATCH = 20;
/** Messages of each person before the measured time. */
const HISTORY = 20;
const DAYS = 60;
const WARM_UP_MS = 5_000;

/**
 * Entries and exits of live segments: from the answer 200 to a message until the row in `segment_transitions` that names
 * it can be read, with 200 segments of all kinds, people with a history and 2,000 events a second. Collection runs here,
 * processing and segments in a process of their own, as in production. Moves by time alone have no message and are not
 * timed.
 */
export const bench: Bench = async (report, options) => {
  const database = await options.freshDatabase();
  const ctx = createContext({ kind: "job", id: "bench" }, database);
  const { id: sourceId, writeKey } = await createSource(ctx, { name: "Bench", type: "website" });
  options.say(`${SEGMENTS} segments`);
  const made: string[] = [];
  for (const [i, make] of createRules(SEGMENTS, options.seed).entries()) {
    const { id } = await createSegment(ctx, { name: `Segment ${i}`, rule: make(made) });
    await computeSegment(database, id, 1, { now: Date.now() });
    made.push(id);
  }
  const people = options.size === "full" ? 100_000 : 10_000;
  const collect = createCollect({ database, root: process.cwd() });
  const server: Server = createServer((req, res) => collect.handle(req, res));
  const port = await new Promise<number>((ready) => server.listen(0, "127.0.0.1", () => ready((server.address() as AddressInfo).port)));
  const worker = await startTs("worker.ts", { DATABASE_URL: database.url });
  try {
    options.say(`${people} people with ${HISTORY} messages each`);
    await history(database, sourceId, people, options);
    const seconds = options.size === "full" ? 60 : 20;
    options.say(`${RATE} events/s for ${seconds} s`);
    const load = createMessages({ people, seed: options.seed + 1, prefix: "live" });
    const { latencies, moves, behind } = await underLoad(database, port, writeKey, load, seconds);
    report.info({
      name: `entries and exits at ${RATE.toLocaleString("en-US")} events/s, ${SEGMENTS} segments`,
      unit: "moves/s",
      ours: moves / seconds,
    });
    report.info({ name: "changes of people left to look at when the load ended", unit: "people", ours: behind });
    report.info({ name: "accepted to entry or exit, median", unit: "ms", ours: percentile(latencies, 50) });
    report.bound({ name: "accepted to entry or exit, p99", unit: "ms", ours: percentile(latencies, 99), atMost: 1_000 });
    report.info({ name: "accepted to entry or exit, longest", unit: "ms", ours: Math.max(...latencies) });
  } finally {
    await stopChild(worker);
    await new Promise((done) => server.close(done).closeAllConnections());
    await collect.close();
  }
};

/** Puts everybody's history into the inbox and waits until all of it is processed and every segment has seen it. */
async function history({ sql }: BenchDatabase, sourceId: string, people: number, { seed, say }: BenchOptions): Promise<void> {
  const messages = createMessages({ people, seed, days: DAYS, prefix: "history" });
  const n = people * HISTORY;
  for (let i = 0; i < n; i += 1_000) {
    const receivedAt = new Date();
    const bodies = Array.from({ length: 1_000 }, () => {
      const judged = judgeMessage(messages.next(), { receivedAt });
      if (!judged.ok) throw new Error(judged.message);
      return judged.body;
    });
    await sql`insert into inbox (received_at, source_id, body) select ${receivedAt}, ${sourceId}, b from unnest(${bodies}::text[]) b`;
  }
  for (let said = 0; ;) {
    const waiting = await behindOf(sql, n);
    if (waiting === 0) break;
    if (Date.now() - said > 10_000) say(`${waiting} to go`);
    if (Date.now() - said > 10_000) said = Date.now();
    await new Promise((done) => setTimeout(done, 100));
  }
  await sql`vacuum analyze`;
}

/** Messages and changes of people that are still to be worked off. */
async function behindOf(sql: BenchDatabase["sql"], messages: number): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select (${messages}::int8 - c.processed) + (select count(*) from profile_changes where id > coalesce(s.change_id, 0)) as n
    from processing_cursors c left join segment_cursors s on s.name = 'main' where c.name = 'main'`;
  return row?.n ?? 0;
}

async function underLoad(database: BenchDatabase, port: number, key: string, messages: Messages, seconds: number) {
  const accepted = new Map<string, number>();
  const seen: { messageId: string; at: number }[] = [];
  const start = performance.now();
  const end = start + WARM_UP_MS + seconds * 1000;
  const watching = watch(database, seen);
  const sent: Promise<void>[] = [];
  for (let due = start; due < end; due += (BATCH / RATE) * 1000) {
    await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
    const batch = Array.from({ length: BATCH }, () => messages.next());
    sent.push(
      post(port, "/v1/batch", key, JSON.stringify({ batch, sentAt: new Date().toISOString() })).then((status) => {
        if (status !== 200) throw new Error(`a batch was answered with ${status}`);
        const at = performance.now();
        for (const { messageId } of batch) accepted.set(messageId, at);
      }),
    );
  }
  await Promise.all(sent);
  const [behind] = await database.sql<{ n: number }[]>`
    select count(*) as n from profile_changes where id > (select change_id from segment_cursors where name = 'main')`;
  await watching.quiet();
  const latencies: number[] = [];
  for (const { messageId, at } of seen) {
    const since = accepted.get(messageId);
    // A transition may be read before the client has its answer.
    if (since !== undefined && since > start + WARM_UP_MS && since <= end) latencies.push(Math.max(0, at - since));
  }
  return { latencies, moves: latencies.length, behind: behind?.n ?? 0 };
}

/** Reads new transitions over and over. `quiet` ends it once none came for two seconds. */
function watch({ sql }: BenchDatabase, seen: { messageId: string; at: number }[]): { quiet(): Promise<void> } {
  let stop = false;
  let newest = performance.now();
  const reading = (async () => {
    const [first] = await sql<{ id: number }[]>`select coalesce(max(id), 0)::int8 as id from segment_transitions`;
    for (let last = first?.id ?? 0; !stop;) {
      const rows = await sql<{ id: number; messageId: string | null }[]>`
        select t.id, (select i.body::json->>'messageId' from inbox i where i.id = t.event_id) as "messageId"
        from segment_transitions t where t.id > ${last} order by t.id`;
      const at = performance.now();
      for (const { id, messageId } of rows) {
        last = id;
        if (messageId !== null) seen.push({ messageId, at });
      }
      if (rows.length > 0) newest = at;
      await new Promise((done) => setTimeout(done, 5));
    }
  })();
  return {
    async quiet() {
      while (performance.now() - newest < 2_000) await new Promise((done) => setTimeout(done, 50));
      stop = true;
      await reading;
    },
  };
}
