import { connect as open, createServer, type Server, type Socket } from "node:net";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Database } from "@/db/client";
import { migrate } from "@/db/migrate";
import { sourceBalance } from "@/domain/events";
import { createContext } from "@/domain/kernel/context";
import { startThrowaway, type Cluster } from "@/server/postgres.mjs";
import { testDatabase } from "@/server/test/database";
import { basic, judgeBundle, makeSource, startListener, storedMessages, type TestSource } from "./test-listener";

const database = testDatabase();

interface Answer {
  status: number;
  retryAfter: string | null;
  body: { accepted: number; duplicates: number; rejected: unknown[]; error?: { code: string } };
}

async function post(url: string, source: TestSource, batch: unknown[]): Promise<Answer> {
  const response = await fetch(`${url}/v1/batch`, {
    method: "POST",
    headers: { authorization: basic(source.key) },
    body: JSON.stringify({ batch }),
  });
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body: (await response.json()) as Answer["body"] };
}
const events = (prefix: string, n: number): unknown[] =>
  Array.from({ length: n }, (_, i) => ({ type: "track", event: "E", userId: "u", messageId: `${prefix}-${i}` }));

test("concurrent requests share commits, and each is answered only after its own", async () => {
  const source = await makeSource(database);
  const listener = await startListener(database);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => post(listener.url, source, events(`gc-${i}`, 1))));
  expect(answers.every((one) => one.status === 200 && one.body.accepted === 1)).toBe(true);
  const [found] = await database.sql<{ transactions: number; rows: number }[]>`
    select count(distinct xid::text)::int as transactions, count(*)::int as rows from inbox where source_id = ${source.id}`;
  expect(found?.rows).toBe(200);
  expect(found?.transactions).toBeLessThan(150);
  await listener.close();
});

test("no answer before the commit; the mutant that answers earlier is seen to do so", async () => {
  const source = await makeSource(database);
  const [honest, mutant] = await Promise.all([startListener(database), startListener(database, { answerBeforeCommit: true })]);
  await post(honest.url, source, events("warm-h", 1));
  await post(mutant.url, source, events("warm-m", 1));
  let release = (): void => {};
  const held = new Promise<void>((done) => (release = done));
  let locked = (): void => {};
  const isLocked = new Promise<void>((done) => (locked = done));
  const lock = database.sql.begin(async (tx) => {
    await tx`lock table message_keys in access exclusive mode`;
    locked();
    await held;
  });
  await isLocked;
  let answered = false;
  const waiting = post(honest.url, source, events("held", 1)).then((answer) => {
    answered = true;
    return answer;
  });
  expect((await post(mutant.url, source, events("early", 1))).body.accepted).toBe(1);
  expect(answered).toBe(false);
  release();
  await lock;
  expect((await waiting).body.accepted).toBe(1);
  await Promise.all([honest.close(), mutant.close()]);
});

test("a full queue answers 429 with whole seconds, nothing else, and takes everything on the second try", async () => {
  const source = await makeSource(database);
  const listener = await startListener(database, { limits: { queueEvents: 300, flushRows: 100, deadlineMs: 60_000 } });
  const batches = Array.from({ length: 60 }, (_, i) => events(`q-${i}`, 50));
  // The database stands still until somebody was refused: the queue fills whatever the speed of this machine.
  const answers: Answer[] = [];
  await database.sql
    .begin(async (tx) => {
      await tx`lock table message_keys in exclusive mode`;
      let refusals = 0;
      const sent = batches.map(async (batch, i) => {
        const answer = await post(listener.url, source, batch);
        answers[i] = answer;
        if (answer.status === 429) refusals++;
      });
      await expect.poll(() => refusals, { timeout: 30_000 }).toBeGreaterThan(0);
      return { sent };
    })
    .then(({ sent }) => Promise.all(sent));
  const refused = batches.filter((_, i) => answers[i]?.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(60);
  for (const answer of answers) {
    expect([200, 429]).toContain(answer.status);
    if (answer.status === 429) expect(answer.retryAfter).toMatch(/^[1-9]\d*$/);
  }
  for (const batch of refused) expect((await post(listener.url, source, batch)).body.accepted).toBe(50);
  expect((await storedMessages(database, source.id)).length).toBe(3000);
  await listener.close();
});

test("received = accepted + duplicates + rejected, as the clients counted them, under concurrency and resending", async () => {
  const source = await makeSource(database);
  const listeners = await Promise.all([startListener(database), startListener(database)]);
  const from = new Date(Date.now() - 60_000);
  let [sent, accepted, duplicates, rejected] = [0, 0, 0, 0];
  await Promise.all(
    Array.from({ length: 80 }, async (_, i) => {
      const batch = [...events(`bal-${i % 30}`, 10), null, { type: "track", userId: "u" }, ...events(`bal-${(i + 1) % 30}`, 3)];
      const answer = await post(listeners[i % 2]?.url ?? "", source, batch);
      expect(answer.status).toBe(200);
      sent += batch.length;
      accepted += answer.body.accepted;
      duplicates += answer.body.duplicates;
      rejected += answer.body.rejected.length;
    }),
  );
  expect(accepted).toBe(300);
  const balance = await sourceBalance(database.ctx(), { sourceId: source.id, from, to: new Date(Date.now() + 60_000) });
  expect(balance).toMatchObject({ received: sent, accepted, duplicates, rejected, exact: true });
  await Promise.all(listeners.map((one) => one.close()));
});

test("slow senders are cut off, and a body shorter than announced stores nothing", async () => {
  const source = await makeSource(database);
  const listener = await startListener(database, { limits: { bodyMs: 200 } });
  const outcome = await new Promise<string>((done) => {
    const slow = request(`${listener.url}/v1/track`, {
      method: "POST",
      headers: { authorization: basic(source.key), "content-length": "1000" },
    });
    slow
      .on("response", (response) => done(String(response.statusCode)))
      .on("error", (error) => done((error as NodeJS.ErrnoException).code ?? "error"));
    slow.write('{"type":"track"');
  });
  expect(outcome).toBe("ECONNRESET");
  expect(await storedMessages(database, source.id)).toHaveLength(0);
  await listener.close();
});

/** A TCP proxy in front of the database that can swallow everything without closing. */
class Hole {
  readonly sockets = new Set<Socket>();
  swallow = false;
  port = 0;
  private readonly server: Server;
  constructor(target: number) {
    this.server = createServer((client) => {
      const upstream = open(target, "127.0.0.1");
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on("error", () => {}).on("close", () => this.sockets.delete(socket));
      }
      client.on("data", (chunk) => void (this.swallow || upstream.write(chunk))).on("close", () => upstream.destroy());
      upstream.on("data", (chunk) => void (this.swallow || client.write(chunk))).on("close", () => client.destroy());
    });
  }
  async listen(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }
  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

test("a database behind a black hole: 503 after the deadline, stored exactly once after it has come back", async () => {
  const source = await makeSource(database);
  const target = new URL(database.url);
  const hole = await new Hole(Number(target.port)).listen();
  const url = database.url.replace(`:${target.port}/`, `:${hole.port}/`);
  const listener = await startListener(database, {
    reopen: () => connect(url, { max: 4, statementTimeoutMs: 5_000 }),
    limits: { deadlineMs: 400 },
  });
  const batch = events("hole", 20);
  // The first connections of a busy machine may take longer than this short deadline.
  const before = events("before", 1);
  await expect.poll(async () => (await post(listener.url, source, before)).status, { timeout: 30_000 }).toBe(200);
  hole.swallow = true;
  const away = await post(listener.url, source, batch);
  expect([away.status, away.retryAfter, away.body.error?.code]).toEqual([503, "1", "unavailable"]);
  hole.swallow = false;
  await expect.poll(async () => (await post(listener.url, source, batch)).status, { timeout: 30_000 }).toBe(200);
  expect((await storedMessages(database, source.id)).length).toBe(21);
  await listener.close();
  hole.close();
});

let cluster: Cluster;
let own: Database;
beforeAll(async () => {
  // Thrown away afterwards, but durable while it lives: with synchronous_commit off this test reports losses.
  cluster = await startThrowaway({ fsync: "on", synchronous_commit: "on", full_page_writes: "on" });
  await migrate(cluster.url);
  own = connect(cluster.url, { max: 4 });
});
afterAll(async () => {
  await own.end();
  await cluster.stop();
});

test("database crashes under load: only 200 and 503, nothing acknowledged is lost or doubled, the balance stays exact", async () => {
  const source = await makeSource(own);
  const judge = await judgeBundle();
  const listener = await startListener(own, {
    reopen: () => connect(cluster.url, { max: 4, statementTimeoutMs: 5_000 }),
    judgeThreads: { file: judge.file, count: 1 },
  });
  const acknowledged = new Set<string>();
  let unavailable = 0;
  let running = true;
  const clients = Array.from({ length: 8 }, async (_, c) => {
    for (let i = 0; running; i++) {
      // Some are large enough for the thread that judges large bodies.
      const batch = events(`crash-${c}-${i}`, c < 2 ? 300 : 20) as { messageId: string }[];
      for (;;) {
        const answer = await post(listener.url, source, batch);
        expect([200, 503]).toContain(answer.status);
        if (answer.status === 200) {
          expect(answer.body.accepted + answer.body.duplicates).toBe(batch.length);
          for (const one of batch) acknowledged.add(one.messageId);
          break;
        }
        unavailable += 1;
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  });
  for (let crash = 0; crash < 3; crash++) {
    const before = acknowledged.size;
    await expect.poll(() => acknowledged.size, { timeout: 20_000 }).toBeGreaterThan(before + 200);
    // A crash of one backend with kill -9 makes PostgreSQL restart all of them and recover; we ask again until it has.
    const kill = async (): Promise<boolean> => {
      const backends = await own.sql<{ pid: number }[]>`
        select pid from pg_stat_activity
        where application_name = 'tributary' and state is not null and pid <> pg_backend_pid() limit 1`.catch(() => []);
      for (const { pid } of backends) process.kill(pid, "SIGKILL");
      return backends.length > 0;
    };
    await expect.poll(kill, { timeout: 20_000 }).toBe(true);
  }
  const seen = acknowledged.size;
  await expect.poll(() => acknowledged.size, { timeout: 30_000 }).toBeGreaterThan(seen + 200);
  running = false;
  await Promise.all(clients);
  const rows = await own.sql<{ id: string }[]>`select body::jsonb->>'messageId' as id from inbox where source_id = ${source.id}`;
  const stored = rows.map((row) => row.id);
  expect(new Set(stored).size).toBe(stored.length);
  const held = new Set(stored);
  expect([...acknowledged].filter((id) => !held.has(id))).toEqual([]);
  expect(unavailable).toBeGreaterThan(0);
  const ctx = createContext({ kind: "job", id: "test" }, own);
  const balance = await sourceBalance(ctx, {
    sourceId: source.id,
    from: new Date(Date.now() - 600_000),
    to: new Date(Date.now() + 60_000),
  });
  expect(balance.exact).toBe(true);
  await listener.close();
  judge.remove();
});
