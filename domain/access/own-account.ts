import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Actor, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { nameSchema, passwordSchema } from "./fields";
import { memberOf, type UserRow } from "./member-rows";
import type { Member } from "./model";
import { hashPassword, requireGoodPassword, verifyPassword } from "./password";
import { requirePermission } from "./require-permission";
import { endSessions } from "./sessions";
import { throttle } from "./throttle";

function self(ctx: Ctx): Extract<Actor, { kind: "user" }> {
  if (ctx.actor.kind !== "user") throw new DomainError("FORBIDDEN", "Only members have an account.");
  return ctx.actor;
}

export async function readOwnAccount(ctx: Ctx): Promise<Member & { hasPassword: boolean }> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const [row] = await ctx.sql<(UserRow & { has_password: boolean })[]>`
    select id, email, name, role, sees_personal_data, status, is_demo, last_sign_in_at, created_at, password_hash is not null as has_password
    from users where id = ${actor.id}`;
  if (!row) throw new DomainError("UNAUTHORIZED", "Your session has ended. Sign in again.");
  return { ...memberOf(row), hasPassword: row.has_password };
}

export async function updateOwnName(ctx: Ctx, input: unknown): Promise<{ name: string }> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const { name } = parseInput(z.strictObject({ name: nameSchema }), input);
  return withTx(ctx, async (tx) => {
    await tx.sql`update users set name = ${name}, updated_at = ${tx.clock.now().toISOString()}::timestamptz where id = ${actor.id}`;
    await recordAudit(tx, { action: "member.changed", object: { type: "user", id: actor.id }, detail: { renamed: true } });
    return { name };
  });
}

const passwords = z.strictObject({ current: passwordSchema, next: passwordSchema });

/** Changes one's own password, with the current one as proof; all other sessions end. */
export async function changeOwnPassword(ctx: Ctx, input: unknown): Promise<{ sessionsEnded: number }> {
  requirePermission(ctx, "account:write");
  const actor = self(ctx);
  const given = parseInput(passwords, input);
  await throttle(ctx, [{ key: `change-password:${actor.id}`, max: 5 }]);
  requireGoodPassword(given.next, actor.email, "next");
  const [row] = await ctx.sql<{ password_hash: string | null }[]>`select password_hash from users where id = ${actor.id}`;
  if (!(await verifyPassword(row?.password_hash ?? null, given.current))) {
    const message = "This is not your current password.";
    throw new DomainError("VALIDATION", message, { fields: { current: message } });
  }
  const passwordHash = await hashPassword(given.next);
  return withTx(ctx, async (tx) => {
    await tx.sql`
      update users set password_hash = ${passwordHash}, updated_at = ${tx.clock.now().toISOString()}::timestamptz where id = ${actor.id}`;
    const sessionsEnded = await endSessions(tx, actor.id, actor.sessionId);
    await recordAudit(tx, { action: "member.password_changed", object: { type: "user", id: actor.id }, detail: { sessionsEnded } });
    return { sessionsEnded };
  });
}
