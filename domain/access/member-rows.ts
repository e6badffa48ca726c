import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import type { Member, Role, UserStatus } from "./model";

export interface UserRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  sees_personal_data: boolean;
  status: UserStatus;
  is_demo: boolean;
  last_sign_in_at: Date | null;
  created_at: Date;
}

export const memberOf = (row: UserRow): Member => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  seesPersonalData: row.sees_personal_data,
  status: row.status,
  isDemo: row.is_demo,
  lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
});

/** The row of a member, locked for the rest of the transaction. */
export async function lockMember(tx: Ctx, id: string): Promise<UserRow> {
  const [row] = await tx.sql<UserRow[]>`
    select id, email, name, role, sees_personal_data, status, is_demo, last_sign_in_at, created_at
    from users where id = ${id} for update`;
  if (!row) throw notFound("This member");
  return row;
}

const ADMINS_LOCK = 7_201_011;

/**
 * Refuses a change that would leave the install without an active admin. Call before the change, in its transaction:
 * changes to admins take turns, so two admins cannot remove each other at once.
 */
export async function keepAnAdmin(tx: Ctx, changing: UserRow): Promise<void> {
  if (changing.role !== "admin" || changing.status !== "active") return;
  await tx.sql`select pg_advisory_xact_lock(${ADMINS_LOCK})`;
  const [row] = await tx.sql<{ n: number }[]>`
    select count(*)::int as n from users where role = 'admin' and status = 'active' and id <> ${changing.id}`;
  if ((row?.n ?? 0) === 0) {
    throw new DomainError("PRECONDITION_FAILED", `${changing.name} is the last admin. Make somebody else an admin first.`);
  }
}

/** What the audit log keeps of a member: no name, no address. */
export const auditedMember = (row: Pick<UserRow, "role" | "sees_personal_data" | "status">) => ({
  role: row.role,
  seesPersonalData: row.sees_personal_data,
  status: row.status,
});
