// Runs the database (where it is ours), the web process and the worker, and keeps them alive. Plain Node.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { holdCluster } from "./postgres.mjs";

const RESTART_FIRST = 500;
const RESTART_LONGEST = 10_000;
const LIVED = 60_000;
const STOP_WITHIN = 25_000;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export class Supervisor {
  #options;
  #dist;
  #env;
  #children = new Map();
  #cluster;
  #watch;
  #stopping = false;
  port = 0;

  constructor(options) {
    this.#options = options;
    this.#env = { ...options.env };
    // The chaos run puts bundles with a planted fault here.
    this.#dist = options.env.TRIBUTARY_DIST ?? join(options.root, "dist");
  }

  /** Ends everything in order on a signal, a closed terminal or the death of the npm that started us. */
  catchSignals() {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => this.#onSignal(signal));
    const npm = npmAbove();
    if (npm) {
      setInterval(() => {
        if (!alive(npm)) this.#onSignal("npm ended");
      }, 500).unref();
    }
  }

  #onSignal(why) {
    if (this.#stopping) {
      if (why === "npm ended") return;
      this.#options.say("  Stopping at once.\n");
      for (const child of this.#children.values()) child.process?.kill("SIGKILL");
      process.exit(1);
    }
    this.#options.say("\n  Stopping ...\n");
    void this.stop().then((clean) => process.exit(clean ? 0 : 1));
  }

  async startDatabase(data) {
    if (this.#env.DATABASE_URL) return "DATABASE_URL";
    this.#cluster = await holdCluster({ data });
    this.#env.DATABASE_URL = this.#cluster.url;
    this.#watch = setInterval(() => void this.#guardDatabase(data), 500);
    this.#watch.unref();
    return `PostgreSQL ${this.#cluster.adopted ? "was running" : "started"} (port ${this.#cluster.port})`;
  }

  #reviving = false;

  /** Starts our PostgreSQL again, on the same port, when it is gone. */
  async #guardDatabase(data) {
    if (this.#stopping || this.#reviving || alive(this.#cluster.pid)) return;
    this.#reviving = true;
    try {
      this.#options.say("  The database ended; starting it again.\n");
      this.#cluster = await holdCluster({ data, port: this.#cluster.port });
      if (this.#stopping) await this.#cluster.release();
    } catch (error) {
      this.#options.say(`  ${error.message}\n`);
      await wait(1000);
    } finally {
      this.#reviving = false;
    }
  }

  /** Migrations, first admin, demo data: done by dist/prepare.js, which prints one JSON line a step. */
  async prepare({ demo, step }) {
    const result = {};
    const run = async (task) => {
      const { code, stdout, stderr } = await this.#run([join(this.#dist, "prepare.js"), task]);
      if (code !== 0) throw new Error(stderr.trim() || `the step "${task}" ended with ${code}`);
      const answer = JSON.parse(stdout.trim().split("\n").at(-1));
      Object.assign(result, answer);
      return answer.outcome;
    };
    await step("migrations", () => run("migrate"));
    await step("sign-in", () => run("first-admin"));
    if (demo) await step("demo data", () => run("demo"));
    return result;
  }

  #run(args) {
    return new Promise((done, fail) => {
      const child = spawn(process.execPath, ["--enable-source-maps", ...args], {
        cwd: this.#options.root,
        env: this.#env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const parts = { stdout: "", stderr: "" };
      child.stdout.on("data", (chunk) => (parts.stdout += chunk));
      child.stderr.on("data", (chunk) => (parts.stderr += chunk));
      child.once("error", fail);
      child.once("close", (code, signal) => done({ code: code ?? signal, ...parts }));
    });
  }

  /** Resolves when web and worker are ready. */
  async startProcesses() {
    if (this.#options.dev) await this.#watchSources();
    const roles = ["web", "worker"];
    await Promise.all(roles.map((role) => this.#start(role)));
    return roles.join(", ");
  }

  #start(role) {
    const state = this.#children.get(role) ?? { pause: RESTART_FIRST, ready: false };
    this.#children.set(role, state);
    return new Promise((ready, failed) => {
      const launch = () => {
        if (this.#stopping) return;
        const started = Date.now();
        // Batches of messages outlive the small default young generation; a larger one saves most of the collector's work.
        const flags = ["--enable-source-maps", ...(role === "worker" ? ["--max-semi-space-size=64"] : [])];
        const child = spawn(process.execPath, [...flags, join(this.#dist, `${role}.js`)], {
          cwd: this.#options.root,
          env: this.#env,
          // The channel tells a child when the supervisor is gone; a group of its own keeps Ctrl-C to us.
          stdio: ["ignore", "inherit", "inherit", "ipc"],
          detached: process.platform !== "win32",
        });
        state.process = child;
        state.gone = new Promise((done) => child.once("exit", done));
        child.on("message", (message) => {
          if (message?.ready) {
            state.ready = true;
            if (message.port) {
              this.port = message.port;
              // A restarted web process must come back on the port that was announced.
              this.#env.PORT = String(message.port);
            }
            ready();
          }
          if (message?.failed) failed(new Error(message.failed));
        });
        child.once("exit", (code, signal) => {
          if (this.#stopping || state.restarting) return;
          if (!state.ready && state.fatal !== false && code !== null) {
            failed(new Error(`the ${role} process ended with code ${code}; its output is above`));
          }
          if (Date.now() - started > LIVED) state.pause = RESTART_FIRST;
          this.#options.say(`  The ${role} process ended (${signal ?? `code ${code}`}); it starts again in ${state.pause / 1000} s.\n`);
          setTimeout(launch, state.pause);
          state.pause = Math.min(RESTART_LONGEST, state.pause * 2);
        });
      };
      state.launch = launch;
      launch();
    });
  }

  /** Development: bundles again on every change, and restarts the process whose bundle changed. */
  async #watchSources() {
    const { context } = await import("esbuild");
    const { bundleOptions } = await import("./build.mjs");
    const seen = new Map();
    const onEnd = async (result) => {
      for (const file of result.outputFiles ?? []) {
        const role = /([a-z]+)\.js$/.exec(file.path)?.[1];
        const before = role && seen.get(role);
        if (!role) continue;
        seen.set(role, file.hash);
        if (before === undefined || before === file.hash) continue;
        const { writeFileSync } = await import("node:fs");
        writeFileSync(file.path, file.contents);
        const child = this.#children.get(role);
        if (!child?.process) continue;
        this.#options.say(`  ${role} changed, restarting it\n`);
        child.restarting = true;
        child.process.kill("SIGTERM");
        await Promise.race([child.gone, wait(5000).then(() => child.process.kill("SIGKILL"))]);
        await child.gone;
        child.restarting = false;
        child.launch();
      }
    };
    const watcher = await context({
      ...bundleOptions(),
      write: false,
      plugins: [{ name: "restart", setup: (build) => build.onEnd((result) => void onEnd(result)) }],
    });
    await watcher.watch();
    this.#unwatch = () => watcher.dispose();
  }

  #unwatch;

  /** Web and worker first, each with time to finish; the database last. @returns whether all ended by themselves */
  async stop() {
    if (this.#stopping) return true;
    this.#stopping = true;
    await this.#unwatch?.();
    clearInterval(this.#watch);
    const running = [...this.#children.values()].filter(
      (child) => child.process && child.process.exitCode === null && child.process.signalCode === null,
    );
    for (const child of running) child.process.kill("SIGTERM");
    const all = Promise.all(running.map((child) => child.gone)).then(() => true);
    const clean = await Promise.race([all, wait(STOP_WITHIN).then(() => false)]);
    if (!clean) for (const child of running) child.process.kill("SIGKILL");
    await all;
    await this.#cluster?.release();
    return clean;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The pid of the npm that runs this script, if one does: when it is killed, nobody else would end us. */
function npmAbove() {
  if (!process.env.npm_lifecycle_event) return undefined;
  let pid = process.ppid;
  for (let i = 0; i < 3 && pid > 1; i++) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      if (/\bnpm\b/.test(command) && !/^\S*sh -c/.test(command)) return pid;
      pid = Number(
        readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ")[1],
      );
    } catch {
      return undefined;
    }
  }
  return undefined;
}
