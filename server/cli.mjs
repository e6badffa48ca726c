// `npm run -s cli -- <command>`: builds the command's bundle when it is stale (milliseconds) and runs it.
import { spawn } from "node:child_process";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNode, installed } from "./install.mjs";
import { loadEnv } from "./load-env.mjs";

checkNode();
const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
loadEnv(ROOT);

let cluster;
async function main() {
  if (!installed(ROOT)) throw new Error('The packages are not installed: run "npm ci" (or "npm start" once).');
  const { buildProcesses } = await import("./build.mjs");
  await buildProcesses();
  const dataDir = process.env.DATA_DIR || ".data";
  const env = {
    ...process.env,
    DATA_DIR: isAbsolute(dataDir) ? dataDir : join(ROOT, dataDir),
    NODE_ENV: process.env.NODE_ENV || "production",
  };
  const args = process.argv.slice(2);
  const needsDatabase = args.length > 0 && !["help", "--help", "-h"].includes(args[0]);
  if (!env.DATABASE_URL && needsDatabase) {
    const { holdCluster } = await import("./postgres.mjs");
    cluster = await holdCluster({ data: join(env.DATA_DIR, "postgres") });
    env.DATABASE_URL = cluster.url;
  }
  // Paths in arguments are meant from where the operator stands.
  // Imports, demo data and rebuilds make much that is short-lived: the same young generation as the worker's.
  const child = spawn(process.execPath, ["--enable-source-maps", "--max-semi-space-size=64", join(ROOT, "dist", "cli.js"), ...args], {
    cwd: ROOT,
    env: { ...env, TRIBUTARY_CWD: process.env.INIT_CWD || process.cwd() },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) => done(signal ? 1 : (code ?? 1)));
  });
}

void main()
  .catch((error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  })
  .then(async (code) => {
    await cluster?.release();
    process.exit(code);
  });
