"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsBoolean, parseAsInteger, useQueryStates } from "nuqs";
import { BarList, ChartFigure, FlowChart, formatCount } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Card, CardContent } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { Label } from "@/components/ui/label";
import { NativeSelect } from "@/components/ui/native-select";
import type { Bin, PathsReport } from "@/domain/attribution/schemas";
import { PathTable } from "./path-table";
import { pathText } from "./path-text";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { frameText, ReportBody } from "./report-frame";
import { RolesTable } from "./roles-table";
import { useQuestion, type ReportChoices } from "./use-question";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const DRAWN = [5, 10, 20, 30];

/** The ways that lead to conversions. */
export function PathsScreen({ choices }: { choices: ReportChoices }) {
  const { state, set } = useQuestion(choices);
  const [view, setView] = useQueryStates({
    repeats: parseAsBoolean.withDefault(false),
    drawn: parseAsInteger.withDefault(10),
  });
  const question = { ...state, models: null, half: null, ...view };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["paths", question],
    queryFn: ({ signal }) => fetchReport<PathsReport>("paths", question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <ReportControls choices={choices} state={state} most={0} onChange={set} />
      <ReportBody data={data} error={error} fetching={isFetching} retry={() => void refetch()}>
        {(report) => (
          <>
            <Figures report={report} />
            <Card>
              <CardContent className="pt-4">
                <ChartFigure
                  title="How people got there"
                  summary={
                    report.rows[0] === undefined
                      ? "No path is so frequent that it may be shown."
                      : `The most frequent way is ${pathText(report.rows[0].steps)}: ${number.format(report.rows[0].conversions)} conversions.`
                  }
                  rows={report.flow.links}
                  columns={[
                    { label: "From", value: ({ source }) => nodeText(report, source) },
                    { label: "To", value: ({ target }) => nodeText(report, target) },
                    { label: "Conversions", value: ({ conversions }) => conversions },
                  ]}
                  fileName="paths-flow"
                  empty={<p className="text-sm text-muted-foreground">Nothing to draw.</p>}
                  actions={
                    <span className="w-32">
                      <NativeSelect
                        aria-label="Paths drawn"
                        value={view.drawn}
                        onChange={(event) => void setView({ drawn: Number(event.target.value) })}
                      >
                        {DRAWN.map((n) => (
                          <option key={n} value={n}>
                            Top {n} paths
                          </option>
                        ))}
                      </NativeSelect>
                    </span>
                  }
                  note={frameText(report)}
                >
                  <FlowChart
                    label="Paths to the conversion, step by step"
                    nodes={report.flow.nodes}
                    links={report.flow.links.map(({ conversions, ...link }) => ({ ...link, value: conversions }))}
                    unit="conversions"
                  />
                </ChartFigure>
              </CardContent>
            </Card>
            <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
              <Histogram
                title="Touches before a conversion"
                bins={report.lengths}
                first="Touches"
                fileName="path-lengths"
                report={report}
              />
              <Histogram title="Time from the first touch" bins={report.lags} first="Time" fileName="time-lag" report={report} />
            </div>
            <PathTable
              report={report}
              actions={
                <span className="flex items-center gap-2 text-sm">
                  <Checkbox
                    id="repeats"
                    checked={view.repeats}
                    onCheckedChange={(on) => void setView({ repeats: on === true ? true : null })}
                  />
                  <Label htmlFor="repeats" className="font-normal">
                    Tell repeats apart
                  </Label>
                </span>
              }
            />
            <RolesTable report={report} />
          </>
        )}
      </ReportBody>
    </div>
  );
}

function nodeText({ flow }: PathsReport, i: number): string {
  const node = flow.nodes[i];
  return node === undefined ? "" : `${node.step + 1}. ${node.name}`;
}

function Figures({ report }: { report: PathsReport }) {
  const figures = [
    { label: "Conversions", value: formatCount(report.total.conversions), note: formatMoney(report.total.value, report.currency) },
    { label: "Touches on a path", value: number.format(report.meanTouches), note: "mean, of paths with a touch" },
    { label: "Days to convert", value: number.format(report.meanDays), note: "mean, from the first touch" },
    { label: "Different paths", value: formatCount(report.rows.length + report.rest.paths), note: "repeats in a row as one step" },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border lg:grid-cols-4">
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

interface HistogramProps {
  title: string;
  bins: readonly Bin[];
  /** Heading of the first column. */
  first: string;
  fileName: string;
  report: PathsReport;
}

function Histogram({ title, bins, first, fileName, report }: HistogramProps) {
  const shown = bins.filter(({ conversions }) => conversions !== null);
  const total = shown.reduce((sum, { conversions }) => sum + (conversions ?? 0), 0);
  const most = shown.toSorted((a, b) => (b.conversions ?? 0) - (a.conversions ?? 0))[0];
  const hidden = bins.length - shown.length;
  return (
    <Card>
      <CardContent className="pt-4">
        <ChartFigure
          title={title}
          summary={most === undefined ? "Too few conversions to show." : `Most often: ${most.label}.`}
          rows={bins}
          columns={[
            { label: first, value: ({ label }) => label },
            { label: "Conversions", value: ({ conversions }) => conversions ?? "few" },
            {
              label: `Value (${report.currency})`,
              value: ({ value }) => (value === null ? "few" : formatMoney(value, report.currency)),
              raw: ({ value }) => value ?? "few",
            },
          ]}
          fileName={fileName}
          note={`${hidden > 0 ? `${hidden} bars stand for few people and are not shown. ` : ""}${frameText(report)}`}
        >
          <BarList
            label={title}
            total={total}
            items={shown.map(({ label, conversions }) => ({ key: label, label, value: conversions ?? 0 }))}
          />
        </ChartFigure>
      </CardContent>
    </Card>
  );
}
