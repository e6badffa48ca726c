import { z } from "zod";
import { companySettings, requirePermission } from "@/domain/access";
import { allowedSet } from "@/domain/consent";
import { consentQuestion } from "@/domain/journeys";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { labelViolations, violationSentence } from "@/domain/labels";
import { CHANNEL_LABELS, checkTemplate, loadTemplate } from "@/domain/templates";
import { audienceSet, messageRoot } from "./audience";
import { broadcastSchema } from "./model";
import type { BroadcastDefinition, Checklist, ChecklistItem } from "./model";
import { startOf } from "./schedule";

/** Everything to look at before sending: reach after consent and caps, texts, sender, time. `error` items refuse the launch. */
export async function checkBroadcast(ctx: Ctx, input: unknown): Promise<Checklist> {
  requirePermission(ctx, "journeys:read");
  return checklistOf(ctx, parseInput(broadcastSchema, input));
}

export async function checklistOf(ctx: Ctx, definition: BroadcastDefinition): Promise<Checklist> {
  const items: ChecklistItem[] = [];
  const add = (level: ChecklistItem["level"], title: string, detail = ""): void => void items.push({ level, title, detail });
  const audience = await audienceSet(ctx.sql, definition.audience);
  await missingSegments(ctx, definition, add);
  if (definition.audience.segments.length === 0) add("error", "Choose who gets it", "No segment is in the audience.");
  else if (audience.isEmpty) add("error", "Nobody is in the audience", "Its segments are empty now, or everybody in them is left out.");
  const reach = await reachOf(ctx, definition, audience, add);
  await texts(ctx, definition, add);
  await sender(ctx, definition, add);
  await labels(ctx, definition, add);
  const { timezone } = await companySettings(ctx.sql);
  const start = startOf(definition.schedule, ctx.clock.now().getTime(), timezone);
  if (start.late) add("error", "The time lies behind", "Choose a time to come, or send it now.");
  if (definition.winner !== null && definition.arms.length < 2)
    add("error", "A winner needs rivals", "Add another variant, or take the automatic winner out.");
  if (definition.winner?.metric === "conversion" && definition.winner.event === "")
    add("error", "Name the conversion", "The automatic winner is judged by an event that is not named yet.");
  const order = { error: 0, warning: 1, ok: 2 };
  return {
    items: items.toSorted((a, b) => order[a.level] - order[b.level]),
    audience: audience.size,
    ...reach,
    asOf: ctx.clock.now().toISOString(),
  };
}

const have = (people: number): string => (people === 1 ? "1 person has" : `${people} people have`);

type Add = (level: ChecklistItem["level"], title: string, detail?: string) => void;

async function missingSegments(ctx: Ctx, { audience }: BroadcastDefinition, add: Add): Promise<void> {
  const named = [...new Set([...audience.segments, ...audience.except])];
  const rows = await ctx.sql<{ id: string; name: string; sizeAt: Date | null }[]>`
    select id, name, size_at as "sizeAt" from segments where id = any(${named}::text[]) and deleted_at is null`;
  if (rows.length < named.length) add("error", "A segment is gone", "One of the chosen segments was deleted. Take it out.");
  for (const { name, sizeAt } of rows) if (sizeAt === null) add("warning", `"${name}" was never counted`, "Its people are not known yet.");
}

/** Policies about labels: by who is chosen and by what is said. */
async function labels(ctx: Ctx, definition: BroadcastDefinition, add: Add): Promise<void> {
  const use = { purpose: definition.transactional ? "service" : definition.purposeId, use: "messages" };
  for (const { id, templateId } of definition.arms) {
    const [violation] = await labelViolations(ctx.sql, use, { name: null, json: messageRoot(definition, templateId) });
    if (!violation) continue;
    const which = definition.arms.length > 1 ? `Variant ${id.toUpperCase()} cannot` : "It cannot";
    add("error", "A policy does not allow it", `${which} be sent: ${violationSentence(violation)}.`);
  }
}

/** Columns and tables in which an address of the channel stands. */
async function withAddress(ctx: Ctx, channel: BroadcastDefinition["channel"]): Promise<IdSet | null> {
  const packed = async (rows: Promise<{ ids: Uint8Array | null }[]>): Promise<IdSet> =>
    IdSet.fromPacked((await rows)[0]?.ids ?? new Uint8Array());
  const { sql } = ctx;
  if (channel === "email")
    return packed(sql`select string_agg(int4send(id), '') as ids from profiles where merged_into is null and email is not null`);
  if (channel === "sms")
    return packed(sql`select string_agg(int4send(id), '') as ids from profiles where merged_into is null and phone is not null`);
  if (channel === "push")
    return packed(sql`
      select string_agg(int4send(id), '') as ids from (select distinct coalesce(a.canonical_id, d.profile_id) as id from devices d left join profile_aliases a on a.profile_id = d.profile_id) p`);
  if (channel === "web_push")
    return packed(sql`
      select string_agg(int4send(id), '') as ids from (select distinct coalesce(a.canonical_id, s.profile_id) as id
        from push_subscriptions s left join profile_aliases a on a.profile_id = s.profile_id where s.gone_at is null) p`);
  return null;
}

async function reachOf(
  ctx: Ctx,
  definition: BroadcastDefinition,
  audience: IdSet,
  add: Add,
): Promise<{ reach: number; steps: { label: string; people: number }[] }> {
  const steps = [{ label: "In the audience", people: audience.size }];
  let left = audience;
  const question = consentQuestion(definition.channel, definition.purposeId, definition.transactional);
  if (
    question === null &&
    !definition.transactional &&
    definition.purposeId === null &&
    consentQuestion(definition.channel, "any", false) !== null
  )
    add("error", "Choose a purpose", "Consent is asked for a purpose: without one, nobody could have said yes.");
  if (question !== null) {
    const allowed = await allowedSet(ctx, { purpose: question.purpose, channel: question.channel, destination: "messages" });
    left = left.and(allowed);
    steps.push({ label: "May be written to", people: left.size });
    const refused = audience.size - left.size;
    if (refused > 0)
      add(
        "warning",
        `${refused} of ${audience.size} may not be written to`,
        "They gave no consent for the purpose, unsubscribed or are suppressed. They are left out, each with the reason.",
      );
  }
  const reachable = await withAddress(ctx, definition.channel);
  if (reachable !== null) {
    const before = left.size;
    left = left.and(reachable);
    steps.push({ label: "Have an address", people: left.size });
    if (left.size < before)
      add("warning", `${have(before - left.size)} no address`, `${CHANNEL_LABELS[definition.channel]} cannot reach them.`);
  }
  if (definition.capped && !definition.transactional) {
    const capped = await cappedNow(ctx, definition.channel, left);
    if (capped.size > 0) {
      left = left.andNot(capped);
      add("warning", `${have(capped.size)} heard enough from us`, "A frequency cap holds for them if it is sent now.");
    }
    steps.push({ label: "Not capped now", people: left.size });
  }
  if (definition.holdout > 0) {
    const people = Math.round(left.size * (1 - definition.holdout / 100));
    steps.push({ label: `Without the holdout of ${definition.holdout} %`, people });
  }
  const reach = steps.at(-1)?.people ?? 0;
  if (audience.size > 0 && reach === 0)
    add("error", "Nobody would get it", "Look at the steps of the reach: at one of them everybody drops out.");
  return { reach, steps };
}

async function cappedNow(ctx: Ctx, channel: string, people: IdSet): Promise<IdSet> {
  const caps = await ctx.sql<{ channels: string[]; count: number; hours: number }[]>`select channels, count, hours from frequency_caps`;
  let capped = IdSet.EMPTY;
  for (const cap of caps) {
    if (cap.channels.length > 0 && !cap.channels.includes(channel)) continue;
    const since = new Date(ctx.clock.now().getTime() - cap.hours * 3_600_000);
    const [row] = await ctx.sql<{ ids: Uint8Array | null }[]>`
      select string_agg(int4send(person), '') as ids from (
        select coalesce(a.canonical_id, m.profile_id) as person from messages m left join profile_aliases a on a.profile_id = m.profile_id
        where m.state in ('queued', 'review', 'sending', 'sent') and not m.transactional and coalesce(m.sent_at, m.due_at) > ${since}
          and (${cap.channels.length} = 0 or m.channel = any(${cap.channels}::text[]))
        group by 1 having count(*) >= ${cap.count}) full_up`;
    capped = capped.or(IdSet.fromPacked(row?.ids ?? new Uint8Array()));
  }
  return people.and(capped);
}

async function texts(ctx: Ctx, definition: BroadcastDefinition, add: Add): Promise<void> {
  for (const arm of definition.arms) {
    const which = definition.arms.length > 1 ? `Variant ${arm.id.toUpperCase()}: ` : "";
    const template = arm.templateId === null ? undefined : await loadTemplate(ctx.sql, arm.templateId);
    if (template === undefined) {
      add(
        "error",
        which === "" ? "Choose a template" : `${which}choose a template`,
        arm.templateId === null ? "" : "The one that was chosen is not there any more.",
      );
      continue;
    }
    if (template.content.channel !== definition.channel) {
      add(
        "error",
        `${which}"${template.name}" is for ${CHANNEL_LABELS[template.content.channel]}`,
        `This broadcast goes out by ${CHANNEL_LABELS[definition.channel]}.`,
      );
      continue;
    }
    const { problems } = await checkTemplate(ctx, { content: template.content, segmentId: definition.audience.segments[0] ?? null });
    for (const problem of problems) {
      if (problem.level === "hint") continue;
      // A mail that is part of a purchase needs no way out.
      if (definition.transactional && problem.message.includes("way out")) continue;
      add(problem.level, `${which}"${template.name}"`, problem.message);
    }
    if (!problems.some(({ level }) => level !== "hint")) add("ok", `${which}"${template.name}" is in order`);
  }
}

async function sender(ctx: Ctx, { channel }: BroadcastDefinition, add: Add): Promise<void> {
  const [account] = await ctx.sql<{ name: string; status: string }[]>`
    select name, status from channel_accounts where channel = ${channel} and archived_at is null order by is_default desc, created_at limit 1`;
  if (account === undefined)
    add(
      "warning",
      "No account sends on this channel",
      "Messages are kept in the built-in outbox, where you can read them, and reach nobody.",
    );
  else if (account.status !== "active")
    add("error", `The account "${account.name}" is paused`, "Resume it under Channels, or nothing leaves.");
  else add("ok", `Goes out by "${account.name}"`);
}

export const launchSchema = z.strictObject({ id: z.string().max(40), basedOn: z.number().int().min(1) });
