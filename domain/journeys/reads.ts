import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { definitionSchema } from "./model";
import type { JourneyDetail, JourneySummary, NodeNumbers, RunSummary, RunTrace } from "./model";

/** All journeys, the newest change first, with how many are in them and what they sent in 30 days. */
export async function listJourneys(ctx: Ctx): Promise<JourneySummary[]> {
  requirePermission(ctx, "journeys:read");
  return ctx.sql<JourneySummary[]>`
    select j.id, j.name, j.description, j.status, j.version, j.tags, u.name as owner, j.updated_at as "updatedAt",
      coalesce(r.active, 0)::int as active, coalesce(r.entered, 0)::int as entered, coalesce(r.goals, 0)::int as goals, coalesce(m.sent, 0)::int as sent
    from journeys j left join users u on u.id = j.owner_id
    left join lateral (select count(*) filter (where status = 'active') as active, count(*) as entered, count(goal_at) as goals from journey_runs where journey_id = j.id) r on true
    left join lateral (select count(*) as sent from messages where journey_id = j.id and state = 'sent') m on true
    where j.archived_at is null order by j.updated_at desc`;
}

export async function getJourney(ctx: Ctx, journeyId: string): Promise<JourneyDetail> {
  requirePermission(ctx, "journeys:read");
  const [row] = await ctx.sql<(Omit<JourneyDetail, "draft" | "published" | "versions"> & { draft: unknown; published: unknown })[]>`
    select j.id, j.name, j.description, j.status, j.version, j.draft, j.draft_revision as revision, u.name as "draftBy", j.updated_at as "updatedAt",
      v.definition as published
    from journeys j left join users u on u.id = j.draft_by left join journey_versions v on v.journey_id = j.id and v.version = j.version
    where j.id = ${journeyId} and j.archived_at is null`;
  if (!row) throw new DomainError("NOT_FOUND", "This journey is not there any more.");
  const versions = await ctx.sql<JourneyDetail["versions"][number][]>`
    select v.version, v.note, u.name as by, v.created_at as at,
      (select count(*)::int from journey_runs r where r.journey_id = v.journey_id and r.version = v.version and r.status = 'active') as active
    from journey_versions v left join users u on u.id = v.published_by where v.journey_id = ${journeyId} order by v.version desc`;
  return {
    ...row,
    draft: definitionSchema.parse(row.draft),
    published: row.published === null ? null : definitionSchema.parse(row.published),
    versions: [...versions],
  };
}

const numbersSchema = z.strictObject({
  id: z.string().max(40),
  from: z.iso.datetime({ offset: true }).nullable().default(null),
  to: z.iso.datetime({ offset: true }).nullable().default(null),
});

/** What happened at each node in a range of time (null: ever). "Here now" is of this moment. Cost: the journey's moves in the range. */
export async function journeyNumbers(ctx: Ctx, input: unknown): Promise<NodeNumbers[]> {
  requirePermission(ctx, "journeys:read");
  const { id, from, to } = parseInput(numbersSchema, input);
  const rows = await ctx.sql<NodeNumbers[]>`
    with moves as (
      select node, branch, count(*)::int as n, count(distinct profile_id)::int as people from journey_moves
      where journey_id = ${id} and at >= coalesce(${from}::timestamptz, '-infinity') and at < coalesce(${to}::timestamptz, 'infinity') group by node, branch
    ), here as (
      select node, count(*)::int as n from journey_runs where journey_id = ${id} and status = 'active' group by node
    ), sends as (
      select node, jsonb_object_agg(outcome, n) as outcomes from (
        select node, coalesce(outcome, state) as outcome, count(*)::int as n from messages
        where journey_id = ${id} and created_at >= coalesce(${from}::timestamptz, '-infinity') and created_at < coalesce(${to}::timestamptz, 'infinity') group by 1, 2) s
      group by node
    )
    select m.node, sum(m.n) filter (where m.branch is null)::int as entered, coalesce(sum(m.people) filter (where m.branch is null), 0)::int as people,
      coalesce(sum(m.n) filter (where m.branch is not null), 0)::int as left,
      coalesce(jsonb_object_agg(m.branch, m.n) filter (where m.branch is not null), '{}') as branches,
      coalesce((select h.n from here h where h.node = m.node), 0) as here,
      coalesce((select s.outcomes from sends s where s.node = m.node), '{}') as outcomes
    from moves m group by m.node`;
  return rows.map((row) => ({ ...row, entered: row.entered ?? 0 }));
}

const nodeSchema = z.strictObject({
  id: z.string().max(40),
  node: z.string().max(40).nullable().default(null),
  status: z.enum(["active", "completed", "exited", "failed"]).nullable().default(null),
  limit: z.number().int().min(1).max(200).default(50),
});

/** People at a node now (or in the journey at all), the newest first; names masked for members who may not see personal data. */
export async function journeyPeople(ctx: Ctx, input: unknown): Promise<RunSummary[]> {
  requirePermission(ctx, "journeys:read");
  requirePermission(ctx, "profiles:read");
  const { id, node, status, limit } = parseInput(nodeSchema, input);
  const unmasked = can(ctx, "personal_data:see");
  const rows = await ctx.sql<(RunSummary & { name: string | null })[]>`
    select r.id, coalesce(a.canonical_id, r.profile_id) as "profileId", p.name, r.version, r.status, r.reason, r.node,
      r.entered_at as "enteredAt", r.wake_at as "wakeAt", r.ended_at as "endedAt", r.entry_key as "entryKey"
    from journey_runs r left join profile_aliases a on a.profile_id = r.profile_id left join profiles p on p.id = coalesce(a.canonical_id, r.profile_id)
    where r.journey_id = ${id} and (${node}::text is null or r.node = ${node}) and (${status}::text is null or r.status = ${status})
    order by r.entered_at desc, r.id desc limit ${limit}`;
  return rows.map((row) => ({
    ...row,
    name: unmasked ? row.name : null,
    entryKey: unmasked ? row.entryKey : row.entryKey === "" ? "" : "…",
  }));
}

/** One person's way, step by step, with what became of each message. */
export async function runTrace(ctx: Ctx, runId: number): Promise<RunTrace> {
  requirePermission(ctx, "journeys:read");
  requirePermission(ctx, "profiles:read");
  const [run] = await ctx.sql<
    { journeyId: string; profileId: number; version: number; status: string; reason: string | null; definition: unknown }[]
  >`
    select r.journey_id as "journeyId", r.profile_id as "profileId", r.version, r.status, r.reason, v.definition
    from journey_runs r join journey_versions v on v.journey_id = r.journey_id and v.version = r.version where r.id = ${runId}`;
  if (!run) throw new DomainError("NOT_FOUND", "This way through the journey is not there any more.");
  const moves = await ctx.sql<RunTrace["moves"][number][]>`
    select node, visit, branch, at from journey_moves where run_id = ${runId} order by id`;
  const messages = await ctx.sql<RunTrace["messages"][number][]>`
    select id, node, visit, channel, state, outcome, because, due_at as "dueAt", sent_at as "sentAt" from messages where run_id = ${runId} order by id`;
  const { definition, ...rest } = run;
  return { ...rest, definition: definitionSchema.parse(definition), moves: [...moves], messages: [...messages] };
}
