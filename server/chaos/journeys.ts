import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { connect } from "@/db/client";
import { migrate } from "@/db/migrate";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { rehearsePerson } from "@/domain/journeys/rehearse-person";
import { seededRandom } from "@/domain/kernel/random";
import { bundleOptions } from "../build.mjs";
import { startPostgres } from "../postgres.mjs";
import { DRAWING, START } from "./journey-drawing";

/**
 * The fault test of journeys. People sign up, buy and leave by a clock that the test moves; several workers are killed,
 * paused beyond their leases, and the database is stopped at once and started again. At the end each person must stand
 * where the oracle in memory says, and each message must have reached a receiver that honours keys exactly once.
 * One JSON line; 0 when all holds (a mutant: when something does not).
 */
const HOUR = 3_600_000;
const ROOT = join(import.meta.dirname, "..", "..");
const MUTANTS = ["effects-outside", "no-key"] as const;
export type Mutant = (typeof MUTANTS)[number] | "none";

export interface FaultOptions {
  readonly people: number;
  readonly workers: number;
  readonly kills: number;
  readonly pauses: number;
  readonly stops: number;
  readonly mutant: Mutant;
  readonly seed: number;
  readonly folder: string;
  readonly say: (text: string) => void;
}

export interface FaultReport {
  readonly people: number;
  readonly runs: number;
  readonly steps: number;
  readonly messages: number;
  readonly faults: Readonly<Record<string, number>>;
  /** People who do not stand where the oracle says. */
  readonly astray: number;
  /** Messages that never reached the receiver, or took effect twice. */
  readonly missing: number;
  readonly doubled: number;
  /** Keys that came again, and were known. */
  readonly repeated: number;
  readonly recoveryMs: number;
  readonly seconds: number;
}

/** What is changed in the bundle. Every variant dies now and then between effects and state: where a crash hurts most. */
const CHANGES: Record<Mutant, { file: RegExp; right: string; wrong: string }[]> = {
  none: [],
  "effects-outside": [
    {
      file: /journeys\/advance\.ts$/,
      right: "await carryOut(tx, effects);",
      wrong: "await tx.root.sql.begin(async (own) => carryOut({ ...tx, sql: own as never }, effects));",
    },
  ],
  "no-key": [
    { file: /chaos\/journey-worker\.ts$/, right: '"idempotency-key": message.key', wrong: '"idempotency-key": crypto.randomUUID()' },
  ],
};
const CRASH = {
  file: /journeys\/advance\.ts$/,
  right: "await takeBackMessages(",
  // A first step hurts most: its run has no number yet that another try would find again.
  wrong: `const fatal = pushes.some(({ inputs }) => inputs.some(({ input }) => input.kind === "start")) ? 0.5 : 0.05;
  if (effects.length > 0 && Math.random() < fatal) process.kill(process.pid, "SIGKILL");
  await takeBackMessages(`,
};

async function bundleWorker(mutant: Mutant, outdir: string): Promise<string> {
  const changes = [...CHANGES[mutant], CRASH];
  const done = new Set<string>();
  const entry = join(import.meta.dirname, "journey-worker.ts");
  await build({
    ...bundleOptions(outdir),
    entryPoints: [entry],
    plugins: [
      {
        name: "mutant",
        setup(builder) {
          builder.onLoad({ filter: /(?:journeys\/advance|chaos\/journey-worker)\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, "utf8");
            for (const change of changes) {
              if (!change.file.test(path) || !contents.includes(change.right)) continue;
              done.add(change.right);
              contents = contents.replace(change.right, () => change.wrong);
            }
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  const lost = changes.find(({ right }) => !done.has(right));
  if (lost) throw new Error(`A change of the fault test no longer fits the code: ${lost.right}`);
  return join(outdir, "journey-worker.js");
}

/** Everything that happens, at half hours and quarters to: timers stand at whole ones and at a quarter past, so no two fall together. */
function history(people: number, random: ReturnType<typeof seededRandom>): { at: number; message: TestMessage }[] {
  const out: { at: number; message: TestMessage }[] = [];
  const add = (at: number, message: TestMessage): void =>
    void out.push({ at, message: { ...message, timestamp: new Date(at).toISOString() } });
  for (let i = 0; i < people; i++) {
    const userId = `u${i}`;
    const signed = START + random.int(1, 6) * HOUR;
    add(START, { type: "identify", userId, traits: { loud: random.chance(0.6) } });
    add(signed, { userId, event: "Signed Up", properties: { plan: "x" } });
    // Some before the wait begins, some in it, some after.
    if (random.chance(0.6)) add(signed + HOUR / 2 + random.int(0, 4) * 20 * HOUR, { userId, event: "Bought" });
    if (random.chance(0.1)) add(signed + HOUR / 2 + random.int(0, 4) * 20 * HOUR + HOUR / 4, { userId, event: "Left" });
  }
  return out.toSorted((a, b) => a.at - b.at);
}

/** What the oracle says of each person: end, visits, and the messages that they get. */
function oracle(events: readonly { at: number; message: TestMessage }[], until: number): Map<string, { end: string; sent: string[] }> {
  const byPerson = new Map<string, { at: number; message: TestMessage }[]>();
  for (const one of events) byPerson.set(one.message.userId ?? "", [...(byPerson.get(one.message.userId ?? "") ?? []), one]);
  const out = new Map<string, { end: string; sent: string[] }>();
  for (const [person, own] of byPerson) {
    const loud = own.some(({ message }) => message.type === "identify" && message.traits?.["loud"] === true);
    const facts = own.filter(({ message }) => message.type !== "identify");
    const { runs } = rehearsePerson(DRAWING, {
      entries: facts.filter(({ message }) => message.event === "Signed Up").map(({ at }) => ({ at, key: "", ref: "in", data: {} })),
      events: facts.map(({ at, message }) => ({ id: "", name: message.event ?? "", at, properties: {}, context: {} })),
      earlier: [],
      spoken: [],
      caps: [],
      until,
      askEveryMs: HOUR,
      env: (now) => ({
        now,
        zone: "UTC",
        holds: () => loud,
        matches: () => true,
        trait: () => undefined,
        share: () => 0,
        armShares: () => null,
      }),
      refused: () => null,
    });
    const [run] = runs;
    if (run === undefined) continue;
    out.set(person, {
      end: endOf(run.state.status, run.state.reason, run.state.visits),
      sent: run.messages.filter(({ outcome }) => outcome === "sent").map(({ node }) => node),
    });
  }
  return out;
}

const endOf = (status: string, reason: string | null, visits: Readonly<Record<string, number>>): string =>
  `${status} ${reason ?? ""} ${Object.entries(visits)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([node, n]) => `${node}${n}`)
    .join(",")}`;

/** A receiver that honours keys: what it took once it does not take again. Now and then it fails, before or after taking. */
async function receive(random: ReturnType<typeof seededRandom>) {
  const effects = new Map<string, number>();
  const keys = new Set<string>();
  const seen = { repeated: 0 };
  const server = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk) => (body += String(chunk)));
    req.on("end", () => {
      if (random.chance(0.03)) return void res.writeHead(500).end();
      const key = String(req.headers["idempotency-key"]);
      if (keys.has(key)) seen.repeated += 1;
      else {
        keys.add(key);
        const { profileId, node } = JSON.parse(body) as { profileId: number; node: string };
        effects.set(`${profileId}:${node}`, (effects.get(`${profileId}:${node}`) ?? 0) + 1);
      }
      // Taken, but nobody hears of it.
      if (random.chance(0.03)) return void req.socket.destroy();
      res.writeHead(200).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    effects,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function faultTest(options: FaultOptions): Promise<FaultReport> {
  const started = performance.now();
  const random = seededRandom(options.seed);
  const dist = join(ROOT, "dist", `chaos-${process.pid}`);
  mkdirSync(options.folder, { recursive: true });
  let cluster = await startPostgres({ data: join(options.folder, "postgres") });
  await migrate(cluster.url);
  const worker = await bundleWorker(options.mutant, dist);
  const receiver = await receive(seededRandom(options.seed + 1));
  const database = connect(cluster.url, { max: 4, statementTimeoutMs: 60_000, applicationName: "chaos-harness" });
  const alive = new Set<ChildProcess>();
  let closing = false;
  const faults: Record<string, number> = { kill: 0, own: 0, pause: 0, stop: 0 };
  let disturbedAt: number | null = null;
  let recoveryMs = 0;

  const startWorker = (): void => {
    // oxlint-disable-next-line no-process-env
    const inherited = process.env;
    const child = spawn(process.execPath, ["--enable-source-maps", worker, receiver.url], {
      cwd: ROOT,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...inherited, DATABASE_URL: cluster.url },
    });
    alive.add(child);
    child.once("exit", () => {
      alive.delete(child);
      if (closing) return;
      faults["own"] = (faults["own"] ?? 0) + 1;
      startWorker();
    });
  };
  /** Repeats work that fails because the database is away. */
  const surely = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (tries > 200) throw error;
        await pause(100);
      }
    }
  };
  const setClock = (at: number) =>
    surely(
      () =>
        database.sql`
        insert into settings (key, value) values ('chaos_clock', ${JSON.stringify({ at: new Date(at).toISOString() })}::text::jsonb)
        on conflict (key) do update set value = excluded.value`,
    );
  /** What is still to do at this moment of the clock. */
  const left = (at: number) =>
    surely(async () => {
      const [row] = await database.sql<{ n: number }[]>`
        select (select count(*)::int from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id))
          + (select count(*)::int from inbox i, journey_cursors c where c.name = 'messages' and (i.xid, i.id) > (c.xid, c.position))
          + (select count(*)::int from journey_runs where status = 'active' and wake_at <= ${new Date(at)})
          + (select count(*)::int from messages where state in ('queued', 'sending') and due_at <= ${new Date(at)}) as n`;
      return row?.n ?? 0;
    });
  /** Which of it, for whoever looks for the fault. */
  const what = (at: number) =>
    surely(async () => {
      const rows = await database.sql<{ what: string }[]>`
        select 'inbox ' || count(*) as what from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id)
        union all select 'feed ' || count(*) from inbox i, journey_cursors c where c.name = 'messages' and (i.xid, i.id) > (c.xid, c.position)
        union all select 'run at ' || coalesce(node, '-') || ' ' || count(*) from journey_runs where status = 'active' and wake_at <= ${new Date(at)} group by node
        union all select 'message ' || state || ' ' || count(*) from messages where state in ('queued', 'sending') and due_at <= ${new Date(at)} group by state`;
      return rows.map((row) => row.what).join(", ");
    });
  const settle = async (at: number): Promise<void> => {
    let before = Infinity;
    let movedAt = performance.now();
    for (;;) {
      const n = await left(at);
      if (n !== before) {
        movedAt = performance.now();
        if (disturbedAt !== null && n < before) {
          recoveryMs = Math.max(recoveryMs, performance.now() - disturbedAt);
          disturbedAt = null;
        }
      }
      if (n === 0) {
        disturbedAt = null;
        return;
      }
      if (performance.now() - movedAt > 60_000) throw new Error(`Nothing moved for a minute, with ${n} things to do: ${await what(at)}`);
      before = n;
      await pause(25);
    }
  };
  const disturb = async (kind: "kill" | "pause" | "stop"): Promise<void> => {
    const victims = [...alive];
    const victim = victims[random.int(0, Math.max(0, victims.length - 1))];
    disturbedAt = performance.now();
    faults[kind] = (faults[kind] ?? 0) + 1;
    if (kind === "stop") {
      const { port } = cluster;
      await cluster.stop("immediate");
      cluster = await startPostgres({ data: join(options.folder, "postgres"), port });
    } else if (kind === "kill") {
      faults["own"] = (faults["own"] ?? 0) - 1;
      victim?.kill("SIGKILL");
    } else if (victim !== undefined) {
      // Longer than the lease of the messages that it holds; meanwhile others go on.
      victim.kill("SIGSTOP");
      setTimeout(() => victim.kill("SIGCONT"), 4_000);
    }
  };

  try {
    const { sql } = database;
    await sql`insert into sources (id, name, type) values ('src_test', 'Test', 'website') on conflict do nothing`;
    await sql`insert into journeys (id, name, status, version, draft) values ('jrn_chaos', 'Chaos', 'live', 1, ${JSON.stringify(DRAWING)}::text::jsonb)`;
    await sql`insert into journey_versions (journey_id, version, definition, created_at) values ('jrn_chaos', 1, ${JSON.stringify(DRAWING)}::text::jsonb, ${new Date(START)})`;
    await setClock(START);
    const events = history(options.people, random);
    // The feed begins behind what is there when it first looks.
    await sql`insert into processing_cursors (name, xid, inbox_id) values ('main', '0', 0) on conflict do nothing`;
    await sql`insert into journey_cursors (name) values ('messages'), ('transitions') on conflict do nothing`;
    for (let i = 0; i < options.workers; i++) startWorker();
    const plan = faultPlan(options, random);
    const moments = [...new Set(events.map(({ at }) => at))];
    const until = (moments.at(-1) ?? START) + 8 * 24 * HOUR;
    let next = 0;
    let step = 0;
    for (let now = START; now <= until;) {
      const happens = events.slice(next, next + events.slice(next).findIndex(({ at }) => at > now));
      const own = happens.length === 0 && (events[next]?.at ?? Infinity) <= now ? events.slice(next) : happens;
      next += own.length;
      for (let i = 0; i < own.length; i += 5_000) {
        const part = own.slice(i, i + 5_000).map(({ message }) => ({
          ...message,
          receivedAt: new Date(now).toISOString(),
          messageId: `${message.userId}-${message.event ?? "identify"}-${now}`,
        }));
        await feed(sql, part);
      }
      await setClock(now);
      const kind = plan.get(step);
      if (kind !== undefined) {
        options.say(`${new Date(now).toISOString().slice(0, 16)} ${kind}`);
        await pause(20 + random.int(0, 120));
        await disturb(kind);
      }
      await settle(now);
      step += 1;
      const [due] = await surely(
        () => sql<{ at: Date | null }[]>`
          select least((select min(wake_at) from journey_runs where status = 'active'), (select min(due_at) from messages where state in ('queued', 'sending'))) as at`,
      );
      const after = Math.min(events[next]?.at ?? Infinity, due?.at?.getTime() ?? Infinity);
      if (!Number.isFinite(after)) break;
      now = Math.max(after, now + 1);
    }
    return await judge();

    async function judge(): Promise<FaultReport> {
      const expected = oracle(events, until);
      const rows = await sql<
        { person: string; profileId: number; status: string; reason: string | null; visits: Record<string, number> }[]
      >`
        select i.value as person, r.profile_id as "profileId", r.status, r.reason, r.state -> 'visits' as visits
        from journey_runs r join identifiers i on i.profile_id = r.profile_id and i.type = 'user_id'`;
      const found = new Map(rows.map((row) => [row.person, row]));
      const astray = [...expected].filter(([person, { end }]) => {
        const row = found.get(person);
        return row === undefined || endOf(row.status, row.reason, row.visits) !== end;
      });
      const wanted = new Set(
        [...expected].flatMap(([person, { sent }]) => sent.map((node) => `${found.get(person)?.profileId ?? person}:${node}`)),
      );
      const [moves] = await sql<{ n: number }[]>`select count(*)::int as n from journey_moves where branch is null`;
      return {
        people: options.people,
        runs: rows.length,
        steps: moves?.n ?? 0,
        messages: wanted.size,
        faults,
        astray: astray.length + Math.max(0, rows.length - expected.size),
        missing: [...wanted].filter((key) => !receiver.effects.has(key)).length,
        doubled: [...receiver.effects].filter(([key, n]) => n > 1 || !wanted.has(key)).length,
        repeated: receiver.seen.repeated,
        recoveryMs: Math.round(recoveryMs),
        seconds: Math.round((performance.now() - started) / 1_000),
      };
    }
  } finally {
    closing = true;
    for (const child of alive) child.kill("SIGKILL");
    receiver.close();
    await database.end().catch(() => undefined);
    await cluster.stop("immediate");
    rmSync(dist, { recursive: true, force: true });
  }
}

/** Which fault comes at which step of the clock: spread over the first 30 moments, in which most happens. */
function faultPlan(
  { kills, pauses, stops }: FaultOptions,
  random: ReturnType<typeof seededRandom>,
): Map<number, "kill" | "pause" | "stop"> {
  const kinds = [
    ...Array.from({ length: kills }, () => "kill" as const),
    ...Array.from({ length: pauses }, () => "pause" as const),
    ...Array.from({ length: stops }, () => "stop" as const),
  ];
  const plan = new Map<number, "kill" | "pause" | "stop">();
  for (const kind of kinds) {
    let at = random.int(1, 30);
    while (plan.has(at)) at += 1;
    plan.set(at, kind);
  }
  return plan;
}
