import { expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { ensureEventPartitions, ensureInboxPartitions } from "./partitions";

const database = testDatabase();
const partitions = async (parent: string): Promise<string[]> => {
  const rows = await database.sql<
    { name: string }[]
  >`select inhrelid::regclass::text as name from pg_inherits where inhparent = ${parent}::regclass order by 1`;
  return rows.map((row) => row.name);
};

test("inbox partitions are made ahead, and rows in the default partition move to their day", async () => {
  const day = new Date("2026-03-30T10:00:00Z");
  await database.sql`insert into inbox (received_at, source_id, body) values (${day}, 'src_a', '{"n":1}'), ('2027-01-01Z', 'src_a', '{"n":2}')`;
  const before = await database.sql`select id, xid::text, received_at, body from inbox order by id`;
  expect(await ensureInboxPartitions(database.sql, day, 2)).toBe(3);
  expect(await ensureInboxPartitions(database.sql, day, 2)).toBe(0);
  expect(await partitions("inbox")).toEqual(["inbox_2026_03_30", "inbox_2026_03_31", "inbox_2026_04_01", "inbox_default"]);
  expect(await database.sql`select id, xid::text, received_at, body from inbox order by id`).toEqual(before);
  const [moved] = await database.sql<{ n: number }[]>`select count(*)::int as n from inbox_2026_03_30`;
  expect(moved?.n).toBe(1);
  const [index] = await database.sql<{ n: number }[]>`select count(*)::int as n from pg_indexes where tablename = 'inbox_2026_03_30'`;
  expect(index?.n).toBe(2);
});

test("event partitions follow the months of a batch, by several processes at once, and survive a rollback", async () => {
  const times = ["1999-01-01", "2011-12-09", "2011-11-30", "2026-02-28T23:59:59.999"].map(
    (text) => new Date(`${text}${text.length > 10 ? "Z" : ""}`),
  );
  await expect(
    database.sql.begin(async (tx) => {
      await ensureEventPartitions(tx as never, times);
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  expect(await partitions("events")).toEqual(["events_before_2005"]);
  // Each call with a cache of its own, as separate processes have.
  const made = await Promise.all([1, 2, 3].map(() => ensureEventPartitions(database.sql, times, new Set())));
  expect(made.reduce((a, b) => a + b)).toBe(3);
  expect(await ensureEventPartitions(database.sql, times)).toBe(0);
  expect(await partitions("events")).toEqual(["events_2011_11", "events_2011_12", "events_2026_02", "events_before_2005"]);
  await database.sql`insert into events (profile_id, event_type, occurred_at, id, received_at, source_id, message_id, properties, context)
    select 1, 1, t, row_number() over (), now(), 's', 'm', '{}', '{}' from unnest(${times.map((t) => t.toISOString())}::text[]) x, lateral (select x::timestamptz as t) y`;
  const [old] = await database.sql<{ n: number }[]>`select count(*)::int as n from events_before_2005`;
  expect(old?.n).toBe(1);
});
