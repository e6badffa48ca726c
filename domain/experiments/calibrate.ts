import { can, companySettings, requirePermission } from "@/domain/access";
import { conversionOf, creditOfPeople, reportSchema } from "@/domain/attribution";
import type { Conversion } from "@/domain/attribution";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { SMALL_CELL } from "@/domain/kernel/small-cells";
import { meanOf, normalQuantile, varianceOf } from "@/domain/kernel/statistics";
import type { CovariateArm } from "@/domain/kernel/statistics";
import { controlOf } from "./analyse";
import { armSums } from "./measure-people";
import type { Calibration, Experiment, Metric } from "./model";
import { loadMeasured } from "./read-result";
import { coveringExperiments, dayOf } from "./registry";

const DAY = 86_400;

/**
 * For each row of the attribution report that an experiment covers: what was really added, beside what the models credit
 * it with from the same people in the same windows. The newest experiment of a row counts. Experiments that are judged
 * by something else than the report's conversion say nothing about it. Cost: one analysis and one report per row.
 */
export async function calibrations(ctx: Ctx, input: unknown): Promise<Calibration[]> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(reportSchema, input);
  if (given.dimension !== "channel" && given.dimension !== "campaign") return [];
  const conversion = await conversionOf(ctx, given.conversionId);
  const { timezone } = await companySettings(ctx.sql);
  const rows = new Map<string, Experiment>();
  for (const experiment of await coveringExperiments(ctx)) {
    const { covers } = experiment;
    if (covers === null || covers.kind !== given.dimension || experiment.status === "planned" || rows.has(covers.name)) continue;
    if (isAbout(experiment.metric, conversion)) rows.set(covers.name, experiment);
  }
  const found: Calibration[] = [];
  for (const [name, experiment] of rows) {
    const { measured } = await loadMeasured(ctx, experiment.id);
    const control = controlOf(experiment.arms);
    const sums = armSums(measured, "value", experiment.arms.length);
    const did = armSums(measured, "rate", experiment.arms.length);
    const added = incrementOf(sums, control);
    if (
      added === null ||
      (!can(ctx, "profiles:read") && did.some(({ n, sum }) => (n > 0 && n < SMALL_CELL) || (sum > 0 && sum < SMALL_CELL)))
    )
      continue;
    const treated = new Map<number, number>();
    measured.people.person.forEach((person, row) => {
      if (measured.people.arm[row] !== control) treated.set(person, measured.people.at[row] ?? 0);
    });
    const now = ctx.clock.now();
    const last =
      experiment.endsOn === null
        ? now
        : new Date(Math.min(now.getTime(), Date.parse(experiment.endsOn) + (experiment.windowDays + 1) * DAY * 1_000));
    const window = experiment.windowDays * DAY;
    const credits = await creditOfPeople(ctx, { ...given, from: experiment.startsOn, to: dayOf(last, timezone) }, name, (person, at) => {
      const since = treated.get(person);
      return since !== undefined && at >= since && at < since + window;
    });
    found.push({
      name,
      experiment: { id: experiment.id, name: experiment.name, startsOn: experiment.startsOn, endsOn: experiment.endsOn },
      treated: treated.size,
      ...added,
      models: credits.map((credited) => ({
        credited,
        factor: credited > 0 ? added.incremental / credited : null,
        interval: credited > 0 ? { low: added.interval.low / credited, high: added.interval.high / credited } : null,
      })),
    });
  }
  return found;
}

function isAbout(metric: Metric, conversion: Conversion): boolean {
  if (metric.kind === "conversion") return metric.conversionId === conversion.id;
  return metric.property === null && metric.event === conversion.event && conversion.fixedValue === null;
}

/** What all arms but the control brought more than so many people of the control would have: sum_t - n_t x mean_c, 95 %. */
export function incrementOf(sums: readonly CovariateArm[], control: number): Pick<Calibration, "incremental" | "interval"> | null {
  const without = sums[control];
  if (without === undefined || without.n < 2) return null;
  let people = 0;
  let total = 0;
  let variance = 0;
  sums.forEach((arm, a) => {
    if (a === control) return;
    people += arm.n;
    total += arm.sum;
    variance += arm.n * varianceOf(arm);
  });
  if (people < 2) return null;
  const incremental = total - people * meanOf(without);
  const half = normalQuantile(0.975) * Math.sqrt(variance + (people * people * varianceOf(without)) / without.n);
  return { incremental, interval: { low: incremental - half, high: incremental + half } };
}
