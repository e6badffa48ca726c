import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { nameSchema, passwordSchema } from "./fields";
import { lockMember } from "./member-rows";
import { peekToken, takeToken } from "./one-time-token";
import { hashPassword, requireGoodPassword } from "./password";
import { endSessions } from "./sessions";

/** Who a one-time link is for, or null when it does not work (any more). The link itself is the permission. */
export async function readLink(ctx: Ctx, kind: "invite" | "reset", token: string): Promise<{ email: string; name: string } | null> {
  const found = await peekToken(ctx, kind, token);
  if (!found?.userId) return null;
  const [row] = await ctx.sql<{ email: string; name: string }[]>`
    select email, name from users where id = ${found.userId} and status <> 'disabled'`;
  return row ?? null;
}

const invite = z.strictObject({ token: z.string().max(200), name: nameSchema, password: passwordSchema });
const reset = z.strictObject({ token: z.string().max(200), password: passwordSchema });

const EXPIRED = new DomainError("PRECONDITION_FAILED", "This link has expired or was used already. Ask an admin for a new one.");

/** Accepts an invitation: sets name and password; from now on the member can sign in. Guarded by the one-time token. */
export async function acceptInvite(ctx: Ctx, input: unknown): Promise<{ email: string }> {
  const given = parseInput(invite, input);
  return useLink(ctx, "invite", given.token, given.password, given.name);
}

/** Sets a new password through a one-time link and ends all sessions of the member. Guarded by the one-time token. */
export async function resetWithLink(ctx: Ctx, input: unknown): Promise<{ email: string }> {
  const given = parseInput(reset, input);
  return useLink(ctx, "reset", given.token, given.password);
}

async function useLink(ctx: Ctx, kind: "invite" | "reset", token: string, password: string, name?: string): Promise<{ email: string }> {
  const person = await readLink(ctx, kind, token);
  if (!person) throw EXPIRED;
  requireGoodPassword(password, person.email);
  const passwordHash = await hashPassword(password);
  return withTx(ctx, async (tx) => {
    const { userId } = await takeToken(tx, kind, token);
    const row = await lockMember(tx, userId ?? "");
    if (row.status === "disabled") throw EXPIRED;
    await tx.sql`
      update users set password_hash = ${passwordHash}, name = ${name ?? row.name}, status = 'active',
        updated_at = ${tx.clock.now().toISOString()}::timestamptz
      where id = ${row.id}`;
    const ended = await endSessions(tx, row.id);
    await recordAudit(tx, {
      action: kind === "invite" ? "member.joined" : "member.password_reset",
      object: { type: "user", id: row.id },
      detail: kind === "invite" ? { by: "link" } : { by: "link", sessionsEnded: ended },
    });
    return { email: row.email };
  });
}
