"use client";

import type { ReactNode } from "react";
import { Card, CardContent } from "@/components/ui/card";
import { ROW_CODE_LABELS, ROW_WARNING_LABELS, type ImportPreview } from "@/domain/imports/model";
import { count, counted, visible } from "./format";

export interface Figure {
  label: string;
  value: string;
  /** What the number is about, in a few words. */
  note?: string;
  tone?: "default" | "bad";
}

/** Numbers side by side, each with its meaning. */
export function Figures({ figures, label }: { figures: Figure[]; label: string }) {
  return (
    <dl
      aria-label={label}
      className="grid grid-cols-2 overflow-hidden rounded-lg border bg-card sm:grid-cols-3 lg:grid-flow-col lg:auto-cols-fr lg:grid-cols-none"
    >
      {figures.map((figure) => (
        <div key={figure.label} className="-mb-px -ml-px grid content-start gap-0.5 border-b border-l px-4 py-3">
          <dt className="text-xs text-muted-foreground">{figure.label}</dt>
          <dd className={`text-xl font-semibold tracking-tight tabular-nums ${figure.tone === "bad" ? "text-destructive-text" : ""}`}>
            {figure.value}
          </dd>
          {figure.note ? <dd className="text-xs text-pretty text-muted-foreground">{figure.note}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

type Rejects = ImportPreview["rejectedByCode"];

/** Rejected rows by reason, with examples that name the line. */
export function Rejected({ rejects, action }: { rejects: Rejects; action?: ReactNode }) {
  if (rejects.length === 0) return null;
  return (
    <section aria-labelledby="rejected-heading" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="rejected-heading" className="text-base font-semibold tracking-tight">
          Rejected rows
        </h2>
        {action}
      </div>
      <ul aria-label="Rejected rows by reason" className="divide-y rounded-lg border bg-card">
        {rejects.map(({ code, n, examples }) => (
          <li key={code} className="grid gap-1 px-4 py-3 text-sm lg:grid-cols-[16rem_minmax(0,1fr)] lg:gap-4">
            <p className="flex items-baseline justify-between gap-3 lg:block">
              <span className="font-medium">{ROW_CODE_LABELS[code]}</span>
              <span className="text-muted-foreground tabular-nums lg:block">{counted(n, "row")}</span>
            </p>
            <ul className="grid gap-0.5 text-muted-foreground">
              {examples.slice(0, 3).map((example) => (
                <li key={example.line} className="text-pretty wrap-anywhere">
                  <span className="font-medium text-foreground tabular-nums">Line {count(example.line)}</span>
                  {example.field ? (
                    <>
                      , <bdi>{visible(example.field)}</bdi>
                    </>
                  ) : null}
                  : <bdi>{visible(example.message)}</bdi>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was left out of rows, or kept otherwise than the mapping says. */
export function LeftOut({ warnings }: { warnings: ImportPreview["warnings"] }) {
  if (warnings.length === 0) return null;
  return (
    <Card>
      <CardContent className="grid gap-1 pt-3.5 text-sm">
        <p className="font-medium">Remarks</p>
        <ul className="grid gap-0.5 text-muted-foreground">
          {warnings.map(({ code, n, lines }) => (
            <li key={code}>
              {ROW_WARNING_LABELS[code]}: {counted(n, "row")} (line {lines.slice(0, 5).map(count).join(", ")}
              {n > 5 ? ", …" : ""})
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}
