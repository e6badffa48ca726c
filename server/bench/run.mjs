// npm run bench -- [collect|processing|latency|live|lookup|import|erasure|consent|journeys|attribution|all] [--size small|full] [--json FILE] [--seed N] [--keep FOLDER]
//
// Starts a PostgreSQL of its own with full durability (fsync and synchronous_commit on), runs the asked modules against
// fresh databases in it, prints one table of ratios, and removes everything (with --keep: leaves it for the next run). Plain Node: the modules are TypeScript and
// run through tsx in a second process with the environment of this run.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startPostgres } from "../postgres.mjs";

const root = join(import.meta.dirname, "..", "..");
const asked = process.argv.indexOf("--keep");
const kept = asked > 0 ? process.argv[asked + 1] : undefined;
const folder = kept ? resolve(kept) : join(root, ".data", `bench-${randomBytes(4).toString("hex")}`);
mkdirSync(folder, { recursive: true });

const cluster = await startPostgres({ data: join(folder, "postgres") });
const child = spawn(
  process.execPath,
  [
    // As the worker runs (server/supervisor.mjs).
    "--max-semi-space-size=64",
    "--conditions=react-server",
    "--import",
    pathToFileURL(join(root, "node_modules", "tsx", "dist", "esm", "index.mjs")).href,
    join(import.meta.dirname, "main.ts"),
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      NODE_ENV: "production",
      LOG_LEVEL: "error",
      DATABASE_URL: cluster.url,
      DATA_DIR: folder,
      MASTER_KEY: randomBytes(32).toString("hex"),
      BENCH_FOLDER: folder,
    },
  },
);

const stop = (signal) => child.kill(signal);
process.on("SIGINT", () => stop("SIGINT"));
process.on("SIGTERM", () => stop("SIGTERM"));

const code = await new Promise((done) => child.once("exit", (exit) => done(exit ?? 1)));
await cluster.stop(kept ? "fast" : "immediate");
if (kept) process.exit(code);
rmSync(folder, { recursive: true, force: true });
// As root the cluster lies elsewhere (see server/postgres.mjs), with its password and log beside it.
for (const path of [cluster.data, join(dirname(cluster.data), `${basename(cluster.data)}.password`), `${cluster.data}.log`]) {
  rmSync(path, { recursive: true, force: true });
}
process.exit(code);
