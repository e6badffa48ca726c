import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { normaliseEmail } from "./email";
import { emailSchema, nameSchema, passwordSchema } from "./fields";
import { issueToken, peekToken, takeToken } from "./one-time-token";
import { hashPassword, requireGoodPassword } from "./password";

const FIRST_ADMIN_LOCK = 7_201_010;

/** Whether the install waits for its first admin. */
export async function needsFirstAdmin(ctx: Ctx): Promise<boolean> {
  const [row] = await ctx.sql<{ found: boolean }[]>`select exists (select 1 from users) as found`;
  return !row?.found;
}

/**
 * The one-time token that the terminal prints while there is no member; null once there is one. Each call makes a
 * fresh token and ends the one before, since only its hash is kept. Jobs only: it is the key to the install.
 */
export async function ensureSetupToken(ctx: Ctx): Promise<string | null> {
  if (ctx.actor.kind !== "job") throw new DomainError("FORBIDDEN", "Only the start of the install makes set-up tokens.");
  return withTx(ctx, async (tx) => {
    if (!(await needsFirstAdmin(tx))) return null;
    return (await issueToken(tx, "setup", null)).token;
  });
}

/** Whether a set-up token would be accepted. */
export async function setupTokenWorks(ctx: Ctx, token: string): Promise<boolean> {
  return (await peekToken(ctx, "setup", token)) !== null;
}

const schema = z.strictObject({
  token: z.string().max(200).optional(),
  /** Set by the start of the install and the CLI (they own the machine); refused from anybody else. */
  trusted: z.literal(true).optional(),
  email: emailSchema,
  name: nameSchema,
  password: passwordSchema,
});

/**
 * Makes the first admin of an install, once. Guarded by the one-time token, or by being a job of this machine
 * (ADMIN_EMAIL and ADMIN_PASSWORD).
 */
export async function createFirstAdmin(ctx: Ctx, input: unknown): Promise<{ userId: string }> {
  const given = parseInput(schema, input);
  const trusted = given.trusted === true && ctx.actor.kind === "job" && given.token === undefined;
  if (!trusted && given.token === undefined) {
    throw new DomainError("FORBIDDEN", "Open the set-up link that the terminal printed: it holds the one-time token.");
  }
  // Before anything expensive: strangers must not make us hash.
  if (given.token !== undefined && !(await setupTokenWorks(ctx, given.token))) {
    throw new DomainError("PRECONDITION_FAILED", "This link has expired or was used already. Start Tributary again for a new one.");
  }
  requireGoodPassword(given.password, given.email);
  const passwordHash = await hashPassword(given.password);
  return withTx(ctx, async (tx) => {
    await tx.sql`select pg_advisory_xact_lock(${FIRST_ADMIN_LOCK})`;
    if (given.token !== undefined) await takeToken(tx, "setup", given.token);
    if (!(await needsFirstAdmin(tx))) throw new DomainError("CONFLICT", "This install has members already. Sign in instead.");
    const userId = newId("usr");
    await tx.sql`
      insert into users (id, email, name, password_hash, role, sees_personal_data, status)
      values (${userId}, ${normaliseEmail(given.email)}, ${given.name}, ${passwordHash}, 'admin', true, 'active')`;
    await tx.sql`delete from user_tokens where kind = 'setup'`;
    await recordAudit(tx, {
      action: "member.created",
      object: { type: "user", id: userId },
      after: { role: "admin", status: "active", first: true },
    });
    return { userId };
  });
}
