"use client";

import { Download } from "lucide-react";
import { toCsv } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { REPORT_MODEL_LABELS, type AttributionReport, type ReportDimension } from "@/domain/attribution/model";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const DIMENSION: Record<ReportDimension, string> = {
  channel: "Channel",
  campaign: "Campaign",
  source: "Source / medium",
  content: "Ad or link",
};

/** Every row with its credit under each model; what nobody is credited with stands below, and the columns add up. */
export function CreditTable({ report, by }: { report: AttributionReport; by: ReportDimension }) {
  const { models, rows, unattributed, restricted, total, currency } = report;
  const withSpend = rows.some((row) => row.spend !== null);
  const inflated = models.includes("participation");
  const download = (): void => {
    const header = [
      DIMENSION[by],
      "Touches",
      ...(withSpend ? [`Spend (${currency})`] : []),
      ...models.flatMap((model) => [
        `${REPORT_MODEL_LABELS[model].name}: conversions`,
        `${REPORT_MODEL_LABELS[model].name}: value (${currency})`,
      ]),
    ];
    const lines = rows.map((row) => [
      row.name,
      row.touches,
      ...(withSpend ? [row.spend ?? 0] : []),
      ...row.credits.flatMap(({ conversions, value }) => [conversions, value]),
    ]);
    const rest = [["Unattributed", unattributed] as const, ["Restricted", restricted] as const].map(([name, part]) => [
      name,
      "",
      ...(withSpend ? [""] : []),
      ...models.flatMap(() => [part.conversions, part.value]),
    ]);
    const url = URL.createObjectURL(new Blob([toCsv(header, [...lines, ...rest])], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `attribution-${by}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <section aria-labelledby="credit-table" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="credit-table" className="text-sm font-medium">
          Credit by {DIMENSION[by].toLowerCase()}
        </h2>
        <Button variant="ghost" size="sm" onClick={download}>
          <Download aria-hidden />
          CSV
        </Button>
      </div>
      <Table aria-label={`Credit by ${DIMENSION[by].toLowerCase()}`}>
        <TableHeader>
          <TableRow>
            <TableHead scope="col" rowSpan={2}>
              {DIMENSION[by]}
            </TableHead>
            <TableHead scope="col" rowSpan={2} className="text-right">
              Touches
            </TableHead>
            {withSpend ? (
              <TableHead scope="col" rowSpan={2} className="text-right">
                Spend
              </TableHead>
            ) : null}
            {models.map((model) => (
              <TableHead
                key={model}
                scope="colgroup"
                colSpan={withSpend ? 3 : 2}
                className="border-l text-center"
                title={REPORT_MODEL_LABELS[model].meaning}
              >
                {REPORT_MODEL_LABELS[model].name}
              </TableHead>
            ))}
          </TableRow>
          <TableRow>
            {models.map((model) => [
              <TableHead key={`${model} c`} scope="col" className="border-l text-right">
                Conversions
              </TableHead>,
              <TableHead key={`${model} v`} scope="col" className="text-right">
                Value
              </TableHead>,
              withSpend ? (
                <TableHead key={`${model} r`} scope="col" className="text-right">
                  Return
                </TableHead>
              ) : null,
            ])}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.name}>
              <TableHead scope="row" className="max-w-64 truncate font-normal" title={row.name}>
                {row.name}
              </TableHead>
              <Figure>{number.format(row.touches)}</Figure>
              {withSpend ? <Figure>{row.spend === 0 || row.spend === null ? "–" : formatMoney(row.spend, currency)}</Figure> : null}
              {row.credits.map(({ conversions, value }, i) => [
                <Figure key={`${models[i]} c`} first>
                  {number.format(conversions)}
                </Figure>,
                <Figure key={`${models[i]} v`}>
                  {formatMoney(value, currency)}
                  {i > 0 ? <Delta value={value} base={row.credits[0]?.value ?? 0} /> : null}
                </Figure>,
                withSpend ? (
                  <Figure key={`${models[i]} r`}>{row.spend !== null && row.spend > 0 ? (value / row.spend).toFixed(2) : "–"}</Figure>
                ) : null,
              ])}
            </TableRow>
          ))}
          <Rest name="Unattributed" part={unattributed} report={report} withSpend={withSpend} />
          <Rest name="Restricted" part={restricted} report={report} withSpend={withSpend} />
          <Rest name="Total" part={total} report={report} withSpend={withSpend} strong />
        </TableBody>
      </Table>
      {inflated ? (
        <p className="text-xs text-muted-foreground">
          Participation gives every channel of a path the whole conversion: its column is more than the total.
        </p>
      ) : null}
    </section>
  );
}

function Figure({ children, first }: { children: React.ReactNode; first?: boolean }) {
  return <TableCell className={`text-right whitespace-nowrap tabular-nums ${first === true ? "border-l" : ""}`}>{children}</TableCell>;
}

/** Difference to the first model, in per cent. */
function Delta({ value, base }: { value: number; base: number }) {
  if (base === 0) return null;
  const change = Math.round((value / base - 1) * 100);
  if (change === 0) return null;
  return <span className="ml-1.5 text-xs text-muted-foreground">{`${change > 0 ? "+" : "−"}${Math.abs(change)} %`}</span>;
}

function Rest({
  name,
  part,
  report,
  withSpend,
  strong,
}: {
  name: string;
  part: { conversions: number; value: number };
  report: AttributionReport;
  withSpend: boolean;
  strong?: boolean;
}) {
  return (
    <TableRow className={strong === true ? "font-medium" : "text-muted-foreground"}>
      <TableHead scope="row" className={strong === true ? "font-medium" : "font-normal"}>
        {name}
      </TableHead>
      <Figure>{""}</Figure>
      {withSpend ? <Figure>{""}</Figure> : null}
      {report.models.map((model) => [
        <Figure key={`${model} c`} first>
          {number.format(part.conversions)}
        </Figure>,
        <Figure key={`${model} v`}>{formatMoney(part.value, report.currency)}</Figure>,
        withSpend ? <Figure key={`${model} r`}>{""}</Figure> : null,
      ])}
    </TableRow>
  );
}
