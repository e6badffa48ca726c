import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { seededRandom, withTx } from "@/domain/kernel";
import { member, testDatabase } from "@/server/test/database";
import { anchorAudit, auditState, exportAudit, listAudit, recordAudit, verifyAudit } from "./index";

const folder = mkdtempSync(join(tmpdir(), "tributary-audit-"));
vi.mock(import("@/domain/kernel/env"), async (original) => {
  const real = await original();
  return { ...real, env: () => ({ ...real.env(), DATA_DIR: folder, MASTER_KEY: "11".repeat(32) }) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const database = testDatabase();
const ctx = () => database.ctx(member("admin"));
const ENTRIES = 60;

beforeAll(async () => {
  for (let n = 1; n <= ENTRIES; n++)
    await withTx(database.ctx(), (tx) =>
      recordAudit(tx, {
        action: n % 2 ? "segment.changed" : "export.made",
        object: { type: "test", id: String(n) },
        before: { n: n / 3, list: [1, undefined, null], when: new Date(n * 1e9) },
        after: n % 3 ? { text: `Ä"\\\n${n}`, big: 1e21, zero: -0 } : undefined,
        detail: { none: undefined },
      }),
    );
});

/** Runs a change as somebody with all rights over the database would make it, looks, and takes it back. */
async function tampered(change: string): Promise<string | null> {
  const { sql } = database;
  await sql.unsafe("create table kept as select * from audit_log");
  await sql.unsafe("alter table audit_log disable trigger user");
  await sql.unsafe(change);
  const { problem } = await verifyAudit(ctx());
  await sql.unsafe(
    "truncate audit_log; insert into audit_log select * from kept; drop table kept; alter table audit_log enable trigger user",
  );
  return problem;
}

test("an untouched log is verified to its end, whatever its entries hold", async () => {
  expect(await verifyAudit(ctx())).toMatchObject({ entries: ENTRIES, problem: null });
  expect(await auditState(ctx())).toMatchObject({
    entries: ENTRIES,
    verification: { entries: ENTRIES, problem: null },
    actions: ["export.made", "segment.changed"],
  });
});

test("every kind of tampering is found, at random places", async () => {
  await anchorAudit(database, new Date());
  const random = seededRandom(7);
  const at = () => random.int(1, ENTRIES);
  for (let round = 0; round < 6; round++) {
    const [a, b] = [at(), at()];
    const changes = [
      `update audit_log set action = action || 'x' where seq = ${a}`,
      `update audit_log set after = '{"n": 999}' where seq = ${a}`,
      `update audit_log set at = at + interval '1 millisecond' where seq = ${a}`,
      `update audit_log set actor_id = 'usr_other' where seq = ${a}`,
      `update audit_log set hash = md5(hash) where seq = ${a}`,
      `delete from audit_log where seq = ${a}`,
      `delete from audit_log where seq > ${ENTRIES - random.int(1, 10)}`,
      `delete from audit_log`,
      `insert into audit_log (seq, id, at, actor_kind, actor_id, action, object_type, object_id, previous_hash, hash)
        select seq + 1, 'aud_forged', now(), 'user', 'usr_x', 'nothing.happened', 't', '1', hash, md5(hash) from audit_log order by seq desc limit 1`,
      ...(a === b ? [] : [`update audit_log t set object_id = o.object_id from audit_log o where t.seq = ${a} and o.seq = ${b}`]),
    ];
    for (const change of changes) expect(await tampered(change), change).not.toBeNull();
  }
  expect(await verifyAudit(ctx())).toMatchObject({ problem: null });
});

test("an anchor that was deleted in the database still stands in the file, and a forged one counts for nothing", async () => {
  const { sql } = database;
  await sql`delete from audit_anchors`;
  expect(await tampered(`delete from audit_log where seq > ${ENTRIES - 2}`)).toMatch(/cut off/);
  await sql`insert into audit_anchors (seq, hash, signature, at) values (999, 'x', 'forged', now())`;
  expect(await verifyAudit(ctx())).toMatchObject({ problem: null });
});

test("the log is searched, filtered, paged and exported; the export is an entry itself", async () => {
  const first = await listAudit(ctx(), { action: "export.made", limit: 10 });
  expect(first.rows).toHaveLength(10);
  expect(first.rows[0]).toMatchObject({ seq: ENTRIES, actor: "Tributary (test)", objectId: String(ENTRIES) });
  const second = await listAudit(ctx(), { action: "export", limit: 10, before: first.next });
  expect(second.rows[0]?.seq).toBe((first.next ?? 0) - 2);
  expect((await listAudit(ctx(), { q: `\\\\\\n59"` })).rows.map(({ seq }) => seq)).toEqual([59]);
  let csv = "";
  for await (const line of await exportAudit(ctx(), { action: "segment.changed" })) csv += line;
  expect(csv.trim().split("\r\n")).toHaveLength(ENTRIES / 2 + 1);
  expect((await listAudit(ctx(), { limit: 1 })).rows[0]).toMatchObject({ action: "audit.exported" });
  await expect(listAudit(database.ctx(member("marketer")), {})).rejects.toThrow(/permission/);
});
