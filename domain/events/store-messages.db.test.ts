import { expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { judgeMessage, storeMessages, type StoreBatch, type StoreItem } from "./index";

const database = testDatabase();
const receivedAt = new Date("2026-11-23T12:00:00.000Z");

const item = (messageId: string, extra: Record<string, unknown> = {}): StoreItem => {
  const judged = judgeMessage({ type: "track", event: "E", userId: "u", messageId, ...extra }, { receivedAt });
  if (!judged.ok) throw new Error(judged.message);
  return { messageId, body: judged.body, bodyHash: judged.bodyHash };
};
const batch = (sourceId: string, items: StoreItem[], more: Partial<StoreBatch> = {}): StoreBatch => ({
  sourceId,
  receivedAt,
  items,
  ...more,
});

async function state(sourceId: string) {
  const rows = await database.sql<{ id: string }[]>`
    select body::jsonb->>'messageId' as id from inbox where source_id = ${sourceId} order by id`;
  const [tally] = await database.sql<Record<string, number>[]>`
    select coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(duplicates), 0)::int as duplicates,
      coalesce(sum(rejected), 0)::int as rejected, coalesce(sum(conflicts), 0)::int as conflicts
    from collect_tallies where source_id = ${sourceId}`;
  const rejected = await database.sql<{ code: string; sample: string }[]>`
    select code, sample from rejected_messages where source_id = ${sourceId} order by id`;
  return { ids: rows.map((row) => row.id), tally, rejected };
}

test("stores in the order of arrival, and a repeat changes nothing but the count", async () => {
  const items = Array.from({ length: 500 }, (_, i) => item(`o-${i}`));
  expect(await storeMessages(database.sql, [batch("src_order", items)])).toEqual([items.map(() => "accepted")]);
  const rows = await database.sql<{ id: string }[]>`
    select i.body::jsonb->>'messageId' as id from inbox i where source_id = 'src_order' order by i.xid, i.id`;
  expect(rows.map((row) => row.id)).toEqual(items.map((one) => one.messageId));
  expect(await storeMessages(database.sql, [batch("src_order", items)])).toEqual([items.map(() => "duplicate")]);
  expect((await state("src_order")).tally).toEqual({ accepted: 500, duplicates: 500, rejected: 0, conflicts: 0 });
});

test("the same id in one flush: first wins, another content is a conflict, another source is another message", async () => {
  const a = item("same");
  const other = item("same", { properties: { total: 2 } });
  const out = await storeMessages(database.sql, [batch("src_a", [a, a, other]), batch("src_a", [other, item("new")]), batch("src_b", [a])]);
  expect(out).toEqual([["accepted", "duplicate", "conflict"], ["conflict", "accepted"], ["accepted"]]);
  expect(await storeMessages(database.sql, [batch("src_a", [a, other])])).toEqual([["duplicate", "conflict"]]);
  const { tally, ids } = await state("src_a");
  expect(ids.toSorted()).toEqual(["new", "same"]);
  expect(tally).toEqual({ accepted: 2, duplicates: 5, rejected: 0, conflicts: 3 });
});

test("a row that the database refuses is rejected and its neighbours are stored, in a pool and in a transaction", async () => {
  for (const [source, wrapped] of [
    ["src_bad1", false],
    ["src_bad2", true],
  ] as const) {
    const items = Array.from({ length: 37 }, (_, i) => item(`b-${i}`));
    const bad = { ...item("b-bad"), body: '{"a":"\u0000"}' };
    const all = [...items.slice(0, 20), bad, ...items.slice(20)];
    const rejected = [{ code: "missing_event" as const, field: "event", message: "m\ud800", messageId: null, sample: "s\u0000" }];
    const batches = [batch(source, all, { rejected })];
    const out = wrapped
      ? await database.sql.begin(async (tx) => storeMessages(tx as never, batches))
      : await storeMessages(database.sql, batches);
    expect(out).toEqual([all.map((one) => (one === bad ? "failed" : "accepted"))]);
    const after = await state(source);
    expect(after.ids).toHaveLength(37);
    expect(after.tally).toEqual({ accepted: 37, duplicates: 0, rejected: 2, conflicts: 0 });
    expect(after.rejected.map((row) => row.code).toSorted()).toEqual(["missing_event", "unprocessable"]);
  }
});

test("concurrent flushes with the same ids in any order store each once, and the tallies balance", async () => {
  const ids = Array.from({ length: 200 }, (_, i) => `c-${i}`);
  const flushes = Array.from({ length: 24 }, (_, n) => {
    const turned = n % 2 === 0 ? ids : ids.toReversed();
    // Every third flush sends other content under the same ids.
    return batch(
      "src_conc",
      turned.map((id) => item(id, n % 3 === 0 ? { properties: { n: 1 } } : {})),
    );
  });
  const out = (await Promise.all(flushes.map((one) => storeMessages(database.sql, [one])))).flat(2);
  const count = (what: string) => out.filter((one) => one === what).length;
  const { tally, ids: stored } = await state("src_conc");
  expect(stored.toSorted()).toEqual(ids.toSorted());
  expect(tally).toEqual({ accepted: 200, duplicates: count("duplicate") + count("conflict"), rejected: 0, conflicts: count("conflict") });
  expect(count("accepted")).toBe(200);
  expect(out).toHaveLength(24 * 200);
  expect(count("conflict")).toBeGreaterThan(0);
});

test("nothing to store writes nothing", async () => {
  expect(await storeMessages(database.sql, [batch("src_none", [])])).toEqual([[]]);
  expect((await state("src_none")).tally).toEqual({ accepted: 0, duplicates: 0, rejected: 0, conflicts: 0 });
});
