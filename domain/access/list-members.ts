import type { Ctx } from "@/domain/kernel/context";
import { memberOf, type UserRow } from "./member-rows";
import type { Member } from "./model";
import { requirePermission } from "./require-permission";

/** All members: active, then invited, then disabled, by name. */
export async function listMembers(ctx: Ctx): Promise<Member[]> {
  requirePermission(ctx, "members:read");
  const rows = await ctx.sql<UserRow[]>`
    select id, email, name, role, sees_personal_data, status, is_demo, last_sign_in_at, created_at from users
    order by array_position(array['active', 'invited', 'disabled'], status), lower(name), id`;
  return rows.map(memberOf);
}
