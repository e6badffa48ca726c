"use client";

import { ChartFigure, Lines } from "@/components/charts";
import { Card, CardContent } from "@/components/ui/card";
import type { ExperimentResult } from "@/domain/experiments/model";
import { chance, count, difference, range } from "./format";

/** The difference over time with its always-valid interval. */
export function LooksChart({ data }: { data: ExperimentResult }) {
  const { looks, measure, currency } = data;
  const arm = data.arms.find(({ id }) => id === data.arm)?.name ?? "";
  const text = (n: number): string => difference(n, measure, currency);
  const last = looks.at(-1);
  const summary =
    last === undefined
      ? "Fewer than 50 people in an arm, or fewer than 10 outcomes: too early for a look."
      : `On ${last.day} ${arm} stood at ${text(last.lift)} against the control, interval ${range(last.interval, text)}.`;
  return (
    <Card>
      <CardContent className="pt-4">
        <ChartFigure
          title="Difference over time"
          summary={summary}
          rows={looks}
          columns={[
            { label: "Day", value: (look) => look.day },
            { label: "People", value: (look) => count(look.people), raw: (look) => look.people },
            { label: "Difference", value: (look) => text(look.lift), raw: (look) => look.lift },
            {
              label: "From",
              value: (look) => (look.interval.low === null ? "open" : text(look.interval.low)),
              raw: (look) => look.interval.low ?? "",
            },
            {
              label: "To",
              value: (look) => (look.interval.high === null ? "open" : text(look.interval.high)),
              raw: (look) => look.interval.high ?? "",
            },
            { label: "p, any look", value: (look) => chance(look.p), raw: (look) => look.p },
          ]}
          fileName="experiment-looks"
          empty={<p className="text-sm text-muted-foreground">The first look comes when there is enough to judge by.</p>}
          note={`${arm} less control, per person. The band is the 95 % interval that stays valid however often one looks${data.cuped.on ? ", adjusted by CUPED" : ""}. Days are UTC.`}
        >
          <Lines
            label="Difference over time"
            rows={looks.map(({ day, lift, interval }) => ({ day, lift, low: interval.low, high: interval.high }))}
            x={{ key: "day", numeric: false, format: (day: string) => day.slice(5) }}
            y={{ format: (n) => text(n).replace(/\.0+(?=\D|$)/u, "") }}
            lines={[{ key: "lift", label: `${arm} less control`, color: 1 }]}
            band={{ low: "low", high: "high", label: "95 %, any look", color: 1 }}
            zero
          />
        </ChartFigure>
      </CardContent>
    </Card>
  );
}
