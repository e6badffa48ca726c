import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AnySql } from "@/db/client";
import { processAll } from "@/domain/identity";
import { createContext } from "@/domain/kernel/context";
import { claimJobs, extendJob } from "@/domain/kernel/jobs";
import { createSource } from "@/domain/sources";
import { member, testDatabase } from "@/server/test/database";
import {
  cancelImport,
  createImport,
  deleteImport,
  getImport,
  IMPORT_RUN_JOB,
  importLocalFile,
  isSettled,
  listImports,
  openErrorFile,
  runImportJob,
  setFormat,
  setMapping,
  startDryRun,
  startImport,
  uploadFile,
  type LocalOutcome,
} from "./index";
import { mappingOf } from "./import-local-file";
import { runImport } from "./run-import";

const dataDir = vi.hoisted(() => {
  // Before anything reads the environment.
  const path = `${process.env["TMPDIR"] ?? "/tmp"}/imports-test-${process.pid}`;
  process.env["DATA_DIR"] = path;
  return path;
});

const db = testDatabase();
const folder = mkdtempSync(join(tmpdir(), "import-files-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(dataDir, { recursive: true, force: true });
});

let n = 0;
function file(text: string): string {
  const path = join(folder, `file-${n++}.csv`);
  writeFileSync(path, text);
  return path;
}

async function source(name = `Shop ${n++}`): Promise<string> {
  return (await createSource(db.ctx(), { name, type: "csv" })).id;
}

const local = (path: string, sourceId: string, rest: Partial<Parameters<typeof importLocalFile>[2]> = {}): Promise<LocalOutcome> =>
  importLocalFile(db.ctx(), db, { path, sourceId, mapping: "auto", dryRun: false, ...rest });

async function* pieces(text: string | Buffer, size = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Totals of the sample, worked out without any code of the product. */
function sampleTotals() {
  const text = readFileSync(join(import.meta.dirname, "fixtures/online-retail-sample.csv"), "utf8");
  const lines = text.trim().split("\n").slice(1);
  const orders = new Map<string, { net: number; negative: boolean; customer: string }>();
  for (const line of lines) {
    const match = /^([^,]*),([^,]*),("(?:[^"]|"")*"|[^,]*),(-?\d+),([^,]*),(-?[\d.]+),(\d*),(.*)$/.exec(line.trim());
    if (!match) throw new Error(`unexpected line: ${line}`);
    const id = match[1] ?? "";
    const order = orders.get(id) ?? { net: 0, negative: true, customer: match[7] ?? "" };
    order.net += Number(match[4]) * Number(match[6]);
    order.negative &&= Number(match[4]) < 0;
    orders.set(id, order);
  }
  const all = [...orders.values()];
  return {
    lines: lines.length,
    orders: all.filter((order) => !order.negative).length,
    refunds: all.filter((order) => order.negative).length,
    customers: new Set(all.flatMap((order) => order.customer || [])).size,
    anonymous: all.filter((order) => order.customer === "").length,
    net: Math.round(all.reduce((sum, order) => sum + order.net, 0) * 100) / 100,
  };
}

async function totals() {
  const [row] = await db.sql<
    { known: number; anonymous: number; net: string; orders: number; inbox: number; tallied: number; items: number }[]
  >`
    select (select count(*) filter (where known) from profiles where merged_into is null)::int as known,
      (select count(*) filter (where not known) from profiles where merged_into is null)::int as anonymous,
      (select round(sum(revenue), 2)::text from profiles where merged_into is null) as net,
      (select sum(order_count) from profiles where merged_into is null)::int as orders,
      (select count(*) from inbox)::int as inbox,
      (select sum(accepted)::int from collect_tallies) as tallied,
      (select coalesce(sum(jsonb_array_length(properties->'products')), 0)::int from events) as items`;
  return row;
}

describe("a real shop's file", () => {
  const path = join(import.meta.dirname, "fixtures/online-retail-sample.csv");
  const expected = sampleTotals();
  let sourceId = "";
  beforeAll(async () => {
    sourceId = await source("Online retail");
  });

  it("is understood without a mapping; the dry run says exactly what the run then does", async () => {
    const { preview, mapping } = await local(path, sourceId, { dryRun: true });
    expect(mapping.kind).toBe("transactions");
    expect(preview).toMatchObject({
      complete: true,
      rows: expected.lines,
      alreadyImported: 0,
      rejected: 0,
      people: { creates: expected.customers, updates: 0, merges: 0, anonymous: expected.anonymous },
      orders: { count: expected.orders, refunds: expected.refunds },
    });
    expect((preview?.orders?.revenue ?? 0) - (preview?.orders?.refunded ?? 0)).toBeCloseTo(expected.net, 2);
    expect((await totals())?.inbox).toBe(0);
  });

  it("gives its known totals", async () => {
    const { result } = await local(path, sourceId);
    expect(result).toMatchObject({ rows: expected.lines, duplicates: 0, rejected: 0, conflicts: 0 });
    await processAll(db);
    expect(await totals()).toEqual({
      known: expected.customers,
      anonymous: expected.anonymous,
      net: expected.net.toFixed(2),
      orders: expected.orders,
      inbox: result?.accepted,
      tallied: result?.accepted,
      items: expected.lines,
    });
    expect(await db.sql`select country from profiles where known group by 1 order by 1`).toContainEqual({ country: "France" });
  });

  it("adds nothing a second time, under another name, compressed or not", async () => {
    const before = await totals();
    const again = await local(file(readFileSync(path, "utf8")), sourceId);
    expect(again.result).toMatchObject({ accepted: 0, conflicts: 0, rejected: 0, rows: expected.lines });
    expect(again.result?.duplicates).toBe(again.result?.messages);
    const dry = await local(path, sourceId, { dryRun: true });
    expect(dry.preview).toMatchObject({ people: { creates: 0, updates: 0, merges: 0, anonymous: 0 }, orders: { count: 0, revenue: 0 } });
    expect(dry.preview?.alreadyImported).toBe(dry.preview?.messages);
    await processAll(db);
    expect(await totals()).toEqual(before);
  });
});

describe("a run that is killed", () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => (i % 100 === 7 ? `,,x${i}` : `u${i},u${i}@x.example,${i}`));
  const text = `user_id,email,score\n${rows.join("\n")}\n`;

  it.each([1, 2, 3])("after step %i and resumed gives the same as one that was not", async (killAt) => {
    const sourceId = await source();
    const whole = await source();
    const clean = await local(file(text), whole);
    const path = file(text);
    let steps = 0;
    class Killed extends Error {}
    // The process dies between the error file's write and the commit: the hardest place.
    const { id } = await startUploaded(path, sourceId);
    const guard = async (): Promise<void> => {
      if (++steps === killAt) throw new Killed();
    };
    await expect(runImport(db, id, { path, guard })).rejects.toThrow(Killed);
    const result = await runImport(db, id, { path, guard: async () => {} });
    expect(result).toEqual({ ...clean.result, inbox: result?.inbox });
    const counted = await db.sql`
      select sum(accepted)::int as accepted, sum(duplicates)::int as duplicates, sum(rejected)::int as rejected from collect_tallies where source_id = ${sourceId}`;
    expect(counted[0]).toEqual({ accepted: 4950, duplicates: 0, rejected: 50 });
    expect(readFileSync(join(dataDir, "imports", `${id}.errors.csv`), "utf8")).toBe(readFileSync(clean.errorFile ?? "", "utf8"));
    expect(await db.sql`select count(*)::int as n from rejected_messages where source_id = ${sourceId} and stage = 'import'`).toEqual([
      { n: 20 },
    ]);
  });

  it("stops for whoever lost the lease, and the other goes on", async () => {
    const sourceId = await source();
    const path = file(text);
    const { id } = await startUploaded(path, sourceId);
    const [job] = await claimJobs(db.sql, { owner: "a", kinds: [IMPORT_RUN_JOB], limit: 1 });
    if (!job) throw new Error("no job");
    let steps = 0;
    const guard = async (tx: AnySql): Promise<void> => {
      // After its first step the worker sleeps through its lease, and another takes the job.
      if (++steps === 2) await db.sql`update jobs set lease_token = lease_token + 1 where id = ${job.id}`;
      await extendJob(tx, job);
    };
    await expect(runImport(db, id, { path, guard })).rejects.toThrow("no longer held");
    expect(steps).toBe(2);
    await runImportJob(db, "run", { id, guard: async () => {}, signal: new AbortController().signal, lastAttempt: false });
    expect(await getImport(db.ctx(), { id })).toMatchObject({ status: "done", rows: 5000, accepted: 4950, duplicates: 0, rejected: 50 });
  });

  /** Uploads, maps and starts; the job is left in the queue. */
  async function startUploaded(path: string, sourceId: string): Promise<{ id: string }> {
    await db.sql`update jobs set status = 'done'`;
    const { id } = await createImport(db.ctx(), { sourceId, fileName: "people.csv" });
    await uploadFile(db.ctx(), { id }, pieces(readFileSync(path), 60_000), null);
    const { detected } = await getImport(db.ctx(), { id });
    if (!detected) throw new Error("not detected");
    await setMapping(db.ctx(), { id, mapping: mappingOf(detected.suggestion) });
    await startImport(db.ctx(), { id });
    return { id };
  }
});

describe("rejected rows", () => {
  it("go to a file that can be corrected and imported, formulas inert, nothing else lost", async () => {
    const sourceId = await source();
    const text = [
      "Order No;SKU;Qty;Price;Date;Customer;Note",
      "1;A;2;1,50;31.01.2026;c1;=cmd|' /C calc'!A0",
      "1;B;x;2,50;31.01.2026;c1;+49 30",
      "2;A;-1;1,50;31.01.2026;c1;-5",
      ';A;1;1,50;31.01.2026;c1;"two\nlines"',
    ].join("\n");
    const first = await local(file(text), sourceId);
    expect(first.result).toMatchObject({ accepted: 1, rejected: 3, errorFile: true });
    const errors = readFileSync(first.errorFile ?? "", "utf8");
    expect(statSync(first.errorFile ?? "").mode & 0o777).toBe(0o600);
    expect(errors.split("\r\n").slice(0, 3)).toEqual([
      "\uFEFFOrder No;SKU;Qty;Price;Date;Customer;Note;import_line;import_code;import_field;import_reason",
      `1;A;2;"1,50";31.01.2026;c1;"'=cmd|' /C calc'!A0";2;invalid_number;Qty;"Line 3 of the same order cannot be used: ""x"" is not a number."`,
      `1;B;x;"2,50";31.01.2026;c1;'+49 30;3;invalid_number;Qty;"""x"" is not a number."`,
    ]);
    const fixed = errors.replace("1;B;x;", "1;B;4;").replace("\r\n;A;1", "\r\n3;A;1");
    const second = await local(file(fixed), sourceId);
    expect(second.result).toMatchObject({ accepted: 2, duplicates: 0, rejected: 0 });
    await processAll(db);
    const orders = await db.sql<{ order: string; total: number; notes: string[] }[]>`
      select properties->>'order_id' as order, (properties->>'total')::float as total,
        array(select p->>'note' from jsonb_array_elements(properties->'products') p) as notes
      from events where source_id = ${sourceId} order by 1`;
    expect(orders).toEqual([
      { order: "1", total: 13, notes: ["=cmd|' /C calc'!A0", "+49 30"] },
      { order: "2", total: 1.5, notes: ["-5"] },
      { order: "3", total: 1.5, notes: ["two\nlines"] },
    ]);
  });

  it("are counted in the source's balance to the row, with samples to look at", async () => {
    const sourceId = await source();
    const rows = Array.from({ length: 500 }, (_, i) => (i < 470 ? `,plan${i}` : `u${i},plan${i}`));
    const { result } = await local(file(`user_id,plan\n${rows.join("\n")}\n`), sourceId, {
      mapping: {
        kind: "people",
        columns: [
          { column: "user_id", target: "user_id" },
          { column: "plan", target: "trait", key: "plan" },
        ],
      },
    });
    expect(result).toMatchObject({ rows: 500, accepted: 30, rejected: 470, rejectedByCode: [{ code: "no_identifier", n: 470 }] });
    const [tally] =
      await db.sql`select sum(accepted)::int as a, sum(duplicates)::int as d, sum(rejected)::int as r from collect_tallies where source_id = ${sourceId}`;
    expect(tally).toEqual({ a: 30, d: 0, r: 470 });
    expect(await db.sql`select code, stage, count(*)::int as n from rejected_messages where source_id = ${sourceId} group by 1, 2`).toEqual(
      [{ code: "no_user_anon_id", stage: "import", n: 20 }],
    );
  });
});

describe("dry run against what is known", () => {
  it("tells new people from known ones and from merges, writes nothing, and is borne out by the run", async () => {
    const sourceId = await source();
    await local(file("user_id,email\nk1,k1@x.example\nk2,\n,k3@x.example\n"), sourceId);
    await processAll(db);
    const [before] = await db.sql`select count(*)::int as n from profiles where merged_into is null`;
    const text = [
      "user_id,email,plan",
      "k1,k1@x.example,pro", // known
      "k2,k3@x.example,pro", // joins two known people
      "n1,n1@x.example,pro", // new
      ",n1@x.example,free", // the same new person
      "n2,n1@x.example,free", // another customer at the same address: a person of their own
      "n3,not-an-address,free",
      ",,free",
    ].join("\n");
    const { preview } = await local(file(text), sourceId, { dryRun: true });
    expect(preview).toMatchObject({
      rows: 7,
      messages: 6,
      people: { creates: 3, updates: 2, merges: 1 },
      rejected: 1,
      rejectedByCode: [{ code: "no_identifier", n: 1, examples: [{ line: 8 }] }],
      warnings: [{ code: "invalid_email", n: 1, lines: [7] }],
    });
    await local(file(text), sourceId);
    await processAll(db);
    const [after] = await db.sql`select count(*)::int as n from profiles where merged_into is null`;
    expect(Number(after?.["n"]) - Number(before?.["n"])).toBe(3 - 1);
  });
});

describe("verbs", () => {
  it("lead from upload to result, each with its audit row", async () => {
    const sourceId = await source();
    const ctx = createContext(member("marketer"), db);
    await db.sql`insert into users (id, email, name, role, status) values ('usr_test_marketer', 'm@example.test', 'Mo', 'marketer', 'active')`;
    const { id } = await createImport(ctx, { sourceId, fileName: "Customers \u202Egpj.csv" });
    await uploadFile(ctx, { id }, pieces("id;имя\nверб-1;Иван\nверб-2;Ольга\n"), null);
    await setFormat(ctx, { id, encoding: "utf-8", delimiter: ";", kind: "people" });
    const ready = await getImport(ctx, { id });
    expect(ready).toMatchObject({
      status: "ready",
      fileName: "Customers \uFFFDgpj.csv",
      createdBy: "Mo",
      detected: { headers: ["id", "имя"] },
    });
    const mapping = mappingOf(ready.detected?.suggestion ?? (null as never));
    await expect(startImport(ctx, { id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await expect(setMapping(ctx, { id, mapping: { ...mapping, columns: [{ column: "nope", target: "user_id" }] } })).rejects.toMatchObject({
      code: "VALIDATION",
    });
    await setMapping(ctx, { id, mapping });
    const job = { id, guard: async () => {}, signal: new AbortController().signal, lastAttempt: true };
    await startDryRun(ctx, { id });
    await expect(setMapping(ctx, { id, mapping })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await runImportJob(db, "check", job);
    expect(await getImport(ctx, { id })).toMatchObject({ status: "checked", preview: { rows: 2, people: { creates: 2 } } });
    await startImport(ctx, { id });
    await cancelImport(ctx, { id });
    await runImportJob(db, "run", job);
    expect(await getImport(ctx, { id })).toMatchObject({ status: "cancelled", accepted: 0 });
    await startImport(ctx, { id });
    await runImportJob(db, "run", job);
    expect(await getImport(ctx, { id })).toMatchObject({ status: "done", result: { accepted: 2 }, progress: { read: 1, settled: false } });
    await processAll(db);
    expect(await isSettled(db, id)).toBe(true);
    expect((await getImport(ctx, { id })).progress).toEqual({ read: 1, processed: 1, settled: true });
    await expect(openErrorFile(ctx, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listImports(ctx)).map((item) => item.id)).toContain(id);
    await deleteImport(ctx, { id });
    await expect(getImport(ctx, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const audit = await db.sql<{ action: string }[]>`select action from audit_log where object_id = ${id} order by seq`;
    expect(audit.map((row) => row.action.replace("import.", ""))).toEqual([
      "created",
      "uploaded",
      "format_set",
      "mapping_set",
      "dry_run_started",
      "started",
      "cancelled",
      "started",
      "deleted",
    ]);
  });

  it("refuse whoever may not, and mask values for whoever may not see them", async () => {
    const sourceId = await source();
    const admin = createContext(member("admin"), db);
    const { id } = await createImport(admin, { sourceId, fileName: "a.csv" });
    await uploadFile(admin, { id }, pieces("email,note\njane@x.example,hello\n"), null);
    const masked = createContext(member("marketer", false), db);
    const detail = await getImport(masked, { id });
    expect(JSON.stringify(detail)).not.toMatch(/jane@x|hello/);
    expect(detail).toMatchObject({ masked: true, detected: { headers: ["email", "note"] } });
    await expect(openErrorFile(masked, { id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const manager = createContext(member("manager"), db);
    for (const verb of [
      createImport,
      setMapping,
      setFormat,
      startDryRun,
      startImport,
      cancelImport,
      deleteImport,
      getImport,
      openErrorFile,
    ]) {
      await expect(verb(manager, { id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    await expect(listImports(manager)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(uploadFile(manager, { id }, pieces("x"), null)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("refuse a file that is too large or no CSV, and leave nothing of it", async () => {
    const sourceId = await source();
    const ctx = db.ctx();
    await db.sql`insert into settings (key, value) values ('imports', '{"maxFileBytes": 2000}')`;
    const big = await createImport(ctx, { sourceId, fileName: "big.csv" });
    await expect(uploadFile(ctx, big, pieces("a,b\n".repeat(1000)), null)).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      message: expect.stringContaining("2 KB"),
    });
    await db.sql`delete from settings where key = 'imports'`;
    await expect(uploadFile(ctx, big, pieces(""), null)).rejects.toMatchObject({ code: "VALIDATION", message: "The file is empty." });
    expect(() => statSync(join(dataDir, "imports", `${big.id}.csv`))).toThrow("ENOENT");
    await uploadFile(ctx, big, pieces("a,b\n1,2\n"), null);
    expect(statSync(join(dataDir, "imports", `${big.id}.csv`)).mode & 0o777).toBe(0o600);
  });
});
