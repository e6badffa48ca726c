import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { allowedSet, mayUse } from "@/domain/consent";
import { processAll, rebuild } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { canonicalJson } from "@/domain/kernel";
import type { Actor } from "@/domain/kernel/context";
import { recordConsent } from "@/domain/preferences";
import { member, testDatabase } from "@/server/test/database";
import { likePatterns, verifyGone } from "./erase-mentions";
import {
  approveRequest,
  cancelRequest,
  confirmRequest,
  createRequest,
  createVerifyLink,
  endStanding,
  extendRequest,
  getRequest,
  listRequests,
  previewErasure,
  readSubjectLink,
  runErasures,
  updateRequestSettings,
  verifyByHand,
} from "./index";
import { readLedger } from "./ledger";
import { Mentions } from "./mentions";
import { DEFAULT_REQUEST_SETTINGS } from "./model";

const folder = mkdtempSync(join(tmpdir(), "tributary-requests-"));
vi.mock(import("@/domain/kernel/env"), async (original) => {
  const real = await original();
  return { ...real, env: () => ({ ...real.env(), DATA_DIR: folder, MASTER_KEY: "11".repeat(32) }) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const database = testDatabase();
const admin = (id = "usr_test_admin"): Actor => ({ ...(member("admin") as Extract<Actor, { kind: "user" }>), id });
const ctx = (actor: Actor = admin()) => database.ctx(actor);

beforeAll(async () => {
  await database.sql`insert into users (id, email, name, role, status) values ('usr_test_admin', 'a@x.test', 'Ada', 'admin', 'active'), ('usr_two', 'b@x.test', 'Bo', 'admin', 'active')`;
});

const person = (name: string) => ({ userId: `user-${name}`, email: `${name}@example.com`, anonymousId: `anon-${name}` });
async function bring(name: string): Promise<ReturnType<typeof person>> {
  const who = person(name);
  await feed(database.sql, [
    { type: "identify", userId: who.userId, anonymousId: who.anonymousId, traits: { email: who.email, name: `${name} Marker` } },
    { type: "track", anonymousId: who.anonymousId, event: "Product Viewed", properties: { sku: "A" } },
  ]);
  await processAll(database);
  return who;
}

async function erasure(name: string): Promise<{ id: string; who: ReturnType<typeof person> }> {
  const who = await bring(name);
  const { id } = await createRequest(ctx(), {
    kind: "erasure",
    regime: "gdpr",
    identifiers: [{ type: "email", value: ` ${who.email.toUpperCase()} ` }],
    note: `${name} wrote`,
  });
  await verifyByHand(ctx(), { id, how: "knew the last order number" });
  return { id, who };
}

const leftOf = async (who: ReturnType<typeof person>) => {
  const values = Object.values(who);
  return (await verifyGone(database.sql, new Mentions(values), likePatterns(values), 1e12)).left;
};

test("from the letter to the certificate: verified by link, approved, erased, proved", async () => {
  const who = await bring("iris");
  const created = await createRequest(ctx(), {
    kind: "erasure",
    regime: "gdpr",
    identifiers: [{ type: "user_id", value: who.userId }],
    receivedAt: "2026-10-31T08:00:00Z",
  });
  expect(created).toMatchObject({ status: "unverified", dueAt: "2026-11-30T08:00:00.000Z" });
  await expect(
    createRequest(ctx(), {
      kind: "erasure",
      regime: "gdpr",
      identifiers: [
        { type: "email", value: who.email },
        { type: "user_id", value: who.userId },
      ],
    }),
  ).rejects.toThrow(created.id);
  await expect(approveRequest(ctx(), { id: created.id })).rejects.toThrow(/identity/);

  const link = await createVerifyLink(ctx(), { id: created.id });
  const token = link.path.split("/").at(-1) as string;
  const stranger = ctx({ kind: "webhook", id: "anonymous" });
  expect(await readSubjectLink(stranger, "verify", token)).toMatchObject({ what: "Erasure", requestId: created.id });
  expect(await readSubjectLink(stranger, "download", token)).toBeNull();
  await confirmRequest(stranger, { token });
  await expect(confirmRequest(stranger, { token })).rejects.toThrow(/used already/);

  const preview = await previewErasure(ctx(), created.id);
  expect(preview.profiles).toBe(1);
  expect(preview.identifiers.map(({ value }) => value).toSorted()).toEqual(Object.values(who).toSorted());
  expect(preview.tables).toEqual(expect.arrayContaining([{ table: "events", rows: 2, what: "deleted" }]));

  expect(await approveRequest(ctx(), { id: created.id })).toMatchObject({ status: "running" });
  expect(await runErasures(database)).toEqual({ completed: 1, failed: 0 });
  const done = await getRequest(ctx(), created.id);
  expect(done).toMatchObject({ status: "completed", subject: null, note: null, profileId: null });
  expect(done.activity.map(({ code }) => code)).toEqual([
    "received",
    "link_made",
    "verified",
    "approved",
    "started",
    "tables_done",
    "texts_done",
    "checked",
    "completed",
  ]);
  const { certificate } = done;
  expect(certificate?.hash).toBe(createHash("sha256").update(canonicalJson(certificate?.body)).digest("hex"));
  expect(certificate?.body).toMatchObject({
    profiles: 1,
    identifiers: { user_id: 1, email: 1, anonymous_id: 1 },
    removed: { events: 2, inbox: 2, identifiers: 3 },
    suppressed: true,
  });
  const [entry] = await database.sql`select action, after from audit_log where seq = ${certificate?.auditSeq ?? 0}`;
  expect(entry).toMatchObject({ action: "person.erased", after: { certificate: certificate?.hash } });
  expect(await leftOf(who)).toEqual({});
  // The request is found by the identifier although that is nowhere any more.
  expect((await listRequests(ctx(), { identifier: { type: "email", value: who.email } })).rows).toHaveLength(0);
  expect((await listRequests(ctx(), { identifier: { type: "user_id", value: who.userId } })).rows.map(({ id }) => id)).toEqual([
    created.id,
  ]);
});

test("two members have to approve where the setting asks for it", async () => {
  await updateRequestSettings(ctx(), { ...DEFAULT_REQUEST_SETTINGS, twoPersonErasure: true });
  const { id } = await erasure("kim");
  expect(await approveRequest(ctx(), { id })).toEqual({ status: "open", approvals: 1, needed: 2 });
  await expect(approveRequest(ctx(), { id })).rejects.toThrow(/second member/);
  expect(await approveRequest(ctx(admin("usr_two")), { id })).toMatchObject({ status: "running", approvals: 2 });
  await updateRequestSettings(ctx(), DEFAULT_REQUEST_SETTINGS);
  await runErasures(database);
});

test("killed between any two steps, the next run completes it", async () => {
  for (const step of ["tables", "files", "verify", "certificate"]) {
    const { id, who } = await erasure(`kill-${step}-person`);
    await approveRequest(ctx(), { id });
    const kill = runErasures(database, {
      between: (at) => {
        if (at === step) throw new Error("killed");
      },
    });
    await expect(kill).rejects.toThrow("killed");
    expect((await getRequest(ctx(), id)).status).toBe("running");
    await runErasures(database);
    expect(await getRequest(ctx(), id), step).toMatchObject({ status: "completed", certificate: { body: { removed: { events: 2 } } } });
    expect(await leftOf(who)).toEqual({});
  }
});

test("texts, samples, jobs and files that name the person are cleaned, and others' rows stay", async () => {
  const { id, who } = await erasure("lena");
  const { sql } = database;
  await sql`insert into saved_views (id, area, name, owner_id, state) values ('viw_1', 'people', 'Mine', 'usr_two', ${JSON.stringify({ q: who.email, n: 3 })}::text::jsonb)`;
  await sql`insert into sources (id, name, type) values ('src_csv', 'CSV', 'csv')`;
  await sql`insert into rejected_messages (id, source_id, stage, code, message, sample) values
    ('rej_a', 'src_csv', 'collect', 'missing_event', 'm', ${`{"userId":"${who.userId}"}`}), ('rej_b', 'src_csv', 'collect', 'missing_event', 'm', '{"userId":"user-lenard"}')`;
  await sql`insert into imports (id, source_id, file_name, status) values ('imp_000000000001', 'src_csv', 'a.csv', 'ready'), ('imp_000000000002', 'src_csv', 'b.csv', 'ready')`;
  const { mkdirSync, existsSync } = await import("node:fs");
  mkdirSync(join(folder, "imports"), { recursive: true });
  writeFileSync(join(folder, "imports", "imp_000000000001.csv"), `id,email\n1,${who.email}\n`);
  writeFileSync(join(folder, "imports", "imp_000000000002.csv"), "id,email\n1,other@example.com\n");
  await approveRequest(ctx(), { id });
  expect(await runErasures(database)).toEqual({ completed: 1, failed: 0 });
  expect((await getRequest(ctx(), id)).certificate?.body.inTexts).toMatchObject({
    people: 1,
    removed: { saved_views: 1, rejected_messages: 1, files: 1 },
  });
  expect(await sql`select state from saved_views`).toEqual([{ state: { q: "[erased]", n: 3 } }]);
  expect(await sql`select id, sample from rejected_messages order by id`).toEqual([
    { id: "rej_a", sample: "" },
    { id: "rej_b", sample: '{"userId":"user-lenard"}' },
  ]);
  expect([1, 2].map((n) => existsSync(join(folder, "imports", `imp_00000000000${n}.csv`)))).toEqual([false, true]);
  expect(await leftOf(who)).toEqual({});
});

test("the ledger outside the database holds hashes only, and an altered line is noticed", async () => {
  const path = join(folder, "erasures.jsonl");
  const text = readFileSync(path, "utf8");
  expect(text).not.toMatch(/@|user-|anon-/);
  expect((await readLedger()).filter(({ kind }) => kind === "erased").length).toBeGreaterThanOrEqual(6);
  writeFileSync(path, text.replace('"suppress":true', '"suppress":false'));
  await expect(readLedger()).rejects.toThrow(/Line 1 /);
  writeFileSync(path, text);
});

test("suppression keeps what is there and drops what comes; its end lets in again", async () => {
  const who = await bring("mona");
  const count = async (): Promise<number> => {
    const [row] = await database.sql<{ n: number }[]>`
      select count(*)::int as n from events e join identifiers i on i.profile_id = e.profile_id where i.value = ${who.userId}`;
    return row?.n ?? 0;
  };
  const decide = async (kind: string) => {
    const { id } = await createRequest(ctx(), { kind, regime: "ccpa", identifiers: [{ type: "anonymous_id", value: who.anonymousId }] });
    await verifyByHand(ctx(), { id, how: "signed in" });
    expect(await approveRequest(ctx(), { id })).toMatchObject({ status: "completed" });
  };
  const send = async () => {
    await feed(database.sql, [{ type: "track", userId: who.userId, event: "Product Viewed" }]);
    await processAll(database);
  };
  await decide("suppression");
  await send();
  expect(await count()).toBe(2);
  await decide("unsuppression");
  await send();
  expect(await count()).toBe(3);
});

test("a correction goes through the inbox and wins", async () => {
  const who = await bring("nora");
  const { id } = await createRequest(ctx(), {
    kind: "rectification",
    regime: "gdpr",
    identifiers: [{ type: "email", value: who.email }],
    traits: { name: "Nora Right" },
  });
  await verifyByHand(ctx(), { id, how: "showed a passport" });
  await approveRequest(ctx(), { id });
  await processAll(database);
  const [row] = await database.sql`select p.name from identifiers i join profiles p on p.id = i.profile_id where i.value = ${who.userId}`;
  expect(row).toEqual({ name: "Nora Right" });
});

test("deadlines can be extended once; a marketer sees no requests; members without personal data see masks", async () => {
  const who = await bring("olga");
  const { id, dueAt } = await createRequest(ctx(), { kind: "access", regime: "gdpr", identifiers: [{ type: "email", value: who.email }] });
  const { dueAt: later } = await extendRequest(ctx(), { id, reason: "Many systems to search." });
  expect(Date.parse(later)).toBeGreaterThan(Date.parse(dueAt) + 55 * 86_400_000);
  await expect(extendRequest(ctx(), { id, reason: "Again, please." })).rejects.toThrow(/only once/);
  await expect(listRequests(ctx(member("marketer")), {})).rejects.toThrow(/permission/);
  const masked = await getRequest(ctx({ ...(admin() as Extract<Actor, { kind: "user" }>), seesPersonalData: false }), id);
  expect(masked.subject).toEqual([{ type: "email", value: "o•••@e•••.com" }]);
  await cancelRequest(ctx(), { id, reason: "withdrawn by the person" });
  expect((await listRequests(ctx(), { status: "all_open" })).rows.map((row) => row.id)).not.toContain(id);
});

describe("standing refusals", () => {
  const ask = (profileId: number, purpose: string) => mayUse(ctx(), { profileId, purpose });
  const inSet = async (profileId: number, purpose: string) => (await allowedSet(ctx(), { purpose })).has(profileId);
  async function request(kind: string, who: ReturnType<typeof person>): Promise<string> {
    const { id } = await createRequest(ctx(), { kind, regime: "gdpr", identifiers: [{ type: "email", value: who.email }] });
    await verifyByHand(ctx(), { id, how: "knew the last order number" });
    return id;
  }
  const idOf = async (who: ReturnType<typeof person>): Promise<number> =>
    (await database.sql<{ id: number }[]>`select profile_id as id from identifiers where value = ${who.userId}`)[0]?.id ?? 0;
  const yes = (profileId: number, purpose: string) =>
    recordConsent(ctx(), { profileId, purpose, state: "granted", note: "said so on the phone" });

  beforeAll(async () => {
    await database.sql`update consent_purpose_versions set sensitive = true where purpose_id = 'personalisation'`;
    await database.sql`update consent_config set version = version + 1`;
  });

  test.each([
    ["restriction", "service", "restricted", "personalisation"],
    ["objection", "email_marketing", "objected", "service"],
    ["opt_out", "sale_or_sharing", "opted_out", "service"],
    ["limit_sensitive", "personalisation", "sensitive_limited", "service"],
  ])("%s changes what the gate answers, is proved, and can be ended", async (kind, stops, reason, other) => {
    const who = await bring(`standing-${kind}`);
    const profileId = await idOf(who);
    for (const purpose of ["email_marketing", "personalisation"]) await yes(profileId, purpose);
    const [before, otherBefore] = [await ask(profileId, stops), await ask(profileId, other)];
    expect([before.allowed, await inSet(profileId, stops)]).toEqual([true, true]);

    const id = await request(kind, who);
    await expect(endStanding(ctx(), { id, reason: "too early" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await approveRequest(ctx(), { id })).toMatchObject({ status: "completed" });
    expect(await ask(profileId, stops)).toMatchObject({ allowed: false, reason });
    expect(await inSet(profileId, stops)).toBe(false);
    if (kind !== "restriction") expect((await ask(profileId, other)).allowed).toBe(otherBefore.allowed);

    const view = await getRequest(ctx(), id);
    const { standing } = view;
    expect(view.activity.map(({ code }) => code)).toEqual(["received", "verified", "approved", "in_force", "completed"]);
    expect(standing?.body.purposes.find(({ purpose }) => purpose === stops)).toMatchObject({ before: true, after: false, reason });
    expect(standing?.hash).toBe(createHash("sha256").update(canonicalJson(standing?.body)).digest("hex"));
    expect(await database.sql`select 1 from audit_log where detail->>'certificate' = ${standing?.hash ?? ""}`).toHaveLength(1);

    // It is in the archive too: what is made anew from it still holds.
    await processAll(database);
    await rebuild(database);
    await processAll(database);
    expect(await ask(await idOf(who), stops)).toMatchObject({ allowed: false, reason });

    await endStanding(ctx(), { id, reason: "asked for it, told by letter" });
    expect((await ask(await idOf(who), stops)).allowed).toBe(true);
    await expect(endStanding(ctx(), { id, reason: "and again" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await getRequest(ctx(), id)).standing?.endedAt).not.toBeNull();
  });

  test("a later yes of the person lifts an objection for that purpose, never a restriction; the end grants nothing", async () => {
    const who = await bring("standing-later");
    const profileId = await idOf(who);
    await yes(profileId, "email_marketing");
    await approveRequest(ctx(), { id: await request("objection", who) });
    const restriction = await request("restriction", who);
    await yes(profileId, "email_marketing");
    expect((await ask(profileId, "email_marketing")).allowed).toBe(true);
    expect((await ask(profileId, "advertising")).reason).toBe("objected");
    await approveRequest(ctx(), { id: restriction });
    await yes(profileId, "email_marketing");
    expect((await ask(profileId, "email_marketing")).reason).toBe("restricted");
    await endStanding(ctx(), { id: restriction, reason: "checked, told by letter" });
    expect((await ask(profileId, "email_marketing")).allowed).toBe(true);
    expect((await ask(profileId, "advertising")).allowed).toBe(false);
  });

  test("a request about nobody who is known is not closed as done", async () => {
    const id = await request("opt_out", person("standing-nobody"));
    await expect(approveRequest(ctx(), { id })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      message: expect.stringContaining("No profile"),
    });
    expect((await getRequest(ctx(), id)).status).toBe("open");
  });
});
