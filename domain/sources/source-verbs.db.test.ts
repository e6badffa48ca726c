import { expect, test } from "vitest";
import { createContext, type Ctx } from "@/domain/kernel/context";
import { fixedClock } from "@/domain/kernel/clock";
import { member, testDatabase } from "@/server/test/database";
import {
  createSource,
  deleteSource,
  hashWriteKey,
  isWriteKey,
  revokeKey,
  rotateWriteKey,
  setSourceStatus,
  updateSource,
  type SourceSettings,
} from ".";

const database = testDatabase();

const lastAudit = async () =>
  (
    await database.sql<{ action: string; objectId: string; before: unknown; after: unknown; detail: unknown }[]>`
    select action, object_id as "objectId", before, after, detail from audit_log order by seq desc limit 1`
  )[0];
const validHashes = async (sourceId: string, at: Date) =>
  (
    await database.sql<{ hash: string }[]>`
    select key_hash as hash from source_keys
    where source_id = ${sourceId} and revoked_at is null and (expires_at is null or expires_at > ${at}) order by created_at`
  ).map((row) => row.hash);

test("a source is made with one key that is shown once and stored hashed only", async () => {
  const ctx = database.ctx();
  const made = await createSource(ctx, { name: "  Web shop ", type: "website", settings: { allowedOrigins: ["https://Shop.example/"] } });
  expect(made.id).toMatch(/^src_/);
  expect(isWriteKey(made.writeKey)).toBe(true);
  expect(await validHashes(made.id, new Date())).toEqual([hashWriteKey(made.writeKey)]);
  const [row] = await database.sql<
    { name: string; status: string; settings: Partial<SourceSettings> }[]
  >`select * from sources where id = ${made.id}`;
  expect(row).toMatchObject({ name: "Web shop", status: "enabled", settings: { allowedOrigins: ["https://shop.example"] } });
  // The key itself stands nowhere in the database.
  const dump = JSON.stringify([
    await database.sql`select * from sources`,
    await database.sql`select * from source_keys`,
    await database.sql`select * from audit_log`,
  ]);
  expect(dump).not.toContain(made.writeKey);
  expect(await lastAudit()).toMatchObject({ action: "source.created", objectId: made.id });
});

test("names are unique and inputs are judged by field", async () => {
  const ctx = database.ctx();
  await createSource(ctx, { name: "Till", type: "pos" });
  await expect(createSource(ctx, { name: "Till", type: "pos" })).rejects.toMatchObject({
    code: "CONFLICT",
    fields: { name: expect.any(String) },
  });
  await expect(createSource(ctx, { name: " ", type: "pos" })).rejects.toMatchObject({
    code: "VALIDATION",
    fields: { name: expect.any(String) },
  });
  await expect(createSource(ctx, { name: "X", type: "fax" })).rejects.toMatchObject({ code: "VALIDATION" });
  for (const settings of [
    { maxMessageBytes: 1000 },
    { maxMessageBytes: 2_000_000 },
    { allowedOrigins: ["shop.example"] },
    { allowedOrigins: ["https://shop.example/path"] },
    { defaultCountry: "Germany" },
    { rateLimit: -1 },
  ]) {
    await expect(createSource(ctx, { name: "Y", type: "server", settings }), JSON.stringify(settings)).rejects.toMatchObject({
      code: "VALIDATION",
    });
  }
});

test("settings change one by one and are audited with before and after", async () => {
  const ctx = database.ctx();
  const { id } = await createSource(ctx, { name: "App", type: "mobile" });
  await updateSource(ctx, { id, settings: { maxMessageBytes: 65_536 } });
  const after = await updateSource(ctx, { id, name: "App 2", settings: { defaultCountry: "gb", serverOnly: true } });
  expect(after).toMatchObject({
    name: "App 2",
    settings: { maxMessageBytes: 65_536, defaultCountry: "GB", serverOnly: true, rateLimit: 0 },
  });
  expect(await lastAudit()).toMatchObject({
    action: "source.updated",
    before: { name: "App", settings: { serverOnly: false } },
    after: { name: "App 2", settings: { serverOnly: true } },
  });
  await setSourceStatus(ctx, { id, status: "disabled" });
  expect(await lastAudit()).toMatchObject({ action: "source.disabled", before: { status: "enabled" } });
});

test("a rotated key and its predecessor are valid together until the grace period ends", async () => {
  const clock = fixedClock("2026-05-01T12:00:00Z");
  const ctx: Ctx = createContext({ kind: "job", id: "test" }, database, clock);
  const first = await createSource(ctx, { name: "Rotating", type: "server" });
  const second = await rotateWriteKey(ctx, { id: first.id });
  expect(second.oldKeysUntil).toBe("2026-05-02T12:00:00.000Z");
  expect(await validHashes(first.id, new Date("2026-05-02T11:59:59Z"))).toEqual([
    hashWriteKey(first.writeKey),
    hashWriteKey(second.writeKey),
  ]);
  expect(await validHashes(first.id, new Date("2026-05-02T12:00:00Z"))).toEqual([hashWriteKey(second.writeKey)]);
  // A second rotation never prolongs the first key.
  clock.set("2026-05-01T18:00:00Z");
  await rotateWriteKey(ctx, { id: first.id, graceHours: 720 });
  expect(await validHashes(first.id, new Date("2026-05-02T12:00:00Z"))).not.toContain(hashWriteKey(first.writeKey));
  expect(await lastAudit()).toMatchObject({ action: "source.key_rotated", detail: { graceHours: 720 } });
});

test("a key can be revoked, but never the only lasting one", async () => {
  const ctx = database.ctx();
  const first = await createSource(ctx, { name: "Leaky", type: "server" });
  const [key] = await database.sql<{ id: string }[]>`select id from source_keys where source_id = ${first.id}`;
  const keyId = key?.id ?? "";
  await expect(revokeKey(ctx, { sourceId: first.id, keyId })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  const second = await rotateWriteKey(ctx, { id: first.id });
  await revokeKey(ctx, { sourceId: first.id, keyId });
  expect(await validHashes(first.id, new Date())).toEqual([hashWriteKey(second.writeKey)]);
  expect(await lastAudit()).toMatchObject({ action: "source.key_revoked" });
  const other = await createSource(ctx, { name: "Other", type: "server" });
  await expect(revokeKey(ctx, { sourceId: other.id, keyId })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("only a source that never received anything is deleted", async () => {
  const ctx = database.ctx();
  const used = await createSource(ctx, { name: "Used", type: "server" });
  await database.sql`insert into collect_tallies (source_id, accepted, duplicates, rejected) values (${used.id}, 0, 0, 1)`;
  await expect(deleteSource(ctx, { id: used.id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  const fresh = await createSource(ctx, { name: "Fresh", type: "server" });
  await deleteSource(ctx, { id: fresh.id });
  expect(await database.sql`select 1 from source_keys where source_id = ${fresh.id}`).toHaveLength(0);
  expect(await lastAudit()).toMatchObject({ action: "source.deleted", objectId: fresh.id });
  await expect(deleteSource(ctx, { id: fresh.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("marketers, managers and webhooks change no source, and a refusal changes nothing", async () => {
  const admin = database.ctx();
  const { id } = await createSource(admin, { name: "Guarded", type: "server" });
  const state = async () =>
    JSON.stringify([await database.sql`select * from sources order by id`, await database.sql`select * from source_keys order by id`]);
  const before = await state();
  for (const actor of [member("marketer"), member("manager"), { kind: "webhook", id: "w" } as const]) {
    const ctx = database.ctx(actor);
    for (const refused of [
      createSource(ctx, { name: "N", type: "server" }),
      updateSource(ctx, { id, name: "N" }),
      setSourceStatus(ctx, { id, status: "disabled" }),
      rotateWriteKey(ctx, { id }),
      revokeKey(ctx, { sourceId: id, keyId: "wk_x" }),
      deleteSource(ctx, { id }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
  }
  expect(await state()).toBe(before);
});
