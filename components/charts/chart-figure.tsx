"use client";

import { Check, Download, Image as ImageIcon, LineChart, Link as LinkIcon, Table2 } from "lucide-react";
import { useId, useRef, useState, type ReactNode } from "react";
import { copyText } from "@/components/ui/copy-text";
import { toCsv } from "./csv";
import { imageOf, saveFile } from "./export-image";
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

/** A chart with title, summary sentence, table twin, CSV, image and link: the frame of every chart in the product. */
export function ChartFigure<Row>(props: ChartFigureProps<Row>) {
  const [asTable, setAsTable] = useState(false);
  const drawing = useRef<HTMLDivElement>(null);
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
        <div className="flex max-w-full flex-wrap items-center gap-1 print:hidden">
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
              {asTable ? null : (
                <button
                  type="button"
                  className={BUTTON}
                  onClick={() => void saveImage(drawing.current, props)}
                  aria-label={`Download "${props.title}" as an image`}
                >
                  <ImageIcon aria-hidden className="size-3.5" />
                </button>
              )}
              <CopyLink title={props.title} />
            </>
          )}
        </div>
      </div>
      {isEmpty ? props.empty : asTable ? <TableTwin {...props} /> : <div ref={drawing}>{props.children}</div>}
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
  saveFile(new Blob([text], { type: "text/csv;charset=utf-8" }), `${fileName}.csv`);
}

async function saveImage<Row>(drawing: HTMLElement | null, { title, fileName }: ChartFigureProps<Row>): Promise<void> {
  if (drawing !== null) saveFile(await imageOf(drawing, title), `${fileName}.png`);
}

/** Copies the address, which holds what the page shows. */
function CopyLink({ title }: { title: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    setCopied(await copyText(window.location.href));
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button type="button" className={BUTTON} onClick={() => void copy()} aria-label={copied ? "Link copied" : `Copy a link to "${title}"`}>
      {copied ? <Check aria-hidden className="size-3.5" /> : <LinkIcon aria-hidden className="size-3.5" />}
    </button>
  );
}
