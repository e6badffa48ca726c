"use client";

import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { saveFile, toCsv } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { PathsReport } from "@/domain/attribution/schemas";
import { frameText } from "./report-frame";
import { PathText, pathText } from "./path-text";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** The most frequent paths; what is not listed stands below, so that the columns add up. */
export function PathTable({ report, actions }: { report: PathsReport; actions: ReactNode }) {
  const { rows, rest, currency } = report;
  const download = (): void => {
    const csv = toCsv(
      ["Path", "Conversions", `Value (${currency})`, "Mean touches", "Mean days"],
      rows.map((row) => [pathText(row.steps), row.conversions, row.value, row.touches, row.days]),
    );
    saveFile(new Blob([csv], { type: "text/csv;charset=utf-8" }), "paths.csv");
  };
  return (
    <section aria-labelledby="top-paths" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="top-paths" className="text-sm font-medium">
          Top paths
        </h2>
        <div className="flex flex-wrap items-center gap-3 print:hidden">
          {actions}
          <Button variant="ghost" size="sm" onClick={download} aria-label="Download the paths as CSV">
            <Download aria-hidden />
            CSV
          </Button>
        </div>
      </div>
      <Table aria-label="Top paths">
        <TableHeader>
          <TableRow>
            <TableHead>Path</TableHead>
            <TableHead className="text-right">Conversions</TableHead>
            <TableHead className="text-right">Value</TableHead>
            <TableHead className="text-right">Touches</TableHead>
            <TableHead className="text-right">Days</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={pathText(row.steps)}>
              <TableCell className="min-w-64">
                <PathText steps={row.steps} />
              </TableCell>
              <TableCell className="text-right tabular-nums">{number.format(row.conversions)}</TableCell>
              <TableCell className="text-right whitespace-nowrap tabular-nums">{formatMoney(row.value, currency)}</TableCell>
              <TableCell className="text-right tabular-nums">{number.format(row.touches)}</TableCell>
              <TableCell className="text-right tabular-nums">{number.format(row.days)}</TableCell>
            </TableRow>
          ))}
          {rest.paths > 0 ? (
            <TableRow className="text-muted-foreground">
              <TableCell>{`${number.format(rest.paths)} further paths`}</TableCell>
              <TableCell className="text-right tabular-nums">{number.format(rest.conversions)}</TableCell>
              <TableCell className="text-right whitespace-nowrap tabular-nums">{formatMoney(rest.value, currency)}</TableCell>
              <TableCell />
              <TableCell />
            </TableRow>
          ) : null}
        </TableBody>
      </Table>
      <p className="text-xs text-pretty text-muted-foreground">{frameText(report)}</p>
    </section>
  );
}
