import type { Database } from "@/db/client";
import { can, companySettings, requirePermission } from "@/domain/access";
import { conversionColumns } from "@/domain/attribution";
import type { ConversionColumns } from "@/domain/attribution";
import { allowedSet } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { SMALL_CELL } from "@/domain/kernel/small-cells";
import { analyse, controlOf, planOf, subgroupsOf } from "./analyse";
import { loadGroups, loadPeople, loadScores, sentPeople } from "./load-people";
import type { LoadedPeople } from "./load-people";
import { looksOf } from "./looks";
import { measurePeople, outcomeOf } from "./measure-people";
import type { Measured } from "./measure-people";
import { analysisSchema } from "./model";
import type { AnalysisInput, Experiment, ExperimentResult, Subgroups, UpliftCurve } from "./model";
import { getExperiment, periodOf } from "./registry";
import { upliftCurve } from "./uplift-curve";

/** Use of personal data that reports rest on; people who did not allow it are in no arm. */
const MEASUREMENT = { purpose: "analytics", destination: "reports" } as const;
const DAY = 86_400;
/** How long loaded people and outcomes are kept: switching CUPED or a subgroup reads nothing again. */
const FRESH_MS = 60_000;
const MOST_KEPT = 6;

interface Loaded {
  readonly experiment: Experiment;
  readonly loaded: LoadedPeople;
  readonly measured: Measured;
  readonly reached: ((row: number) => boolean) | null;
  readonly currency: string | null;
  readonly now: Date;
}

const caches = new WeakMap<Database, Map<string, { at: number; value: Promise<Loaded> }>>();

/**
 * An experiment's results: arms, lifts, looks over time, sample ratio, CUPED, subgroups, uplift. The same for holdouts,
 * nodes of journeys and tests set up by hand. Cost: its assignments and the outcomes from `beforeDays` before its start
 * to the end of its windows; both are kept a minute.
 */
export async function experimentResult(ctx: Ctx, input: unknown): Promise<ExperimentResult> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(analysisSchema, input);
  const { experiment, loaded, measured, reached, currency, now } = await load(ctx, given);
  const control = controlOf(experiment.arms);
  const treatment = chosenArm(experiment, given.arm, control);
  const options = {
    arms: experiment.arms,
    plannedPeople: experiment.plannedPeople,
    adaptive: experiment.adaptive,
    cuped: given.cuped,
    now: now.getTime() / 1_000,
    reached,
  };
  const analysis = analyse(measured, options);
  const pair = { control, treatment };
  const windowStart = now.getTime() / 1_000 - experiment.windowDays * DAY;
  const result: ExperimentResult = {
    measure: given.measure,
    arms: analysis.arms,
    comparisons: analysis.comparisons,
    sampleRatio: analysis.sampleRatio,
    cuped: { on: given.cuped, days: given.beforeDays, ...analysis.varianceTaken },
    detectable: analysis.detectable,
    looks: looksOf(measured, given.measure, pair, { now: options.now, plan: planOf(options, control, treatment), cuped: given.cuped }),
    arm: experiment.arms[treatment]?.id ?? null,
    subgroups: given.by === null ? null : await readSubgroups(ctx, measured, given.by, given, pair, experiment.arms.length),
    uplift: given.score === null ? null : await readUplift(ctx, measured, given.score, given, pair),
    crossed: loaded.crossed,
    restricted: loaded.restricted,
    elsewhere: loaded.elsewhere,
    open: measured.people.at.reduce((sum, at) => sum + (at > windowStart ? 1 : 0), 0),
    currency,
    asOf: now.toISOString(),
  };
  // Whoever sees totals only sees no number that stands for a few people.
  return can(ctx, "profiles:read") ? result : withoutSmallCells(result);
}

function chosenArm(experiment: Experiment, wanted: string | null, control: number): number {
  const found = experiment.arms.findIndex(({ id }, a) => id === wanted && a !== control);
  return found >= 0 ? found : experiment.arms.findIndex((_, a) => a !== control);
}

/** People of an arm of an experiment and when they came in, with their outcomes: for calibrating other reports. */
export async function loadMeasured(ctx: Ctx, id: string): Promise<{ experiment: Experiment; measured: Measured; currency: string | null }> {
  requirePermission(ctx, "reports:read");
  return load(ctx, { id, beforeDays: 28 });
}

async function load(ctx: Ctx, { id, beforeDays }: Pick<AnalysisInput, "id" | "beforeDays">): Promise<Loaded> {
  const now = ctx.clock.now();
  const experiment = await getExperiment(ctx, id);
  const kept = caches.get(ctx.root) ?? new Map<string, { at: number; value: Promise<Loaded> }>();
  caches.set(ctx.root, kept);
  const key = JSON.stringify([experiment, beforeDays]);
  const found = kept.get(key);
  if (found !== undefined && Math.abs(now.getTime() - found.at) < FRESH_MS) return found.value;
  const value = read(ctx, experiment, beforeDays, now);
  kept.set(key, { at: now.getTime(), value });
  value.catch(() => kept.delete(key));
  for (const old of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(old);
  }
  return value;
}

async function read(ctx: Ctx, experiment: Experiment, beforeDays: number, now: Date): Promise<Loaded> {
  const { timezone, currency } = await companySettings(ctx.sql);
  const period = periodOf(experiment, timezone, now);
  const allowed = await allowedSet(ctx, MEASUREMENT);
  const loaded = await loadPeople(ctx.sql, experiment, period, allowed);
  const window = experiment.windowDays * DAY;
  const range = {
    from: new Date(period.from.getTime() - beforeDays * DAY * 1_000),
    to: new Date(Math.min(period.to.getTime() + window * 1_000, now.getTime())),
  };
  const outcomes = await conversionColumns(ctx, experiment.metric, range);
  const measured = measurePeople(loaded.people, outcomes, { window, before: beforeDays * DAY });
  return {
    experiment,
    loaded,
    measured,
    reached: await reachedOf(ctx, experiment, measured, range, window),
    currency: experiment.metric.kind === "event" && experiment.metric.property !== null ? null : currency,
    now,
  };
}

/** Who was really reached: by the exposure event, or by a message that the journey sent. */
async function reachedOf(
  ctx: Ctx,
  experiment: Experiment,
  measured: Measured,
  range: { from: Date; to: Date },
  window: number,
): Promise<Loaded["reached"]> {
  const { assignment, exposureEvent } = experiment;
  let seen: Pick<ConversionColumns, "person" | "at">;
  if (exposureEvent !== null) seen = await conversionColumns(ctx, { kind: "event", event: exposureEvent, property: null }, range);
  else if (assignment.kind === "journey_holdout" || assignment.kind === "journey_node") {
    seen = await sentPeople(ctx.sql, assignment.journeyId);
    if (seen.person.length === 0) return null;
  } else return null;
  const { did } = measurePeople(measured.people, { ...seen, value: new Float64Array(seen.person.length) }, { window, before: 0 });
  return (row) => did[row] === 1;
}

async function readSubgroups(
  ctx: Ctx,
  measured: Measured,
  by: string,
  { measure }: AnalysisInput,
  pair: { control: number; treatment: number },
  arms: number,
): Promise<Subgroups> {
  if (!/^(?:country$|trait:.|segment:.)/u.test(by)) throw new DomainError("VALIDATION", "Choose what to divide people by.");
  if (by.startsWith("segment:")) requirePermission(ctx, "segments:read");
  const groups = await loadGroups(ctx.sql, by);
  const labels = Int16Array.from(measured.people.person, (person) => groups.findIndex(({ has }) => has(person)));
  return subgroupsOf(measured, measure, pair, { names: groups.map(({ name }) => name), of: (row) => labels[row] ?? -1 }, arms);
}

async function readUplift(
  ctx: Ctx,
  measured: Measured,
  score: string,
  { measure }: AnalysisInput,
  pair: { control: number; treatment: number },
): Promise<UpliftCurve | null> {
  const scores = score === "before" ? null : await loadScores(ctx.sql, score);
  const { y } = outcomeOf(measured, measure);
  const { person, arm } = measured.people;
  const rows: number[] = [];
  arm.forEach((own, row) => {
    if (own !== pair.control && own !== pair.treatment) return;
    if (scores === null || scores.has(person[row] ?? 0)) rows.push(row);
  });
  if (rows.length === 0) return null;
  return upliftCurve({
    score: Float64Array.from(rows, (row) => (scores === null ? measured.valueBefore[row] : scores.get(person[row] ?? 0)) ?? 0),
    treated: Uint8Array.from(rows, (row) => (arm[row] === pair.treatment ? 1 : 0)),
    outcome: Float64Array.from(rows, (row) => y[row] ?? 0),
  });
}

/** Hides arms with few people or few who converted, and whatever is computed from them. */
export function withoutSmallCells(result: ExperimentResult): ExperimentResult {
  const few = (n: number | null): boolean => n !== null && n > 0 && n < SMALL_CELL;
  const small = new Set(result.arms.filter(({ people, converted }) => few(people) || few(converted)).map(({ id }) => id));
  // The curve moves person by person, and subgroups are small by nature.
  const subgroups = result.subgroups;
  const shown = subgroups?.rows.filter(
    ({ control, treatment }) =>
      control.people >= SMALL_CELL &&
      treatment.people >= SMALL_CELL &&
      (result.measure !== "rate" ||
        [control, treatment].every(({ people, mean }) => mean === 0 || Math.round(people * mean) >= SMALL_CELL)),
  );
  const hidden = { people: null, converted: null, value: null, rate: null, mean: null, reached: null };
  const control = result.arms.find((arm) => arm.control);
  const affected = (arm: string | null): boolean => (arm !== null && small.has(arm)) || (control !== undefined && small.has(control.id));
  return {
    ...result,
    arms: result.arms.map((arm) =>
      small.has(arm.id) ? { ...arm, ...hidden } : { ...arm, reached: few(arm.reached) ? null : arm.reached },
    ),
    comparisons: result.comparisons.map((one) => (affected(one.arm) ? { ...one, rate: null, value: null } : one)),
    sampleRatio: small.size > 0 ? null : result.sampleRatio,
    looks: affected(result.arm) ? [] : result.looks,
    subgroups:
      subgroups === null || subgroups === undefined || shown === undefined || affected(result.arm)
        ? null
        : { ...subgroups, rows: shown, hidden: subgroups.hidden + subgroups.rows.length - shown.length },
    uplift: affected(result.arm) || result.uplift === null ? null : coarser(result.uplift),
  };
}

/** Points of the curve with ten people or more between them. */
function coarser(curve: UpliftCurve): UpliftCurve {
  const { points, people } = curve;
  let seen = 0;
  return {
    ...curve,
    points: points.filter(({ share }, i) => {
      const far = Math.round((share - seen) * people) >= SMALL_CELL && (share === 1 || Math.round((1 - share) * people) >= SMALL_CELL);
      if (i > 0 && i < points.length - 1 && !far) return false;
      seen = share;
      return true;
    }),
  };
}
