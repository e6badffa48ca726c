import { z } from "zod";
import { companySettings, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { registerCampaign } from "@/domain/campaigns";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { CHANNEL_LABELS } from "@/domain/templates";
import { checklistOf, launchSchema } from "./check-broadcast";
import { BROADCAST_STATUS_LABELS, broadcastSchema, EMPTY_BROADCAST } from "./model";
import type { BroadcastDefinition, BroadcastStatus } from "./model";
import { startOf } from "./schedule";

const id = z.string().max(40);
const name = z.string().trim().min(1, "Give the broadcast a name.").max(120, "The name has more than 120 characters.");
/** What messages that wait because of a pause say. */
const PAUSED = "The broadcast is paused.";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly status: BroadcastStatus;
  readonly definition: unknown;
  readonly revision: number;
  readonly pausedAt: Date | null;
  readonly launchedAt: Date | null;
}

/** Makes a draft. */
export async function createBroadcast(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ name, definition: broadcastSchema.default(EMPTY_BROADCAST) }), input);
  return withTx(ctx, async (tx) => {
    const made = newId("bct");
    await tx.sql`
      insert into broadcasts (id, name, definition, created_by, created_at, updated_at)
      values (${made}, ${given.name}, ${JSON.stringify(given.definition)}::text::jsonb, ${tx.actor.id}, ${tx.clock.now()}, ${tx.clock.now()})`;
    await recordAudit(tx, { action: "broadcast.created", object: { type: "broadcast", id: made }, after: { name: given.name } });
    return { id: made };
  });
}

/** A draft with the same settings, under another name. */
export async function duplicateBroadcast(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, name }), input);
  const [row] = await ctx.sql<{ definition: unknown }[]>`select definition from broadcasts where id = ${given.id} and archived_at is null`;
  if (!row) throw gone();
  const definition = broadcastSchema.parse(row.definition);
  return createBroadcast(ctx, { name: given.name, definition: { ...definition, schedule: { kind: "now" }, utmCampaign: "" } });
}

/** Saves a draft. `basedOn` is the revision that the editor began from: it refuses with CONFLICT where somebody else saved since. */
export async function saveBroadcast(ctx: Ctx, input: unknown): Promise<{ revision: number }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, basedOn: z.number().int().min(1), name, definition: broadcastSchema }), input);
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    if (row.status !== "draft")
      throw new DomainError(
        "CONFLICT",
        `"${row.name}" is ${BROADCAST_STATUS_LABELS[row.status].toLowerCase()}: what was launched stays as it is. Duplicate it to change it.`,
      );
    if (row.revision !== given.basedOn)
      throw new DomainError(
        "CONFLICT",
        `Somebody else saved "${row.name}" while you were editing. Reload it, then make your changes again.`,
        {
          data: { revision: row.revision, definition: row.definition },
        },
      );
    if (row.name === given.name && canonicalJson(row.definition) === canonicalJson(given.definition)) return { revision: row.revision };
    await tx.sql`
      update broadcasts set name = ${given.name}, definition = ${JSON.stringify(given.definition)}::text::jsonb, revision = revision + 1, updated_at = ${tx.clock.now()}
      where id = ${given.id}`;
    await recordAudit(tx, {
      action: "broadcast.saved",
      object: { type: "broadcast", id: given.id },
      detail: { revision: row.revision + 1 },
    });
    return { revision: row.revision + 1 };
  });
}

/**
 * Launches a draft: from its time on the audience is fixed and everybody in it gets the message once. Refused while the
 * checklist holds an error. It enters the campaign registry under its utm_campaign.
 */
export async function launchBroadcast(ctx: Ctx, input: unknown): Promise<{ startsAt: string }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(launchSchema, input);
  const [before] = await ctx.sql<
    { definition: unknown }[]
  >`select definition from broadcasts where id = ${given.id} and archived_at is null`;
  if (!before) throw gone();
  const checklist = await checklistOf(ctx, broadcastSchema.parse(before.definition));
  const error = checklist.items.find(({ level }) => level === "error");
  if (error)
    throw new DomainError("PRECONDITION_FAILED", `${error.title}. ${error.detail}`.trim(), {
      data: { items: checklist.items.filter(({ level }) => level === "error") },
    });
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    if (row.status !== "draft") throw new DomainError("CONFLICT", `"${row.name}" was launched already.`);
    if (row.revision !== given.basedOn)
      throw new DomainError("CONFLICT", "The draft was changed since you looked at it. Look again before launching.");
    const definition = broadcastSchema.parse(row.definition);
    const now = tx.clock.now();
    const { timezone } = await companySettings(tx.sql);
    const startsAt = new Date(startOf(definition.schedule, now.getTime(), timezone).at);
    const utm = definition.utmCampaign || utmOf(row.name, row.id);
    const campaignId = await registerCampaign(tx.sql, {
      name: row.name,
      utmCampaign: utm,
      channel: CHANNEL_LABELS[definition.channel] === "E-mail" ? "Email" : CHANNEL_LABELS[definition.channel],
      medium: definition.channel,
      origin: "broadcast",
      startsOn: startsAt.toISOString().slice(0, 10),
    });
    const launched: BroadcastDefinition = { ...definition, utmCampaign: utm };
    await tx.sql`
      update broadcasts set status = 'scheduled', definition = ${JSON.stringify(launched)}::text::jsonb, starts_at = ${startsAt}, launched_at = ${now},
        launched_by = ${tx.actor.id}, campaign_id = ${campaignId}, updated_at = ${now} where id = ${given.id}`;
    await recordAudit(tx, {
      action: "broadcast.launched",
      object: { type: "broadcast", id: given.id },
      detail: { startsAt: startsAt.toISOString(), audience: checklist.audience, reach: checklist.reach },
    });
    return { startsAt: startsAt.toISOString() };
  });
}

/** A name for links: words of the name and the end of the id, so that two of the same name are told apart. */
function utmOf(title: string, broadcastId: string): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .replace(/^-+|-+$/gu, "")
    .slice(0, 60);
  return `${words || "broadcast"}-${broadcastId.slice(-4)}`;
}

/** Stops planning, and takes what is not sent out of the queue until it goes on. */
export async function pauseBroadcast(ctx: Ctx, input: unknown): Promise<{ held: number }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(z.strictObject({ id }), input);
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    requireStatus(row, ["scheduled", "sending"]);
    const now = tx.clock.now();
    await tx.sql`update broadcasts set status = 'paused', paused_at = ${now}, updated_at = ${now} where id = ${given.id}`;
    const held = await tx.sql`
      update messages set state = 'review', because = ${PAUSED} where broadcast_id = ${given.id} and state = 'queued'`;
    await recordAudit(tx, { action: "broadcast.paused", object: { type: "broadcast", id: given.id }, detail: { held: held.count } });
    return { held: held.count };
  });
}

/** Goes on after a pause: what waited keeps its distances, so that a throttle is not broken by it. */
export async function resumeBroadcast(ctx: Ctx, input: unknown): Promise<{ released: number }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(z.strictObject({ id }), input);
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    requireStatus(row, ["paused"]);
    const now = tx.clock.now();
    const late = Math.max(0, now.getTime() - (row.pausedAt ?? now).getTime());
    const local = broadcastSchema.parse(row.definition).schedule.kind === "local";
    // Local times are the person's own: those to come stay as they are.
    const shift = local ? 0 : late;
    const released = await tx.sql`
      update messages set state = 'queued', because = null, due_at = due_at + ${shift} * interval '1 millisecond'
      where broadcast_id = ${given.id} and state = 'review' and because = ${PAUSED}`;
    await tx.sql`
      update broadcasts set status = case when audience is null then 'scheduled' else 'sending' end, paused_at = null, updated_at = ${now},
        planned_from = planned_from + ${shift} * interval '1 millisecond' where id = ${given.id}`;
    await recordAudit(tx, {
      action: "broadcast.resumed",
      object: { type: "broadcast", id: given.id },
      detail: { released: released.count },
    });
    return { released: released.count };
  });
}

/** Ends it: what is not sent is not sent any more. */
export async function cancelBroadcast(ctx: Ctx, input: unknown): Promise<{ stopped: number }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(z.strictObject({ id }), input);
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    requireStatus(row, ["scheduled", "sending", "paused"]);
    const now = tx.clock.now();
    await tx.sql`update broadcasts set status = 'cancelled', finished_at = ${now}, updated_at = ${now} where id = ${given.id}`;
    const stopped = await tx.sql`
      update messages set state = 'not_sent', outcome = 'run_ended', because = 'The broadcast was cancelled.', decided_at = ${now}
      where broadcast_id = ${given.id} and state in ('queued', 'review')`;
    await recordAudit(tx, {
      action: "broadcast.cancelled",
      object: { type: "broadcast", id: given.id },
      detail: { stopped: stopped.count },
    });
    return { stopped: stopped.count };
  });
}

/** Takes it out of the list. What was sent and its numbers stay. */
export async function archiveBroadcast(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id }), input);
  await withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    requireStatus(row, ["draft", "done", "cancelled"]);
    await tx.sql`update broadcasts set archived_at = ${tx.clock.now()}, updated_at = ${tx.clock.now()} where id = ${given.id}`;
    await recordAudit(tx, { action: "broadcast.archived", object: { type: "broadcast", id: given.id }, before: { name: row.name } });
  });
}

function requireStatus(row: Row, allowed: readonly BroadcastStatus[]): void {
  if (!allowed.includes(row.status))
    throw new DomainError("CONFLICT", `"${row.name}" is ${BROADCAST_STATUS_LABELS[row.status].toLowerCase()}: that cannot be done now.`);
}

const gone = (): DomainError => new DomainError("NOT_FOUND", "This broadcast is not there any more.");

async function lock(tx: Ctx, broadcastId: string): Promise<Row> {
  const [row] = await tx.sql<Row[]>`
    select id, name, status, definition, revision, paused_at as "pausedAt", launched_at as "launchedAt" from broadcasts
    where id = ${broadcastId} and archived_at is null for update`;
  if (!row) throw gone();
  return row;
}
