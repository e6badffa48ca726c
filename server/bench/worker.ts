import { connect } from "@/db/client";
import { env } from "@/domain/kernel/env";
import { createLog } from "../log";
import { keepRunning } from "../loop";
import { processing } from "../processing";

/** The processing loop of the worker, alone in a process of its own, as in production. Ends with SIGTERM. */
const url = env().DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set.");
const database = connect(url, { max: 4, statementTimeoutMs: 0, applicationName: "bench-worker" });
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
process.send?.("ready");
await keepRunning(processing, { database, signal: stop.signal, log: createLog("bench-worker") });
await database.end();
process.exit(0);
