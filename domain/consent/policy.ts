import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { allowedSet, countAllowed } from "./allowed-set";
import { currentSettings, policyKey, ruleOf, touchSettings, type ConsentSettings } from "./config";
import { POLICY_RULES, type PolicyEffect, type PolicyView } from "./model";
import { everybody } from "./set-sql";

const changeSchema = z.strictObject({
  cells: z.array(z.strictObject({ purposeId: z.string().max(60), useId: z.string().max(60), rule: z.enum(POLICY_RULES) })).max(500),
});

/** The matrix of purposes and uses, with how many people each purpose reaches. */
export async function readPolicy(ctx: Ctx): Promise<PolicyView> {
  requirePermission(ctx, "consent:read");
  const settings = await currentSettings(ctx);
  const purposes = [...settings.purposes.values()].filter(({ status }) => status === "published");
  const reach: PolicyView["purposes"] = [];
  for (const { id, name, terms } of purposes)
    reach.push({ id, name, legalBasis: terms.legalBasis, people: (await allowedSet(ctx, { purpose: id })).size });
  const uses = [...settings.uses.values()];
  return {
    asOf: ctx.clock.now().toISOString(),
    people: (await everybody(ctx.sql)).size,
    purposes: reach,
    uses,
    cells: purposes.flatMap(({ id }) =>
      uses.map((use) => ({
        purposeId: id,
        useId: use.id,
        rule: ruleOf(settings, id, use),
        set: settings.policies.has(policyKey(id, use.id)),
      })),
    ),
  };
}

function checked(settings: ConsentSettings, cells: z.output<typeof changeSchema>["cells"]): void {
  for (const { purposeId, useId } of cells)
    if (!settings.purposes.has(purposeId) || !settings.uses.has(useId))
      throw new DomainError("VALIDATION", "The matrix has changed meanwhile: a purpose or a use of it is gone. Reload the page.");
}

const changedBy = (settings: ConsentSettings, cells: z.output<typeof changeSchema>["cells"]): ConsentSettings => ({
  ...settings,
  policies: new Map([...settings.policies, ...cells.map((cell) => [policyKey(cell.purposeId, cell.useId), cell.rule] as const)]),
});

/** What each changed cell would do to how many people. Nothing is saved. */
export async function previewPolicy(ctx: Ctx, input: unknown): Promise<PolicyEffect[]> {
  requirePermission(ctx, "purposes:write");
  const { cells } = parseInput(changeSchema, input);
  const settings = await currentSettings(ctx);
  checked(settings, cells);
  const after = changedBy(settings, cells);
  const people = (await everybody(ctx.sql)).size;
  const out: PolicyEffect[] = [];
  for (const cell of cells) {
    const use = { purpose: cell.purposeId, destination: cell.useId };
    out.push({ ...cell, people, before: (await allowedSet(ctx, use)).size, after: await countAllowed(ctx, after, use) });
  }
  return out;
}

/** Saves changed cells. From here on every way out goes by them. */
export async function savePolicy(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "purposes:write");
  const { cells } = parseInput(changeSchema, input);
  await withTx(ctx, async (tx) => {
    const settings = await currentSettings(tx);
    checked(settings, cells);
    const before = cells.map(({ purposeId, useId }) => ({
      purposeId,
      useId,
      rule: ruleOf(settings, purposeId, settings.uses.get(useId) ?? null),
    }));
    for (const { purposeId, useId, rule } of cells)
      await tx.sql`insert into consent_policies (purpose_id, use_id, rule) values (${purposeId}, ${useId}, ${rule})
        on conflict (purpose_id, use_id) do update set rule = excluded.rule`;
    await touchSettings(tx.sql);
    await recordAudit(tx, { action: "consent_policy.changed", object: { type: "consent_policy", id: "main" }, before, after: cells });
  });
}

const useSchema = z.strictObject({ id: z.string().max(60), purposeId: z.string().max(60).nullable() });

/** Which purpose a use stands for when nobody names one. */
export async function changeUse(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "purposes:write");
  const { id, purposeId } = parseInput(useSchema, input);
  await withTx(ctx, async (tx) => {
    const settings = await currentSettings(tx);
    const use = settings.uses.get(id);
    if (!use) throw new DomainError("NOT_FOUND", `There is no use "${id}".`);
    if (purposeId !== null && settings.purposes.get(purposeId)?.status !== "published")
      throw new DomainError("VALIDATION", "Choose a published purpose.", { fields: { purposeId: "not published" } });
    await tx.sql`update consent_uses set purpose_id = ${purposeId} where id = ${id}`;
    await touchSettings(tx.sql);
    await recordAudit(tx, {
      action: "consent_use.changed",
      object: { type: "consent_use", id },
      before: { purposeId: use.purposeId },
      after: { purposeId },
    });
  });
}
