import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { connect, type Sql } from "@/db/client";
import { createContext } from "@/domain/kernel/context";
import { ensureInboxPartitions } from "@/domain/events";
import { createSource } from "@/domain/sources";
import { bundleOptions } from "../build.mjs";
import { copyFloor } from "./copy-floor";
import { median, percentile } from "./measure";
import { createMessages } from "./messages";
import type { Bench } from "./report";

interface Sent {
  ms: number;
  statuses: Record<string, number>;
  samples: number[];
}

/** The load generator, in its own thread. */
class Client {
  readonly #worker = new Worker(join(import.meta.dirname, "http-client.mjs"));

  send(job: { port: number; path: string; authorization: string; bodies: string[]; connections: number }): Promise<Sent> {
    return new Promise((done, fail) => {
      this.#worker.once("error", fail);
      this.#worker.once("message", (result: Sent & { error?: string }) => {
        this.#worker.off("error", fail);
        if (result.error !== undefined) fail(new Error(result.error));
        else if (Object.keys(result.statuses).join() !== "200") fail(new Error(`answers: ${JSON.stringify(result.statuses)}`));
        else done(result);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
      this.#worker.postMessage(job);
    });
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }
}

const PER_BATCH = 100;
const ROUNDS = 5;

/**
 * The collector and the bare echo as they run in production. Started through tsx, every function made in a request would
 * be wrapped to keep its name, which takes a tenth of the rate away.
 */
async function bundled(folder: string): Promise<typeof import("./servers") & { judge: string }> {
  await build({ ...bundleOptions(folder), entryPoints: { servers: "server/bench/servers.ts", judge: "server/judge.ts" } });
  const servers = (await import(pathToFileURL(join(folder, "servers.js")).href)) as typeof import("./servers");
  return { ...servers, judge: join(folder, "judge.js") };
}

/** Collection over HTTP, durable, beside PostgreSQL's own floor in the same run. */
export const bench: Bench = async (report, { size, freshDatabase, folder, seed, say }) => {
  const database = await freshDatabase();
  const { createCollect, echoServer, judge } = await bundled(folder);
  await ensureInboxPartitions(database.sql, new Date());
  const ctx = createContext({ kind: "job", id: "bench" }, database);
  const { writeKey } = await createSource(ctx, { name: "Bench", type: "website" });
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}`;
  const client = new Client();
  // As in server/web.ts.
  const reopen = () => connect(database.url, { max: 6, statementTimeoutMs: 5_000, applicationName: "bench-collect" });
  const collect = createCollect({ database, root: process.cwd(), trustedProxyHops: 0, judgeThreads: { file: judge }, reopen });
  const server = createServer((req, res) => collect.handle(req, res));
  const echo = echoServer(database.sql);
  await database.sql`create table echo_rows (body text not null)`;
  try {
    await Promise.all([listen(server), listen(echo)]);
    const batches = size === "full" ? 2_000 : 500;
    const rounds: { ours: number; floor: number; samples: number[] }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const messages = createMessages({ people: 20_000, seed: seed + round, days: 0 });
      const n = round === 0 ? 50 : batches;
      const bodies = Array.from({ length: n }, () => messages.batchBody(PER_BATCH));
      const since = await lastId(database.sql);
      say(`round ${round}: ${n} batches of ${PER_BATCH}`);
      const sent = await client.send({ port: portOf(server), path: "/v1/batch", authorization, bodies, connections: 16 });
      const rate = (n * PER_BATCH * 1000) / sent.ms;
      const floor = await copyFloor(database, since);
      if (floor.rows !== n * PER_BATCH) throw new Error(`${floor.rows} rows stored of ${n * PER_BATCH} acknowledged`);
      // The first round warms up.
      if (round > 0) rounds.push({ ours: rate, floor: floor.rate, samples: sent.samples });
    }
    const middle = rounds.toSorted((a, b) => a.ours / a.floor - b.ours / b.floor)[Math.floor(ROUNDS / 2)];
    if (!middle) throw new Error("no round");
    report.rate({
      name: "collect: batches of 100 / one COPY of the same rows",
      unit: "events/s",
      ours: middle.ours,
      floor: middle.floor,
      atLeast: 0.25,
    });
    report.info({ name: "collect: batches of 100, p99", unit: "ms", ours: percentile(middle.samples, 99) });

    const singles = size === "full" ? 40_000 : 20_000;
    const pairs: { ours: number; floor: number; samples: number[] }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const messages = createMessages({ people: 20_000, seed: seed + 100 + round, days: 0, prefix: `single-${round}` });
      const bodies = Array.from({ length: round === 0 ? 2_000 : singles }, () => JSON.stringify(messages.next()));
      say(`round ${round}: ${bodies.length} single events`);
      const job = { path: "/v1/batch", authorization, bodies: bodies.map((body) => `{"batch":[${body}]}`), connections: 64 };
      const floor = await client.send({ ...job, port: portOf(echo) });
      const ours = await client.send({ ...job, port: portOf(server) });
      if (round > 0) {
        pairs.push({ ours: (bodies.length * 1000) / ours.ms, floor: (bodies.length * 1000) / floor.ms, samples: ours.samples });
      }
    }
    report.rate({
      name: "collect: single events / node:http echo with a group-committed insert",
      unit: "events/s",
      ours: median(pairs.map((pair) => pair.ours)),
      floor: median(pairs.map((pair) => pair.floor)),
      atLeast: 0.5,
    });
    report.info({ name: "collect: single events, p99", unit: "ms", ours: median(pairs.map((pair) => percentile(pair.samples, 99))) });
  } finally {
    for (const one of [server, echo]) {
      one.close();
      one.closeAllConnections();
    }
    await collect.close();
    await client.close();
  }
};

const listen = (server: Server): Promise<void> => new Promise((done) => server.listen(0, "127.0.0.1", done));
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function lastId(sql: Sql): Promise<number> {
  const [row] = await sql<{ id: number }[]>`select coalesce(max(id), 0)::int8 as id from inbox`;
  return row?.id ?? 0;
}
