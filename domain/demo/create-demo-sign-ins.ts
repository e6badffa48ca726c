import { hashPassword, requirePermission, ROLES, type Role } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId, randomText } from "@/domain/kernel/ids";

export interface DemoSignIn {
  role: Role;
  email: string;
  /** Shown once; only its hash is kept. */
  password: string;
}

const NAMES: Record<Role, string> = { admin: "Nadia Okafor", marketer: "Tom Fairclough", manager: "Marta Ibáñez" };
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;

/**
 * One member per role with a fresh random password, to try the product with. Called again it gives new passwords and
 * ends the old sessions. Refused when the install can be reached from other machines: passwords on a terminal are no
 * protection there.
 */
export async function createDemoSignIns(ctx: Ctx, options: { host: string }): Promise<DemoSignIn[]> {
  requirePermission(ctx, "members:write");
  if (!LOOPBACK.test(options.host)) {
    throw new DomainError(
      "PRECONDITION_FAILED",
      `Demo sign-ins are made only while the server listens on this machine alone, and HOST is ${options.host}. Start it with HOST=127.0.0.1, or make members of your own.`,
    );
  }
  const made = await Promise.all(
    ROLES.map(async (role) => {
      const password = `${randomText(5)}-${randomText(5)}-${randomText(5)}`;
      return { role, email: `${role}@fernhill.example`, password, hash: await hashPassword(password) };
    }),
  );
  await withTx(ctx, async (tx) => {
    for (const { role, email, hash } of made) {
      const [user] = await tx.sql<{ id: string }[]>`
        insert into users (id, email, name, password_hash, role, sees_personal_data, status, is_demo, created_at, updated_at)
        values (${newId("usr")}, ${email}, ${NAMES[role]}, ${hash}, ${role}, ${role !== "manager"}, 'active', true, ${tx.clock.now()}, ${tx.clock.now()})
        on conflict (email) do update set password_hash = excluded.password_hash, name = excluded.name, status = 'active', updated_at = excluded.updated_at
          where users.is_demo
        returning id`;
      if (!user) throw new DomainError("CONFLICT", `There is a member ${email} who is not part of the demo.`);
      await tx.sql`update sessions set revoked_at = ${tx.clock.now()} where user_id = ${user.id} and revoked_at is null`;
      await recordAudit(tx, { action: "member.demo_sign_in_made", object: { type: "user", id: user.id }, after: { role } });
    }
  });
  return made.map(({ role, email, password }) => ({ role, email, password }));
}
