import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "@/db/client";
import { ensureEventPartitions, ensureInboxPartitions } from "@/domain/events";
import { withTx } from "@/domain/kernel/context";
import { enqueueJob } from "@/domain/kernel/jobs";
import { recordAudit } from "@/domain/audit";
import { testDatabase } from "@/server/test/database";
import { backup } from "./backup";
import { restore } from "./restore";
import { digestOf, listTables, selectOf } from "./tables";

const source = testDatabase();
const target = testDatabase();
let folder = "";
let file = "";

const digests = async (database: typeof source): Promise<Record<string, unknown>> => {
  const sql = connect(database.url, { max: 1 });
  try {
    await sql.sql.unsafe("set timezone = 'UTC'");
    const out: Record<string, unknown> = {};
    for (const table of await listTables(sql.sql as never)) out[table.name] = await digestOf(sql.sql as never, selectOf(table));
    return out;
  } finally {
    await sql.end();
  }
};

/** Inbox ids that processing would read next, in its order. */
const pending = async (database: typeof source): Promise<number[]> => {
  const rows = await database.sql<{ id: number }[]>`
    select i.id from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id)
      and i.xid < pg_snapshot_xmin(pg_current_snapshot()) order by i.xid, i.id`;
  return rows.map((row) => row.id);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tributary-backup-"));
  file = join(folder, "one.gz");
  const { sql } = source;
  await ensureInboxPartitions(sql, new Date("2026-03-01Z"), 2);
  await ensureEventPartitions(sql, [new Date("2026-03-05Z"), new Date("2011-12-01Z")]);
  await sql`insert into users (id, email, name, role, status) values ('usr_a', 'a@x.test', 'Ä \t"\\.\n名', 'admin', 'active')`;
  await sql`insert into sessions (id, sid_hash, user_id, expires_at) values ('ses_a', 'h1', 'usr_a', now() + interval '7 days')`;
  await sql`insert into user_tokens (token_hash, kind, user_id, expires_at) values ('t1', 'reset', 'usr_a', now() + interval '7 days')`;
  await sql`insert into sources (id, name, type, created_by) values ('src_a', 'Shop', 'website', 'usr_a')`;
  await withTx(source.ctx(), (tx) =>
    recordAudit(tx, { action: "test.done", object: { type: "test", id: "1" }, after: { "\\.": "\n\\.\n" } }),
  );
  await sql`insert into event_types (id, name) values (1, 'Order Completed')`;
  await sql`
    insert into events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, properties, context)
    select n % 50, 1, case when n % 2 = 0 then '2026-03-05Z'::timestamptz else '2011-12-02Z' end + n * interval '1 second', n / 7.0, n, now(), 'src_a', 'm' || n,
      jsonb_build_object('text', repeat('x\ny\t', n % 20)), '{}' from generate_series(1, 20000) n`;
  // Commit order differs from id order: the row with the lower id commits in the later transaction.
  await sql.begin(async (slow) => {
    await slow`select pg_current_xact_id()`;
    const [low] = await slow<
      { id: number }[]
    >`insert into inbox (id, received_at, source_id, body) values (nextval('inbox_id_seq'), '2026-03-01T10:00Z', 'src_a', '{"slow":1}') returning id`;
    for (let i = 0; i < 3; i++)
      await sql`insert into inbox (received_at, source_id, body) values ('2026-03-02T10:00Z', 'src_a', ${`{"n":${i}}`})`;
    expect(low?.id).toBe(1);
  });
  for (let i = 3; i < 6; i++)
    await sql`insert into inbox (received_at, source_id, body) values ('2026-03-02T11:00Z', 'src_a', ${`{"n":${i}}`})`;
  // Processing has done the first four rows in (xid, id) order.
  await sql`update processing_cursors set (xid, inbox_id) = (select xid, id from inbox order by xid, id offset 3 limit 1), next_profile_id = 51, processed = 4`;
  await enqueueJob(sql, { kind: "t", key: "k" });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a backup taken while the server writes is one moment, and the restored database equals it", async () => {
  const expected = await digests(source);
  const left = await pending(source);
  expect(left).toHaveLength(3);
  const writing = source.sql`insert into inbox (received_at, source_id, body) select '2026-03-02T12:00Z', 'src_a', '{}' from generate_series(1, 1000)`;
  const result = await backup(source.url, file);
  await writing;
  expect(result.rows).toBeGreaterThan(20_000);
  await source.sql`delete from inbox where received_at = '2026-03-02T12:00Z'`;

  const restored = await restore(target.url, file);
  expect(restored).toMatchObject({ rows: result.rows, tables: result.tables });
  const found = await digests(target);
  // The bulk above may have been committed before the snapshot or after it, all or nothing.
  const [bulk] = await target.sql<{ n: number }[]>`select count(*)::int as n from inbox where received_at = '2026-03-02T12:00Z'`;
  expect([0, 1000]).toContain(bulk?.n);
  await target.sql`delete from inbox where received_at = '2026-03-02T12:00Z'`;
  const { inbox: inboxFound, processing_cursors: _cursor, sessions: _sessions, user_tokens: _tokens, ...othersFound } = found;
  const { inbox: inboxExpected, processing_cursors: _before, sessions: _were, user_tokens: _there, ...othersExpected } = expected;
  expect(othersFound).toEqual(othersExpected);
  if (bulk?.n === 0) expect(inboxFound).toEqual(inboxExpected);
});

test("what was ended after the backup does not come back to life: sessions end, one-time links are gone", async () => {
  const [session] = await target.sql<{ id: string; ended: boolean }[]>`select id, revoked_at is not null as ended from sessions`;
  expect(session).toEqual({ id: "ses_a", ended: true });
  expect(await target.sql`select 1 from user_tokens`).toHaveLength(0);
});

test("processing goes on exactly where it stood, and new rows come after the old ones", async () => {
  await expect.poll(async () => await pending(target), { timeout: 60_000 }).toEqual(await pending(source));
  const [next] = await target.sql<
    { id: number }[]
  >`insert into inbox (received_at, source_id, body) values (now(), 'src_a', '{}') returning id`;
  // A row is visible to processing once every older transaction of the cluster has ended: other tests run beside this one.
  await expect.poll(async () => (await pending(target)).at(-1), { timeout: 60_000 }).toBe(next?.id);
  expect(await pending(target)).toHaveLength(4);
  const [top] = await target.sql<{ id: number }[]>`select max(id) as id from inbox`;
  expect(next?.id).toBe(top?.id);
  const [partition] = await target.sql<{ name: string }[]>`select tableoid::regclass::text as name from inbox where id = 2`;
  expect(partition?.name).toBe("inbox_2026_03_02");
  expect(await enqueueJob(target.sql, { kind: "t", key: "k" })).toBeNull();
  expect(await enqueueJob(target.sql, { kind: "t", key: "other" })).toBeGreaterThan(1);
});

test("a used database is refused, unless forced; a damaged or cut file changes nothing", async () => {
  await expect(restore(target.url, file)).rejects.toThrow(/not empty/);
  const before = await digests(target);
  const plain = gunzipSync(readFileSync(file));
  const damaged = Buffer.from(plain);
  const at = damaged.indexOf("Order Completed");
  damaged.write("Order Completee", at);
  const bad = join(folder, "bad.gz");
  writeFileSync(bad, gzipSync(damaged));
  await expect(restore(target.url, bad, { force: true })).rejects.toThrow(/damaged/);
  writeFileSync(bad, gzipSync(plain.subarray(0, plain.length - 5_000)));
  await expect(restore(target.url, bad, { force: true })).rejects.toThrow(/ends|middle/);
  writeFileSync(bad, readFileSync(file).subarray(0, 2_000));
  await expect(restore(target.url, bad, { force: true })).rejects.toThrow();
  writeFileSync(bad, "hello");
  await expect(restore(target.url, bad, { force: true })).rejects.toThrow(/not a backup/);
  await expect(restore(target.url, join(folder, "none.gz"), { force: true })).rejects.toThrow(/no file/);
  expect(await digests(target)).toEqual(before);
  await restore(target.url, file, { force: true });
  expect(await pending(target)).toEqual(await pending(source));
});
