"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import Link from "next/link";
import { BarSeries, ChartFigure, formatBucket, formatCount } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import type { AdRow, CampaignReport } from "@/domain/attribution/schemas";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { frameText, ReportBody } from "./report-frame";
import { useQuestion, type ReportChoices } from "./use-question";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

export interface CampaignScreenProps {
  id: string;
  name: string;
  choices: ReportChoices;
  /** Whether the member may look people up. */
  people: boolean;
}

/** One campaign from its cost to its ads and, for whoever may, to the people. */
export function CampaignScreen({ id, name, choices, people }: CampaignScreenProps) {
  const { state, set } = useQuestion(choices);
  const [model = "last_non_direct"] = state.models;
  const question = { campaign: id, conversion: state.conversion, from: state.from, to: state.to, half: state.half, model };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["campaign", question],
    queryFn: ({ signal }) => fetchReport<CampaignReport>("campaign", question, signal),
    placeholderData: keepPreviousData,
  });
  const through = new URLSearchParams({ conversion: state.conversion, from: state.from, to: state.to, by: "campaign", through: name });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-96">
          <ReportControls choices={choices} state={{ ...state, models: [model] }} most={1} cut={false} onChange={set} />
        </div>
        {people ? (
          <Button variant="outline" asChild>
            <Link href={`/attribution/conversions?${through.toString()}`}>
              <Users aria-hidden />
              Conversions and people
            </Link>
          </Button>
        ) : null}
      </div>
      <ReportBody data={data} error={error} fetching={isFetching} retry={() => void refetch()}>
        {(report) => (
          <>
            <Figures report={report} />
            <Card>
              <CardContent className="pt-4">
                <ChartFigure
                  title="Spend and touches"
                  summary={`${formatMoney(report.spend, report.currency)} spent, ${formatCount(report.series.reduce((sum, { touches }) => sum + (touches ?? 0), 0))} touches.`}
                  rows={report.series}
                  columns={[
                    { label: "When", value: ({ at }) => formatBucket(at, report.bucket), raw: ({ at }) => at.slice(0, 10) },
                    {
                      label: `Spend (${report.currency})`,
                      value: ({ spend }) => formatMoney(spend, report.currency),
                      raw: ({ spend }) => spend,
                    },
                    { label: "Touches", value: ({ touches }) => touches ?? "few" },
                  ]}
                  fileName="campaign-days"
                  note={frameText(report, [report.model])}
                >
                  <BarSeries
                    label="Spend and touches over time"
                    rows={report.series.map(({ at, spend, touches }) => ({ at, spend, touches: touches ?? 0 }))}
                    series={[
                      { key: "spend", label: `Spend in ${report.currency}`, color: 2 },
                      { key: "touches", label: "Touches", color: 1 },
                    ]}
                    bucket={report.bucket}
                    height={200}
                  />
                </ChartFigure>
              </CardContent>
            </Card>
            <Card>
              <CardContent className="pt-4">
                <Ads report={report} />
              </CardContent>
            </Card>
          </>
        )}
      </ReportBody>
    </div>
  );
}

function Figures({ report }: { report: CampaignReport }) {
  const { spend, impressions, clicks, credited, currency } = report;
  const per = (part: number, whole: number): string => (whole > 0 ? formatMoney(part / whole, currency) : "–");
  const figures = [
    { label: "Spend", value: formatMoney(spend, currency), note: `${formatCount(impressions)} impressions, ${formatCount(clicks)} clicks` },
    { label: "Credited", value: credited === null ? "few" : formatMoney(credited.value, currency), note: "value by the model above" },
    {
      label: "ROAS",
      value: credited === null || spend === 0 ? "–" : (credited.value / spend).toFixed(2),
      note: "credit for each unit spent",
    },
    {
      label: "Conversions",
      value: credited === null ? "few" : number.format(credited.conversions),
      note: `${credited === null ? "–" : per(spend, credited.conversions)} each`,
    },
    { label: "Cost per click", value: per(spend, clicks), note: "as the platform counts clicks" },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-3 xl:grid-cols-5">
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

/** Ad sets and ads: text and figures, so the drawing is the table itself. */
function Ads({ report }: { report: CampaignReport }) {
  const { currency } = report;
  const columns = [
    { label: "Ad set", value: (row: AdRow) => row.adSet || "–" },
    { label: "Ad or link", value: (row: AdRow) => row.ad || "(none)" },
    { label: `Spend (${currency})`, value: (row: AdRow) => formatMoney(row.spend, currency), raw: (row: AdRow) => row.spend },
    { label: "Impressions", value: (row: AdRow) => row.impressions },
    { label: "Clicks", value: (row: AdRow) => row.clicks },
    { label: "Touches", value: (row: AdRow) => row.touches },
    { label: "Conversions", value: (row: AdRow) => number.format(row.conversions), raw: (row: AdRow) => row.conversions },
    { label: `Credited (${currency})`, value: (row: AdRow) => formatMoney(row.value, currency), raw: (row: AdRow) => row.value },
  ];
  const [best] = report.ads;
  return (
    <ChartFigure
      title="Ad sets and ads"
      summary={best === undefined ? "No ad that may be shown." : `${best.ad || "Links without a name"} has the most credit.`}
      rows={report.ads}
      columns={columns}
      fileName="campaign-ads"
      empty={
        <p className="text-sm text-muted-foreground">
          {report.hiddenAds > 0 ? `${report.hiddenAds} ads stand for few people and are not shown.` : "No cost and no touch in these days."}
        </p>
      }
      note={`An ad's touches are those whose utm_content is its name. ${report.hiddenAds > 0 ? `${report.hiddenAds} ads stand for few people and are not shown. ` : ""}${frameText(report, [report.model])}`}
    >
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Ads, table">
        <table className="w-full text-sm">
          <thead className="text-xs text-muted-foreground">
            <tr className="border-b">
              {columns.map(({ label }, i) => (
                <th key={label} scope="col" className={`px-2 py-1.5 font-medium whitespace-nowrap ${i < 2 ? "text-left" : "text-right"}`}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.ads.map((row) => (
              <tr key={`${row.adSet} ${row.ad}`} className="border-b last:border-0">
                {columns.map(({ label, value }, i) => {
                  const cell = value(row);
                  return (
                    <td key={label} className={`px-2 py-1.5 whitespace-nowrap tabular-nums ${i < 2 ? "text-left" : "text-right"}`}>
                      {typeof cell === "number" ? formatCount(cell) : cell}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartFigure>
  );
}
