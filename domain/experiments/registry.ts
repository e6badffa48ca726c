import { z } from "zod";
import type { AnySql } from "@/db/client";
import { can, companySettings, requirePermission } from "@/domain/access";
import { conversionOf, listConversions } from "@/domain/attribution";
import { recordAudit } from "@/domain/audit";
import { instantOf } from "@/domain/kernel";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { foundId, listFound, readFound } from "./found";
import { experimentSchema } from "./model";
import type {
  ArmPlan,
  Assignment,
  Experiment,
  ExperimentChoices,
  ExperimentInput,
  ExperimentStatus,
  ExperimentSummary,
  Metric,
} from "./model";

/** A found experiment whose newest assignment is older than this has ended. */
const QUIET_DAYS = 7;
const PLANNED_PEOPLE = 10_000;
const DAY_MS = 86_400_000;

interface Row {
  id: string;
  name: string;
  hypothesis: string;
  assignment: Assignment;
  arms: ArmPlan[];
  metric: Metric;
  windowDays: number;
  startsOn: string;
  endsOn: string | null;
  plannedPeople: number;
  exposureEvent: string | null;
  covers: ExperimentInput["covers"];
}

const COLUMNS = `id, name, hypothesis, assignment, arms, metric, window_days as "windowDays", starts_on::text as "startsOn", ends_on::text as "endsOn",
  planned_people as "plannedPeople", exposure_event as "exposureEvent", covers`;

/** Experiments that were set up and those that journeys and events run by themselves, the newest first. */
export async function listExperiments(ctx: Ctx): Promise<ExperimentSummary[]> {
  requirePermission(ctx, "reports:read");
  const { timezone } = await companySettings(ctx.sql);
  const now = ctx.clock.now();
  const today = dayOf(now, timezone);
  const rows = await ctx.sql.unsafe<Row[]>(`select ${COLUMNS} from experiments where archived_at is null`);
  const found = await listFound(ctx.sql, now);
  const taken = new Set(rows.map(({ assignment }) => foundId(assignment)));
  const all: ExperimentSummary[] = [
    ...rows.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.assignment.kind,
      status: statusOf(row, today),
      startsOn: row.startsOn,
      endsOn: row.endsOn,
      registered: true,
      arms: row.arms.length,
      covers: row.covers,
    })),
    ...found
      .filter(({ id }) => !taken.has(id))
      .map(({ startsAt, lastAt, ...rest }): ExperimentSummary => {
        const over = lastAt !== null && now.getTime() - lastAt.getTime() > QUIET_DAYS * DAY_MS;
        return {
          ...rest,
          status: over ? "ended" : "running",
          startsOn: dayOf(startsAt, timezone),
          endsOn: over ? dayOf(lastAt, timezone) : null,
        };
      }),
  ];
  return all.toSorted((a, b) => (b.startsOn ?? "").localeCompare(a.startsOn ?? "") || a.name.localeCompare(b.name));
}

/** One experiment by id; NOT_FOUND otherwise. */
export async function getExperiment(ctx: Ctx, id: string): Promise<Experiment> {
  requirePermission(ctx, "reports:read");
  const { timezone } = await companySettings(ctx.sql);
  const now = ctx.clock.now();
  const [row] = await ctx.sql.unsafe<Row[]>(`select ${COLUMNS} from experiments where id = $1 and archived_at is null`, [id]);
  if (row !== undefined) return { ...row, registered: true, adaptive: false, status: statusOf(row, dayOf(now, timezone)) };
  const { startsAt, metric, ...found } = await readFound(ctx.sql, id, now);
  const [first] = metric === null ? await listConversions(ctx) : [];
  return {
    ...found,
    id,
    hypothesis: "",
    metric: metric ?? { kind: "conversion", conversionId: first?.id ?? "" },
    startsOn: dayOf(startsAt, timezone),
    endsOn: null,
    plannedPeople: PLANNED_PEOPLE,
    exposureEvent: null,
    covers: null,
    registered: false,
    status: "running",
  };
}

/** Experiments with a row of their own that cover something of the attribution report. */
export async function coveringExperiments(ctx: Ctx): Promise<Experiment[]> {
  requirePermission(ctx, "reports:read");
  const { timezone } = await companySettings(ctx.sql);
  const today = dayOf(ctx.clock.now(), timezone);
  const rows = await ctx.sql.unsafe<Row[]>(
    `select ${COLUMNS} from experiments where archived_at is null and covers is not null order by starts_on desc`,
  );
  return rows.map((row) => ({ ...row, registered: true, adaptive: false, status: statusOf(row, today) }));
}

/** Sets an experiment up, or changes what it means (its past is analysed anew from then on). */
export async function saveExperiment(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "reports:write");
  const { id, ...given } = parseInput(withId, input);
  return withTx(ctx, async (tx) => {
    if (given.metric.kind === "conversion") await conversionOf(tx, given.metric.conversionId);
    await checkGroups(tx.sql, given.arms);
    const [before] =
      id === null
        ? []
        : await tx.sql.unsafe<Row[]>(`select ${COLUMNS} from experiments where id = $1 and archived_at is null for update`, [id]);
    if (id !== null && before === undefined) throw new DomainError("NOT_FOUND", "This experiment is not there any more.");
    const [twin] = await tx.sql`select 1 from experiments where name = ${given.name} and id is distinct from ${id} and archived_at is null`;
    if (twin)
      throw new DomainError("CONFLICT", `There is an experiment named "${given.name}" already.`, {
        fields: { name: "Choose another name." },
      });
    const row = id ?? newId("exp");
    const json = (value: unknown): string => JSON.stringify(value);
    await tx.sql`
      insert into experiments (id, name, hypothesis, assignment, arms, metric, window_days, starts_on, ends_on, planned_people, exposure_event, covers, created_by)
      values (${row}, ${given.name}, ${given.hypothesis}, ${json(given.assignment)}::text::jsonb, ${json(given.arms)}::text::jsonb, ${json(given.metric)}::text::jsonb,
        ${given.windowDays}, ${given.startsOn}, ${given.endsOn}, ${given.plannedPeople}, ${given.exposureEvent},
        ${given.covers === null ? null : json(given.covers)}::text::jsonb, ${tx.actor.id})
      on conflict (id) do update set name = excluded.name, hypothesis = excluded.hypothesis, assignment = excluded.assignment, arms = excluded.arms,
        metric = excluded.metric, window_days = excluded.window_days, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
        planned_people = excluded.planned_people, exposure_event = excluded.exposure_event, covers = excluded.covers, updated_at = now()`;
    await recordAudit(tx, {
      action: before ? "experiment.changed" : "experiment.created",
      object: { type: "experiment", id: row },
      ...(before ? { before } : {}),
      after: given,
    });
    return { id: row };
  });
}

const withId = experimentSchema.safeExtend({ id: z.string().max(40).nullable().default(null) });

/** Takes an experiment out of the list. What it was analysed from stays. */
export async function archiveExperiment(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "reports:write");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  await withTx(ctx, async (tx) => {
    const [row] =
      await tx.sql`update experiments set archived_at = ${tx.clock.now()} where id = ${id} and archived_at is null returning id`;
    if (!row) throw new DomainError("NOT_FOUND", "This experiment is not there any more.");
    await recordAudit(tx, { action: "experiment.archived", object: { type: "experiment", id } });
  });
}

async function checkGroups(sql: AnySql, arms: readonly ArmPlan[]): Promise<void> {
  for (const { name, group } of arms) {
    if (group === null) continue;
    const [found] =
      group.kind === "segment"
        ? await sql`select 1 from segments where id = ${group.id} and deleted_at is null`
        : await sql`select 1 from lists where id = ${group.id}`;
    if (!found)
      throw new DomainError("NOT_FOUND", `The ${group.kind} of the arm "${name}" is not there any more. Choose another.`, {
        fields: { arms: "Choose a segment or list that exists." },
      });
  }
}

/** What forms and controls offer. Segments and lists are for those who may see them. */
export async function experimentChoices(ctx: Ctx): Promise<ExperimentChoices> {
  requirePermission(ctx, "reports:read");
  const { sql } = ctx;
  const segments = await sql<
    { id: string; name: string }[]
  >`select id, name from segments where deleted_at is null and status = 'live' order by name limit 500`;
  const lists = await sql<{ id: string; name: string }[]>`select id, name from lists order by name limit 500`;
  const traits = await sql<{ key: string; numeric: boolean }[]>`
    select key, coalesce((types ->> 'number')::int8, 0) > 0 as numeric from seen_properties where kind = 'trait' and key !~ '[.]' order by n desc limit 200`;
  const campaigns = await sql<
    { name: string; channel: string }[]
  >`select name, channel from campaigns where archived_at is null order by name limit 500`;
  const events = await sql<{ name: string }[]>`
    select t.name from event_types t join (select event_type, sum(n) as n from daily_event_counts group by 1) c on c.event_type = t.id
    where t.name !~ '^[$]' order by c.n desc limit 200`;
  return {
    currency: (await companySettings(sql)).currency,
    conversions: (await listConversions(ctx)).map(({ id, name }) => ({ id, name })),
    segments: can(ctx, "segments:read") ? [...segments] : [],
    lists: can(ctx, "segments:read") ? [...lists] : [],
    traits: [...traits],
    campaigns: campaigns.map(({ name }) => name),
    channels: [...new Set(campaigns.map(({ channel }) => channel))].toSorted(),
    events: events.map(({ name }) => name),
  };
}

function statusOf({ startsOn, endsOn }: Pick<Row, "startsOn" | "endsOn">, today: string): ExperimentStatus {
  if (startsOn > today) return "planned";
  return endsOn !== null && endsOn < today ? "ended" : "running";
}

/** YYYY-MM-DD of a moment in a zone. */
export function dayOf(at: Date, timezone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

/** From the first midnight to the one after the last day; an open end is now. */
export function periodOf(
  { startsOn, endsOn }: Pick<Experiment, "startsOn" | "endsOn">,
  timezone: string,
  now: Date,
): { from: Date; to: Date } {
  const midnight = (day: string, plus: number): Date => {
    const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
    return new Date(instantOf({ year, month, day: date + plus }, 0, timezone));
  };
  const end = endsOn === null ? now : midnight(endsOn, 1);
  return { from: midnight(startsOn, 0), to: new Date(Math.min(end.getTime(), now.getTime())) };
}
