import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { maskIdentifier } from "@/domain/profiles";
import { JOURNEY_CHANNELS, MESSAGE_OUTCOMES, MESSAGE_STATES } from "@/domain/journeys/model";
import type { JourneyChannel } from "@/domain/journeys/model";
import { linksFor } from "@/domain/preferences";
import type { MessageCounts, MessageDetail, MessagePage, MessageRow } from "./model";
import { NothingToSay, renderMessage } from "./render-message";
import { publicOrigin } from "./tracking";

const PAGE = 50;
const DAYS = 7;

const filterSchema = z.strictObject({
  state: z.enum(MESSAGE_STATES).optional(),
  outcome: z.enum(MESSAGE_OUTCOMES).optional(),
  channel: z.enum(JOURNEY_CHANNELS).optional(),
  journeyId: z.string().max(40).optional(),
  profileId: z.number().int().positive().optional(),
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

interface Row {
  readonly id: number;
  readonly profileId: number;
  readonly name: string | null;
  readonly channel: JourneyChannel;
  readonly state: MessageRow["state"];
  readonly outcome: MessageRow["outcome"];
  readonly because: string | null;
  readonly journeyId: string | null;
  readonly journeyName: string | null;
  readonly broadcastName: string | null;
  readonly templateName: string | null;
  readonly subject: string | null;
  readonly address: string | null;
  readonly account: string | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly signals: MessageRow["signals"] | null;
}

/** Columns and joins of a row of the log. */
const select = (ctx: Ctx) => ctx.sql`
  m.id, coalesce(al.canonical_id, m.profile_id) as "profileId", p.name, m.channel, m.state, m.outcome, m.because, m.journey_id as "journeyId",
  j.name as "journeyName", b.name as "broadcastName", t.name as "templateName", m.content ->> 'subject' as subject, m.address,
  case when m.state <> 'sent' then null when m.account_id is null then case when m.channel = 'in_app' then 'In-app inbox' else 'Sink' end else coalesce(a.name, 'Removed account') end as account,
  m.attempts, m.error, m.due_at as "dueAt", m.created_at as "createdAt", m.sent_at as "sentAt",
  (select json_agg(json_build_object('kind', s.kind, 'machine', s.machine, 'at', s.at) order by s.at) from (
    select distinct on (kind, machine) kind, machine, at from message_signals where message_id = m.id and profile_id = m.profile_id order by kind, machine, at desc) s) as signals`;
const joins = (ctx: Ctx) => ctx.sql`
  left join profile_aliases al on al.profile_id = m.profile_id left join profiles p on p.id = coalesce(al.canonical_id, m.profile_id)
  left join journeys j on j.id = m.journey_id left join broadcasts b on b.id = m.broadcast_id left join templates t on t.id = m.template_id
  left join channel_accounts a on a.id = m.account_id`;

function rowView(row: Row, unmasked: boolean): MessageRow {
  const { dueAt, createdAt, sentAt, signals, name, address, subject, ...rest } = row;
  const type = row.channel === "email" ? "email" : row.channel === "sms" ? "phone" : "push_token";
  return {
    ...rest,
    name: unmasked ? name : null,
    // A subject may hold the person's name.
    subject: unmasked ? subject : null,
    address: address === null || unmasked ? address : maskIdentifier(type, address),
    dueAt: dueAt.toISOString(),
    createdAt: createdAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
    signals: (signals ?? []).map((one) => ({ ...one, at: new Date(one.at).toISOString() })),
  };
}

/** Every message that was meant for somebody, the newest first, 50 a page. Cost: an index walk; rare outcomes walk further. */
export async function listMessages(ctx: Ctx, input: unknown): Promise<MessagePage> {
  requirePermission(ctx, "messages:read");
  const { state, outcome, channel, journeyId, profileId, before } = parseInput(filterSchema, input);
  const { sql } = ctx;
  const rows = await sql<Row[]>`
    select ${select(ctx)} from messages m ${joins(ctx)}
    where true
      ${state === undefined ? sql`` : sql`and m.state = ${state}`}
      ${outcome === undefined ? sql`` : sql`and m.outcome = ${outcome}`}
      ${channel === undefined ? sql`` : sql`and m.channel = ${channel}`}
      ${journeyId === undefined ? sql`` : sql`and m.journey_id = ${journeyId}`}
      ${
        profileId === undefined
          ? sql``
          : sql`and m.profile_id in (select ${profileId}::int union select coalesce(canonical_id, ${profileId}) from profile_aliases where profile_id = ${profileId}
        union select profile_id from profile_aliases where canonical_id = coalesce((select canonical_id from profile_aliases where profile_id = ${profileId}), ${profileId}))`
      }
      ${before === undefined ? sql`` : sql`and m.id < ${before}::int8`}
    order by m.id desc limit ${PAGE + 1}`;
  const unmasked = can(ctx, "personal_data:see");
  const page = rows.slice(0, PAGE);
  return {
    rows: page.map((row) => rowView(row, unmasked)),
    next: rows.length > PAGE ? String(page.at(-1)?.id) : null,
    asOf: ctx.clock.now().toISOString(),
  };
}

/** What waits now, and what became of the messages of the last seven days. */
export async function countMessages(ctx: Ctx): Promise<MessageCounts> {
  requirePermission(ctx, "messages:read");
  const since = new Date(ctx.clock.now().getTime() - DAYS * 86_400_000);
  const [row] = await ctx.sql<Omit<MessageCounts, "days">[]>`
    select (select count(*)::int from messages where state in ('queued', 'sending')) as queued, (select count(*)::int from messages where state = 'review') as review,
      count(*) filter (where state = 'sent')::int as sent, count(*) filter (where state = 'not_sent')::int as "notSent"
    from messages where created_at > ${since}`;
  return { queued: row?.queued ?? 0, review: row?.review ?? 0, sent: row?.sent ?? 0, notSent: row?.notSent ?? 0, days: DAYS };
}

/** One message: what it says or said, each try, and what became known since. */
export async function readMessage(ctx: Ctx, input: unknown): Promise<MessageDetail> {
  requirePermission(ctx, "messages:read");
  const { id } = parseInput(z.strictObject({ id: z.number().int().positive() }), input);
  const [row] = await ctx.sql<
    (Row & {
      fragment: number;
      content: MessageDetail["preview"];
      data: JsonObject;
      templateId: string | null;
      broadcastId: string | null;
      purposeId: string | null;
    })[]
  >`
    select ${select(ctx)}, m.profile_id as fragment, m.content, m.data, m.template_id as "templateId", m.broadcast_id as "broadcastId", m.purpose_id as "purposeId"
    from messages m ${joins(ctx)} where m.id = ${id}`;
  if (!row) throw notFound("This message");
  const { fragment, content, data, templateId, broadcastId, purposeId, ...rest } = row;
  const unmasked = can(ctx, "personal_data:see");
  const tries = await ctx.sql<
    {
      attempt: number;
      account: string | null;
      startedAt: Date;
      finishedAt: Date | null;
      status: number | null;
      result: string | null;
      error: string | null;
    }[]
  >`
    select t.attempt, a.name as account, t.started_at as "startedAt", t.finished_at as "finishedAt", t.status, t.result, t.error
    from message_attempts t left join channel_accounts a on a.id = t.account_id where t.profile_id = ${fragment} and t.message_id = ${id} order by t.attempt`;
  const history = await ctx.sql<{ kind: MessageDetail["history"][number]["kind"]; at: Date; machine: boolean; detail: string | null }[]>`
    select kind, at, machine, detail from message_signals where profile_id = ${fragment} and message_id = ${id} order by at`;
  let preview: MessageDetail["preview"] = null;
  let noPreview: string | null = null;
  if (!unmasked) noPreview = "A message holds personal data, which you may not see. Ask an admin to switch it on for you.";
  else if (content !== null) preview = previewOf(content);
  else {
    try {
      const paths = await linksFor(ctx.sql, { profileId: fragment, purpose: purposeId, channel: null, mailbox: false });
      const path = publicOrigin() + paths.path;
      const links = { unsubscribe: path, preferences: path, confirm: path };
      preview = previewOf(
        await renderMessage(
          ctx.sql,
          { templateId, broadcastId, channel: row.channel, person: row.profileId, data },
          links,
          ctx.clock.now(),
        ),
      );
    } catch (error) {
      if (!(error instanceof NothingToSay)) throw error;
      noPreview = error.message;
    }
  }
  return {
    ...rowView(rest, unmasked),
    preview,
    noPreview,
    tries: tries.map((one) => ({ ...one, startedAt: one.startedAt.toISOString(), finishedAt: one.finishedAt?.toISOString() ?? null })),
    history: history.map((one) => ({ ...one, at: one.at.toISOString() })),
  };
}

const previewOf = ({ subject, html, text, link, json }: NonNullable<MessageDetail["preview"]>): MessageDetail["preview"] => ({
  subject,
  html,
  text,
  link,
  json,
});

/** Journeys that messages came from, for the filter. */
export async function messageJourneys(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  requirePermission(ctx, "messages:read");
  return ctx.sql<{ id: string; name: string }[]>`
    select j.id, j.name from journeys j where exists (select 1 from messages m where m.journey_id = j.id) order by j.name limit 500`;
}
