"use client";

import { TriangleAlert, ChartNoAxesCombined } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { REPORT_MODEL_LABELS, type ReportModel } from "@/domain/attribution/model";
import type { ReportFrame } from "@/domain/attribution/schemas";

/** Conversion, days, zone, currency, windows, model and freshness in one sentence: it stands under every figure. */
export function frameText(frame: ReportFrame, models: readonly ReportModel[] = []): string {
  const by = models.length === 0 ? "" : `, by ${models.map((model) => REPORT_MODEL_LABELS[model].name).join(" and ")}`;
  const who = frame.segment === null ? "" : `, people of "${frame.segment}"`;
  return (
    `${frame.conversion.name}${by}${who}, ${frame.from} to ${frame.to} (${frame.timezone}), in ${frame.currency}. ` +
    `Clicks and visits count up to ${days(frame.conversion.clickDays)} before, views up to ${days(frame.conversion.viewDays)}. ` +
    `As of ${new Date(frame.asOf).toLocaleString("en-GB")}.`
  );
}
const days = (n: number): string => (n === 1 ? "1 day" : `${n} days`);

export interface ReportBodyProps<T extends ReportFrame & { total: { conversions: number } }> {
  data: T | undefined;
  error: Error | null;
  fetching: boolean;
  retry(): void;
  children(data: T): ReactNode;
}

/** Loading, refused, empty or there: the same for every report. */
export function ReportBody<T extends ReportFrame & { total: { conversions: number } }>(props: ReportBodyProps<T>) {
  const { data, error, fetching, retry } = props;
  if (error)
    return (
      <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md border px-4 py-3 text-sm">
        <TriangleAlert aria-hidden className="size-4 text-destructive" />
        <span className="min-w-0 flex-1">{error.message}</span>
        <Button variant="outline" size="sm" onClick={retry}>
          Try again
        </Button>
      </div>
    );
  if (!data)
    return (
      <div aria-busy className="grid gap-4">
        <span className="sr-only">Loading the report</span>
        <Skeleton className="h-24" />
        <Skeleton className="h-72" />
        <Skeleton className="h-96" />
      </div>
    );
  if (data.total.conversions === 0)
    return (
      <Empty
        icon={ChartNoAxesCombined}
        title="No conversions in this range"
        description={`Nothing named "${data.conversion.name}" happened between ${data.from} and ${data.to}. Choose other days or another conversion.`}
      />
    );
  return (
    <div aria-busy={fetching} className={cn("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", fetching && "opacity-60")}>
      {data.withoutRate.length > 0 ? (
        <p role="status" className="flex items-start gap-2 rounded-md border border-warning/40 px-4 py-3 text-sm">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
          <span>
            {`Amounts in ${data.withoutRate.join(", ")} are not in these sums: there is no exchange rate into ${data.currency}. An admin can enter it under Settings, Currencies.`}
          </span>
        </p>
      ) : null}
      {props.children(data)}
    </div>
  );
}
