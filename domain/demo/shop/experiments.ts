import type { Random } from "@/domain/kernel/random";
import { DAY, type Calendar } from "./calendar";

export interface DemoExperiment {
  id: string;
  name: string;
  kind: "ab" | "holdout";
  startsAt: number;
  endsAt: number;
  /** Variation ids and their share of the people; the first is the control. */
  variations: readonly { id: string; name: string; share: number }[];
  /** The event that counts, and within how many days after the first exposure. */
  metric: { event: string; days: number };
  /**
   * The truth that the data are made with: what the treatment multiplies the chance of an order by (`ab`), or the
   * chance itself of coming back in each arm (`holdout`). A report has to find it.
   */
  truth: { multiplier: number } | { control: number; treatment: number };
}

/** The experiments of one history. */
export function planExperiments(calendar: Calendar): { delivery: DemoExperiment; winback: DemoExperiment } {
  return {
    delivery: {
      id: "exp_demo_delivery_bar",
      name: "Free-delivery bar in the basket",
      kind: "ab",
      startsAt: calendar.end - 96 * DAY,
      endsAt: calendar.end - 26 * DAY,
      variations: [
        { id: "control", name: "No bar", share: 0.5 },
        { id: "bar", name: "Bar with the amount that is missing", share: 0.5 },
      ],
      metric: { event: "Order Completed", days: 14 },
      truth: { multiplier: 1.3 },
    },
    winback: {
      id: "exp_demo_winback_holdout",
      name: "Win-back mail against holdout",
      kind: "holdout",
      startsAt: calendar.start,
      endsAt: calendar.end,
      variations: [
        { id: "holdout", name: "No mail", share: 0.25 },
        { id: "mail", name: "Mail with 15 % off", share: 0.75 },
      ],
      metric: { event: "Order Completed", days: 30 },
      truth: { control: 0.05, treatment: 0.14 },
    },
  };
}

export function drawVariation(random: Random, experiment: DemoExperiment): { id: string; name: string; control: boolean } {
  const [control, treatment] = experiment.variations;
  if (!control || !treatment) throw new Error(`${experiment.id} needs two variations`);
  return random.chance(control.share) ? { ...control, control: true } : { ...treatment, control: false };
}

/** Properties of the event `Experiment Viewed`. */
export const exposure = (experiment: DemoExperiment, variation: { id: string; name: string }): Record<string, string> => ({
  experiment_id: experiment.id,
  experiment_name: experiment.name,
  variation_id: variation.id,
  variation_name: variation.name,
});
