import { can, requirePermission, type Permission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { ONBOARDING_STEPS, type Onboarding, type OnboardingStep } from "./model";

/** Who may take a step; steps that a member may not take are not shown. */
const NEEDS: Record<OnboardingStep, Permission> = {
  source: "sources:write",
  event: "sources:read",
  person: "profiles:read",
  import: "imports:write",
  teammate: "members:write",
};

const dismissedKey = (ctx: Ctx): string => `onboarding.dismissed.${ctx.actor.id}`;

/** The first steps of an install, computed from what is really there. Each look-up stops at its first row. */
export async function readOnboarding(ctx: Ctx): Promise<Onboarding> {
  requirePermission(ctx, "home:read");
  const [row] = await ctx.sql<(Record<OnboardingStep, boolean> & { dismissed: boolean })[]>`
    select
      exists (select 1 from sources where not is_demo) as source,
      exists (select 1 from collect_tallies t join sources s on s.id = t.source_id where t.accepted > 0 and not s.is_demo) as event,
      exists (select 1 from audit_log where actor_id = ${ctx.actor.id} and action = 'profile.opened') as person,
      exists (select 1 from imports where status = 'done') as import,
      (select count(*) > 1 from (select 1 from users where not is_demo limit 2) u) as teammate,
      exists (select 1 from settings where key = ${dismissedKey(ctx)}) as dismissed`;
  const steps = ONBOARDING_STEPS.filter((key) => can(ctx, NEEDS[key])).map((key) => ({ key, done: row?.[key] === true }));
  return { steps, dismissed: row?.dismissed === true };
}

/** Hides the checklist for this member, for good. */
export async function dismissOnboarding(ctx: Ctx): Promise<{ dismissed: true }> {
  requirePermission(ctx, "account:write");
  return withTx(ctx, async (tx) => {
    const rows = await tx.sql`
      insert into settings (key, value, updated_by) values (${dismissedKey(tx)}, 'true'::jsonb, ${tx.actor.id})
      on conflict (key) do nothing returning key`;
    if (rows.length > 0) await recordAudit(tx, { action: "onboarding.dismissed", object: { type: "member", id: tx.actor.id } });
    return { dismissed: true };
  });
}
