import { formatMoney } from "@/components/layout/money";
import type { AttributionReport } from "@/domain/attribution/model";

const percent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en-GB");

/** The range at a glance. */
export function ReportFigures({ report }: { report: AttributionReport }) {
  const { total, unattributed, restricted, rows, currency } = report;
  const spend = rows.reduce((sum, row) => sum + (row.spend ?? 0), 0);
  const share = (part: number): string => (total.value > 0 ? percent.format(part / total.value) : "–");
  const figures = [
    { label: "Conversions", value: whole.format(total.conversions), note: `${whole.format(report.paths)} paths looked at` },
    { label: "Value", value: formatMoney(total.value, currency), note: "less refunds" },
    { label: "Spend", value: rows.some((row) => row.spend !== null) ? formatMoney(spend, currency) : "–", note: "of these days" },
    { label: "Return on spend", value: spend > 0 ? `${(total.value / spend).toFixed(2)}` : "–", note: "all value for each unit spent" },
    {
      label: "Unattributed",
      value: unattributed.hidden === true ? "few" : share(unattributed.value),
      note: `${unattributed.hidden === true ? "some" : whole.format(unattributed.conversions)} without a touch in the window`,
    },
    {
      label: "Restricted",
      value: restricted.hidden === true ? "few" : share(restricted.value),
      note: `${restricted.hidden === true ? "some" : whole.format(restricted.conversions)} of people who may not be measured`,
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-3 xl:grid-cols-6">
      {figures.map(({ label, value, note }) => (
        <div key={label} className="grid content-start gap-0.5 bg-card px-4 py-3">
          <dt className="text-xs text-muted-foreground">{label}</dt>
          <dd className="text-lg font-semibold tabular-nums">{value}</dd>
          <dd className="text-xs text-pretty text-muted-foreground">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
