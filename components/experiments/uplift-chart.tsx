"use client";

import { ChartFigure, Lines } from "@/components/charts";
import { Card, CardContent } from "@/components/ui/card";
import type { ExperimentResult } from "@/domain/experiments/model";
import { count, total } from "./format";

const percent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 0 });
const coefficient = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3, signDisplay: "exceptZero" });

/** Qini curve: what contacting the best-ranked share of people would have gained. */
export function UpliftChart({ data }: { data: ExperimentResult }) {
  const { uplift, measure, currency } = data;
  if (uplift === null) {
    return (
      <p className="text-sm text-muted-foreground">Nobody in both arms has this score, or there are too few people to show you a curve.</p>
    );
  }
  const { low, high } = uplift.interval;
  const knows = low !== null && low > 0;
  const interval = `${low === null ? "open" : coefficient.format(low)} to ${high === null ? "open" : coefficient.format(high)}`;
  const text = (n: number): string => total(n, measure, currency);
  const best = uplift.points.reduce((a, b) => (b.gain > a.gain ? b : a));
  return (
    <Card>
      <CardContent className="pt-4">
        <ChartFigure
          title="Uplift by share contacted"
          summary={
            knows
              ? `This order knows who is moved: contacting the first ${percent.format(best.share)} gains ${text(best.gain)}, the most of all shares.`
              : "This order tells no better than chance who is moved by the treatment."
          }
          rows={uplift.points}
          columns={[
            { label: "Share contacted", value: ({ share }) => percent.format(share), raw: ({ share }) => share },
            { label: "Gain", value: ({ gain }) => text(gain), raw: ({ gain }) => gain },
            { label: "Gain in random order", value: ({ random }) => text(random), raw: ({ random }) => random },
          ]}
          fileName="experiment-uplift"
          note={`Qini coefficient per person treated ${coefficient.format(uplift.coefficient)}, 95 % ${interval} (bootstrap over people), ${count(uplift.people)} people with a score. A score that was made after the assignment flatters itself.`}
        >
          <Lines
            label="Uplift by share contacted"
            rows={uplift.points.map((point) => ({ ...point }))}
            x={{ key: "share", numeric: true, format: (share: number) => percent.format(share) }}
            y={{ format: (n) => text(n).replace(/\.0+(?=\D|$)/u, "") }}
            lines={[
              { key: "gain", label: "By this order", color: 1 },
              { key: "random", label: "In random order", color: "muted", dashed: true },
            ]}
            zero
          />
        </ChartFigure>
      </CardContent>
    </Card>
  );
}
