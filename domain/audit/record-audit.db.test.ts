import { expect, test } from "vitest";
import { withTx } from "@/domain/kernel/context";
import { testDatabase } from "@/server/test/database";
import { recordAudit } from "@/domain/audit";

const database = testDatabase();

test("audit rows are gapless and chained, and cannot be changed", async () => {
  const ctx = database.ctx();
  await Promise.all(
    [1, 2, 3].map((n) =>
      withTx(ctx, (tx) => recordAudit(tx, { action: "test.done", object: { type: "test", id: String(n) }, after: { n } })),
    ),
  );
  const rows = await database.sql<
    { seq: number; hash: string; previous_hash: string; after: { n: number } }[]
  >`select * from audit_log order by seq`;
  expect(rows.map((row) => row.seq)).toEqual([1, 2, 3]);
  expect(rows.map((row) => row.previous_hash)).toEqual(["", rows[0]?.hash, rows[1]?.hash]);
  expect(typeof rows[0]?.after.n).toBe("number");
  await expect(database.sql`update audit_log set action = 'x'`).rejects.toThrow(/append-only/);
  await expect(database.sql`delete from audit_log`).rejects.toThrow(/append-only/);
  await expect(database.sql`truncate audit_log`).rejects.toThrow(/append-only/);
});

test("a rolled-back change leaves no audit row, and audit outside a transaction is refused", async () => {
  const ctx = database.ctx();
  const count = async () => (await database.sql<{ n: number }[]>`select count(*)::int as n from audit_log`)[0]?.n;
  const before = await count();
  await expect(
    withTx(ctx, async (tx) => {
      await recordAudit(tx, { action: "test.failed", object: { type: "test", id: "1" } });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await count()).toBe(before);
  await expect(recordAudit(ctx, { action: "test.done", object: { type: "test", id: "1" } })).rejects.toThrow(/outside a transaction/);
});
