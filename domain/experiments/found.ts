import type { AnySql } from "@/db/client";
import { definitionSchema } from "@/domain/journeys";
import type { NodeOf } from "@/domain/journeys";
import { DomainError } from "@/domain/kernel/errors";
import { seconds } from "@/domain/segments/model";
import { EXPOSURE_EVENT, HELD_OUT, LET_IN, MOST_ARMS } from "./model";
import type { ArmPlan, Assignment, ExperimentSummary, Metric } from "./model";

/** How far back events are searched for experiments that nobody set up. */
const EVENT_DAYS = 400;
const DEFAULT_WINDOW = 14;
const MOST_FOUND = 100;
/** Ids of variations that are a control, as testing tools write them. */
const CONTROL_NAMES = /^(?:control|holdout|held_?out|original|baseline|off|none|a)$/iu;

/** What a found experiment is, before status and dates of the company's zone are added. */
export interface FoundExperiment {
  readonly name: string;
  readonly assignment: Assignment;
  readonly arms: ArmPlan[];
  /** Null: the company's default conversion. */
  readonly metric: Metric | null;
  readonly windowDays: number;
  readonly startsAt: Date;
  readonly adaptive: boolean;
}

/** Id of an experiment that journeys or events run by themselves. */
export function foundId(assignment: Assignment): string {
  if (assignment.kind === "journey_holdout") return `holdout~${assignment.journeyId}`;
  if (assignment.kind === "journey_node") return `node~${assignment.journeyId}~${assignment.node}`;
  return assignment.kind === "events" ? `events~${assignment.experiment}` : "";
}

/**
 * Experiments that journeys and events run by themselves. Cost: the drawings of journeys, a count over
 * journey_exposures by its index, and the exposure events of 400 days.
 */
export async function listFound(
  sql: AnySql,
  now: Date,
): Promise<(Omit<ExperimentSummary, "status" | "startsOn" | "endsOn"> & { startsAt: Date; lastAt: Date | null })[]> {
  const holdouts = await sql<{ id: string; name: string; at: Date; live: boolean }[]>`
    select j.id, j.name, min(v.created_at) as at, j.status = 'live' as live from journeys j join journey_versions v on v.journey_id = j.id
    where (v.definition #>> '{settings,holdout}')::float8 > 0 group by j.id order by at desc limit ${MOST_FOUND}`;
  const nodes = await sql<{ id: string; node: string; name: string; at: Date; last: Date; arms: number }[]>`
    select x.journey_id as id, x.node, j.name, min(x.at) as at, max(x.at) as last, count(distinct x.arm)::int as arms
    from journey_exposures x join journeys j on j.id = x.journey_id group by 1, 2, 3 order by last desc limit ${MOST_FOUND}`;
  const events = await sql<{ id: string; name: string | null; at: Date; last: Date; arms: number }[]>`
    select e.properties ->> 'experiment_id' as id, max(e.properties ->> 'experiment_name') as name, min(e.occurred_at) as at, max(e.occurred_at) as last,
      count(distinct e.properties ->> 'variation_id')::int as arms
    from events e where e.event_type = (select id from event_types where name = ${EXPOSURE_EVENT})
      and e.occurred_at >= ${new Date(now.getTime() - EVENT_DAYS * 86_400_000)} and e.occurred_at <= ${now}
      and e.properties ? 'experiment_id' and not e.properties ? 'journey_id'
    group by 1 order by last desc limit ${MOST_FOUND}`;
  const summary = (name: string, assignment: Assignment, arms: number) => ({
    id: foundId(assignment),
    name: name.slice(0, 200),
    kind: assignment.kind,
    registered: false,
    arms,
    covers: null,
  });
  return [
    ...holdouts.map(({ id, name, at, live }) => ({
      ...summary(`Holdout of ${name}`, { kind: "journey_holdout", journeyId: id }, 2),
      startsAt: at,
      lastAt: live ? null : at,
    })),
    ...nodes.map(({ id, node, name, at, last, arms }) => ({
      ...summary(`${name}: ${node}`, { kind: "journey_node", journeyId: id, node }, arms),
      startsAt: at,
      lastAt: last,
    })),
    ...events.map(({ id, name, at, last, arms }) => ({
      ...summary(name ?? id, { kind: "events", experiment: id }, arms),
      startsAt: at,
      lastAt: last,
    })),
  ];
}

/** One found experiment by its id; NOT_FOUND otherwise. */
export async function readFound(sql: AnySql, id: string, now: Date): Promise<FoundExperiment> {
  const [kind, first = "", ...rest] = id.split("~");
  const found =
    kind === "holdout"
      ? await readHoldout(sql, first)
      : kind === "node"
        ? await readNode(sql, first, rest.join("~"))
        : kind === "events"
          ? await readEvents(sql, [first, ...rest].join("~"), now)
          : null;
  if (found === null) throw new DomainError("NOT_FOUND", "This experiment is not there any more.");
  return found;
}

async function readHoldout(sql: AnySql, journeyId: string): Promise<FoundExperiment | null> {
  const [row] = await sql<{ name: string; definition: unknown; at: Date; share: number | null; planned: number }[]>`
    select j.name, l.definition, f.at, f.planned,
      (select avg((v.definition #>> '{settings,holdout}')::float8) from journey_runs r join journey_versions v on v.journey_id = r.journey_id and v.version = r.version
        where r.journey_id = j.id and (v.definition #>> '{settings,holdout}')::float8 > 0) as share
    from journeys j
    join lateral (select min(created_at) as at, avg((definition #>> '{settings,holdout}')::float8) as planned from journey_versions
      where journey_id = j.id and (definition #>> '{settings,holdout}')::float8 > 0) f on f.at is not null
    join lateral (select definition from journey_versions where journey_id = j.id order by version desc limit 1) l on true
    where j.id = ${journeyId}`;
  if (row === undefined) return null;
  const { goal } = definitionSchema.parse(row.definition).settings;
  const share = row.share ?? row.planned;
  return {
    name: `Holdout of ${row.name}`,
    assignment: { kind: "journey_holdout", journeyId },
    arms: [
      { id: HELD_OUT, name: "Held out", control: true, share, group: null },
      { id: LET_IN, name: "Let in", control: false, share: 100 - share, group: null },
    ],
    metric: goal === null ? null : { kind: "event", event: goal.event, property: null },
    windowDays: goal === null ? DEFAULT_WINDOW : daysOf(seconds(goal.within)),
    startsAt: row.at,
    adaptive: false,
  };
}

async function readNode(sql: AnySql, journeyId: string, nodeId: string): Promise<FoundExperiment | null> {
  const [row] = await sql<{ name: string; definition: unknown; at: Date | null }[]>`
    select j.name, v.definition, (select min(at) from journey_exposures where journey_id = j.id and node = ${nodeId}) as at
    from journeys j join journey_versions v on v.journey_id = j.id
    where j.id = ${journeyId} and v.definition -> 'nodes' @> ${JSON.stringify([{ id: nodeId }])}::text::jsonb order by v.version desc limit 1`;
  if (row === undefined || row.at === null) return null;
  const node = definitionSchema
    .parse(row.definition)
    .nodes.find(
      (one): one is NodeOf<"experiment" | "optimise"> => one.id === nodeId && (one.kind === "experiment" || one.kind === "optimise"),
    );
  if (node === undefined) return null;
  const marked = node.arms.findIndex(({ control }) => control);
  return {
    name: `${row.name}: ${node.label === "" ? node.id : node.label}`,
    assignment: { kind: "journey_node", journeyId, node: nodeId },
    arms: node.arms.map(({ id, label, share }, i) => ({
      id,
      name: label === "" ? id : label,
      control: i === Math.max(0, marked),
      share: node.kind === "optimise" ? 0 : share,
      group: null,
    })),
    metric: { kind: "event", event: node.metric.event, property: null },
    windowDays: daysOf(seconds(node.metric.within)),
    startsAt: row.at,
    adaptive: node.kind === "optimise",
  };
}

async function readEvents(sql: AnySql, experiment: string, now: Date): Promise<FoundExperiment | null> {
  const rows = await sql<{ id: string; name: string | null; title: string | null; at: Date; n: number }[]>`
    select e.properties ->> 'variation_id' as id, max(e.properties ->> 'variation_name') as name, max(e.properties ->> 'experiment_name') as title,
      min(e.occurred_at) as at, count(*)::int as n
    from events e where e.event_type = (select id from event_types where name = ${EXPOSURE_EVENT})
      and e.occurred_at >= ${new Date(now.getTime() - EVENT_DAYS * 86_400_000)} and e.occurred_at <= ${now}
      and e.properties ->> 'experiment_id' = ${experiment} and e.properties ->> 'variation_id' <> ''
    group by 1 order by n desc limit ${MOST_ARMS}`;
  const [first] = rows;
  if (first === undefined || rows.length < 2) return null;
  const sorted = rows.toSorted((a, b) => a.id.localeCompare(b.id));
  const control = sorted.find(({ id }) => CONTROL_NAMES.test(id)) ?? sorted[0];
  return {
    name: first.title ?? experiment,
    assignment: { kind: "events", experiment },
    arms: sorted.map((row) => ({
      id: row.id.slice(0, 100),
      name: (row.name ?? row.id).slice(0, 100),
      control: row === control,
      share: 0,
      group: null,
    })),
    metric: null,
    windowDays: DEFAULT_WINDOW,
    startsAt: new Date(Math.min(...rows.map(({ at }) => at.getTime()))),
    adaptive: false,
  };
}

const daysOf = (time: number): number => Math.min(365, Math.max(1, Math.ceil(time / 86_400)));
