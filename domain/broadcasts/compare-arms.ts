import { armOfRate, compareArms, meanOf } from "@/domain/kernel/statistics";
import type { ArmComparison, ArmNumbers, WinnerMetric } from "./model";

const METRIC_LABELS: Record<WinnerMetric, string> = { open: "opened", click: "clicked", conversion: "converted" };

/** People of an arm who did what the metric counts. */
export function successes(arm: ArmNumbers, metric: WinnerMetric): number {
  if (metric === "open") return arm.opened;
  return metric === "click" ? arm.clicked : (arm.converted ?? 0);
}

/** The best arm and why, in words; ties go to the first. Pure. */
export function best(arms: readonly ArmNumbers[], metric: WinnerMetric): { arm: string; because: string } | null {
  const rated = arms
    .map((arm) => ({ id: arm.arm, of: armOfRate(arm.sent, Math.min(arm.sent, successes(arm, metric))) }))
    .toSorted((a, b) => meanOf(b.of) - meanOf(a.of));
  const [first, second] = rated;
  if (first === undefined) return null;
  const percent = (of: typeof first.of): string => `${(meanOf(of) * 100).toFixed(1)} %`;
  if (second === undefined) return { arm: first.id, because: `${first.id.toUpperCase()} is the only variant.` };
  const comparison = compareArms(second.of, first.of);
  const certain = comparison !== null && comparison.p < 0.05;
  return {
    arm: first.id,
    because: `${first.id.toUpperCase()}: ${percent(first.of)} ${METRIC_LABELS[metric]}, ${second.id.toUpperCase()}: ${percent(second.of)}. ${
      certain ? `The difference is more than chance (p = ${comparison.p.toFixed(3)}).` : "The difference may be chance."
    }`,
  };
}

/**
 * Every other arm beside the first, by a metric, of sent messages. Without an interval where neither rate varies (nobody or
 * everybody did it), and without a difference where both are the same then. Pure.
 */
export function compareWithFirst(arms: readonly ArmNumbers[], metric: WinnerMetric): ArmComparison[] {
  const [first, ...others] = arms;
  if (first === undefined || others.length === 0) return [];
  const rate = (arm: ArmNumbers) => armOfRate(arm.sent, Math.min(arm.sent, successes(arm, metric)));
  const base = rate(first);
  return [
    { arm: first.arm, metric, rate: meanOf(base), difference: null, low: null, high: null, p: null },
    ...others.map((arm): ArmComparison => {
      const comparison = compareArms(base, rate(arm));
      // Where neither rate varies, an interval of no width would claim certainty that nobody has.
      const sure = comparison !== null && comparison.standardError > 0;
      return {
        arm: arm.arm,
        metric,
        rate: meanOf(rate(arm)),
        difference: sure || comparison?.lift ? comparison.lift : null,
        low: sure ? comparison.interval.low : null,
        high: sure ? comparison.interval.high : null,
        p: sure ? comparison.p : null,
      };
    }),
  ];
}
