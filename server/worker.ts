import { setMaxListeners } from "node:events";
import { connect } from "@/db/client";
import { env } from "@/domain/kernel/env";
import { onStop, tell } from "./child";
import { createLog } from "./log";
import { keepRunning } from "./loop";
import { loops } from "./loops";

/** The worker process: everything that goes on behind the scenes. Any number may run. */
const log = createLog("worker");
const settings = env();
if (!settings.DATABASE_URL) throw new Error("DATABASE_URL is not set.");
const database = connect(settings.DATABASE_URL, {
  max: settings.DATABASE_POOL,
  statementTimeoutMs: 300_000,
  applicationName: "tributary-worker",
});
const stopping = new AbortController();
// Every loop listens while it pauses.
setMaxListeners(2 * loops.length, stopping.signal);
const running = loops.map((loop) => keepRunning(loop, { database, signal: stopping.signal, log }));

onStop(log, async () => {
  stopping.abort();
  // Steps in hand may finish; what is not done after this is given back by its lease.
  await Promise.race([Promise.all(running), new Promise((done) => setTimeout(done, 20_000))]);
  await database.end();
});
tell({ ready: true });
log.info("ready", { n: loops.length, pid: process.pid });
