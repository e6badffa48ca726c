import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createContext } from "@/domain/kernel/context";
import { processAll } from "@/domain/identity";
import { createSource } from "@/domain/sources";
import { createCollect } from "../collect/listener";
import { startTs, stopChild } from "./children";
import { percentile } from "./measure";
import { createMessages } from "./messages";
import { post } from "./post";
import type { Bench, BenchDatabase } from "./report";

const BATCH = 100;
const MESSAGES_PER_PERSON = 20;
/** Messages a second that processing takes when enough of them wait. */
async function capacity(database: BenchDatabase, port: number, key: string, n: number, seed: number): Promise<number> {
  const messages = createMessages({ people: Math.ceil(n / MESSAGES_PER_PERSON), seed, prefix: "capacity" });
  for (let sent = 0; sent < n; sent += BATCH * 4) {
    await Promise.all(Array.from({ length: 4 }, () => post(port, "/v1/batch", key, messages.batchBody(BATCH))));
  }
  const start = performance.now();
  await processAll(database);
  return (n / (performance.now() - start)) * 1000;
}

/**
 * From the answer 200 to the moment at which the person can be looked up by the identifier that the call brought, while
 * half of what processing can take comes in. Collection and processing run in processes of their own.
 */
export const bench: Bench = async (report, options) => {
  const database = await options.freshDatabase();
  const ctx = createContext({ kind: "job", id: "bench" }, database);
  const { writeKey } = await createSource(ctx, { name: "Bench", type: "website" });
  const collect = createCollect({ database, root: process.cwd() });
  const server: Server = createServer((req, res) => collect.handle(req, res));
  const port = await new Promise<number>((ready) => server.listen(0, "127.0.0.1", () => ready((server.address() as AddressInfo).port)));
  try {
    options.say("how much processing takes");
    const most = await capacity(database, port, writeKey, options.size === "full" ? 200_000 : 40_000, options.seed);
    const worker = await startTs("worker.ts", { DATABASE_URL: database.url });
    try {
      const rate = most / 2;
      const seconds = options.size === "full" ? 60 : 15;
      options.say(`half of it for ${seconds} s: ${Math.round(rate)} messages/s`);
      const visible = await underLoad(database, port, writeKey, rate, seconds, options.seed);
      report.info({ name: "processing, enough waiting", unit: "messages/s", ours: most });
      report.info({ name: "accepted to visible at half load, median", unit: "ms", ours: percentile(visible, 50) });
      report.bound({ name: "accepted to visible at half load, p99", unit: "ms", ours: percentile(visible, 99), atMost: 1_000 });
    } finally {
      await stopChild(worker);
    }
  } finally {
    await new Promise((done) => server.close(done).closeAllConnections());
    await collect.close();
  }
};

async function underLoad(
  database: BenchDatabase,
  port: number,
  key: string,
  rate: number,
  seconds: number,
  seed: number,
): Promise<number[]> {
  // As many messages a person as where the capacity was measured: first sightings cost several times what the rest does.
  const messages = createMessages({ people: Math.ceil((rate * seconds) / MESSAGES_PER_PERSON), seed: seed + 1, prefix: "load" });
  const end = performance.now() + seconds * 1000;
  const gap = (BATCH / rate) * 1000;
  const waits: Promise<number>[] = [];
  const load = (async () => {
    const sent: Promise<number>[] = [];
    for (let due = performance.now(); due < end; due += gap) {
      await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
      sent.push(post(port, "/v1/batch", key, messages.batchBody(BATCH)));
    }
    const refused = (await Promise.all(sent)).filter((status) => status !== 200).length;
    if (refused > 0) throw new Error(`${refused} batches of the load were refused`);
  })();
  for (let n = 0; performance.now() < end; n++) {
    const email = `probe${n}@example.com`;
    const status = await post(
      port,
      "/v1/identify",
      key,
      JSON.stringify({ messageId: `probe-${seed}-${n}`, userId: `probe-${n}`, traits: { email } }),
    );
    if (status !== 200) throw new Error(`a probe was answered with ${status}`);
    waits.push(untilVisible(database, email, performance.now()));
    await new Promise((done) => setTimeout(done, 100));
  }
  await load;
  return Promise.all(waits);
}

async function untilVisible(database: BenchDatabase, email: string, accepted: number): Promise<number> {
  for (;;) {
    const found = await database.sql`
      select 1 from identifiers i join profiles p on p.id = i.profile_id where i.type = 'email' and i.value = ${email} and p.email = ${email}`;
    const waited = performance.now() - accepted;
    if (found.length > 0) return waited;
    if (waited > 60_000) throw new Error("a probe did not become visible within a minute");
    await new Promise((done) => setTimeout(done, 5));
  }
}
