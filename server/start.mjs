// `npm start` and `npm run dev`: prepares what is missing (packages, build, database, migrations) and runs the
// processes. Plain Node builtins only at the top: this file runs before anything is installed.
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNode, install, installed } from "./install.mjs";
import { loadEnv } from "./load-env.mjs";

checkNode();
const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const dev = process.argv.includes("--dev");
const demo = process.argv.includes("--demo") || ["1", "true"].includes(process.env.DEMO ?? "");

const out = (text) => process.stdout.write(text);

/** Runs one step and prints its name, outcome and time. `work` returns the outcome in a few words. */
async function step(name, work) {
  const started = performance.now();
  const outcome = await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  out(`  ${name.padEnd(12)}${String(outcome).padEnd(48)}${seconds.padStart(7)} s\n`);
}

async function fail(error) {
  process.stderr.write(`\nTributary could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  await supervisor?.stop();
  process.exit(1);
}

/** Refuses early when the port is taken. An earlier run that is just ending gets a few seconds. */
async function checkPort(host, port) {
  if (port === 0) return;
  for (let i = 0; ; i++) {
    const error = await new Promise((done) => {
      const probe = createServer();
      probe.once("error", done);
      probe.listen({ host, port, exclusive: true }, () => probe.close(() => done(undefined)));
    });
    if (!error) return;
    if (error.code === "EADDRINUSE") {
      if (i < 12) {
        await new Promise((done) => setTimeout(done, 250));
        continue;
      }
      throw new Error(
        `port ${port} on ${host} is in use. Stop what uses it, or choose another one: PORT=${port + 1} npm ${dev ? "run dev" : "start"}`,
      );
    }
    if (error.code === "EACCES")
      throw new Error(`port ${port} needs more rights than this user has. Choose another one with PORT (1024 or higher).`);
    if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") throw new Error(`HOST=${host} is not an address of this machine.`);
    throw error;
  }
}

let supervisor;

async function main() {
  loadEnv(ROOT);
  process.chdir(ROOT);
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  out(`\nTributary ${version}${dev ? " (development)" : ""}, Node ${process.versions.node}\n\n`);

  const host = process.env.HOST || "127.0.0.1";
  const port = process.env.PORT ? Number(process.env.PORT) : 3000;
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT must be a whole number from 0 to 65535, not "${process.env.PORT}".`);
  await checkPort(host, port);

  await step("packages", () => {
    if (installed(ROOT)) return "current";
    out("  packages    installing (npm ci) ...\n");
    install(ROOT);
    return "installed";
  });
  const { buildApp, buildProcesses } = await import("./build.mjs");
  if (!dev) {
    await step("build", async () => {
      const processes = await buildProcesses();
      const app = await buildApp({ quiet: true });
      return app ? "application and processes built" : processes ? "processes built" : "current";
    });
  } else {
    await step("build", async () => ((await buildProcesses()) ? "processes built" : "current"));
  }

  const dataDir = process.env.DATA_DIR || ".data";
  const data = isAbsolute(dataDir) ? dataDir : join(ROOT, dataDir);
  mkdirSync(data, { recursive: true });
  const env = {
    ...process.env,
    NODE_ENV: dev ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
    DATA_DIR: data,
    HOST: host,
    PORT: String(port),
  };
  const { Supervisor } = await import("./supervisor.mjs");
  supervisor = new Supervisor({ root: ROOT, env, dev, say: out });
  supervisor.catchSignals();
  await step("database", () => supervisor.startDatabase(join(data, "postgres")));
  const prepared = await supervisor.prepare({ demo, step });
  await step("processes", () => supervisor.startProcesses());

  const shownHost = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  const url = process.env.APP_ORIGIN || `http://${shownHost}:${supervisor.port}`;
  for (const account of prepared.demoAccounts ?? [])
    out(`\n  demo sign-in  ${account.role.padEnd(9)} ${account.email.padEnd(28)} ${account.password}`);
  if (prepared.demoAccounts?.length) out("\n");
  if (prepared.setupPath) out(`\n  Make the first admin (link works once): ${url}${prepared.setupPath}\n`);
  out(`\n  Tributary is running at ${url}\n  Stop it with Ctrl-C.\n\n`);
}

main().catch(fail);
