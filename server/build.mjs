// Builds what is stale: the processes (esbuild, dist/) and the application (next build, .next/). Plain Node; needs
// the packages installed. `node server/build.mjs [--force]`.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(import.meta.dirname, "..");
/** Entry points of the processes; everything of ours is bundled, packages stay outside. */
export const ENTRIES = ["web", "judge", "worker", "cli", "prepare", "teller"];

/** Everything that ends up in the bundles of the processes, and in the application. */
const PROCESS_INPUTS = ["server", "domain", "db", "package-lock.json", "tsconfig.json"];
const APP_INPUTS = [
  "app",
  "components",
  "hooks",
  "lib",
  "domain",
  "db",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.js",
  "postcss.config.mjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];
const LEFT_OUT = /(\.test\.tsx?|\.md|\.tsbuildinfo)$|^server\/(test|bench|chaos)\/|^db\/migrations\//;

function* files(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  let entries;
  try {
    entries = readdirSync(full, { withFileTypes: true });
  } catch (error) {
    if (error.code !== "ENOTDIR") throw error;
    yield path;
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const next = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* files(root, next);
    else if (!LEFT_OUT.test(next)) yield next;
  }
}

function hashOf(inputs, extra = "") {
  const hash = createHash("sha256").update(extra);
  for (const input of inputs)
    for (const file of files(ROOT, input))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(ROOT, file)))
        .update("\0");
  return hash.digest("hex");
}

/** Environment that is baked into the application when it is built. */
function baked() {
  return Object.entries(process.env)
    .filter(([key]) => key === "APP_ORIGIN" || key === "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY" || key.startsWith("NEXT_PUBLIC_"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
}

const stamped = (file, hash) => existsSync(file) && readFileSync(file, "utf8") === hash;
const DIST_STAMP = join(ROOT, "dist", ".inputs");
const APP_STAMP = join(ROOT, ".next", ".inputs");

/**
 * Options of every bundle of ours, used by the watcher of `npm run dev` and the bench too.
 * @returns {import("esbuild").BuildOptions}
 */
export function bundleOptions(outdir = join(ROOT, "dist")) {
  return {
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(ENTRIES.map((name) => [name, `server/${name}.ts`])),
    outdir,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: true,
    logLevel: "warning",
    alias: { "server-only": join(ROOT, "server", "empty.mjs") },
  };
}

/** @returns whether something was built */
export async function buildProcesses({ force = false } = {}) {
  const hash = hashOf(PROCESS_INPUTS);
  if (!force && stamped(DIST_STAMP, hash) && ENTRIES.every((name) => existsSync(join(ROOT, "dist", `${name}.js`)))) return false;
  const { build } = await import("esbuild");
  rmSync(DIST_STAMP, { force: true });
  await build(bundleOptions());
  writeFileSync(DIST_STAMP, hash);
  return true;
}

/** Key under which Next encrypts what server actions close over: kept, so that a rebuild does not break open tabs. */
function actionsKey() {
  if (process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY) return process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY;
  const folder = join(ROOT, process.env.DATA_DIR && !process.env.DATA_DIR.startsWith("/") ? process.env.DATA_DIR : ".data");
  const file = join(folder, "actions.key");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
}

/** @returns whether something was built */
export async function buildApp({ force = false, quiet = false } = {}) {
  const hash = hashOf(APP_INPUTS, baked());
  if (!force && stamped(APP_STAMP, hash) && existsSync(join(ROOT, ".next", "BUILD_ID"))) return false;
  rmSync(APP_STAMP, { force: true });
  const output = [];
  const code = await new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules/next/dist/bin/next"), "build"], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionsKey() },
      stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    });
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));
    child.once("error", fail);
    child.once("exit", (status, signal) => done(signal ?? status));
  });
  if (code !== 0)
    throw new Error(`The application could not be built (next build ended with ${code}).\n${Buffer.concat(output).toString()}`);
  writeFileSync(APP_STAMP, hash);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const force = process.argv.includes("--force");
  const { loadEnv } = await import("./load-env.mjs");
  loadEnv(ROOT);
  try {
    const processes = await buildProcesses({ force });
    const app = await buildApp({ force });
    process.stdout.write(processes || app ? "built\n" : "nothing to build: everything is current\n");
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
