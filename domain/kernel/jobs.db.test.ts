import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { AnySql, TxSql } from "@/db/client";
import { testDatabase } from "@/server/test/database";
import {
  cancelJobs,
  claimJobs,
  completeJob,
  enqueueJob,
  extendJob,
  failJob,
  finishJob,
  giveBackJob,
  type Job,
  LeaseLost,
  pruneJobs,
  sweepJobs,
} from "./jobs";

const database = testDatabase();
const claim = (limit = 10, owner = "w1"): Promise<Job[]> => claimJobs(database.sql, { owner, kinds: ["t"], limit });
const statuses = async (): Promise<string[]> =>
  (await database.sql<{ status: string }[]>`select status from jobs order by id`).map((row) => row.status);
const expire = async (): Promise<void> => {
  await database.sql`update jobs set lease_until = now() - interval '1 second' where status = 'leased'`;
  await sweepJobs(database.sql);
  await database.sql`update jobs set run_at = now() where status = 'ready'`;
};

beforeEach(async () => {
  await database.sql`truncate jobs restart identity`;
  await database.sql`create table if not exists effects (job_id bigint not null)`;
  await database.sql`truncate effects`;
});

test("a job exists only when the transaction that wants it commits", async () => {
  await expect(
    database.sql.begin(async (tx) => {
      await enqueueJob(tx as unknown as TxSql, { kind: "t" });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await claim()).toEqual([]);
  await enqueueJob(database.sql, { kind: "t", payload: { a: [1, "x"] } });
  const [job] = await claim();
  expect(job).toMatchObject({ kind: "t", payload: { a: [1, "x"] }, attempts: 1, leaseToken: 1 });
});

test("a singleton is added once while it waits or runs, and again afterwards", async () => {
  expect(await enqueueJob(database.sql, { kind: "t", key: "k" })).toBe(1);
  expect(await enqueueJob(database.sql, { kind: "t", key: "k" })).toBeNull();
  const [job] = await claim();
  expect(await enqueueJob(database.sql, { kind: "t", key: "k" })).toBeNull();
  await completeJob(database.sql, job as Job, async () => {});
  expect(await enqueueJob(database.sql, { kind: "t", key: "k" })).not.toBeNull();
});

test("workers that claim at once share the jobs, none twice and none left", async () => {
  for (let i = 0; i < 60; i++) await enqueueJob(database.sql, { kind: "t" });
  const parts = await Promise.all([1, 2, 3, 4].map((n) => claim(15, `w${n}`)));
  const ids = parts.flat().map((job) => job.id);
  expect(new Set(ids).size).toBe(ids.length);
  const rest = await claim(60);
  expect(ids.length + rest.length).toBe(60);
});

test("groups take turns, priority goes first, the future waits", async () => {
  for (let i = 0; i < 5; i++) await enqueueJob(database.sql, { kind: "t", fairKey: "big" });
  await enqueueJob(database.sql, { kind: "t", fairKey: "small" });
  await enqueueJob(database.sql, { kind: "t", priority: -1, fairKey: "urgent" });
  await enqueueJob(database.sql, { kind: "t", runAt: new Date(Date.now() + 3_600_000), fairKey: "later" });
  expect((await claim(3)).map((job) => job.fairKey)).toEqual(["urgent", "big", "small"]);
  expect((await claim(10)).map((job) => job.fairKey)).toEqual(["big", "big", "big", "big"]);
});

test("a worker whose lease ran out can do nothing any more", async () => {
  await enqueueJob(database.sql, { kind: "t" });
  const [first] = (await claim()) as [Job];
  await expire();
  const [second] = (await claim(1, "w2")) as [Job];
  expect(second.leaseToken).toBe(first.leaseToken + 1);
  await expect(extendJob(database.sql, first)).rejects.toThrow(LeaseLost);
  expect(await failJob(database.sql, first, "late")).toBe(false);
  await giveBackJob(database.sql, first);
  await expect(completeJob(database.sql, first, async (tx) => void (await tx`insert into effects values (${first.id})`))).rejects.toThrow(
    LeaseLost,
  );
  expect(await database.sql`select * from effects`).toHaveLength(0);
  await extendJob(database.sql, second, { done: 1 });
  await completeJob(database.sql, second, async (tx) => void (await tx`insert into effects values (${second.id})`));
  expect(await database.sql`select * from effects`).toHaveLength(1);
  expect(await statuses()).toEqual(["done"]);
});

test("a failing job pauses longer each time and dies after its last attempt; a given back one keeps its attempts", async () => {
  await enqueueJob(database.sql, { kind: "t", maxAttempts: 2 });
  const [a] = (await claim()) as [Job];
  await giveBackJob(database.sql, a);
  const [b] = (await claim()) as [Job];
  expect(b.attempts).toBe(1);
  await failJob(database.sql, b, "08006");
  const [row] = await database.sql<
    { wait: number; status: string; last_error: string }[]
  >`select extract(epoch from run_at - now())::float8 as wait, status, last_error from jobs`;
  expect(row).toMatchObject({ status: "ready", last_error: "08006" });
  expect(row?.wait).toBeGreaterThan(2.9);
  expect(row?.wait).toBeLessThan(4.9);
  await database.sql`update jobs set run_at = now()`;
  const [c] = (await claim()) as [Job];
  await failJob(database.sql, c, "08006");
  expect(await statuses()).toEqual(["dead"]);
  await database.sql`update jobs set finished_at = now() - interval '40 days'`;
  expect(await pruneJobs(database.sql, { done: 7, dead: 30 })).toBe(1);
});

test("a job whose workers all die is dead in the end, and a cancelled one is fenced", async () => {
  await enqueueJob(database.sql, { kind: "t", maxAttempts: 2 });
  await claim();
  await expire();
  await claim();
  await expire();
  expect(await statuses()).toEqual(["dead"]);
  await enqueueJob(database.sql, { kind: "t", key: "x" });
  const [job] = (await claim()) as [Job];
  expect(await cancelJobs(database.sql, "t", "x")).toBe(1);
  await expect(extendJob(database.sql, job)).rejects.toThrow(LeaseLost);
});

type Finish = (tx: AnySql, job: Job) => Promise<void>;
type Move = { do: "claim" | "complete" | "crash"; worker: number } | { do: "expire" };

/** Plays a history of three workers on one job with the real statements; returns how often the effect took place. */
async function play(history: readonly Move[], finish: Finish): Promise<number> {
  await database.sql`truncate jobs restart identity`;
  await database.sql`truncate effects`;
  await enqueueJob(database.sql, { kind: "t", maxAttempts: 1_000 });
  const held: (Job | undefined)[] = [undefined, undefined, undefined];
  const complete = async (job: Job): Promise<void> => {
    try {
      await database.sql.begin(async (handle) => {
        const tx = handle as unknown as TxSql;
        await tx`insert into effects values (${job.id})`;
        await finish(tx, job);
      });
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }
  };
  for (const move of history) {
    if (move.do === "expire") {
      await expire();
      continue;
    }
    const job = held[move.worker];
    if (move.do === "claim" && !job) held[move.worker] = (await claim(1, `w${move.worker}`))[0];
    if (move.do === "crash") held[move.worker] = undefined;
    if (move.do === "complete" && job) {
      await complete(job);
      held[move.worker] = undefined;
    }
  }
  // Whatever happened, a last healthy worker brings it to its end.
  await expire();
  for (const job of await claim(1, "last")) await complete(job);
  const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from effects`;
  return row?.n ?? -1;
}

const histories = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("claim", "complete", "crash"), worker: fc.nat(2) }) as fc.Arbitrary<Move> },
    { weight: 2, arbitrary: fc.constant<Move>({ do: "expire" }) },
  ),
  { minLength: 2, maxLength: 14 },
);

test("model: any history of claims, expiries, crashes and completions has the effect exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => (await play(history, finishJob)) === 1),
    { numRuns: 150, seed: 20_261_123 },
  );
});

test("model: without the token check the effect is doubled, and the model finds it", async () => {
  const careless: Finish = async (tx, job) => {
    await tx`update jobs set status = 'done' where id = ${job.id}`;
  };
  const found = await fc.check(
    fc.asyncProperty(histories, async (history) => (await play(history, careless)) === 1),
    { numRuns: 400, seed: 20_261_123 },
  );
  expect(found.failed).toBe(true);
  // The shortest such history, played both ways.
  const shortest: Move[] = [
    { do: "claim", worker: 0 },
    { do: "expire" },
    { do: "claim", worker: 1 },
    { do: "complete", worker: 1 },
    { do: "complete", worker: 0 },
  ];
  expect(await play(shortest, careless)).toBe(2);
  expect(await play(shortest, finishJob)).toBe(1);
});
