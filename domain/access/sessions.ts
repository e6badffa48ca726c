import type { Actor, Ctx } from "@/domain/kernel/context";
import { newId } from "@/domain/kernel/ids";
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS, type Role } from "./model";
import { newSecret, sha256 } from "./one-time-token";

type UserActor = Extract<Actor, { kind: "user" }>;

/** How exactly `last_seen_at` is kept: one write a minute at most. */
const SEEN_EVERY_MS = 60_000;

export interface ClientInfo {
  address: string | null;
  userAgent: string | null;
}

/** Begins a session. The returned secret goes into the cookie's token; only its hash is stored. */
export async function startSession(
  ctx: Ctx,
  userId: string,
  client: ClientInfo,
  secondFactor = false,
): Promise<{ sid: string; sessionId: string }> {
  const sid = newSecret();
  const sessionId = newId("ses");
  const now = ctx.clock.now();
  await ctx.sql`
    insert into sessions (id, sid_hash, user_id, created_at, last_seen_at, expires_at, second_factor_at, address, user_agent)
    values (${sessionId}, ${sha256(sid)}, ${userId}, ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz,
      ${new Date(now.getTime() + SESSION_ABSOLUTE_MS).toISOString()}::timestamptz, ${secondFactor ? now.toISOString() : null}::timestamptz,
      ${client.address}, ${client.userAgent?.slice(0, 300) ?? null})`;
  return { sid, sessionId };
}

/**
 * The member behind a session secret, or null when the session is unknown, ended, idle too long or too old, or the
 * member is not active, or has a second factor that was not given. Read on every request (one indexed read), so that ending a session works at once.
 */
export async function findSession(ctx: Ctx, sid: string, userId: string): Promise<UserActor | null> {
  const now = ctx.clock.now();
  const idleSince = new Date(now.getTime() - SESSION_IDLE_MS).toISOString();
  const [row] = await ctx.sql<
    {
      id: string;
      last_seen_at: Date;
      user_id: string;
      name: string;
      email: string;
      role: Role;
      sees_personal_data: boolean;
      owes: boolean;
    }[]
  >`
    select s.id, s.last_seen_at, u.id as user_id, u.name, u.email, u.role, u.sees_personal_data,
      s.second_factor_at is null and coalesce((r.value ->> 'requireSecondFactor')::boolean, false) as owes
    from sessions s join users u on u.id = s.user_id left join settings r on r.key = 'security'
    where s.sid_hash = ${sha256(sid)} and s.user_id = ${userId} and s.revoked_at is null and u.status = 'active'
      and (s.second_factor_at is not null or not exists (
        select 1 from second_factors f where f.user_id = u.id and f.confirmed_at is not null))
      and s.expires_at > ${now.toISOString()}::timestamptz and s.last_seen_at > ${idleSince}::timestamptz`;
  if (!row) return null;
  if (now.getTime() - row.last_seen_at.getTime() > SEEN_EVERY_MS) {
    await ctx.sql`update sessions set last_seen_at = ${now.toISOString()}::timestamptz where id = ${row.id}`;
  }
  return {
    kind: "user",
    id: row.user_id,
    name: row.name,
    email: row.email,
    role: row.role,
    seesPersonalData: row.sees_personal_data,
    sessionId: row.id,
    ...(row.owes ? { owesSecondFactor: true } : {}),
  };
}

/** Ends every session of a member, or all but one. Returns how many ended. */
export async function endSessions(ctx: Ctx, userId: string, exceptSessionId?: string): Promise<number> {
  const rows = await ctx.sql`
    update sessions set revoked_at = ${ctx.clock.now().toISOString()}::timestamptz
    where user_id = ${userId} and revoked_at is null and id <> ${exceptSessionId ?? ""} returning id`;
  return rows.length;
}
