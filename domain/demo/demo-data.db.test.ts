import { verify } from "@node-rs/argon2";
import { beforeAll, describe, expect, test } from "vitest";
import { needsFirstAdmin } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { storeMessages, judgeMessage } from "@/domain/events";
import { processAll } from "@/domain/identity";
import { createSource } from "@/domain/sources";
import { member, testDatabase } from "@/server/test/database";
import { continueDemoLoad } from "./continue-demo-load";
import { createDemoSignIns } from "./create-demo-sign-ins";
import { generateDemo } from "./generate";
import { loadDemoData } from "./load-demo-data";
import { DEMO_SEED } from "./model";
import { finishDemoRemoval, removeDemoData } from "./remove-demo-data";
import { readDemoStatus } from "./status";

const PEOPLE = 400;

const one = async <T>(query: PromiseLike<readonly T[]>): Promise<T> => {
  const [row] = await query;
  if (!row) throw new Error("no row");
  return row;
};

describe("loading", () => {
  const db = testDatabase();

  test("who may not change settings may not load, remove or see", async () => {
    for (const actor of [member("marketer"), member("manager")]) {
      await expect(loadDemoData(db.ctx(actor))).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(removeDemoData(db.ctx(actor))).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(readDemoStatus(db.ctx(actor))).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(continueDemoLoad(db.ctx(actor))).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(finishDemoRemoval(db.ctx(actor))).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect(await readDemoStatus(db.ctx())).toMatchObject({ phase: "none" });
    await expect(removeDemoData(db.ctx())).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("an interrupted load goes on where it stopped; every message is stored once and judged as intended", async () => {
    const ctx = db.ctx();
    await createSource(ctx, { name: "Fernhill website", type: "website" });
    expect(await loadDemoData(ctx, { people: PEOPLE, background: false })).toMatchObject({ phase: "loading", people: 0, wanted: PEOPLE });
    const stop = new AbortController();
    const seen: number[] = [];
    await continueDemoLoad(ctx, {
      signal: stop.signal,
      onProgress: ({ people }) => {
        seen.push(people);
        stop.abort();
      },
    });
    expect(await readDemoStatus(ctx)).toMatchObject({ phase: "loading" });
    expect(await continueDemoLoad(ctx)).toMatchObject({ phase: "loaded", people: PEOPLE });
    expect(seen[0]).toBeLessThan(PEOPLE);

    const state = await one(db.sql<{ value: { options: { anchor: string } } }[]>`select value from settings where key = 'demo'`);
    const anchor = new Date(state.value.options.anchor);
    const messages = [...generateDemo({ people: PEOPLE, seed: DEMO_SEED, anchor })].flatMap((part) => part.messages);
    const bad = messages.filter((message) => message.expect);
    const repeats = messages.filter((message) => message.repeat);
    expect(
      await one(
        db.sql`select sum(accepted)::int as accepted, sum(duplicates)::int as duplicates, sum(conflicts)::int as conflicts, sum(rejected)::int as rejected from collect_tallies`,
      ),
    ).toEqual({ accepted: messages.length - bad.length - repeats.length, duplicates: repeats.length, conflicts: 0, rejected: bad.length });
    const codes = await db.sql<{ code: string }[]>`select code from rejected_messages order by code collate "C"`;
    expect(codes.map((row) => row.code)).toEqual(bad.map((message) => message.expect ?? "").sort((a, b) => (a < b ? -1 : 1)));
    expect(bad.length).toBeGreaterThan(2);
    const names = await db.sql<{ name: string }[]>`select name from sources where is_demo`;
    expect(names).toHaveLength(8);
    expect(names.map((row) => row.name)).toContain("Fernhill website (demo 2)");
    await expect(loadDemoData(ctx)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await db.sql`select action from audit_log where object_type = 'demo' order by seq`).toEqual([
      { action: "demo.load_started" },
      { action: "demo.loaded" },
    ]);
  });

  test("processing finds the stories: people joined over devices, refunds, accounts, placeholders that join nobody", async () => {
    const ctx = db.ctx();
    await processAll(ctx.root);
    const counts = await one(
      db.sql<{ people: number; known: number; fragments: number; merges: number; refunds: number; accounts: number; negative: number }[]>`
        select (select count(*)::int from profiles where merged_into is null) as people,
          (select count(*)::int from profiles where merged_into is null and known) as known,
          (select count(*)::int from profiles) as fragments,
          (select count(*)::int from merges) as merges,
          (select count(*)::int from events e join event_types t on t.id = e.event_type where t.name = 'Order Refunded') as refunds,
          (select count(*)::int from accounts) as accounts,
          (select count(*)::int from profiles where revenue < 0) as negative`,
    );
    // A person is one profile, but for what nothing joins: a second device on which they never signed in, a till without e-mail.
    expect(counts.people).toBeGreaterThan(PEOPLE * 0.9);
    expect(counts.people).toBeLessThan(PEOPLE * 1.5);
    expect(counts.known).toBeGreaterThan(PEOPLE * 0.35);
    expect(counts.merges).toBeGreaterThan(10);
    expect(counts.fragments).toBe(counts.people + counts.merges);
    expect(counts.refunds).toBeGreaterThan(0);
    expect(counts.accounts).toBeGreaterThan(0);
    expect(counts.negative).toBe(0);
    const stored = await one(db.sql<{ n: number }[]>`select count(*)::int as n from inbox`);
    expect(await one(db.sql`select count(*)::int as n from events`)).toEqual(stored);
  });
});

/**
 * Every row of every table but the audit log (append-only), jobs and the notes of what changed. Moments of writing and places in the inbox differ
 * between two worlds: inbox ids are replaced by their rank.
 */
async function comparable(db: ReturnType<typeof testDatabase>): Promise<Record<string, unknown[]>> {
  const skipped = new Set(["audit_log", "jobs", "buckets", "consent_config", "consent_changes"]);
  const tables = await db.sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`;
  const ids = await db.sql<{ id: number }[]>`select id from inbox order by xid, id`;
  const rank = new Map(ids.map(({ id }, i) => [id, `#${i}`]));
  const place = (key: string, value: unknown): unknown =>
    ["id", "event_id", "inbox_id"].includes(key) && typeof value === "number" ? (rank.get(value) ?? value) : value;
  const out: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    if (skipped.has(name)) continue;
    const own = name === "collect_tallies" ? ",id" : "";
    const rows = await db.sql.unsafe(`select to_jsonb(t) - '{updated_at,xid,epoch${own}}'::text[] as row from "${name}" t`);
    const inPlace = rows.map((row) =>
      JSON.stringify(row["row"], (key, value: unknown) =>
        ["inbox", "events", "processing_cursors"].includes(name) || key !== "id" ? place(key, value) : value,
      ),
    );
    out[name] = inPlace.sort().map((text) => JSON.parse(text) as unknown);
  }
  return out;
}

describe("sign-ins", () => {
  const db = testDatabase();

  test("one member per role, with a password that works and changes each time; never when others can reach the server", async () => {
    const ctx = db.ctx();
    for (const host of ["0.0.0.0", "::", "192.168.1.4", "shop.example", "127.0.0.1.example"]) {
      await expect(createDemoSignIns(ctx, { host }), host).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    }
    await expect(createDemoSignIns(db.ctx(member("marketer")), { host: "localhost" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await needsFirstAdmin(ctx)).toBe(true);
    const first = await createDemoSignIns(ctx, { host: "127.0.0.1" });
    expect(first.map((one) => one.role)).toEqual(["admin", "marketer", "manager"]);
    const again = await createDemoSignIns(ctx, { host: "::1" });
    for (const [i, { email, password }] of again.entries()) {
      expect(password).not.toBe(first[i]?.password);
      expect(password.length).toBeGreaterThan(14);
      const row = await one(
        db.sql<{ hash: string; demo: boolean }[]>`select password_hash as hash, is_demo as demo from users where email = ${email}`,
      );
      expect(row.demo).toBe(true);
      expect(await verify(row.hash, password.normalize("NFKC"))).toBe(true);
      expect(await verify(row.hash, first[i]?.password ?? "")).toBe(false);
    }
    expect(await needsFirstAdmin(ctx)).toBe(false);
    await db.sql`update users set is_demo = false where role = 'admin'`;
    await expect(createDemoSignIns(ctx, { host: "localhost" })).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("removing", () => {
  const db = testDatabase();
  const bare = testDatabase();
  const at = new Date("2026-11-20T10:00:00Z");
  const real = (n: number): Record<string, unknown>[] => [
    { messageId: `real-${n}-1`, type: "page", anonymousId: `anon-real-${n}`, properties: { path: "/" }, timestamp: "2026-11-20T09:00:00Z" },
    {
      messageId: `real-${n}-2`,
      type: "identify",
      userId: `real-${n}`,
      anonymousId: `anon-real-${n}`,
      traits: { email: `real${n}@example.org` },
      timestamp: "2026-11-20T09:01:00Z",
    },
    {
      messageId: `real-${n}-3`,
      type: "track",
      event: "Order Completed",
      userId: `real-${n}`,
      properties: { revenue: 10, order_id: `r${n}` },
      timestamp: "2026-11-20T09:02:00Z",
    },
    {
      messageId: `real-${n}-4`,
      type: "track",
      event: "Odd",
      userId: "null",
      anonymousId: `anon-real-${n}`,
      timestamp: "2026-11-20T09:03:00Z",
    },
    // The same e-mail address as a demo person's: real and demo data meet in one person.
    ...(n === 2
      ? [
          {
            messageId: "real-met",
            type: "identify",
            userId: "real-2",
            traits: { email: "met@example.com" },
            timestamp: "2026-11-20T09:04:00Z",
          },
        ]
      : []),
  ];
  const send = async (ctx: Ctx, sourceId: string, messages: readonly Record<string, unknown>[], receivedAt = at): Promise<void> => {
    const items = messages.map((message) => {
      const judged = judgeMessage(message, { receivedAt });
      if (!judged.ok) throw new Error(judged.code);
      return { messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash };
    });
    await storeMessages(ctx.root.sql, [{ sourceId, receivedAt, items }]);
  };
  /** The same source in both worlds. */
  const makeSource = async (ctx: Ctx): Promise<void> => {
    await ctx.sql`insert into sources (id, name, type, created_at, updated_at) values ('src_real', 'Real shop', 'website', ${at}, ${at})`;
  };

  beforeAll(async () => {
    const ctx = db.ctx();
    await makeSource(ctx);
    await send(ctx, "src_real", real(1));
    await loadDemoData(ctx, { people: 150, background: false });
    await continueDemoLoad(ctx);
    const [demo] = await db.sql<{ id: string }[]>`select id from sources where is_demo and type = 'crm'`;
    await send(ctx, demo?.id ?? "", [
      {
        messageId: "demo-met",
        type: "identify",
        userId: "demo-met",
        anonymousId: "anon-met",
        traits: { email: "met@example.com", plan: "demo" },
      },
    ]);
    await send(ctx, "src_real", real(2));
    await processAll(ctx.root);
    await send(ctx, "src_real", real(3));
  });

  test("the demo world is full, and a removal that nobody asked for is refused", async () => {
    const ctx = db.ctx();
    expect((await one(db.sql<{ n: number }[]>`select count(*)::int as n from profiles`)).n).toBeGreaterThan(100);
    await expect(finishDemoRemoval(ctx)).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  });

  test("it is refused while the archive of real messages is incomplete: making anew would lose them", async () => {
    const ctx = db.ctx();
    await db.sql`create table kept as select * from inbox where body like '%"real-1-3"%'`;
    await db.sql`delete from inbox where body like '%"real-1-3"%'`;
    await expect(removeDemoData(ctx)).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      message: expect.stringContaining("1 older messages") as string,
    });
    expect(await readDemoStatus(ctx)).toMatchObject({ phase: "loaded" });
    await db.sql`insert into inbox select * from kept`;
    await db.sql`drop table kept`;
  });

  test("afterwards the database is as if the demo data had never been, also where real and demo people had met", async () => {
    const ctx = db.ctx();
    expect(await removeDemoData(ctx, { background: false })).toMatchObject({ phase: "removing" });
    await expect(loadDemoData(ctx)).rejects.toMatchObject({ code: "CONFLICT" });
    const result = await finishDemoRemoval(ctx);
    expect(result.removed).toBeGreaterThan(2_000);
    expect(result.realMessages).toBe(real(1).length + real(2).length + real(3).length);
    await processAll(ctx.root);

    const other = bare.ctx();
    await makeSource(other);
    for (const n of [1, 2, 3]) await send(other, "src_real", real(n));
    await processAll(other.root);

    const [left, never] = [await comparable(db), await comparable(bare)];
    expect(Object.keys(left)).toEqual(Object.keys(never));
    for (const [table, rows] of Object.entries(never)) expect({ [table]: left[table] }).toEqual({ [table]: rows });
    expect(never["profiles"]).toHaveLength(3);
    expect(await db.sql`select action from audit_log where object_type = 'demo' order by seq desc limit 2`).toEqual([
      { action: "demo.removed" },
      { action: "demo.removal_started" },
    ]);
  });

  test("the same demo data can be loaded again, all of them; sign-ins go with them once there is a real admin", async () => {
    const ctx = db.ctx();
    await createDemoSignIns(ctx, { host: "localhost" });
    await loadDemoData(ctx, { people: 30, background: false });
    await continueDemoLoad(ctx);
    const tally = await one(db.sql<{ accepted: number; conflicts: number }[]>`
      select sum(accepted)::int as accepted, sum(conflicts)::int as conflicts from collect_tallies where source_id in (select id from sources where is_demo)`);
    expect(tally.accepted).toBeGreaterThan(300);
    expect(tally.conflicts).toBe(0);
    const remove = async (): Promise<number> => {
      await removeDemoData(ctx, { background: false });
      await finishDemoRemoval(ctx);
      return (await one(db.sql<{ n: number }[]>`select count(*)::int as n from users where is_demo`)).n;
    };
    expect(await remove()).toBe(3);
    await loadDemoData(ctx, { people: 5, background: false });
    await db.sql`insert into users (id, email, name, role, status) values ('usr_real', 'real@example.com', 'Real', 'admin', 'active')`;
    await db.sql`insert into sources (id, name, type, created_by) select 'src_made', 'Made by the demo admin', 'server', id from users where is_demo and role = 'admin'`;
    expect(await remove()).toBe(0);
    expect(await db.sql`select created_by from sources where id = 'src_made'`).toEqual([{ created_by: null }]);
  });
});
