"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, CardContent } from "@/components/ui/card";
import type { AttributionReport } from "@/domain/attribution/model";
import { CalibrationTable } from "./calibration-table";
import { CreditChart } from "./credit-chart";
import { CreditTable } from "./credit-table";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { ReportFigures } from "./report-figures";
import { frameText, ReportBody } from "./report-frame";
import { MOST_MODELS, useQuestion, type ReportChoices } from "./use-question";

/** Two or three models side by side, with their question in the address. */
export function AttributionScreen({ choices }: { choices: ReportChoices }) {
  const { state, set } = useQuestion(choices);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["attribution", state],
    queryFn: ({ signal }) => fetchReport<AttributionReport>("report", { ...state }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <ReportControls choices={choices} state={state} most={MOST_MODELS} onChange={set} />
      <ReportBody data={data} error={error} fetching={isFetching} retry={() => void refetch()}>
        {(report) => (
          <>
            <ReportFigures report={report} />
            <Card>
              <CardContent className="pt-4">
                <CreditChart report={report} by={report.dimension} />
              </CardContent>
            </Card>
            <CreditTable report={report} by={report.dimension} state={state} />
            <CalibrationTable report={report} state={state} />
            <p className="text-xs text-pretty text-muted-foreground">{frameText(report, report.models)}</p>
          </>
        )}
      </ReportBody>
    </div>
  );
}
