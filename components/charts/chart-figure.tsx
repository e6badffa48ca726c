"use client";

import { Download, LineChart, Table2 } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { toCsv } from "./csv";
import { formatCount } from "./format";

export interface ChartColumn<Row> {
  label: string;
  /** What the table shows; numbers are right-aligned. */
  value: (row: Row) => string | number;
  /** What the CSV holds, where it differs (ISO times). */
  raw?: (row: Row) => string | number;
}

export interface ChartFigureProps<Row> {
  title: string;
  /** One sentence with the chart's message, true for the data shown. Read out instead of the drawing. */
  summary: string;
  rows: readonly Row[];
  /** The first column heads the rows of the table twin. */
  columns: readonly ChartColumn<Row>[];
  /** Name of the CSV file, without extension. */
  fileName: string;
  /** Shown instead of the chart when there is nothing to draw. */
  empty?: ReactNode;
  /** Controls at the title's right, such as a range picker. */
  actions?: ReactNode;
  /** Small print under the chart: unit, time zone, as-of. */
  note?: ReactNode;
  /** The drawing; hidden from assistive technology's reading order by its own label, the table twin says the same. */
  children: ReactNode;
  className?: string;
}

const BUTTON =
  "inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-xs text-muted-foreground hover:bg-accent hover:text-accent-foreground focus-visible:outline-2 focus-visible:outline-offset-1 focus-visible:outline-ring aria-pressed:bg-accent aria-pressed:text-accent-foreground";

/** A chart with title, summary sentence, table twin and CSV: the frame of every chart in the product. */
export function ChartFigure<Row>(props: ChartFigureProps<Row>) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const isEmpty = props.empty !== undefined && props.rows.length === 0;
  return (
    <figure
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-summary`}
      className={`flex min-w-0 flex-col gap-3 ${props.className ?? ""}`}
    >
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-52">
          <h3 id={`${id}-title`} className="text-sm font-medium">
            {props.title}
          </h3>
          <p id={`${id}-summary`} className="text-sm text-muted-foreground">
            {props.summary}
          </p>
        </div>
        <div className="flex max-w-full flex-wrap items-center gap-1">
          {props.actions}
          {!isEmpty && (
            <>
              <button type="button" className={BUTTON} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
                {asTable ? <LineChart aria-hidden className="size-3.5" /> : <Table2 aria-hidden className="size-3.5" />}
                Table
              </button>
              <button type="button" className={BUTTON} onClick={() => download(props)} aria-label={`Download "${props.title}" as CSV`}>
                <Download aria-hidden className="size-3.5" />
                CSV
              </button>
            </>
          )}
        </div>
      </div>
      {isEmpty ? props.empty : asTable ? <TableTwin {...props} /> : props.children}
      {props.note !== undefined && <figcaption className="text-xs text-muted-foreground">{props.note}</figcaption>}
    </figure>
  );
}

function TableTwin<Row>({ title, rows, columns }: ChartFigureProps<Row>) {
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
    <div className="max-h-80 overflow-auto rounded-md border" tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{title}</caption>
        <thead className="sticky top-0 bg-muted text-xs text-muted-foreground">
          <tr>
            {columns.map((column, index) => (
              <th key={column.label} scope="col" className={`px-3 py-1.5 font-medium ${index === 0 ? "text-left" : "text-right"}`}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // Rows of a chart have no id of their own and never change order within one rendering.
            // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
            <tr key={at} className="border-t">
              {columns.map((column, index) => {
                const value = column.value(row);
                const text = typeof value === "number" ? formatCount(value) : value;
                return index === 0 ? (
                  <th key={column.label} scope="row" className="px-3 py-1 text-left font-normal">
                    {text}
                  </th>
                ) : (
                  <td key={column.label} className="px-3 py-1 text-right tabular-nums">
                    {text}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function download<Row>({ rows, columns, fileName }: ChartFigureProps<Row>): void {
  const text = toCsv(
    columns.map((column) => column.label),
    rows.map((row) => columns.map((column) => (column.raw ?? column.value)(row))),
  );
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${fileName}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
