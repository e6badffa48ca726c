import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { normaliseEmail } from "./email";
import { hashPassword, needsRehash, verifyPassword } from "./password";
import { startSession, type ClientInfo } from "./sessions";
import { addressKey, forgive, takeBack, throttle } from "./throttle";
import { sha256 } from "./one-time-token";

const REFUSED = "The e-mail address or the password is wrong.";

/**
 * Checks an e-mail address and a password. Counts the try before it hashes anything; an unknown address answers with
 * the same words in the same time as a wrong password. Public: its guard is the password itself.
 */
export async function checkPassword(ctx: Ctx, email: string, password: string, client: ClientInfo): Promise<{ userId: string }> {
  const address = normaliseEmail(email).slice(0, 320);
  const account = `sign-in:account:${address}`;
  const network = `sign-in:address:${addressKey(client.address)}`;
  await throttle(ctx, [
    { key: network, max: 20 },
    { key: account, max: 5 },
  ]);
  const [user] = await ctx.sql<{ id: string; password_hash: string | null; status: string }[]>`
    select id, password_hash, status from users where email = ${address}`;
  const known = user && user.status === "active" ? user : undefined;
  const good = await verifyPassword(known?.password_hash ?? null, password);
  if (!known || !good) {
    await withTx(ctx, (tx) => recordAudit(tx, { action: "session.refused", object: { type: "user", id: user?.id ?? "unknown" } }));
    throw new DomainError("UNAUTHORIZED", REFUSED);
  }
  await forgive(ctx, account);
  await takeBack(ctx, network);
  if (known.password_hash && needsRehash(known.password_hash)) {
    const renewed = await hashPassword(password);
    await ctx.sql`update users set password_hash = ${renewed} where id = ${known.id} and password_hash = ${known.password_hash}`;
  }
  return { userId: known.id };
}

/** The active or invited member with this verified address (single sign-on). An invited one becomes active. */
export async function memberForVerifiedEmail(ctx: Ctx, email: string): Promise<{ userId: string } | null> {
  const address = normaliseEmail(email);
  return withTx(ctx, async (tx) => {
    const [user] = await tx.sql<{ id: string; status: string }[]>`
      select id, status from users where email = ${address} and status in ('active', 'invited') for update`;
    if (!user) return null;
    if (user.status === "invited") {
      await tx.sql`update users set status = 'active', updated_at = now() where id = ${user.id}`;
      await tx.sql`delete from user_tokens where user_id = ${user.id} and kind = 'invite' and used_at is null`;
      await recordAudit(tx, { action: "member.joined", object: { type: "user", id: user.id }, detail: { by: "single sign-on" } });
    }
    return { userId: user.id };
  });
}

/** Begins a session after a successful check; a session that the same browser had before ends. */
export async function openSession(
  ctx: Ctx,
  userId: string,
  client: ClientInfo,
  { before, secondFactor = false }: { before?: { sid: string; userId: string } | undefined; secondFactor?: boolean } = {},
): Promise<{ sid: string }> {
  return withTx(ctx, async (tx) => {
    if (before) await closeSession(tx, before.sid, before.userId);
    const { sid, sessionId } = await startSession(tx, userId, client, secondFactor);
    await tx.sql`update users set last_sign_in_at = ${tx.clock.now().toISOString()}::timestamptz where id = ${userId}`;
    await recordAudit(tx, { action: "session.started", object: { type: "user", id: userId }, detail: { session: sessionId } });
    return { sid };
  });
}

/** Signs out: ends the session that the secret belongs to. */
export async function closeSession(ctx: Ctx, sid: string, userId: string): Promise<void> {
  await withTx(ctx, async (tx) => {
    const [row] = await tx.sql<{ id: string }[]>`
      update sessions set revoked_at = ${tx.clock.now().toISOString()}::timestamptz
      where sid_hash = ${sha256(sid)} and user_id = ${userId} and revoked_at is null returning id`;
    if (row) await recordAudit(tx, { action: "session.ended", object: { type: "user", id: userId }, detail: { session: row.id } });
  });
}
