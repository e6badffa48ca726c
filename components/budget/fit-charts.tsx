"use client";

import { ChartFigure, Lines, type ChartColor } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Card, CardContent } from "@/components/ui/card";
import { responseAt } from "@/domain/attribution/mmm/budget";
import type { MediaMix } from "@/domain/attribution/mmm/model";
import { curvePoints } from "./scenarios";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const COLORS: readonly ChartColor[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** Text of an outcome: money, or a number of conversions. */
export function outcomeText(mix: Pick<MediaMix, "measure" | "currency">, n: number): string {
  return mix.measure === "value" ? formatMoney(n.toFixed(0), mix.currency).replace(/\.00$/, "") : whole.format(n);
}

/** Response per channel, and the weeks as they were beside those that the model says. */
export function FitCharts({ mix, fit }: { mix: MediaMix; fit: NonNullable<MediaMix["fit"]> }) {
  const text = (n: number): string => outcomeText(mix, n);
  const spendText = (n: number): string => formatMoney(n.toFixed(0), mix.currency).replace(/\.00$/, "");
  const { channels } = fit;
  const color = (i: number): ChartColor => COLORS[i % COLORS.length] ?? 1;
  const points = curvePoints(channels);
  const best = channels.toSorted((a, b) => (b.returnOnSpend ?? 0) - (a.returnOnSpend ?? 0))[0];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-2">
      <Card>
        <CardContent className="pt-4">
          <ChartFigure
            title="Response per week"
            summary={
              best === undefined || best.returnOnSpend === null || best.returnOnSpend === 0
                ? "The model gives no channel an effect."
                : `${best.name} brought the most for what it cost: ${best.returnOnSpend.toFixed(2)} for each unit spent.`
            }
            rows={points}
            columns={[
              { label: "Weekly spend", value: (row) => spendText(row["spend"] ?? 0), raw: (row) => row["spend"] ?? 0 },
              ...channels.map(({ name }, c) => ({
                label: name,
                value: (row: Record<string, number>) => text(row[`c${c}`] ?? 0),
                raw: (row: Record<string, number>) => row[`c${c}`] ?? 0,
              })),
            ]}
            fileName="budget-response"
            note={`What a steady weekly spend brings each week, carry-over included, by the model. Dots: today's spend. In ${mix.currency}.`}
          >
            <Lines
              label="Response per week"
              rows={points}
              x={{ key: "spend", numeric: true, format: spendText }}
              y={{ format: text }}
              lines={channels.map(({ name }, c) => ({ key: `c${c}`, label: name, color: color(c) }))}
              dots={channels.map(({ weekly, curve }, c) => ({ x: weekly, y: responseAt(curve, weekly), color: color(c) }))}
            />
          </ChartFigure>
        </CardContent>
      </Card>
      <Card>
        <CardContent className="pt-4">
          <ChartFigure
            title="Weeks as they were, and by the model"
            summary={`The model explains ${(fit.trainingR2 * 100).toFixed(0)} % of the variance in the weeks that it learnt from.`}
            rows={fit.series}
            columns={[
              { label: "Week of", value: ({ week }) => week },
              {
                label: "As it was",
                value: ({ outcome }) => (outcome === null ? "fewer than 10" : text(outcome)),
                raw: ({ outcome }) => outcome ?? "",
              },
              { label: "By the model", value: ({ fitted }) => (fitted === null ? "–" : text(fitted)), raw: ({ fitted }) => fitted ?? "" },
              { label: "Held out", value: ({ heldOut }) => (heldOut ? "yes" : "no") },
            ]}
            fileName="budget-weeks"
            note={`The last ${mix.heldOut} weeks were held out: the dashed line is a forecast there.`}
          >
            <Lines
              label="Weeks as they were, and by the model"
              rows={fit.series.map((row) => ({
                ...row,
                forecast: row.heldOut ? row.fitted : null,
                fitted: row.heldOut ? null : row.fitted,
              }))}
              x={{ key: "week", numeric: false, format: (week: string) => week.slice(2) }}
              y={{ format: text }}
              lines={[
                { key: "outcome", label: "As it was", color: "muted" },
                { key: "fitted", label: "By the model", color: 1 },
                { key: "forecast", label: "Held out", color: 2, dashed: true },
              ]}
            />
          </ChartFigure>
        </CardContent>
      </Card>
    </div>
  );
}
