import { connect } from "@/db/client";
import { env } from "@/domain/kernel/env";
import { createLog } from "../log";
import { keepRunning } from "../loop";
import { processing } from "../processing";
import { segments } from "../segments";

/** The loops of the worker that follow messages, in a process of its own, as in production. Ends with SIGTERM. */
const url = env().DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set.");
const database = connect(url, { max: 8, statementTimeoutMs: 0, applicationName: "bench-worker" });
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
process.send?.("ready");
const log = createLog("bench-worker");
await Promise.all([processing, segments].map((loop) => keepRunning(loop, { database, signal: stop.signal, log })));
await database.end();
process.exit(0);
