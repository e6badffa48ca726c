// `npm run chaos`: kills server, worker and database again and again under load, and counts what the client was told
// was stored against what is there. Plain Node; needs the build.
//   --kills N        how many (default 30)
//   --seconds N      least time between the first and the last kill is spread over this (default 4 s a kill)
//   --mutant NAME    async-commit | early-answer: a broken product, in which losses must show
//   --json           only the report, as JSON
// `npm run chaos -- journeys`: the same for journeys (journeys.ts): people through a drawing by a clock that the test
// moves, workers killed and paused, the database stopped; against an oracle and a receiver that honours keys.
//   --people N --workers N --kills N --pauses N --stops N --seed N --mutant effects-outside | no-key
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadClient } from "./load.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const KILLS = Number(option("kills", "30"));
const PAUSE_MS = (Number(option("seconds", String(KILLS * 4))) * 1000) / KILLS;
const MUTANT = option("mutant", "none");
const SEED = Number(option("seed", String(Date.now() % 1_000_000)));
const quiet = process.argv.includes("--json");
const say = (text) => quiet || process.stdout.write(`${text}\n`);
if (process.argv[2] !== "journeys" && !["none", "async-commit", "early-answer"].includes(MUTANT))
  throw new Error(`Unknown mutant "${MUTANT}": async-commit, early-answer`);

/** Seeded, so that a run can be repeated as far as timing allows. */
let state = SEED >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** Bundles with one line changed: the client is answered when its messages are queued, not when they are committed. */
async function buildMutant(outdir) {
  const { build } = await import("esbuild");
  const { bundleOptions } = await import("../build.mjs");
  const right = "this.#queue.push({ batch, rows, bytes, done });";
  const wrong = 'this.#queue.push({ batch, rows, bytes, done() {} }); done(undefined, batch.items.map(() => "accepted"));';
  let changed = false;
  await build({
    ...bundleOptions(outdir),
    plugins: [
      {
        name: "mutant",
        setup(builder) {
          builder.onLoad({ filter: /group-commit\.ts$/ }, ({ path }) => {
            const text = readFileSync(path, "utf8");
            changed = text.includes(right);
            return { contents: text.replace(right, wrong), loader: "ts" };
          });
        },
      },
    ],
  });
  if (!changed) throw new Error("The mutant early-answer no longer fits server/collect/group-commit.ts: adapt it.");
}

function start(env) {
  const child = spawn(process.execPath, [join(ROOT, "server/start.mjs")], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const ready = new Promise((done, fail) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const url = /running at (http:\S+)/.exec(output)?.[1];
      if (url) done(url);
    });
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}:\n${output.slice(-3000)}`)));
  });
  return { child, ready, exited: new Promise((done) => child.once("exit", done)), output: () => output };
}

const childrenOf = (pid) =>
  readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = Number(
        readFileSync(`/proc/${name}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ")[1],
      );
      return parent === pid ? [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ") }] : [];
    } catch {
      return [];
    }
  });

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "tributary-chaos-"));
  // As root PostgreSQL runs as somebody else, who must be able to enter.
  chmodSync(folder, 0o755);
  const { DATABASE_URL: _own, APP_ORIGIN: _origin, ...rest } = process.env;
  const env = {
    ...rest,
    HOST: "127.0.0.1",
    PORT: option("port", "0"),
    DATA_DIR: folder,
    LOG_LEVEL: "error",
    ADMIN_EMAIL: "chaos@example.test",
    ADMIN_PASSWORD: "correct horse battery staple 9",
  };
  if (MUTANT === "early-answer") {
    env.TRIBUTARY_DIST = join(ROOT, "dist", "mutant");
    await buildMutant(env.TRIBUTARY_DIST);
  }
  const server = start(env);
  const url = await server.ready;
  const { holdCluster } = await import("../postgres.mjs");
  const { default: postgres } = await import("postgres");
  // Only to learn the address; the supervisor stays the one who owns the cluster.
  const cluster = await holdCluster({ data: join(folder, "postgres") });
  const sql = postgres(cluster.url, { max: 2, onnotice: () => {}, connect_timeout: 5 });
  if (MUTANT === "async-commit") {
    await sql.unsafe("alter system set synchronous_commit = off");
    await sql.unsafe("alter system set wal_writer_delay = '10s'");
    await sql.unsafe("alter system set wal_writer_flush_after = '1GB'");
    await sql.unsafe("alter role tributary set synchronous_commit = off");
    await sql.unsafe("select pg_reload_conf()");
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tributary-%'`;
  }
  const postmaster = () => Number(readFileSync(join(cluster.data, "postmaster.pid"), "utf8").split("\n")[0]);
  const child = (role) => childrenOf(server.child.pid).find((one) => one.command.includes(`${role}.js`))?.pid;

  const created = JSON.parse(
    await new Promise((done, fail) => {
      const cli = spawn(process.execPath, [join(ROOT, "server/cli.mjs"), "source", "create", "--name", "Chaos"], {
        cwd: ROOT,
        env: { ...env, DATABASE_URL: cluster.url },
      });
      let text = "";
      cli.stdout.on("data", (chunk) => (text += chunk));
      cli.stderr.pipe(process.stderr);
      cli.once("close", (code) => (code === 0 ? done(text) : fail(new Error(`source create ended with ${code}`))));
    }),
  );
  const load = loadClient({ url, writeKey: created.writeKey, random, clients: 8 });
  say(`chaos: ${KILLS} kills, seed ${SEED}, mutant ${MUTANT}, ${url}`);

  // What a mutant gets wrong shows under one kind of fault: commits not yet on the disk die with the database; messages
  // answered too early die with the statement that was to store them.
  const kinds = { "async-commit": ["database"], "early-answer": ["crash"] }[MUTANT] ?? [
    "web",
    "worker",
    "database",
    "backend",
    "all",
    "web",
    "worker",
    "crash",
  ];
  const counts = {};
  let recovery = 0;
  await load.until((n) => n > 200);
  for (let i = 0; i < KILLS; i++) {
    await wait(PAUSE_MS * (0.5 + random()));
    const kind = kinds[i % kinds.length];
    let pid;
    if (kind === "web" || kind === "worker") pid = child(kind);
    else if (kind === "backend")
      pid = childrenOf(postmaster())
        .filter((one) => one.command.includes("tributary"))
        .at(0)?.pid;
    else pid = postmaster();
    if (!pid) continue;
    const at = performance.now();
    try {
      process.kill(pid, kind === "crash" || kind === "all" ? "SIGQUIT" : "SIGKILL");
      if (kind === "all") for (const role of ["web", "worker"]) process.kill(child(role), "SIGKILL");
    } catch {
      continue;
    }
    counts[kind] = (counts[kind] ?? 0) + 1;
    const before = load.acked.size;
    await load.until((n) => n > before + 100);
    const took = Math.round(performance.now() - at);
    recovery = Math.max(recovery, took);
    say(`  ${String(i + 1).padStart(3)} ${kind.padEnd(8)} acknowledged ${load.acked.size}, going on after ${took} ms`);
  }
  await load.stop();

  // Everything that is in the inbox must come out as events, however often the worker died.
  const query = async (work) => {
    for (let i = 0; ; i++) {
      try {
        return await work();
      } catch (error) {
        if (i > 100) throw error;
        await wait(200);
      }
    }
  };
  const deadline = Date.now() + 120_000;
  for (;;) {
    const [row] = await query(
      () => sql`select count(*)::int as n from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id)`,
    );
    if (row.n === 0) break;
    if (Date.now() > deadline) throw new Error(`${row.n} messages were not processed within two minutes`);
    await wait(200);
  }
  const stored = await query(() => sql`select message_id as id, count(*)::int as n from events where source_id = ${created.id} group by 1`);
  const inEvents = new Map(stored.map((row) => [row.id, row.n]));
  const [sums] = await query(
    () => sql`
    select (select count(*)::int from inbox where source_id = ${created.id}) as inbox,
      (select count(*)::int from events) as events,
      (select coalesce(sum(accepted), 0)::int from collect_tallies where source_id = ${created.id}) as accepted,
      (select coalesce(sum(count), 0)::int from profile_event_stats) as counted,
      (select coalesce(sum(event_count), 0)::int from profiles where merged_into is null) as on_profiles,
      (select coalesce(sum(value), 0)::float8 from events) as value,
      (select coalesce(sum(revenue), 0)::float8 from profiles where merged_into is null) as revenue,
      (select count(*)::int from profiles where merged_into is null) as people`,
  );
  const lost = [...load.acked].filter((id) => !inEvents.has(id));
  const dup = stored.filter((row) => row.n > 1);
  const people = new Set(stored.map((row) => load.userOf(row.id))).size;
  const balanced =
    sums.inbox === sums.events &&
    sums.events === inEvents.size &&
    sums.accepted === sums.inbox &&
    sums.counted === sums.events &&
    sums.on_profiles === sums.events &&
    Math.abs(sums.value - sums.revenue) < 0.005 &&
    sums.people === people;
  const report = {
    mutant: MUTANT,
    seed: SEED,
    kills: counts,
    acked: load.acked.size,
    resent: load.resent,
    lost: lost.length,
    dup: dup.length,
    unknown: stored.filter((row) => !load.acked.has(row.id)).length,
    balanced,
    ...(balanced ? {} : { sums: { ...sums, expectedPeople: people } }),
    max_recovery_ms: recovery,
  };
  await sql.end({ timeout: 1 });
  server.child.kill("SIGTERM");
  const code = await server.exited;
  await cluster.release();
  rmSync(folder, { recursive: true, force: true });
  if (env.TRIBUTARY_DIST) rmSync(env.TRIBUTARY_DIST, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  const healthy = report.lost === 0 && report.dup === 0 && balanced && code === 0;
  if (MUTANT === "none") return healthy ? 0 : 1;
  // A mutant that shows no loss means that this test is blind.
  return report.lost > 0 ? 0 : 1;
}

/** The fault test of journeys is TypeScript: it shares the pure engine with the product. */
async function journeys() {
  const child = spawn(
    process.execPath,
    [
      "--conditions=react-server",
      "--import",
      pathToFileURL(join(ROOT, "node_modules", "tsx", "dist", "esm", "index.mjs")).href,
      join(import.meta.dirname, "journeys-main.ts"),
      ...process.argv.slice(3),
    ],
    { cwd: ROOT, stdio: "inherit", env: { ...process.env, NODE_ENV: "production", LOG_LEVEL: "error" } },
  );
  return new Promise((done) => child.once("exit", (code) => done(code ?? 1)));
}

process.exit(await (process.argv[2] === "journeys" ? journeys() : main()));
