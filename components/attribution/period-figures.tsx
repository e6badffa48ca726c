import { formatMoney } from "@/components/layout/money";
import type { PerformanceReport, PeriodFigures } from "@/domain/attribution/schemas";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

interface Figure {
  label: string;
  value: string;
  /** Both periods' numbers, for the change between them. */
  now: number | null;
  before: number | null;
  /** Whether less is better. */
  less?: boolean;
  note: string;
}

/** Spend, revenue and what follows from them, each against the period before. */
export function PeriodFiguresGrid({ report }: { report: PerformanceReport }) {
  const { current, previous, currency, settings, paybackMonths } = report;
  const money = (amount: number | null): string => (amount === null ? "–" : formatMoney(amount, currency));
  const ratio = (n: number | null): string => (n === null ? "–" : n.toFixed(2));
  const of = (key: keyof Omit<PeriodFigures, "from" | "to">): Pick<Figure, "now" | "before"> => ({
    now: current[key],
    before: previous[key],
  });
  const figures: Figure[] = [
    { label: "Spend", value: money(current.spend), ...of("spend"), less: true, note: "costs of campaigns" },
    { label: "Revenue", value: money(current.revenue), ...of("revenue"), note: "all conversions, less refunds" },
    { label: "ROAS", value: ratio(current.returnOnSpend), ...of("returnOnSpend"), note: "revenue for each unit spent" },
    {
      label: "Credited ROAS",
      value: ratio(current.creditedReturn),
      ...of("creditedReturn"),
      note: "credit of what costs, for each unit spent",
    },
    {
      label: "New customers",
      value: current.newCustomers === null ? "–" : whole.format(current.newCustomers),
      ...of("newCustomers"),
      note: "first conversion ever",
    },
    { label: "CAC", value: money(current.acquisitionCost), ...of("acquisitionCost"), less: true, note: "spend for each new customer" },
    {
      label: "Payback",
      value: paybackMonths === null ? "–" : `${paybackMonths} ${paybackMonths === 1 ? "month" : "months"}`,
      now: null,
      before: null,
      note: paybackMonths === null ? "not within the last 12 months" : "until the margin has paid the CAC",
    },
    {
      label: "Profit",
      value: money(current.profit),
      ...of("profit"),
      note: `${settings.marginPercent} % margin, ${formatMoney(settings.fixedCosts, currency)} fixed costs a month`,
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border lg:grid-cols-4 print:grid-cols-4">
      {figures.map((figure) => (
        <div key={figure.label} className="grid content-start gap-0.5 bg-card px-4 py-3">
          <dt className="text-xs text-muted-foreground">{figure.label}</dt>
          <dd className="flex flex-wrap items-baseline gap-x-2 text-lg font-semibold tabular-nums">
            {figure.value}
            <Change {...figure} />
          </dd>
          <dd className="text-xs text-pretty text-muted-foreground">{figure.note}</dd>
        </div>
      ))}
    </dl>
  );
}

function Change({ now, before, less = false }: Pick<Figure, "now" | "before" | "less">) {
  if (now === null || before === null || before === 0) return null;
  const change = Math.round((now / before - 1) * 100);
  if (!Number.isFinite(change)) return null;
  const good = change === 0 ? "" : change > 0 === !less ? "text-success-text" : "text-destructive-text";
  return (
    <span className={`text-xs font-medium ${good}`}>
      {change === 0 ? "±0 %" : `${change > 0 ? "+" : "−"}${Math.abs(change)} %`}
      <span className="sr-only"> against the period before</span>
    </span>
  );
}
