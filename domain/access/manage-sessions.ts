import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { SESSION_IDLE_MS, type SessionInfo } from "./model";
import { requirePermission } from "./require-permission";
import { endSessions } from "./sessions";

/** Sessions of everybody that still stand, newest use first. */
export async function listSessions(ctx: Ctx): Promise<SessionInfo[]> {
  requirePermission(ctx, "sessions:write");
  return list(ctx, null);
}

/** One's own sessions, newest use first. */
export async function listOwnSessions(ctx: Ctx): Promise<SessionInfo[]> {
  requirePermission(ctx, "account:write");
  return list(ctx, ownId(ctx));
}

const one = z.strictObject({ id: z.string().max(64) });

/** Ends anybody's session, at once. */
export async function revokeSession(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "sessions:write");
  const { id } = parseInput(one, input);
  return revoke(ctx, id, null);
}

/** Ends one of one's own sessions. */
export async function revokeOwnSession(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "account:write");
  const { id } = parseInput(one, input);
  return revoke(ctx, id, ownId(ctx));
}

/** Ends all of one's own sessions except the one that asks. */
export async function revokeOwnOtherSessions(ctx: Ctx): Promise<{ ended: number }> {
  requirePermission(ctx, "account:write");
  const userId = ownId(ctx);
  const current = ctx.actor.kind === "user" ? ctx.actor.sessionId : undefined;
  return withTx(ctx, async (tx) => {
    const ended = await endSessions(tx, userId, current);
    await recordAudit(tx, { action: "session.others_ended", object: { type: "user", id: userId }, detail: { ended } });
    return { ended };
  });
}

function ownId(ctx: Ctx): string {
  if (ctx.actor.kind !== "user") throw new DomainError("FORBIDDEN", "Only members have sessions.");
  return ctx.actor.id;
}

async function revoke(ctx: Ctx, id: string, userId: string | null): Promise<{ id: string }> {
  return withTx(ctx, async (tx) => {
    const [row] = await tx.sql<{ user_id: string }[]>`
      update sessions set revoked_at = ${tx.clock.now().toISOString()}::timestamptz
      where id = ${id} and revoked_at is null and (${userId}::text is null or user_id = ${userId})
      returning user_id`;
    if (!row) throw notFound("This session");
    await recordAudit(tx, { action: "session.ended", object: { type: "user", id: row.user_id }, detail: { session: id } });
    return { id };
  });
}

interface Row {
  id: string;
  user_id: string;
  name: string;
  email: string;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  address: string | null;
  user_agent: string | null;
}

async function list(ctx: Ctx, userId: string | null): Promise<SessionInfo[]> {
  const now = ctx.clock.now();
  const rows = await ctx.sql<Row[]>`
    select s.id, s.user_id, u.name, u.email, s.created_at, s.last_seen_at, s.expires_at, s.address, s.user_agent
    from sessions s join users u on u.id = s.user_id
    where s.revoked_at is null and u.status = 'active' and s.expires_at > ${now.toISOString()}::timestamptz
      and s.last_seen_at > ${new Date(now.getTime() - SESSION_IDLE_MS).toISOString()}::timestamptz
      and (${userId}::text is null or s.user_id = ${userId})
    order by s.last_seen_at desc, s.id limit 500`;
  const current = ctx.actor.kind === "user" ? ctx.actor.sessionId : null;
  return rows.map((row) => ({
    id: row.id,
    userId: row.user_id,
    userName: row.name,
    userEmail: row.email,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    address: row.address,
    userAgent: row.user_agent,
    current: row.id === current,
  }));
}
