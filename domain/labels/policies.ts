import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { currentSettings } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { UNTRACED, type CarrierKind, type Inherited, type LabelPolicy, type LabelsView, type Stopped } from "./model";
import { forgetAnswers } from "./check";
import { fieldLabels, inheritedLabels } from "./trace";

const label = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z][a-z0-9_:.-]{0,59}$/, "Letters, digits and _ : . - only, at most 60, beginning with a letter.");

interface Carrier {
  kind: CarrierKind;
  id: string;
  name: string;
  /** Purposes that it is used for as it stands; null: named when it is used. */
  purposes: string[] | null;
  labels: Inherited[];
  /** Of the columns that a file of members has in any case. */
  columns: Inherited[];
}

/** Traits that are columns of every file of a segment's members. */
export const SEGMENT_FILE = ["name", "email", "country", "city"];

/** Everything that could carry labels: reads definitions only, some hundreds. */
async function carriers(ctx: Ctx): Promise<Carrier[]> {
  const rows = await ctx.sql<{ kind: CarrierKind; id: string; name: string; json: unknown; purpose: string | null }[]>`
    select 'segment' as kind, s.id, s.name, v.rule as json, null as purpose from segments s
      join segment_versions v on v.segment_id = s.id and v.version = s.version where s.deleted_at is null
    union all
    select 'journey', j.id, j.name, coalesce(v.definition, j.draft), coalesce(v.definition, j.draft) -> 'settings' ->> 'purposeId' from journeys j
      left join journey_versions v on v.journey_id = j.id and v.version = j.version and j.status = 'live' where j.archived_at is null
    union all
    select 'template', t.id, t.name, jsonb_build_object('templateId', t.id), null from templates t where t.archived_at is null
    order by 1, 3 limit 2000`;
  const classes = await fieldLabels(ctx.sql);
  const fields = SEGMENT_FILE.map((key) => ({ kind: "trait" as const, scope: "", key }));
  const columns = (await inheritedLabels(ctx.sql, { name: null, json: null, fields }, classes)).map((one) => ({
    ...one,
    path: ["the columns of the file"],
  }));
  const out: Carrier[] = [];
  for (const { kind, id, name, json, purpose } of rows)
    out.push({
      kind,
      id,
      name,
      purposes: kind === "journey" ? [purpose ?? "service"] : null,
      labels: await inheritedLabels(ctx.sql, { name: null, json }, classes),
      columns: kind === "segment" ? columns : [],
    });
  return out;
}

/** What a policy stops now: journeys by their purpose, segments where files or audiences of them leave. */
function stoppedBy(all: readonly Carrier[], policy: Pick<LabelPolicy, "label" | "target">): Stopped[] {
  const { kind: by, id: target } = policy.target;
  return all.flatMap(({ kind, id, name, purposes, labels, columns }) => {
    const concerned =
      by === "purpose"
        ? purposes === null
          ? kind === "segment"
          : purposes.includes(target)
        : kind === "segment"
          ? target !== "messages"
          : target === "messages";
    const carried = target === "segment_export" ? [...labels, ...columns] : labels;
    const found = concerned ? carried.find((one) => one.label === policy.label) : undefined;
    return found ? [{ ...found, kind, id, name }] : [];
  });
}

/** Policies with what each stops, and the labels and targets to choose from. */
export async function readLabelPolicies(ctx: Ctx): Promise<LabelsView> {
  requirePermission(ctx, "governance:read");
  const [settings, all, rows, used] = await Promise.all([
    currentSettings(ctx),
    carriers(ctx),
    ctx.sql<
      {
        id: string;
        name: string;
        label: string;
        targetKind: "purpose" | "use";
        target: string;
        createdAt: Date;
        createdBy: string | null;
      }[]
    >`
      select p.id, p.name, p.label, p.target_kind as "targetKind", p.target, p.created_at as "createdAt", u.name as "createdBy"
      from label_policies p left join users u on u.id = p.created_by order by p.name, p.id`,
    ctx.sql<{ label: string }[]>`
      select distinct x as label from field_classes, unnest(labels || coalesce(confirmed, found)) x where x <> 'not_personal' order by 1`,
  ]);
  const purposes = [...settings.purposes.values()].filter(({ status }) => status === "published").map(({ id, name }) => ({ id, name }));
  const uses = [...settings.uses.values()].map(({ id, name }) => ({ id, name }));
  return {
    policies: rows.map(({ targetKind, target, createdAt, ...row }) => {
      const name = (targetKind === "purpose" ? settings.purposes.get(target)?.name : settings.uses.get(target)?.name) ?? target;
      const policy = { ...row, target: { kind: targetKind, id: target, name }, createdAt: createdAt.toISOString() };
      return { ...policy, stops: stoppedBy(all, policy) };
    }),
    labels: [...new Set([...used.map((row) => row.label), "special_category", "child", "financial", "location", UNTRACED])].toSorted(),
    purposes,
    uses,
    asOf: ctx.clock.now().toISOString(),
  };
}

const policySchema = z.strictObject({
  name: z.string().trim().min(3, "Give the policy a name, such as “No health data to advertising”.").max(120),
  label,
  target: z.strictObject({ kind: z.enum(["purpose", "use"]), id: z.string().min(1, "Choose what is forbidden.").max(60) }),
});

async function checkTarget(
  ctx: Ctx,
  target: z.output<typeof policySchema>["target"],
): Promise<{ kind: "purpose" | "use"; id: string; name: string }> {
  const settings = await currentSettings(ctx);
  const known = target.kind === "purpose" ? settings.purposes.get(target.id) : settings.uses.get(target.id);
  if (!known)
    throw new DomainError("VALIDATION", "There is no such purpose or use any more. Choose another.", { fields: { target: "not there" } });
  return { ...target, name: known.name };
}

/** What a policy would stop, before it is made. */
export async function previewLabelPolicy(ctx: Ctx, input: unknown): Promise<Stopped[]> {
  requirePermission(ctx, "governance:write");
  const given = parseInput(policySchema.pick({ label: true, target: true }), input);
  return stoppedBy(await carriers(ctx), { label: given.label, target: await checkTarget(ctx, given.target) });
}

/** From here on nothing that carries the label may be published, exported or sent for the purpose or by the use. */
export async function createLabelPolicy(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "governance:write");
  const given = parseInput(policySchema, input);
  forgetAnswers(ctx);
  return withTx(ctx, async (tx) => {
    const target = await checkTarget(tx, given.target);
    const id = newId("lbp");
    const made = await tx.sql`
      insert into label_policies (id, name, label, target_kind, target, created_by, created_at)
      values (${id}, ${given.name}, ${given.label}, ${target.kind}, ${target.id}, ${tx.actor.id}, ${tx.clock.now()})
      on conflict (label, target_kind, target) do nothing`;
    if (made.count === 0)
      throw new DomainError("CONFLICT", "There is a policy for this label and target already.", { fields: { label: "has a policy" } });
    await recordAudit(tx, { action: "label_policy.created", object: { type: "label_policy", id }, after: { ...given, target } });
    return { id };
  });
}

export async function deleteLabelPolicy(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "governance:write");
  const { id } = parseInput(z.strictObject({ id: z.string().max(60) }), input);
  forgetAnswers(ctx);
  await withTx(ctx, async (tx) => {
    const [row] = await tx.sql<{ name: string; label: string; targetKind: string; target: string }[]>`
      delete from label_policies where id = ${id} returning name, label, target_kind as "targetKind", target`;
    if (!row) throw notFound("This policy");
    await recordAudit(tx, { action: "label_policy.deleted", object: { type: "label_policy", id }, before: row });
  });
}

const labelsSchema = z.strictObject({
  kind: z.enum(["trait", "event"]),
  scope: z.string().max(500),
  key: z.string().min(1).max(500),
  labels: z.array(label).max(20),
});

/** Labels of a field beside its class: a contract, a provider, "no-ads". Everything made from the field inherits them. */
export async function setFieldLabels(ctx: Ctx, input: unknown): Promise<{ labels: string[] }> {
  requirePermission(ctx, "governance:write");
  const given = parseInput(labelsSchema, input);
  const labels = [...new Set(given.labels)].toSorted();
  return withTx(ctx, async (tx) => {
    const [before] = await tx.sql<{ labels: string[] }[]>`
      select labels from field_classes where kind = ${given.kind} and scope = ${given.scope} and key = ${given.key} for update`;
    if (!before)
      throw new DomainError(
        "NOT_FOUND",
        "This field is not classified yet: that takes up to ten minutes after its first message. Confirm its class now, or try again later.",
      );
    await tx.sql`
      update field_classes set labels = ${labels} where kind = ${given.kind} and scope = ${given.scope} and key = ${given.key}`;
    await recordAudit(tx, {
      action: "field.labelled",
      object: { type: "field", id: `${given.kind}:${given.scope}:${given.key}` },
      before: { labels: before.labels },
      after: { labels },
    });
    return { labels };
  });
}

const ofSchema = z.strictObject({ kind: z.enum(["segment", "journey", "template"]), id: z.string().min(1).max(60) });

/** The labels that a segment, journey or template carries, with the field and the way of each. */
export async function labelsOf(ctx: Ctx, input: unknown): Promise<Inherited[]> {
  requirePermission(ctx, "segments:read");
  const { kind, id } = parseInput(ofSchema, input);
  if (kind !== "journey")
    return (await inheritedLabels(ctx.sql, { name: null, json: { [`${kind}Id`]: id } })).map((one) => ({
      ...one,
      path: one.path.slice(1),
    }));
  const [row] = await ctx.sql<{ draft: unknown }[]>`select draft from journeys where id = ${id}`;
  return row ? inheritedLabels(ctx.sql, { name: null, json: row.draft }) : [];
}
