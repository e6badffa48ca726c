import type { ExperimentResult } from "@/domain/experiments/model";
import { chance, difference, range, relative, total } from "./format";

/** The answer at a glance: for the chosen arm and measure. */
export function Verdict({ data }: { data: ExperimentResult }) {
  const { measure, currency } = data;
  const arm = data.arms.find(({ id }) => id === data.arm);
  const lift = data.comparisons.find((one) => one.arm === data.arm)?.[measure] ?? null;
  if (lift === null || arm === undefined) {
    return (
      <p className="rounded-lg border bg-card px-4 py-3 text-sm">
        There are too few outcomes to compare the arms, or too few people to show them to you. Come back when more have happened.
      </p>
    );
  }
  const seen = lift.adjustedP < 0.05;
  const text = (n: number): string => difference(n, measure, currency);
  const detectable = data.detectable[measure];
  const sentence = seen
    ? `${arm.name} brings ${lift.lift > 0 ? "more" : "less"} than the control. This holds however often the result was looked at.`
    : `No difference between ${arm.name} and the control can be told yet.${detectable === null ? "" : ` With the people so far, one of ${text(detectable).replace(/^\+/, "")} would show in four of five tests.`}`;
  const figures = [
    {
      label: "Lift",
      value: lift.relative === null ? text(lift.lift) : relative(lift.relative.lift),
      note: lift.relative === null ? "the control has none" : `${range(lift.relative.interval, relative)} (95 %)`,
    },
    { label: "Difference per person", value: text(lift.lift), note: `${range(lift.always.interval, text)}, valid at any look` },
    {
      label: measure === "rate" ? "More conversions" : "Incremental value",
      value: total(lift.incremental.total, measure, currency),
      note: `${range(lift.incremental.interval, (n) => total(n, measure, currency))} (95 %)`,
    },
    { label: "p, any look", value: chance(lift.adjustedP), note: "below 0.05: a difference; corrected for the number of arms" },
    ...(lift.treated === null
      ? []
      : [{ label: "Effect on those reached", value: text(lift.treated.effect), note: `${range(lift.treated.interval, text)} (95 %)` }]),
  ];
  return (
    <section aria-label="Verdict" className="grid gap-3">
      <p className="text-sm font-medium">{sentence}</p>
      <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-2 xl:grid-cols-4">
        {figures.map(({ label, value, note }) => (
          <div key={label} className="grid content-start gap-0.5 bg-card px-4 py-3">
            <dt className="text-xs text-muted-foreground">{label}</dt>
            <dd className="text-lg font-semibold tabular-nums">{value}</dd>
            <dd className="text-xs text-pretty text-muted-foreground tabular-nums">{note}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
