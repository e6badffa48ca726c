import { beforeEach, describe, expect, test } from "vitest";
import { createContext, type Actor, type Ctx } from "@/domain/kernel/context";
import { fixedClock, member, testDatabase } from "@/server/test/database";
import {
  acceptInvite,
  changeOwnPassword,
  checkPassword,
  closeSession,
  companySettings,
  createApiKey,
  createFirstAdmin,
  createMember,
  createMemberLink,
  ensureSetupToken,
  findApiKey,
  findSession,
  inviteMember,
  listApiKeys,
  listMembers,
  listOwnSessions,
  listSessions,
  memberForVerifiedEmail,
  needsFirstAdmin,
  openSession,
  readLink,
  readOwnAccount,
  readSettings,
  removeInvitation,
  resetWithLink,
  revokeApiKey,
  revokeOwnOtherSessions,
  revokeOwnSession,
  revokeSession,
  rotateApiKey,
  setMemberPassword,
  setupTokenWorks,
  updateMember,
  updateOwnName,
  updateSettings,
} from "./index";
import { forgetApiKeys } from "./find-api-key";

const database = testDatabase();
const clock = fixedClock("2026-06-01T09:00:00Z");
const PASSWORD = "correct horse battery staple";
const CLIENT = { address: "203.0.113.7", userAgent: "test" };

const as = (actor: Actor): Ctx => createContext(actor, database, clock);
const job = (): Ctx => as({ kind: "job", id: "test" });
const nobody = (): Ctx => as({ kind: "webhook", id: "sign-in" });
const userOf = async (id: string, sid: string): Promise<Ctx> => {
  const actor = await findSession(nobody(), sid, id);
  if (!actor) throw new Error("no session");
  return as(actor);
};
const signedIn = async (id: string): Promise<{ ctx: Ctx; sid: string }> => {
  const { sid } = await openSession(nobody(), id, CLIENT);
  return { ctx: await userOf(id, sid), sid };
};
const audits = async (action: string): Promise<number> =>
  (await database.sql<{ n: number }[]>`select count(*)::int as n from audit_log where action = ${action}`)[0]?.n ?? 0;

beforeEach(async () => {
  await database.sql`truncate users, sessions, user_tokens, api_keys, buckets, settings cascade`;
  clock.set("2026-06-01T09:00:00Z");
  forgetApiKeys();
});

const someone = (role: "admin" | "marketer" | "manager", name: string, sees = true) =>
  createMember(job(), { email: `${name}@example.test`, name, role, seesPersonalData: sees, password: PASSWORD });

describe("first admin", () => {
  const input = { email: "Ada@Example.test", name: "Ada", password: PASSWORD };

  test("is made once with the token of the terminal, and a newer token ends an older one", async () => {
    const first = await ensureSetupToken(job());
    const second = await ensureSetupToken(job());
    expect(await setupTokenWorks(nobody(), first ?? "")).toBe(false);
    await expect(createFirstAdmin(nobody(), { ...input, token: first })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    // The token is looked at before the password: without one that works nothing is hashed.
    const stranger = { ...input, password: "qwerty123456", token: "made-up" };
    await expect(createFirstAdmin(nobody(), stranger)).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    const made = await Promise.allSettled([
      createFirstAdmin(nobody(), { ...input, token: second }),
      createFirstAdmin(nobody(), { ...input, email: "b@example.test", token: second }),
    ]);
    expect(made.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(await needsFirstAdmin(nobody())).toBe(false);
    expect(await ensureSetupToken(job())).toBeNull();
  });

  test("is not made without the token, by a claim of trust from outside, or with a weak password", async () => {
    const token = await ensureSetupToken(job());
    await expect(createFirstAdmin(nobody(), input)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(createFirstAdmin(nobody(), { ...input, trusted: true })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(createFirstAdmin(nobody(), { ...input, token, password: "qwerty123456" })).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(ensureSetupToken(nobody())).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await needsFirstAdmin(nobody())).toBe(true);
    await createFirstAdmin(job(), { ...input, trusted: true });
    await expect(createFirstAdmin(job(), { ...input, trusted: true })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("the token runs out after a day", async () => {
    const token = (await ensureSetupToken(job())) ?? "";
    clock.advance(24 * 3_600_000 + 1);
    expect(await setupTokenWorks(nobody(), token)).toBe(false);
  });
});

describe("signing in", () => {
  test("by address in any case and form; a wrong password and an unknown address say the same", async () => {
    const made = await someone("marketer", "mo");
    const before = await audits("session.refused");
    expect(await checkPassword(nobody(), " MO@Example.test", PASSWORD, CLIENT)).toEqual({ userId: made.id });
    const wrong = await checkPassword(nobody(), "mo@example.test", "wrong password here", CLIENT).catch((error: unknown) => error);
    const unknown = await checkPassword(nobody(), "who@example.test", "wrong password here", CLIENT).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: "UNAUTHORIZED" });
    expect((unknown as Error).message).toBe((wrong as Error).message);
    expect((await audits("session.refused")) - before).toBe(2);
  });

  test("five tries an account in 15 minutes, then the right password is refused too, before any hashing", async () => {
    await someone("marketer", "mo");
    for (let i = 0; i < 5; i++) {
      await expect(
        checkPassword(nobody(), "mo@example.test", `wrong ${i}`, { ...CLIENT, address: `198.51.100.${i}` }),
      ).rejects.toMatchObject({
        code: "UNAUTHORIZED",
      });
    }
    const refused = await audits("session.refused");
    await expect(checkPassword(nobody(), "mo@example.test", PASSWORD, CLIENT)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    // Refused before the password was looked at: no audit row of a wrong one.
    expect(await audits("session.refused")).toBe(refused);
    clock.advance(15 * 60_000);
    // The window before was full: half of the tries now.
    await expect(checkPassword(nobody(), "mo@example.test", "wrong again", CLIENT)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(checkPassword(nobody(), "mo@example.test", "wrong again", CLIENT)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(checkPassword(nobody(), "mo@example.test", PASSWORD, CLIENT)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    clock.advance(60 * 60_000);
    await expect(checkPassword(nobody(), "mo@example.test", PASSWORD, CLIENT)).resolves.toBeDefined();
  });

  test("twenty tries an address over all accounts; an IPv6 network counts as one", async () => {
    const guess = (i: number) =>
      checkPassword(nobody(), `a${i}@example.test`, "wrong password", { address: `2001:db8:1:2::${i}`, userAgent: null }).catch(
        (error: { code: string }) => error.code,
      );
    // Signing in with success is no guess and costs nothing.
    await someone("marketer", "mo");
    for (let i = 0; i < 3; i++)
      await checkPassword(nobody(), "mo@example.test", PASSWORD, { address: "2001:db8:1:2::ff", userAgent: null });
    const codes: unknown[] = [];
    for (let i = 0; i < 24; i++) codes.push(await guess(i));
    expect(codes.filter((code) => code === "UNAUTHORIZED")).toHaveLength(20);
    expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(4);
  });

  test("an old hash is renewed, a disabled or invited member gets nowhere", async () => {
    const { hash } = await import("@node-rs/argon2");
    const made = await someone("marketer", "mo");
    await database.sql`update users set password_hash = ${await hash(PASSWORD, { memoryCost: 9_216, timeCost: 1 })} where id = ${made.id}`;
    await checkPassword(nobody(), "mo@example.test", PASSWORD, CLIENT);
    const [row] = await database.sql<{ password_hash: string }[]>`select password_hash from users where id = ${made.id}`;
    expect(row?.password_hash).toMatch(/m=19456,t=2,p=1/);
    for (const status of ["disabled", "invited"]) {
      await database.sql`update users set status = ${status} where id = ${made.id}`;
      await expect(checkPassword(nobody(), "mo@example.test", PASSWORD, CLIENT)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    }
  });

  test("single sign-on lets in members only, joins the invited, and never makes anybody", async () => {
    const { member: invited } = await inviteMember(job(), { email: "in@example.test", name: "In", role: "marketer" });
    expect(await memberForVerifiedEmail(nobody(), "IN@example.test")).toEqual({ userId: invited.id });
    expect(await memberForVerifiedEmail(nobody(), "who@example.test")).toBeNull();
    await updateMember(job(), { id: invited.id, status: "disabled" });
    expect(await memberForVerifiedEmail(nobody(), "in@example.test")).toBeNull();
    expect(await database.sql`select id from users`).toHaveLength(1);
  });
});

describe("sessions", () => {
  test("only a hash is stored; signing in again ends the browser's session before; signing out is final", async () => {
    const made = await someone("marketer", "mo");
    const first = await openSession(nobody(), made.id, CLIENT);
    const [row] = await database.sql<{ sid_hash: string }[]>`select sid_hash from sessions`;
    expect(row?.sid_hash).not.toContain(first.sid);
    const second = await openSession(nobody(), made.id, CLIENT, { before: { sid: first.sid, userId: made.id } });
    expect(second.sid).not.toBe(first.sid);
    expect(await findSession(nobody(), first.sid, made.id)).toBeNull();
    expect(await findSession(nobody(), second.sid, "usr_other")).toBeNull();
    await closeSession(nobody(), second.sid, made.id);
    expect(await findSession(nobody(), second.sid, made.id)).toBeNull();
  });

  test("end after 12 hours without use and after 7 days in any case", async () => {
    const made = await someone("marketer", "mo");
    const idle = await openSession(nobody(), made.id, CLIENT);
    clock.advance(12 * 3_600_000 + 1);
    expect(await findSession(nobody(), idle.sid, made.id)).toBeNull();
    const used = await openSession(nobody(), made.id, CLIENT);
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      clock.advance(6 * 3_600_000);
      expect(await findSession(nobody(), used.sid, made.id)).not.toBeNull();
    }
    clock.advance(6 * 3_600_000);
    expect(await findSession(nobody(), used.sid, made.id)).toBeNull();
  });

  test("role and sight of personal data are read anew, and a new role, disabling and a new password end sessions at once", async () => {
    await someone("admin", "ada");
    const made = await someone("marketer", "mo");
    const { sid } = await signedIn(made.id);
    await updateMember(job(), { id: made.id, seesPersonalData: false });
    expect(await findSession(nobody(), sid, made.id)).toMatchObject({ seesPersonalData: false });
    await updateMember(job(), { id: made.id, role: "manager" });
    expect(await findSession(nobody(), sid, made.id)).toBeNull();
    const second = await signedIn(made.id);
    await updateMember(job(), { id: made.id, status: "disabled" });
    expect(await findSession(nobody(), second.sid, made.id)).toBeNull();
    await updateMember(job(), { id: made.id, status: "active" });
    expect(await findSession(nobody(), second.sid, made.id)).toBeNull();
    const third = await signedIn(made.id);
    await setMemberPassword(job(), { email: "mo@example.test", password: "another long password" });
    expect(await findSession(nobody(), third.sid, made.id)).toBeNull();
  });

  test("one's own are listed and ended; other people's only by an admin", async () => {
    const ada = await someone("admin", "ada");
    const mo = await someone("marketer", "mo");
    const admin = await signedIn(ada.id);
    const here = await signedIn(mo.id);
    const there = await signedIn(mo.id);
    const own = await listOwnSessions(here.ctx);
    expect(own).toHaveLength(2);
    expect(own.filter((one) => one.current)).toHaveLength(1);
    const adminSession = (await listSessions(admin.ctx)).find((one) => one.userId === ada.id);
    await expect(revokeOwnSession(here.ctx, { id: adminSession?.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(revokeSession(here.ctx, { id: adminSession?.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await revokeOwnOtherSessions(here.ctx)).toEqual({ ended: 1 });
    expect(await findSession(nobody(), there.sid, mo.id)).toBeNull();
    expect(await findSession(nobody(), here.sid, mo.id)).not.toBeNull();
    await revokeSession(admin.ctx, { id: own.find((one) => one.current)?.id });
    expect(await findSession(nobody(), here.sid, mo.id)).toBeNull();
  });
});

describe("members", () => {
  test("an invitation is accepted once, by its link only, and audited without address or name", async () => {
    const { member: invited, link } = await inviteMember(job(), { email: "In@Example.test", name: "In", role: "manager" });
    const token = link.path.replace("/invite/", "");
    expect(await readLink(nobody(), "invite", token)).toEqual({ email: "in@example.test", name: "In" });
    expect(await readLink(nobody(), "reset", token)).toBeNull();
    await expect(acceptInvite(nobody(), { token, name: "Ina", password: "short" })).rejects.toMatchObject({ code: "VALIDATION" });
    await acceptInvite(nobody(), { token, name: "Ina", password: PASSWORD });
    await expect(acceptInvite(nobody(), { token, name: "Ina", password: PASSWORD })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    expect(await checkPassword(nobody(), "in@example.test", PASSWORD, CLIENT)).toEqual({ userId: invited.id });
    const rows = await database.sql<{ text: string }[]>`select audit_log::text as text from audit_log where object_id = ${invited.id}`;
    expect(rows.length).toBeGreaterThanOrEqual(2);
    for (const { text } of rows) expect(text).not.toMatch(/in@example|Ina/);
  });

  test("an address is there once, in whatever form", async () => {
    await someone("marketer", "mo");
    await expect(inviteMember(job(), { email: "MO@example.test", name: "M", role: "marketer" })).rejects.toMatchObject({
      code: "CONFLICT",
      fields: { email: expect.any(String) },
    });
  });

  test("a reset link works once within 30 minutes and ends all sessions; a newer one ends an older one", async () => {
    const mo = await someone("marketer", "mo");
    const { sid } = await signedIn(mo.id);
    const old = (await createMemberLink(job(), { id: mo.id })).path.replace("/reset/", "");
    const token = (await createMemberLink(job(), { id: mo.id })).path.replace("/reset/", "");
    await expect(resetWithLink(nobody(), { token: old, password: "another long password" })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
    });
    await resetWithLink(nobody(), { token, password: "another long password" });
    expect(await findSession(nobody(), sid, mo.id)).toBeNull();
    await expect(checkPassword(nobody(), "mo@example.test", PASSWORD, CLIENT)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await checkPassword(nobody(), "mo@example.test", "another long password", CLIENT);
    const late = (await createMemberLink(job(), { id: mo.id })).path.replace("/reset/", "");
    clock.advance(30 * 60_000 + 1);
    expect(await readLink(nobody(), "reset", late)).toBeNull();
  });

  test("a link of somebody who was disabled meanwhile does not work, and an invitation can be taken back", async () => {
    const mo = await someone("marketer", "mo");
    const token = (await createMemberLink(job(), { id: mo.id })).path.replace("/reset/", "");
    await updateMember(job(), { id: mo.id, status: "disabled" });
    await expect(resetWithLink(nobody(), { token, password: "another long password" })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
    });
    await expect(createMemberLink(job(), { id: mo.id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    const { member: invited, link } = await inviteMember(job(), { email: "in@example.test", name: "In", role: "manager" });
    await removeInvitation(job(), { id: invited.id });
    expect(await readLink(nobody(), "invite", link.path.replace("/invite/", ""))).toBeNull();
    await expect(removeInvitation(job(), { id: mo.id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  });

  test("the last admin can be neither demoted nor disabled, not even by two admins at once", async () => {
    const ada = await someone("admin", "ada");
    await expect(updateMember(job(), { id: ada.id, role: "marketer" })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await expect(updateMember(job(), { id: ada.id, status: "disabled" })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    const bob = await someone("admin", "bob");
    const [a, b] = [await signedIn(ada.id), await signedIn(bob.id)];
    const both = await Promise.allSettled([
      updateMember(a.ctx, { id: bob.id, role: "marketer" }),
      updateMember(b.ctx, { id: ada.id, role: "marketer" }),
    ]);
    expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    const admins = (await listMembers(job())).filter((one) => one.role === "admin");
    expect(admins).toHaveLength(1);
  });

  test("nobody changes their own rights", async () => {
    const ada = await someone("admin", "ada", false);
    await someone("admin", "bob");
    const { ctx } = await signedIn(ada.id);
    for (const change of [{ role: "manager" }, { seesPersonalData: true }, { status: "disabled" }]) {
      await expect(updateMember(ctx, { id: ada.id, ...change })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    }
    expect((await updateMember(ctx, { id: ada.id, name: "Ada L" })).name).toBe("Ada L");
  });

  test("one's own password needs the current one, ends the other sessions and is throttled", async () => {
    const mo = await someone("marketer", "mo");
    const here = await signedIn(mo.id);
    const there = await signedIn(mo.id);
    await expect(changeOwnPassword(here.ctx, { current: "wrong", next: "another long password" })).rejects.toMatchObject({
      fields: { current: expect.any(String) },
    });
    await expect(changeOwnPassword(here.ctx, { current: PASSWORD, next: "short" })).rejects.toMatchObject({
      fields: { next: expect.any(String) },
    });
    expect(await changeOwnPassword(here.ctx, { current: PASSWORD, next: "another long password" })).toEqual({ sessionsEnded: 1 });
    expect(await findSession(nobody(), there.sid, mo.id)).toBeNull();
    expect(await findSession(nobody(), here.sid, mo.id)).not.toBeNull();
    await changeOwnPassword(here.ctx, { current: "x", next: "another long password" }).catch(() => {});
    await changeOwnPassword(here.ctx, { current: "x", next: "another long password" }).catch(() => {});
    await expect(changeOwnPassword(here.ctx, { current: "another long password", next: PASSWORD })).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    expect(await updateOwnName(here.ctx, { name: " Mo M " })).toEqual({ name: "Mo M" });
    expect(await readOwnAccount(here.ctx)).toMatchObject({ name: "Mo M", hasPassword: true });
  });
});

describe("API keys", () => {
  test("are shown once, stored hashed, found with their scopes, and dead after revocation", async () => {
    const ada = await someone("admin", "ada");
    const { ctx } = await signedIn(ada.id);
    const { key, info } = await createApiKey(ctx, { name: "Desk", scopes: ["profile_api:read", "profile_api:read"], expiresInDays: 30 });
    expect(info).toMatchObject({ name: "Desk", scopes: ["profile_api:read"], createdByName: "ada" });
    const [dump] = await database.sql<{ text: string }[]>`
      select (select string_agg(k::text, '') from api_keys k) || (select string_agg(a::text, '') from audit_log a) as text`;
    expect(dump?.text).not.toContain(key);
    expect(await findApiKey(nobody(), key)).toEqual({ kind: "apiKey", id: info.id, name: "Desk", scopes: ["profile_api:read"] });
    expect((await listApiKeys(ctx))[0]?.lastUsedAt).toBe(clock.now().toISOString());
    expect(await findApiKey(nobody(), `${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`)).toBeNull();
    await revokeApiKey(ctx, { id: info.id });
    expect(await findApiKey(nobody(), key)).toBeNull();
    await expect(revokeApiKey(ctx, { id: info.id })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("a key that another process revoked is dead within 30 seconds, an expired one at once", async () => {
    const { key, info } = await createApiKey(job(), { name: "Desk", scopes: ["profile_api:read"], expiresInDays: 1 });
    expect(await findApiKey(nobody(), key)).not.toBeNull();
    await database.sql`update api_keys set revoked_at = ${clock.now().toISOString()}::timestamptz where id = ${info.id}`;
    clock.advance(30_000);
    expect(await findApiKey(nobody(), key)).toBeNull();
    const other = await createApiKey(job(), { name: "Desk 2", scopes: ["profile_api:read"], expiresInDays: 1 });
    clock.advance(86_400_000 - 10_000);
    expect(await findApiKey(nobody(), other.key)).not.toBeNull();
    clock.advance(10_000);
    expect(await findApiKey(nobody(), other.key)).toBeNull();
  });

  test("rotation leaves the old key 24 hours", async () => {
    const { key, info } = await createApiKey(job(), { name: "Desk", scopes: ["profile_api:read"], expiresInDays: null });
    const next = await rotateApiKey(job(), { id: info.id });
    expect(next.key).not.toBe(key);
    clock.advance(24 * 3_600_000 - 1_000);
    expect(await findApiKey(nobody(), key)).not.toBeNull();
    expect(await findApiKey(nobody(), next.key)).not.toBeNull();
    clock.advance(1_000);
    expect(await findApiKey(nobody(), key)).toBeNull();
    expect(await findApiKey(nobody(), next.key)).not.toBeNull();
  });

  test("nobody gives a key the sight of personal data that they lack", async () => {
    const ada = await someone("admin", "ada", false);
    const { ctx } = await signedIn(ada.id);
    const scopes = ["profile_api:read", "personal_data:see"];
    await expect(createApiKey(ctx, { name: "Desk", scopes })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const { info } = await createApiKey(job(), { name: "Desk", scopes });
    await expect(rotateApiKey(ctx, { id: info.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(createApiKey(ctx, { name: "Desk", scopes: ["members:write"] })).rejects.toMatchObject({ code: "VALIDATION" });
  });
});

test("company settings: defaults, a change with its audit row, and what is refused", async () => {
  expect(await companySettings(database.sql)).toEqual({ name: "My company", timezone: "UTC", currency: "EUR" });
  const next = { name: "Acme", timezone: "Europe/Berlin", currency: "USD" };
  expect(await updateSettings(job(), next)).toEqual(next);
  expect(await readSettings(job())).toEqual(next);
  expect(await audits("settings.changed")).toBe(1);
  for (const wrong of [{ timezone: "Mars/Olympus" }, { currency: "XXY" }, { name: " " }, { more: 1 }]) {
    await expect(updateSettings(job(), { ...next, ...wrong })).rejects.toMatchObject({ code: "VALIDATION" });
  }
});

describe("refuses", () => {
  const verbs: [string, (ctx: Ctx) => Promise<unknown>][] = [
    ["listMembers", (ctx) => listMembers(ctx)],
    ["inviteMember", (ctx) => inviteMember(ctx, {})],
    ["createMember", (ctx) => createMember(ctx, {})],
    ["updateMember", (ctx) => updateMember(ctx, {})],
    ["removeInvitation", (ctx) => removeInvitation(ctx, {})],
    ["createMemberLink", (ctx) => createMemberLink(ctx, {})],
    ["setMemberPassword", (ctx) => setMemberPassword(ctx, {})],
    ["listSessions", (ctx) => listSessions(ctx)],
    ["revokeSession", (ctx) => revokeSession(ctx, {})],
    ["listApiKeys", (ctx) => listApiKeys(ctx)],
    ["createApiKey", (ctx) => createApiKey(ctx, {})],
    ["rotateApiKey", (ctx) => rotateApiKey(ctx, {})],
    ["revokeApiKey", (ctx) => revokeApiKey(ctx, {})],
    ["readSettings", (ctx) => readSettings(ctx)],
    ["updateSettings", (ctx) => updateSettings(ctx, {})],
  ];
  test.each(verbs)("%s: a marketer, a manager, an API key with every scope, and nobody", async (_name, call) => {
    const key: Actor = { kind: "apiKey", id: "key_x", name: "x", scopes: ["profiles:read", "personal_data:see", "imports:write"] };
    for (const actor of [member("marketer"), member("manager"), key, { kind: "webhook", id: "x" } satisfies Actor]) {
      await expect(call(as(actor))).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
  });

  test("setting somebody's password directly, even for an admin: that is for the operator at the machine", async () => {
    await expect(setMemberPassword(as(member("admin")), { email: "a@b.test", password: PASSWORD })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});
