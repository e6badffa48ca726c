import { describe, expect, it } from "vitest";
import { seededRandom } from "@/domain/kernel";
import { testDatabase } from "@/server/test/database";
import { Processor } from "./processor";
import { processAll } from "./rebuild";
import { tableDigests } from "./test/digests";
import { feed } from "./test/feed";
import { randomMessages } from "./test/random-messages";

const db = testDatabase();

describe("the cursor", () => {
  it("skips nothing when transactions commit in another order than they began", async () => {
    const slow = await db.sql.reserve();
    const late = await db.sql.reserve();
    await slow`begin`;
    await feed(slow, [{ userId: "slow-1", messageId: "slow-1" }]);
    await late`begin`;
    await feed(late, [{ userId: "late-1", messageId: "late-1" }]);
    await feed(db.sql, [{ userId: "quick-1", messageId: "quick-1" }]);
    const seen = async () => (await db.sql<{ m: string }[]>`select message_id as m from events order by 1`).map(({ m }) => m);
    const processor = new Processor(db);
    // The quick one committed last in order of ids, but the others are still open: nobody may pass them.
    await processor.processNext();
    expect(await seen()).toEqual([]);
    await late`commit`;
    await processor.processNext();
    expect(await seen()).toEqual([]);
    await slow`commit`;
    slow.release();
    late.release();
    await processAll(db);
    expect(await seen()).toEqual(["late-1", "quick-1", "slow-1"]);
  });

  it("applies every message once with three workers and aborts at random, as one worker does without", async () => {
    const messages = randomMessages(seededRandom(7), 400);
    const start = await db.sql<{ n: number }[]>`select count(*)::int as n from events`;
    for (let i = 0; i < messages.length; i += 20) await feed(db.sql, messages.slice(i, i + 20));
    const random = seededRandom(11);
    let aborts = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const limit = random.int(1, 60);
        const processor = new Processor(db, {
          limit,
          beforeCommit: () => {
            if (random.chance(0.3)) {
              aborts += 1;
              throw new Error("the worker dies here");
            }
          },
        });
        await processor.processNext().catch((error: Error) => {
          if (error.message !== "the worker dies here") throw error;
        });
        const [left] = await db.sql<{ n: number }[]>`
          select count(*)::int as n from inbox i, processing_cursors c where (i.xid, i.id) > (c.xid, c.inbox_id)`;
        if (left?.n === 0) return;
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(aborts).toBeGreaterThan(0);
    const [stored] = await db.sql<
      { n: number; distinct: number }[]
    >`select count(*)::int as n, count(distinct message_id)::int as distinct from events`;
    expect(stored).toEqual({ n: (start[0]?.n ?? 0) + 400, distinct: (start[0]?.n ?? 0) + 400 });
    const live = await tableDigests(db.sql);
    await db.sql.begin(async (tx) => {
      const { resetDerived } = await import("./rebuild");
      await resetDerived(tx as never);
    });
    await processAll(db);
    expect(await tableDigests(db.sql)).toEqual(live);
  });

  it("sets one bad message aside with its reason and keeps its neighbours", async () => {
    await feed(db.sql, [{ userId: "good-1", messageId: "good-1" }]);
    // Something that PostgreSQL cannot hold, as if collection had let it through.
    await feed(db.sql, [{ userId: "bad-1", messageId: "bad-1", properties: { text: "nul \u0000" } }]);
    await db.sql`insert into inbox (received_at, source_id, body) values (now(), 'src_test', 'no json')`;
    await feed(db.sql, [{ userId: "good-2", messageId: "good-2" }]);
    await processAll(db);
    expect(
      (
        await db.sql<
          { m: string }[]
        >`select message_id as m from events where message_id like 'good-%' or message_id like 'bad-%' order by 1`
      ).map(({ m }) => m),
    ).toEqual(["good-1", "good-2"]);
    const rejected = await db.sql`select message_id, stage, code from rejected_messages order by message_id`;
    expect(rejected).toEqual([
      { message_id: "bad-1", stage: "process", code: "unprocessable" },
      { message_id: null, stage: "process", code: "unprocessable" },
    ]);
    expect(await db.sql`select 1 from identifiers where value = 'bad-1'`).toHaveLength(0);
  });
});
