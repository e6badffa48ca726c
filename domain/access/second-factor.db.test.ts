import { beforeEach, describe, expect, it } from "vitest";
import { createContext, type Actor, type Ctx } from "@/domain/kernel/context";
import { fixedClock } from "@/domain/kernel/clock";
import { testDatabase } from "@/server/test/database";
import {
  beginSecondFactor,
  checkSecondFactor,
  confirmSecondFactor,
  createMember,
  findSession,
  listMembers,
  openSession,
  readSecondFactor,
  renewRecoveryCodes,
  resetSecondFactor,
  SECOND_FACTOR_NEEDED,
  turnOffSecondFactor,
  updateSecurityRules,
} from "./index";
import { codeAt } from "./totp";

const database = testDatabase();
const clock = fixedClock("2026-06-01T09:00:00Z");
const PASSWORD = "correct horse battery staple";
const CLIENT = { address: "203.0.113.7", userAgent: "test" };

const as = (actor: Actor): Ctx => createContext(actor, database, clock);
const nobody = (): Ctx => as({ kind: "webhook", id: "sign-in" });
const member = async (name: string, role: "admin" | "marketer" = "marketer") =>
  createMember(as({ kind: "job", id: "test" }), { email: `${name}@example.test`, name, role, seesPersonalData: true, password: PASSWORD });

async function signedIn(id: string, secondFactor = false): Promise<{ ctx: Ctx; sid: string }> {
  const { sid } = await openSession(nobody(), id, CLIENT, { secondFactor });
  const actor = await findSession(nobody(), sid, id);
  if (!actor) throw new Error("no session");
  return { ctx: as(actor), sid };
}

/** Base 32 back to bytes. */
const bytesOf = (text: string): Buffer => {
  const bits = [...text].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
const codeNow = (secret: string, steps = 0): string => codeAt(bytesOf(secret), Math.floor(clock.now().getTime() / 30_000) + steps);

async function withFactor(name: string, role: "admin" | "marketer" = "marketer") {
  const made = await member(name, role);
  const { ctx, sid } = await signedIn(made.id);
  const { secret } = await beginSecondFactor(ctx, { password: PASSWORD });
  const { codes } = await confirmSecondFactor(ctx, { code: codeNow(secret) });
  clock.advance(60_000);
  return { id: made.id, ctx, sid, secret, codes };
}

beforeEach(async () => {
  await database.sql`truncate users, sessions, user_tokens, api_keys, buckets, settings, second_factors, recovery_codes cascade`;
  clock.set("2026-06-01T09:00:00Z");
});

describe("set-up", () => {
  it("asks for the password, is off until a first code, and ends all other sessions", async () => {
    const { id } = await member("jane");
    const [one, other] = [await signedIn(id), await signedIn(id)];
    await expect(beginSecondFactor(one.ctx, { password: "wrong" })).rejects.toMatchObject({ fields: { password: expect.any(String) } });
    const { secret, uri } = await beginSecondFactor(one.ctx, { password: PASSWORD });
    expect(uri).toContain(`secret=${secret}`);
    expect(await checkSecondFactor(nobody(), id, null)).toBe(false);
    await expect(confirmSecondFactor(one.ctx, { code: "000000" })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    const { codes, sessionsEnded } = await confirmSecondFactor(one.ctx, { code: codeNow(secret) });
    expect(sessionsEnded).toBe(1);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect(await findSession(nobody(), other.sid, id)).toBeNull();
    expect(await findSession(nobody(), one.sid, id)).not.toBeNull();
    expect(await readSecondFactor(one.ctx)).toMatchObject({ recoveryCodesLeft: 10, required: false });
    await expect(beginSecondFactor(one.ctx, { password: PASSWORD })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("keeps neither the secret nor a recovery code in clear, anywhere", async () => {
    const { secret, codes } = await withFactor("jane");
    const tables = await database.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
    for (const { name } of tables) {
      const [row] = await database.sql.unsafe<{ text: string }[]>(
        `select coalesce(string_agg(to_jsonb(t)::text, ' '), '') as text from "${name}" t`,
      );
      for (const text of [
        secret,
        bytesOf(secret).toString("base64"),
        bytesOf(secret).toString("hex"),
        ...codes,
        ...codes.map((code) => code.replaceAll("-", "")),
      ])
        expect(row?.text.includes(text), `${name} holds ${text}`).toBe(false);
    }
  });
});

describe("sign-in", () => {
  it("needs a code after the right password, and takes each code once", async () => {
    const { id, secret } = await withFactor("jane");
    await expect(checkSecondFactor(nobody(), id, null)).rejects.toThrow(SECOND_FACTOR_NEEDED);
    await expect(checkSecondFactor(nobody(), id, "  ")).rejects.toThrow(SECOND_FACTOR_NEEDED);
    const code = codeNow(secret);
    expect(await checkSecondFactor(nobody(), id, code)).toBe(true);
    await expect(checkSecondFactor(nobody(), id, code)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    // One that was shown before the newest that was used is gone with it.
    await expect(checkSecondFactor(nobody(), id, codeNow(secret, -1))).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await checkSecondFactor(nobody(), id, codeNow(secret, 1))).toBe(true);
  });

  it("lets one of many in who come with the same code at the same moment", async () => {
    const { id, secret, codes } = await withFactor("jane");
    for (const code of [codeNow(secret), codes[0] ?? ""]) {
      const tries = await Promise.allSettled(Array.from({ length: 5 }, () => checkSecondFactor(nobody(), id, code)));
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await database.sql`truncate buckets`;
    }
  });

  it("takes a recovery code however it is typed, once, and only its member's", async () => {
    const { id, ctx, codes } = await withFactor("jane");
    const other = await withFactor("john");
    expect(await checkSecondFactor(nobody(), id, ` ${codes[0]?.toLowerCase().replaceAll("-", "") ?? ""} `)).toBe(true);
    await expect(checkSecondFactor(nobody(), id, codes[0] ?? "")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(checkSecondFactor(nobody(), other.id, codes[1] ?? "")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await readSecondFactor(ctx)).toMatchObject({ recoveryCodesLeft: 9 });
    const [row] =
      await database.sql`select count(*)::int as n from audit_log where action = 'second_factor.recovery_code_used' and object_id = ${id}`;
    expect(row?.["n"]).toBe(1);
  });

  it("has to wait after five wrong codes, though the next would be right", async () => {
    const { id, secret } = await withFactor("jane");
    for (let i = 0; i < 5; i++) await expect(checkSecondFactor(nobody(), id, "12345")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(checkSecondFactor(nobody(), id, codeNow(secret))).rejects.toMatchObject({ code: "RATE_LIMITED" });
    clock.advance(31 * 60_000);
    expect(await checkSecondFactor(nobody(), id, codeNow(secret))).toBe(true);
  });

  it("a session without the code is none, once the factor is on", async () => {
    const { id, sid } = await withFactor("jane");
    const { sid: bare } = await openSession(nobody(), id, CLIENT);
    expect(await findSession(nobody(), bare, id)).toBeNull();
    expect(await findSession(nobody(), sid, id)).not.toBeNull();
    expect((await signedIn(id, true)).ctx.actor).toMatchObject({ id });
  });
});

describe("changes", () => {
  it("need a code: new recovery codes, and turning it off", async () => {
    const { id, ctx, secret, codes } = await withFactor("jane");
    await expect(renewRecoveryCodes(ctx, { code: "111111" })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    const renewed = await renewRecoveryCodes(ctx, { code: codeNow(secret) });
    await expect(checkSecondFactor(nobody(), id, codes[0] ?? "")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(turnOffSecondFactor(ctx, { code: "111111" })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await turnOffSecondFactor(ctx, { code: renewed.codes[0] });
    expect(await checkSecondFactor(nobody(), id, null)).toBe(false);
    expect(await readSecondFactor(ctx)).toMatchObject({ since: null, recoveryCodesLeft: 0 });
  });

  it("by an admin take it away from somebody else, with the sessions", async () => {
    const jane = await withFactor("jane");
    const admin = await withFactor("ada", "admin");
    expect((await listMembers(admin.ctx)).find(({ id }) => id === jane.id)?.hasSecondFactor).toBe(true);
    await expect(resetSecondFactor(jane.ctx, { id: admin.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(resetSecondFactor(admin.ctx, { id: admin.id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await resetSecondFactor(admin.ctx, { id: jane.id });
    expect(await findSession(nobody(), jane.sid, jane.id)).toBeNull();
    expect(await checkSecondFactor(nobody(), jane.id, null)).toBe(false);
  });

  it("is reset at the terminal by e-mail address, for the last admin too", async () => {
    const alone = await withFactor("alone", "admin");
    const operator = as({ kind: "job", id: "cli" });
    await expect(resetSecondFactor(operator, { email: "nobody@example.test" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await resetSecondFactor(operator, { email: " Alone@Example.test" });
    expect(await findSession(nobody(), alone.sid, alone.id)).toBeNull();
    expect(await checkSecondFactor(nobody(), alone.id, null)).toBe(false);
  });
});

describe("where every member needs one", () => {
  it("whoever has none owes it, nobody turns it off, and no admin locks all out", async () => {
    const plain = await member("plain", "admin");
    const bare = await signedIn(plain.id);
    await expect(updateSecurityRules(bare.ctx, { requireSecondFactor: true })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    const { ctx, secret } = await withFactor("ada", "admin");
    await updateSecurityRules(ctx, { requireSecondFactor: true });
    expect(await findSession(nobody(), bare.sid, plain.id)).toMatchObject({ owesSecondFactor: true });
    await expect(turnOffSecondFactor(ctx, { code: codeNow(secret) })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    // Single sign-on counts; so does setting one up.
    expect((await signedIn(plain.id, true)).ctx.actor).not.toHaveProperty("owesSecondFactor");
    const begun = await beginSecondFactor(bare.ctx, { password: PASSWORD });
    await confirmSecondFactor(bare.ctx, { code: codeNow(begun.secret) });
    expect(await findSession(nobody(), bare.sid, plain.id)).not.toHaveProperty("owesSecondFactor");
    await updateSecurityRules(ctx, { requireSecondFactor: false });
    await expect(updateSecurityRules((await signedIn((await member("mo")).id)).ctx, { requireSecondFactor: true })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});
