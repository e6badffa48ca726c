import { expect, test } from "vitest";
import { enqueueJob } from "@/domain/kernel/jobs";
import { testDatabase } from "@/server/test/database";
import { type JobHandler, jobLoop } from "./jobs";
import type { Log } from "./log";

const database = testDatabase();
const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Runs the loop until `done` says so, then stops it. */
async function runUntil(handlers: readonly JobHandler[], done: () => Promise<boolean>): Promise<void> {
  const stopping = new AbortController();
  const running = jobLoop(handlers, 2).run({ database, signal: stopping.signal, log });
  while (!(await done())) await new Promise((next) => setTimeout(next, 10));
  stopping.abort();
  await running;
}

const count = async (status: string): Promise<number> =>
  (await database.sql<{ n: number }[]>`select count(*)::int as n from jobs where status = ${status}`)[0]?.n ?? 0;

test("the loop runs jobs as they come, ends them with their effect, and retries a failed one", async () => {
  await database.sql`create table done (job bigint)`;
  let failures = 1;
  const handler: JobHandler = {
    kind: "count",
    async run(job, { complete, progress }) {
      await progress({ half: true });
      if (job.payload["fails"] === true && failures-- > 0) throw Object.assign(new Error("x"), { code: "boom" });
      await complete(async (tx) => void (await tx`insert into done values (${job.id})`));
    },
  };
  const plain: JobHandler = { kind: "plain", run: async () => {} };
  for (let i = 0; i < 5; i++) await enqueueJob(database.sql, { kind: "count" });
  await enqueueJob(database.sql, { kind: "plain" });
  const bad = await enqueueJob(database.sql, { kind: "count", payload: { fails: true } });
  await runUntil([handler, plain], async () => {
    // Waiting out the pause is the database's business; here it is over at once.
    await database.sql`update jobs set run_at = now() where id = ${bad} and status = 'ready' and last_error = 'boom'`;
    return (await count("done")) === 7;
  });
  expect(await database.sql`select count(*)::int as n, count(distinct job)::int as d from done`).toMatchObject([{ n: 6, d: 6 }]);
  const [row] = await database.sql<{ attempts: number }[]>`select attempts from jobs where id = ${bad}`;
  expect(row?.attempts).toBe(2);
});

test("a job in hand when the worker stops is given back undone", async () => {
  let entered = false;
  const slow: JobHandler = {
    kind: "slow",
    run: (_job, { signal }) =>
      new Promise((done) => {
        entered = true;
        signal.addEventListener("abort", () => done());
      }),
  };
  await enqueueJob(database.sql, { kind: "slow" });
  await runUntil([slow], async () => entered);
  const [row] = await database.sql`select status, attempts, lease_owner from jobs where kind = 'slow'`;
  expect(row).toEqual({ status: "ready", attempts: 0, lease_owner: null });
});
