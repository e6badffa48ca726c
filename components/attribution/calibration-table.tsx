"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import Link from "next/link";
import { saveFile, toCsv } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { REPORT_MODEL_LABELS, type AttributionReport } from "@/domain/attribution/model";
import type { Calibration } from "@/domain/experiments/model";
import { fetchReport } from "./queries";
import type { ReportState } from "./use-question";

/** Rows that an experiment measured: credit of the first model beside what was really added, and the return scaled by it. Nothing without one. */
export function CalibrationTable({ report, state }: { report: AttributionReport; state: ReportState }) {
  const asked = (report.dimension === "channel" || report.dimension === "campaign") && state.segment === "";
  const { data, error } = useQuery({
    queryKey: ["calibration", state],
    queryFn: ({ signal }) => fetchReport<Calibration[]>("calibration", { ...state, segment: null }, signal),
    enabled: asked,
    retry: false,
  });
  if (!asked || (!error && (data === undefined || data.length === 0))) return null;
  const { currency } = report;
  const model = REPORT_MODEL_LABELS[report.models[0] ?? "linear"].name;
  const money = (n: number): string => formatMoney(n.toFixed(2), currency);
  const lines = (data ?? []).map((one) => {
    const row = report.rows.find(({ name }) => name === one.name);
    const own = one.models[0];
    const credited = row?.credits[0]?.value ?? 0;
    const spend = row?.spend ?? 0;
    const factor = own?.factor ?? null;
    const scaled = (by: number | undefined): number | null => (by === undefined || spend <= 0 ? null : (credited * by) / spend);
    return {
      ...one,
      same: own?.credited ?? 0,
      factor,
      spend,
      modelReturn: spend > 0 ? credited / spend : null,
      calibrated: factor === null ? null : scaled(factor),
      low: scaled(own?.interval?.low),
      high: scaled(own?.interval?.high),
    };
  });
  const ratio = (n: number | null): string => (n === null ? "–" : n.toFixed(2).replace("-", "−"));
  const download = (): void => {
    const header = [
      "Row",
      "Experiment",
      "People treated",
      `Credited, same people (${currency})`,
      `Added (${currency})`,
      "Added, from",
      "Added, to",
      "Factor",
      "Return by model",
      "Return, calibrated",
      "From",
      "To",
    ];
    const rows = lines.map((line) => [
      line.name,
      line.experiment.name,
      line.treated,
      line.same,
      line.incremental,
      line.interval.low,
      line.interval.high,
      line.factor ?? "",
      line.modelReturn ?? "",
      line.calibrated ?? "",
      line.low ?? "",
      line.high ?? "",
    ]);
    saveFile(new Blob([toCsv(header, rows)], { type: "text/csv;charset=utf-8" }), `attribution-${report.dimension}-calibrated.csv`);
  };
  return (
    <section aria-labelledby="calibrated" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div>
          <h2 id="calibrated" className="text-sm font-medium">
            Calibrated by experiments
          </h2>
          <p className="text-sm text-pretty text-muted-foreground">
            {`Where an experiment measured a row, what it really added stands beside what ${model} credits it with from the same people in the same windows. The calibrated return is the model's, scaled by that.`}
          </p>
        </div>
        {lines.length > 0 ? (
          <Button variant="ghost" size="sm" onClick={download}>
            <Download aria-hidden />
            CSV
          </Button>
        ) : null}
      </div>
      {error ? (
        <p role="alert" className="text-sm text-destructive-text">
          {error.message}
        </p>
      ) : (
        <Table aria-label="Calibrated by experiments">
          <TableHeader>
            <TableRow>
              <TableHead scope="col">{report.dimension === "channel" ? "Channel" : "Campaign"}</TableHead>
              <TableHead scope="col">Experiment</TableHead>
              <TableHead scope="col" className="text-right">
                Credited, same people
              </TableHead>
              <TableHead scope="col" className="text-right">
                Really added (95 %)
              </TableHead>
              <TableHead scope="col" className="text-right">
                Factor
              </TableHead>
              <TableHead scope="col" className="text-right">
                Return by model
              </TableHead>
              <TableHead scope="col" className="text-right">
                Return, calibrated (95 %)
              </TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {lines.map((line) => (
              <TableRow key={line.name}>
                <TableHead scope="row" className="font-normal">
                  {line.name}
                </TableHead>
                <TableCell className="max-w-64">
                  <Link
                    href={`/experiments/${encodeURIComponent(line.experiment.id)}?measure=value`}
                    className="rounded-sm underline-offset-4 hover:underline focus-visible:outline-2 focus-visible:outline-ring"
                  >
                    {line.experiment.name}
                  </Link>
                  <span className="block text-xs whitespace-nowrap text-muted-foreground tabular-nums">{`${line.experiment.startsOn} to ${line.experiment.endsOn ?? "now"}`}</span>
                </TableCell>
                <Figure>{money(line.same)}</Figure>
                <Figure note={`${money(line.interval.low)} to ${money(line.interval.high)}`}>{money(line.incremental)}</Figure>
                <Figure>{line.factor === null ? "credits nothing" : ratio(line.factor)}</Figure>
                <Figure>{ratio(line.modelReturn)}</Figure>
                <Figure note={line.calibrated === null ? null : `${ratio(line.low)} to ${ratio(line.high)}`}>
                  {ratio(line.calibrated)}
                </Figure>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </section>
  );
}

function Figure({ children, note = null }: { children: React.ReactNode; note?: string | null }) {
  return (
    <TableCell className="text-right whitespace-nowrap tabular-nums">
      {children}
      {note === null ? null : <span className="block text-xs text-muted-foreground">{note}</span>}
    </TableCell>
  );
}
