import type { Ctx } from "@/domain/kernel/context";
import { memberOf, type UserRow } from "./member-rows";
import type { Member } from "./model";
import { requirePermission } from "./require-permission";

/** All members: active, then invited, then disabled, by name. */
export async function listMembers(ctx: Ctx): Promise<Member[]> {
  requirePermission(ctx, "members:read");
  const rows = await ctx.sql<(UserRow & { second_factor: boolean })[]>`
    select id, email, name, role, sees_personal_data, status, is_demo, last_sign_in_at, created_at,
      exists (select 1 from second_factors f where f.user_id = users.id and f.confirmed_at is not null) as second_factor from users
    order by array_position(array['active', 'invited', 'disabled'], status), lower(name), id`;
  return rows.map((row) => ({ ...memberOf(row), hasSecondFactor: row.second_factor }));
}
