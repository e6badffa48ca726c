import { createHash, randomBytes } from "node:crypto";
import { DomainError } from "@/domain/kernel/errors";
import type { Ctx } from "@/domain/kernel/context";

export type TokenKind = "setup" | "invite" | "reset";

/** Minutes that a link works. */
const LIFE_MINUTES: Record<TokenKind, number> = { setup: 24 * 60, invite: 7 * 24 * 60, reset: 30 };

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** Makes a one-time token, kept as its hash only; earlier ones of the same kind for the same member die. */
export async function issueToken(ctx: Ctx, kind: TokenKind, userId: string | null): Promise<{ token: string; expiresAt: Date }> {
  const token = newSecret();
  const now = ctx.clock.now();
  const expiresAt = new Date(now.getTime() + LIFE_MINUTES[kind] * 60_000);
  await ctx.sql`delete from user_tokens where kind = ${kind} and user_id is not distinct from ${userId} and used_at is null`;
  await ctx.sql`
    insert into user_tokens (token_hash, kind, user_id, created_at, expires_at)
    values (${sha256(token)}, ${kind}, ${userId}, ${now.toISOString()}::timestamptz, ${expiresAt.toISOString()}::timestamptz)`;
  return { token, expiresAt };
}

/** Whether a token would work now; for showing the form. */
export async function peekToken(ctx: Ctx, kind: TokenKind, token: string): Promise<{ userId: string | null } | null> {
  const [row] = await ctx.sql<{ user_id: string | null }[]>`
    select user_id from user_tokens
    where token_hash = ${sha256(token)} and kind = ${kind} and used_at is null and expires_at > ${ctx.clock.now().toISOString()}::timestamptz`;
  return row ? { userId: row.user_id } : null;
}

/** Uses a token up; exactly one of several callers succeeds. */
export async function takeToken(ctx: Ctx, kind: TokenKind, token: string): Promise<{ userId: string | null }> {
  const now = ctx.clock.now().toISOString();
  const [row] = await ctx.sql<{ user_id: string | null }[]>`
    update user_tokens set used_at = ${now}::timestamptz
    where token_hash = ${sha256(token)} and kind = ${kind} and used_at is null and expires_at > ${now}::timestamptz
    returning user_id`;
  if (!row) {
    throw new DomainError("PRECONDITION_FAILED", "This link has expired or was used already. Ask an admin for a new one.");
  }
  return { userId: row.user_id };
}
