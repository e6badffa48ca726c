import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { z } from "zod";
import { withTx, type Actor, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { recordAudit } from "@/domain/kernel/record-audit";
import { hmac, secretFor } from "@/domain/kernel/secrets";
import { normaliseEmail } from "./email";
import { lockMember } from "./member-rows";
import { SECOND_FACTOR_NEEDED, type SecondFactor, type SecurityRules } from "./model";
import { verifyPassword } from "./password";
import { requirePermission } from "./require-permission";
import { endSessions } from "./sessions";
import { companySettings } from "./settings";
import { forgive, throttle } from "./throttle";
import { base32, otpauthUri, stepOf } from "./totp";

const CODES = 10;
const WRONG = "This code is wrong or was used already. Take the next one that your app shows.";

function self(ctx: Ctx): Extract<Actor, { kind: "user" }> {
  if (ctx.actor.kind !== "user") throw new DomainError("FORBIDDEN", "Only members have a second factor.");
  return ctx.actor;
}

// The member's id is bound in: a sealed secret of one member is no use in another's row.
function seal(secret: Buffer, userId: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", secretFor("second-factor"), iv).setAAD(Buffer.from(userId));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString("base64");
}
function unseal(sealed: string, userId: string): Buffer {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", secretFor("second-factor"), bytes.subarray(0, 12)).setAAD(Buffer.from(userId));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
}

/** Letters and digits as they may be typed: in any case, with or without the dash. */
const recoveryHash = (userId: string, code: string): string =>
  hmac("recovery-code", `${userId} ${code.toUpperCase().replaceAll(/[^A-Z2-7]/g, "")}`);

interface FactorRow {
  sealed: string;
  confirmed: Date | null;
  lastStep: number;
}
async function factorOf(ctx: Ctx, userId: string): Promise<FactorRow | undefined> {
  const [row] = await ctx.sql<FactorRow[]>`
    select sealed_secret as sealed, confirmed_at as confirmed, last_step as "lastStep" from second_factors where user_id = ${userId}`;
  return row;
}

/** Whether the member has a second factor in force. For sign-in. */
export async function hasSecondFactor(ctx: Ctx, userId: string): Promise<boolean> {
  return (await factorOf(ctx, userId))?.confirmed != null;
}

/**
 * Accepts a code of the app or a recovery code, each once, also when it comes twice at the same moment. Counts the try
 * first: five wrong codes in 15 minutes, however many passwords were right.
 */
export async function takeSecondFactor(ctx: Ctx, userId: string, code: string): Promise<"app" | "recovery"> {
  const key = `second-factor:${userId}`;
  await throttle(ctx, [{ key, max: 5 }]);
  const factor = await factorOf(ctx, userId);
  const step = factor ? stepOf(unseal(factor.sealed, userId), code, ctx.clock.now().getTime()) : null;
  const now = ctx.clock.now().toISOString();
  const [taken] =
    step === null
      ? await ctx.sql`
          update recovery_codes set used_at = ${now}::timestamptz
          where user_id = ${userId} and code_hash = ${recoveryHash(userId, code)} and used_at is null returning 1`
      : await ctx.sql`update second_factors set last_step = ${step} where user_id = ${userId} and last_step < ${step} returning 1`;
  if (!taken) throw new DomainError("UNAUTHORIZED", WRONG, { fields: { code: WRONG } });
  await forgive(ctx, key);
  return step === null ? "recovery" : "app";
}

/** The step of sign-in after the right password. Public: its guard is the code. Throws `SECOND_FACTOR_NEEDED` without one. */
export async function checkSecondFactor(ctx: Ctx, userId: string, code: string | null): Promise<boolean> {
  if (!(await hasSecondFactor(ctx, userId))) return false;
  if (code === null || code.trim() === "") throw new DomainError("PRECONDITION_FAILED", SECOND_FACTOR_NEEDED);
  try {
    const by = await takeSecondFactor(ctx, userId, code.slice(0, 64));
    if (by === "recovery") {
      await withTx(ctx, (tx) => recordAudit(tx, { action: "second_factor.recovery_code_used", object: { type: "user", id: userId } }));
    }
    return true;
  } catch (error) {
    await withTx(ctx, (tx) =>
      recordAudit(tx, { action: "session.refused", object: { type: "user", id: userId }, detail: { by: "second factor" } }),
    );
    throw error;
  }
}

/** How one's own second factor stands. */
export async function readSecondFactor(ctx: Ctx): Promise<SecondFactor> {
  requirePermission(ctx, "account:write");
  const { id } = self(ctx);
  const [row] = await ctx.sql<{ confirmed: Date | null; left: number; has_password: boolean }[]>`
    select f.confirmed_at as confirmed, u.password_hash is not null as has_password,
      (select count(*)::int from recovery_codes c where c.user_id = u.id and c.used_at is null) as left
    from users u left join second_factors f on f.user_id = u.id where u.id = ${id}`;
  return {
    since: row?.confirmed?.toISOString() ?? null,
    recoveryCodesLeft: row?.confirmed ? row.left : 0,
    required: (await securityRules(ctx)).requireSecondFactor,
    needsPassword: row?.has_password ?? false,
  };
}

/** Begins the set-up: a new secret, to be confirmed with a first code. One's password is asked for, where there is one. */
export async function beginSecondFactor(ctx: Ctx, input: unknown): Promise<{ secret: string; uri: string }> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const { password } = parseInput(z.strictObject({ password: z.string().max(1_000) }), input);
  await throttle(ctx, [{ key: `change-password:${actor.id}`, max: 5 }]);
  const [user] = await ctx.sql<{ password_hash: string | null }[]>`select password_hash from users where id = ${actor.id}`;
  if (user?.password_hash && !(await verifyPassword(user.password_hash, password))) {
    const message = "This is not your current password.";
    throw new DomainError("VALIDATION", message, { fields: { password: message } });
  }
  const secret = randomBytes(20);
  const [made] = await ctx.sql`
    insert into second_factors (user_id, sealed_secret, created_at)
    values (${actor.id}, ${seal(secret, actor.id)}, ${ctx.clock.now().toISOString()}::timestamptz)
    on conflict (user_id) do update set sealed_secret = excluded.sealed_secret, last_step = 0, created_at = excluded.created_at
    where second_factors.confirmed_at is null returning 1`;
  if (!made) throw new DomainError("CONFLICT", "Your second factor is on already. Turn it off first to set up another device.");
  const text = base32(secret);
  return { secret: text, uri: otpauthUri(text, actor.email, (await companySettings(ctx.sql)).name || "Tributary") };
}

const coded = z.strictObject({ code: z.string().trim().min(1, "Enter the code.").max(64) });

/** Turns the second factor on with a first code of the app; all other sessions end. Returns the recovery codes, shown once. */
export async function confirmSecondFactor(ctx: Ctx, input: unknown): Promise<{ codes: string[]; sessionsEnded: number }> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const { code } = parseInput(coded, input);
  if (await hasSecondFactor(ctx, actor.id)) throw new DomainError("CONFLICT", "Your second factor is on already.");
  await takeSecondFactor(ctx, actor.id, code);
  return withTx(ctx, async (tx) => {
    const now = tx.clock.now().toISOString();
    await tx.sql`update second_factors set confirmed_at = ${now}::timestamptz where user_id = ${actor.id}`;
    await tx.sql`update sessions set second_factor_at = ${now}::timestamptz where id = ${actor.sessionId}`;
    const codes = await makeCodes(tx, actor.id);
    const sessionsEnded = await endSessions(tx, actor.id, actor.sessionId);
    await recordAudit(tx, { action: "second_factor.turned_on", object: { type: "user", id: actor.id }, detail: { sessionsEnded } });
    return { codes, sessionsEnded };
  });
}

/** New recovery codes in place of all old ones. */
export async function renewRecoveryCodes(ctx: Ctx, input: unknown): Promise<{ codes: string[] }> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const { code } = parseInput(coded, input);
  await takeSecondFactor(ctx, actor.id, code);
  return withTx(ctx, async (tx) => {
    const codes = await makeCodes(tx, actor.id);
    await recordAudit(tx, { action: "second_factor.codes_renewed", object: { type: "user", id: actor.id } });
    return { codes };
  });
}

/** Turns one's own second factor off, with a code as proof; refused where the install requires one. */
export async function turnOffSecondFactor(ctx: Ctx, input: unknown): Promise<null> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const { code } = parseInput(coded, input);
  if ((await securityRules(ctx)).requireSecondFactor)
    throw new DomainError(
      "PRECONDITION_FAILED",
      "This install requires a second factor. Ask an admin to reset yours if you have a new device.",
    );
  await takeSecondFactor(ctx, actor.id, code);
  return withTx(ctx, async (tx) => {
    await remove(tx, actor.id);
    await recordAudit(tx, { action: "second_factor.turned_off", object: { type: "user", id: actor.id } });
    return null;
  });
}

/** Takes a member's second factor away (by id or e-mail address) who has lost device and recovery codes; the member's sessions end. */
export async function resetSecondFactor(ctx: Ctx, input: unknown): Promise<{ sessionsEnded: number }> {
  requirePermission(ctx, "members:write");
  const given = parseInput(z.union([z.strictObject({ id: z.string().max(64) }), z.strictObject({ email: z.string().max(320) })]), input);
  return withTx(ctx, async (tx) => {
    const id = "id" in given ? given.id : await memberWith(tx, given.email);
    if (ctx.actor.kind === "user" && ctx.actor.id === id)
      throw new DomainError("PRECONDITION_FAILED", "Turn off your own second factor under Your account; that asks for a code.");
    const member = await lockMember(tx, id);
    if (!(await remove(tx, id))) throw new DomainError("PRECONDITION_FAILED", `${member.name} has no second factor.`);
    const sessionsEnded = await endSessions(tx, id);
    await recordAudit(tx, { action: "second_factor.reset", object: { type: "user", id }, detail: { sessionsEnded } });
    return { sessionsEnded };
  });
}

async function memberWith(tx: Ctx, email: string): Promise<string> {
  const [found] = await tx.sql<{ id: string }[]>`select id from users where email = ${normaliseEmail(email)}`;
  if (!found) throw new DomainError("NOT_FOUND", "No member has this e-mail address.");
  return found.id;
}

async function remove(tx: Ctx, userId: string): Promise<boolean> {
  await tx.sql`delete from recovery_codes where user_id = ${userId}`;
  const rows = await tx.sql`delete from second_factors where user_id = ${userId} and confirmed_at is not null returning 1`;
  return rows.length > 0;
}

/** 16 letters and digits each, 80 bits: no slow hash is needed. */
async function makeCodes(tx: Ctx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => base32(randomBytes(10)).replaceAll(/.{4}(?=.)/g, "$&-"));
  await tx.sql`delete from recovery_codes where user_id = ${userId}`;
  await tx.sql`
    insert into recovery_codes (user_id, code_hash, created_at)
    select ${userId}, h, ${tx.clock.now().toISOString()}::timestamptz
    from json_array_elements_text(${JSON.stringify(codes.map((code) => recoveryHash(userId, code)))}::text::json) h`;
  return codes;
}

const NO_RULES: SecurityRules = { requireSecondFactor: false };

async function securityRules(ctx: Ctx): Promise<SecurityRules> {
  const [row] = await ctx.sql<{ value: Partial<SecurityRules> }[]>`select value from settings where key = 'security'`;
  return { ...NO_RULES, ...row?.value };
}

export async function readSecurityRules(ctx: Ctx): Promise<SecurityRules> {
  requirePermission(ctx, "settings:read");
  return securityRules(ctx);
}

/** Requires a second factor of every member, or no longer. Whoever requires it has one, so that no admin locks all out. */
export async function updateSecurityRules(ctx: Ctx, input: unknown): Promise<SecurityRules> {
  requirePermission(ctx, "settings:write");
  const given = parseInput(z.strictObject({ requireSecondFactor: z.boolean() }), input);
  if (given.requireSecondFactor && ctx.actor.kind === "user" && !(await hasSecondFactor(ctx, ctx.actor.id)))
    throw new DomainError("PRECONDITION_FAILED", "Turn on your own second factor first, under Your account.");
  return withTx(ctx, async (tx) => {
    const before = await securityRules(tx);
    await tx.sql`
      insert into settings (key, value, updated_at, updated_by)
      values ('security', ${JSON.stringify(given)}::text::jsonb, ${tx.clock.now().toISOString()}::timestamptz, ${tx.actor.id})
      on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
    await recordAudit(tx, { action: "settings.changed", object: { type: "settings", id: "security" }, before, after: given });
    return given;
  });
}
