import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { nameSchema, passwordSchema, roleSchema } from "./fields";
import { normaliseEmail } from "./email";
import { auditedMember, keepAnAdmin, lockMember, memberOf } from "./member-rows";
import type { Member, OneTimeLink } from "./model";
import { issueToken } from "./one-time-token";
import { hashPassword, requireGoodPassword } from "./password";
import { requirePermission } from "./require-permission";
import { endSessions } from "./sessions";

const change = z.strictObject({
  id: z.string().max(64),
  name: nameSchema.optional(),
  role: roleSchema.optional(),
  seesPersonalData: z.boolean().optional(),
  status: z.enum(["active", "disabled"]).optional(),
});

/**
 * Changes somebody's name, role, sight of personal data, or whether they may sign in. Their sessions end with a new
 * role and when they are disabled. Nobody changes their own rights, and the last admin stays one.
 */
export async function updateMember(ctx: Ctx, input: unknown): Promise<Member> {
  requirePermission(ctx, "members:write");
  const given = parseInput(change, input);
  const own = ctx.actor.kind === "user" && ctx.actor.id === given.id;
  if (own && (given.role !== undefined || given.seesPersonalData !== undefined || given.status !== undefined)) {
    throw new DomainError("PRECONDITION_FAILED", "You cannot change your own rights. Ask another admin.");
  }
  return withTx(ctx, async (tx) => {
    const before = await lockMember(tx, given.id);
    if (before.status === "invited" && given.status === "active") {
      throw new DomainError("PRECONDITION_FAILED", `${before.name} has not accepted the invitation yet. Copy a new link and send it.`);
    }
    const after = {
      ...before,
      name: given.name ?? before.name,
      role: given.role ?? before.role,
      sees_personal_data: given.seesPersonalData ?? before.sees_personal_data,
      status: given.status ?? before.status,
    };
    if (after.role !== "admin" || after.status !== "active") await keepAnAdmin(tx, before);
    await tx.sql`
      update users set name = ${after.name}, role = ${after.role}, sees_personal_data = ${after.sees_personal_data},
        status = ${after.status}, updated_at = ${tx.clock.now().toISOString()}::timestamptz
      where id = ${before.id}`;
    const ended = after.role !== before.role || after.status !== before.status ? await endSessions(tx, before.id) : 0;
    if (after.status === "disabled") await tx.sql`delete from user_tokens where user_id = ${before.id} and used_at is null`;
    await recordAudit(tx, {
      action: "member.changed",
      object: { type: "user", id: before.id },
      before: auditedMember(before),
      after: auditedMember(after),
      detail: { renamed: after.name !== before.name, sessionsEnded: ended },
    });
    return memberOf(after);
  });
}

const one = z.strictObject({ id: z.string().max(64) });

/** Takes an invitation back. Whoever has joined is disabled instead, since the audit log names them. */
export async function removeInvitation(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "members:write");
  const { id } = parseInput(one, input);
  return withTx(ctx, async (tx) => {
    const row = await lockMember(tx, id);
    if (row.status !== "invited") {
      throw new DomainError("PRECONDITION_FAILED", `${row.name} has joined already. Disable the member instead.`);
    }
    await tx.sql`delete from users where id = ${id}`;
    await recordAudit(tx, { action: "member.invitation_removed", object: { type: "user", id }, before: auditedMember(row) });
    return { id };
  });
}

/** A new one-time link: to accept the invitation, or for members to set a new password. Earlier links die. */
export async function createMemberLink(ctx: Ctx, input: unknown): Promise<OneTimeLink> {
  requirePermission(ctx, "members:write");
  const { id } = parseInput(one, input);
  return withTx(ctx, async (tx) => {
    const row = await lockMember(tx, id);
    if (row.status === "disabled") throw new DomainError("PRECONDITION_FAILED", `${row.name} is disabled. Enable the member first.`);
    const kind = row.status === "invited" ? "invite" : "reset";
    const { token, expiresAt } = await issueToken(tx, kind, id);
    await recordAudit(tx, { action: kind === "invite" ? "member.invited" : "member.reset_link_made", object: { type: "user", id } });
    return { path: `/${kind}/${token}`, expiresAt: expiresAt.toISOString() };
  });
}

const reset = z.strictObject({ email: z.string().max(254), password: passwordSchema });

/** Sets somebody's password directly, for the operator at the machine (CLI). Ends all their sessions. */
export async function setMemberPassword(ctx: Ctx, input: unknown): Promise<Member> {
  requirePermission(ctx, "members:write");
  if (ctx.actor.kind !== "job") {
    throw new DomainError("FORBIDDEN", "Passwords of others are set through a one-time link: Settings, Members.");
  }
  const given = parseInput(reset, input);
  requireGoodPassword(given.password, given.email);
  const passwordHash = await hashPassword(given.password);
  return withTx(ctx, async (tx) => {
    const [found] = await tx.sql<{ id: string }[]>`select id from users where email = ${normaliseEmail(given.email)}`;
    if (!found) throw new DomainError("NOT_FOUND", "No member has this e-mail address.");
    const row = await lockMember(tx, found.id);
    await tx.sql`delete from user_tokens where user_id = ${found.id} and used_at is null`;
    const status = row.status === "invited" ? "active" : row.status;
    await tx.sql`
      update users set password_hash = ${passwordHash}, status = ${status}, updated_at = ${tx.clock.now().toISOString()}::timestamptz
      where id = ${row.id}`;
    const ended = await endSessions(tx, row.id);
    await recordAudit(tx, { action: "member.password_reset", object: { type: "user", id: row.id }, detail: { sessionsEnded: ended } });
    return memberOf({ ...row, status });
  });
}
