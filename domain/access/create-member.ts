import { z } from "zod";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { normaliseEmail } from "./email";
import { emailSchema, nameSchema, passwordSchema, roleSchema } from "./fields";
import type { Role } from "./model";
import { hashPassword, requireGoodPassword } from "./password";
import { requirePermission } from "./require-permission";

const createInput = z.strictObject({
  email: emailSchema,
  name: nameSchema,
  role: roleSchema,
  seesPersonalData: z.boolean().default(true),
  password: passwordSchema,
});

/** Makes a member with a password, active at once (operators and set-up; people are invited by link instead). */
export async function createMember(ctx: Ctx, input: unknown): Promise<{ id: string; email: string; role: Role }> {
  requirePermission(ctx, "members:write");
  const given = parseInput(createInput, input);
  requireGoodPassword(given.password, given.email);
  const email = normaliseEmail(given.email);
  const passwordHash = await hashPassword(given.password);
  return withTx(ctx, async (tx) => {
    const id = newId("usr");
    const made = await tx.sql`
      insert into users (id, email, name, password_hash, role, sees_personal_data, status)
      values (${id}, ${email}, ${given.name}, ${passwordHash}, ${given.role}, ${given.seesPersonalData}, 'active')
      on conflict (email) do nothing returning id`;
    if (made.length === 0) {
      throw new DomainError("CONFLICT", "There is a member with this e-mail address already.", {
        fields: { email: "There is a member with this address already." },
      });
    }
    await tx.sql`delete from user_tokens where kind = 'setup'`;
    await recordAudit(tx, {
      action: "member.created",
      object: { type: "user", id },
      after: { role: given.role, seesPersonalData: given.seesPersonalData, status: "active" },
    });
    return { id, email, role: given.role };
  });
}

const passwordInput = z.strictObject({ email: emailSchema, password: passwordSchema });

/** Gives a member a new password and ends all of the member's sessions. */
export async function setMemberPassword(ctx: Ctx, input: unknown): Promise<{ id: string; email: string }> {
  requirePermission(ctx, "members:write");
  const given = parseInput(passwordInput, input);
  requireGoodPassword(given.password, given.email);
  const email = normaliseEmail(given.email);
  const passwordHash = await hashPassword(given.password);
  return withTx(ctx, async (tx) => {
    const [user] = await tx.sql<{ id: string }[]>`
      update users set password_hash = ${passwordHash}, updated_at = ${tx.clock.now()},
        status = case when status = 'invited' then 'active' else status end
      where email = ${email} returning id`;
    if (!user) throw new DomainError("NOT_FOUND", "No member has this e-mail address.");
    await tx.sql`update sessions set revoked_at = ${tx.clock.now()} where user_id = ${user.id} and revoked_at is null`;
    await tx.sql`delete from user_tokens where user_id = ${user.id}`;
    await recordAudit(tx, { action: "member.password_reset", object: { type: "user", id: user.id }, detail: { by: "operator" } });
    return { id: user.id, email };
  });
}
