"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChartNoAxesCombined, TriangleAlert } from "lucide-react";
import { parseAsArrayOf, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { REPORT_DIMENSIONS, REPORT_MODELS, type ReportModel } from "@/domain/attribution/model";
import { CreditChart } from "./credit-chart";
import { CreditTable } from "./credit-table";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { ReportFigures } from "./report-figures";

const MOST_MODELS = 3;

export interface AttributionScreenProps {
  conversions: readonly { id: string; name: string; clickDays: number; viewDays: number }[];
  defaults: { from: string; to: string };
}

/** The report with its question in the address: a link shows the same figures. */
export function AttributionScreen({ conversions, defaults }: AttributionScreenProps) {
  const [state, setState] = useQueryStates({
    conversion: parseAsString.withDefault(conversions[0]?.id ?? ""),
    from: parseAsString.withDefault(defaults.from),
    to: parseAsString.withDefault(defaults.to),
    by: parseAsStringLiteral(REPORT_DIMENSIONS).withDefault("channel"),
    models: parseAsArrayOf(parseAsStringLiteral(REPORT_MODELS)).withDefault(["last_non_direct", "markov_1"]),
    half: parseAsInteger.withDefault(7),
  });
  const models = [...new Set<ReportModel>(state.models)].slice(0, MOST_MODELS);
  const question = { ...state, models };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["attribution", question],
    queryFn: ({ signal }) => fetchReport(question, signal),
    enabled: models.length > 0,
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <ReportControls conversions={conversions} state={question} most={MOST_MODELS} onChange={(next) => void setState(next)} />
      {error ? (
        <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md border px-4 py-3 text-sm">
          <TriangleAlert aria-hidden className="size-4 text-destructive" />
          <span className="min-w-0 flex-1">{error.message}</span>
          <Button variant="outline" size="sm" onClick={() => void refetch()}>
            Try again
          </Button>
        </div>
      ) : !data ? (
        <div aria-busy className="grid gap-4">
          <span className="sr-only">Loading the report</span>
          <Skeleton className="h-24" />
          <Skeleton className="h-72" />
          <Skeleton className="h-96" />
        </div>
      ) : data.total.conversions === 0 ? (
        <Empty
          icon={ChartNoAxesCombined}
          title="No conversions in this range"
          description={`Nothing named "${data.conversion.name}" happened between ${state.from} and ${state.to}. Choose other days or another conversion.`}
        />
      ) : (
        <div aria-busy={isFetching} className={cn("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", isFetching && "opacity-60")}>
          {data.withoutRate.length > 0 ? (
            <p role="status" className="flex items-start gap-2 rounded-md border border-warning/40 px-4 py-3 text-sm">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
              <span>
                {`Amounts in ${data.withoutRate.join(", ")} are not in these sums: there is no exchange rate into ${data.currency}. An admin can enter it under Settings, Currencies.`}
              </span>
            </p>
          ) : null}
          <ReportFigures report={data} />
          <Card>
            <CardContent className="pt-4">
              <CreditChart report={data} by={state.by} />
            </CardContent>
          </Card>
          <CreditTable report={data} by={state.by} />
          <p className="text-xs text-pretty text-muted-foreground">
            {data.conversion.name}, {state.from} to {state.to} ({data.timezone}), in {data.currency}. Clicks and visits count up to{" "}
            {data.conversion.clickDays} days before the conversion, views up to {data.conversion.viewDays}. As of{" "}
            {new Date(data.asOf).toLocaleString("en-GB")}.
          </p>
        </div>
      )}
    </div>
  );
}
