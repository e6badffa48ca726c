import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { emailSchema, nameSchema, passwordSchema, roleSchema } from "./fields";
import { auditedMember, memberOf, type UserRow } from "./member-rows";
import type { Member, OneTimeLink } from "./model";
import { issueToken } from "./one-time-token";
import { hashPassword, requireGoodPassword } from "./password";
import { requirePermission } from "./require-permission";

const invitation = z.strictObject({
  email: emailSchema,
  name: nameSchema,
  role: roleSchema,
  seesPersonalData: z.boolean().default(true),
});
const creation = invitation.extend({ password: passwordSchema, isDemo: z.boolean().default(false) });

/** Adds somebody who chooses a password through the returned one-time link (or comes by single sign-on). */
export async function inviteMember(ctx: Ctx, input: unknown): Promise<{ member: Member; link: OneTimeLink }> {
  requirePermission(ctx, "members:write");
  const given = parseInput(invitation, input);
  return withTx(ctx, async (tx) => {
    const row = await insert(tx, given, { status: "invited", passwordHash: null, isDemo: false });
    const { token, expiresAt } = await issueToken(tx, "invite", row.id);
    await recordAudit(tx, { action: "member.invited", object: { type: "user", id: row.id }, after: auditedMember(row) });
    return { member: memberOf(row), link: { path: `/invite/${token}`, expiresAt: expiresAt.toISOString() } };
  });
}

/** Adds somebody with a password at once: for the CLI and the demo data. */
export async function createMember(ctx: Ctx, input: unknown): Promise<Member> {
  requirePermission(ctx, "members:write");
  const given = parseInput(creation, input);
  requireGoodPassword(given.password, given.email);
  const passwordHash = await hashPassword(given.password);
  return withTx(ctx, async (tx) => {
    const row = await insert(tx, given, { status: "active", passwordHash, isDemo: given.isDemo });
    await tx.sql`delete from user_tokens where kind = 'setup'`;
    await recordAudit(tx, { action: "member.created", object: { type: "user", id: row.id }, after: auditedMember(row) });
    return memberOf(row);
  });
}

async function insert(
  tx: Ctx,
  given: z.output<typeof invitation>,
  more: { status: "active" | "invited"; passwordHash: string | null; isDemo: boolean },
): Promise<UserRow> {
  const now = tx.clock.now().toISOString();
  const [row] = await tx.sql<UserRow[]>`
    insert into users (id, email, name, password_hash, role, sees_personal_data, status, is_demo, created_at, updated_at)
    values (${newId("usr")}, ${given.email}, ${given.name}, ${more.passwordHash}, ${given.role}, ${given.seesPersonalData}, ${more.status},
      ${more.isDemo}, ${now}::timestamptz, ${now}::timestamptz)
    on conflict (email) do nothing
    returning id, email, name, role, sees_personal_data, status, is_demo, last_sign_in_at, created_at`;
  if (!row) {
    throw new DomainError("CONFLICT", "There is a member with this e-mail address already.", {
      fields: { email: "There is a member with this address already." },
    });
  }
  return row;
}
