"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { formatCount, formatShare, saveFile, toCsv } from "@/components/charts";
import { Button } from "@/components/ui/button";
import type { QualityFigure, QualityReport } from "@/domain/attribution/schemas";
import { Download } from "lucide-react";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { frameText, ReportBody } from "./report-frame";
import { useQuestion, type ReportChoices } from "./use-question";

const WORDS: Record<QualityFigure["key"], { name: string; of: string; meaning: string }> = {
  unattributed: {
    name: "Unattributed",
    of: "conversions",
    meaning: "No touch in the window: orders by phone, long considerations, people who were never recognised.",
  },
  restricted: {
    name: "Excluded by consent",
    of: "conversions",
    meaning: "People who did not allow measurement. They count in the totals, their touches do not.",
  },
  cross_device: {
    name: "Across devices",
    of: "converting paths",
    meaning: "Paths whose touches come from several devices or browsers of one person, joined by the identity graph.",
  },
  direct: {
    name: "Direct",
    of: "touches",
    meaning: "Visits that say nothing about where they came from. Many of them often mean links without a name.",
  },
  unassigned: { name: "Unassigned", of: "touches", meaning: "No channel rule knows them." },
  missing_utm: {
    name: "Links without a campaign",
    of: "touches with a medium or click id",
    meaning: "Paid or sent links that carry no utm_campaign: their cost and their credit cannot meet.",
  },
  unmatched: {
    name: "Names without a campaign",
    of: "touches with a utm_campaign",
    meaning: "The name on the link is in no campaign of the registry.",
  },
  duplicates: { name: "Duplicates", of: "messages received", meaning: "Sent again with the same message id, and counted once." },
  rejected: { name: "Rejected", of: "messages received", meaning: "Refused with a reason; see the source's rejected messages." },
};

/** How far the figures can be trusted. */
export function QualityScreen({ choices }: { choices: ReportChoices }) {
  const { state, set } = useQuestion(choices);
  const question = { conversion: state.conversion, from: state.from, to: state.to };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["quality", question],
    queryFn: ({ signal }) => fetchReport<QualityReport>("quality", question, signal),
    placeholderData: keepPreviousData,
  });
  const download = (report: QualityReport): void => {
    const csv = toCsv(
      ["What", "Part", "Whole", "Counted in"],
      report.figures.map(({ key, part, whole }) => [WORDS[key].name, part ?? "few", whole, WORDS[key].of]),
    );
    saveFile(new Blob([csv], { type: "text/csv;charset=utf-8" }), "data-quality.csv");
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <ReportControls choices={choices} state={state} most={0} cut={false} onChange={set} />
      <ReportBody data={data} error={error} fetching={isFetching} retry={() => void refetch()}>
        {(report) => (
          <>
            <div className="flex items-center justify-between gap-2">
              <h2 className="text-sm font-medium">Shares that tell how far to trust the figures</h2>
              <Button variant="ghost" size="sm" onClick={() => download(report)}>
                <Download aria-hidden />
                CSV
              </Button>
            </div>
            <dl className="grid gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-2 xl:grid-cols-3">
              {report.figures.map(({ key, part, whole }) => (
                <div key={key} className="grid content-start gap-1 bg-card px-4 py-3">
                  <dt className="text-sm font-medium">{WORDS[key].name}</dt>
                  <dd className="flex items-baseline gap-2">
                    <span className="shrink-0 text-lg font-semibold whitespace-nowrap tabular-nums">
                      {part === null ? "few" : formatShare(part, whole)}
                    </span>
                    <span className="text-xs text-muted-foreground tabular-nums">
                      {part === null ? "too few people to show" : `${formatCount(part)} of ${formatCount(whole)} ${WORDS[key].of}`}
                    </span>
                  </dd>
                  <dd aria-hidden className="h-1 overflow-hidden rounded-full bg-muted">
                    <span
                      className="block h-full rounded-full bg-chart-1"
                      style={{ width: `${part === null || whole === 0 ? 0 : (100 * part) / whole}%` }}
                    />
                  </dd>
                  <dd className="text-xs text-pretty text-muted-foreground">{WORDS[key].meaning}</dd>
                </div>
              ))}
            </dl>
            <p className="text-xs text-pretty text-muted-foreground">{frameText(report)}</p>
          </>
        )}
      </ReportBody>
    </div>
  );
}
