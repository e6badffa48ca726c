import { expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { feed } from "./test/feed";
import { Processor } from "./processor";
import { processAll } from "./rebuild";

const db = testDatabase();

test("a batch over transactions 99 and 100 ends at 100: the order is that of numbers, not of their text", async () => {
  await feed(db.sql, [
    { type: "page", anonymousId: "a-1" },
    { type: "page", anonymousId: "a-2" },
    { type: "page", anonymousId: "a-3" },
  ]);
  const ids = (await db.sql<{ id: number }[]>`select id from inbox order by id`).map((row) => row.id);
  for (const [i, xid] of ["99", "100", "101"].entries()) await db.sql`update inbox set xid = ${xid}::xid8 where id = ${ids[i] ?? 0}`;
  const processor = new Processor(db, { limit: 2 });
  // The rows are visible once every older transaction of the cluster has ended: other tests run beside this one.
  await expect.poll(async () => (await processor.processNext()).processed, { timeout: 60_000 }).toBe(2);
  const cursor = async () => (await db.sql`select xid::text as xid, inbox_id as id from processing_cursors where name = 'main'`)[0];
  expect(await cursor()).toEqual({ xid: "100", id: ids[1] });
  await processAll(db);
  expect(await cursor()).toEqual({ xid: "101", id: ids[2] });
  expect(await db.sql`select count(*)::int as n from events`).toEqual([{ n: 3 }]);
  expect(await db.sql`select count(*)::int as n from rejected_messages`).toEqual([{ n: 0 }]);
});
