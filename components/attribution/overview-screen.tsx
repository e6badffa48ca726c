"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Printer, Settings2 } from "lucide-react";
import { useState } from "react";
import { BarSeries, ChartFigure, formatBucket } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import type { PerformanceReport, ReportSettings } from "@/domain/attribution/schemas";
import type { Result } from "@/domain/kernel/model";
import { PeriodFiguresGrid } from "./period-figures";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { frameText, ReportBody } from "./report-frame";
import { ReportSettingsDialog } from "./report-settings-dialog";
import { ReturnTable } from "./return-table";
import { useQuestion, type ReportChoices } from "./use-question";

export interface OverviewScreenProps {
  choices: ReportChoices;
  /** Ids of campaigns by name. */
  campaigns: Readonly<Record<string, string>>;
  settings: ReportSettings;
  /** Null for whoever may only read. */
  saveSettings: ((input: ReportSettings) => Promise<Result<unknown>>) | null;
  /** One page to print: fewer rows, a button for it. */
  printed?: boolean;
}

/** What was spent and what came back, against the period before. */
export function OverviewScreen({ choices, campaigns, settings, saveSettings, printed = false }: OverviewScreenProps) {
  const { state, set } = useQuestion(choices);
  const [editing, setEditing] = useState(false);
  const [model = "last_non_direct"] = state.models;
  const question = { conversion: state.conversion, from: state.from, to: state.to, half: state.half, model };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["performance", question],
    queryFn: ({ signal }) => fetchReport<PerformanceReport>("performance", question, signal),
    placeholderData: keepPreviousData,
  });
  const query = new URLSearchParams({ conversion: state.conversion, from: state.from, to: state.to, models: model }).toString();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-end gap-3 print:hidden">
        <div className="min-w-0 flex-1 basis-96">
          <ReportControls choices={choices} state={{ ...state, models: [model] }} most={1} cut={false} onChange={set} />
        </div>
        {saveSettings === null ? null : (
          <Button variant="outline" onClick={() => setEditing(true)}>
            <Settings2 aria-hidden />
            Margin and fixed costs
          </Button>
        )}
        {printed ? (
          <Button disabled={data === undefined} onClick={() => window.print()}>
            <Printer aria-hidden />
            Print or save as PDF
          </Button>
        ) : null}
      </div>
      <ReportBody data={data} error={error} fetching={isFetching} retry={() => void refetch()}>
        {(report) => (
          <>
            <PeriodFiguresGrid report={report} />
            <p className="text-xs text-muted-foreground">
              {`Changes are against ${report.previous.from} to ${report.previous.to}. "–": nothing to divide by, or too few people to show.`}
            </p>
            <Card>
              <CardContent className="pt-4">
                <Spending report={report} height={printed ? 170 : 260} />
              </CardContent>
            </Card>
            <div className={`grid grid-cols-[minmax(0,1fr)] gap-4 ${printed ? "" : "2xl:grid-cols-2"}`}>
              <section aria-label="Channels" className="grid grid-cols-[minmax(0,1fr)] content-start gap-2">
                <h2 className="text-sm font-medium">Channels</h2>
                <ReturnTable
                  label="Return by channel"
                  first="Channel"
                  rows={report.channels}
                  currency={report.currency}
                  most={printed ? 8 : 20}
                />
              </section>
              <section aria-label="Campaigns" className="grid grid-cols-[minmax(0,1fr)] content-start gap-2">
                <h2 className="text-sm font-medium">Campaigns</h2>
                <ReturnTable
                  label="Return by campaign"
                  first="Campaign"
                  rows={report.campaigns.filter(({ name }) => name !== "(none)")}
                  currency={report.currency}
                  most={printed ? 8 : 20}
                  hrefOf={(name) => (campaigns[name] === undefined ? null : `/campaigns/${campaigns[name]}?${query}`)}
                />
              </section>
            </div>
            <p className="text-xs text-pretty text-muted-foreground">{frameText(report, [report.model])}</p>
          </>
        )}
      </ReportBody>
      {editing && saveSettings !== null ? (
        <ReportSettingsDialog settings={settings} save={saveSettings} onClose={() => setEditing(false)} onSaved={() => void refetch()} />
      ) : null}
    </div>
  );
}

function Spending({ report, height }: { report: PerformanceReport; height: number }) {
  const hidden = report.series.filter(({ revenue }) => revenue === null).length;
  const best = report.series.toSorted((a, b) => (b.revenue ?? 0) - (a.revenue ?? 0))[0];
  return (
    <ChartFigure
      title="Spend and revenue"
      summary={
        best === undefined || best.revenue === null
          ? "Too few conversions to show by day."
          : `Most came in on ${formatBucket(best.at, report.bucket)}: ${formatMoney(best.revenue, report.currency)}.`
      }
      rows={report.series}
      columns={[
        { label: "When", value: ({ at }) => formatBucket(at, report.bucket), raw: ({ at }) => at.slice(0, 10) },
        { label: `Spend (${report.currency})`, value: ({ spend }) => formatMoney(spend, report.currency), raw: ({ spend }) => spend },
        {
          label: `Revenue (${report.currency})`,
          value: ({ revenue }) => (revenue === null ? "few" : formatMoney(revenue, report.currency)),
          raw: ({ revenue }) => revenue ?? "few",
        },
      ]}
      fileName="spend-and-revenue"
      note={`${hidden > 0 ? `${hidden} bars stand for few conversions and are not shown. ` : ""}${frameText(report)}`}
    >
      <BarSeries
        label="Spend and revenue over time"
        rows={report.series.map(({ at, spend, revenue }) => ({ at, spend, revenue: revenue ?? 0 }))}
        series={[
          { key: "revenue", label: `Revenue in ${report.currency}`, color: 1 },
          { key: "spend", label: `Spend in ${report.currency}`, color: 2 },
        ]}
        bucket={report.bucket}
        height={height}
      />
    </ChartFigure>
  );
}
