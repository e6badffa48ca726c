"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatMoney } from "@/components/layout/money";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { REPORT_MODEL_LABELS, type ReportModel } from "@/domain/attribution/model";
import type { ChannelExplanation } from "@/domain/attribution/schemas";
import { PathText } from "./path-text";
import { fetchReport } from "./queries";
import { frameText } from "./report-frame";
import type { ReportState } from "./use-question";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** Where a channel's (campaign's ...) credit comes from: the paths that it is on, and what each gives. */
export function ChannelSheet(props: { name: string; state: ReportState; models: readonly ReportModel[]; onClose(): void }) {
  const { name, state, models } = props;
  const [model, setModel] = useState<ReportModel>(models[0] ?? "linear");
  const question = { ...state, models: null, model, name };
  const { data, error } = useQuery({
    queryKey: ["channel", question],
    queryFn: ({ signal }) => fetchReport<ChannelExplanation>("channel", question, signal),
    retry: false,
  });
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <SheetContent className="w-[min(100vw,44rem)]">
        <SheetHeader>
          <SheetTitle>{name}</SheetTitle>
          <SheetDescription>The paths that give it credit. {REPORT_MODEL_LABELS[model].meaning}</SheetDescription>
        </SheetHeader>
        {models.length > 1 ? (
          <Field label="Model" className="max-w-60">
            <NativeSelect value={model} onChange={(event) => setModel(event.target.value as ReportModel)}>
              {models.map((one) => (
                <option key={one} value={one}>
                  {REPORT_MODEL_LABELS[one].name}
                </option>
              ))}
            </NativeSelect>
          </Field>
        ) : null}
        {error ? (
          <p role="alert" className="text-sm text-destructive-text">
            {error.message}
          </p>
        ) : !data ? (
          <Skeleton className="h-72" />
        ) : (
          <>
            <p className="text-sm">
              {data.removalEffect === null
                ? `${number.format(data.total.conversions)} conversions and ${formatMoney(data.total.value, data.currency)} are credited.`
                : `Without it ${number.format(data.removalEffect * 100)} % of the conversions with a touch would be lost; brought to a sum with the others', ${number.format(data.total.conversions)} conversions and ${formatMoney(data.total.value, data.currency)} are credited. A Markov model credits channels, not single paths.`}
            </p>
            <Table aria-label={`Paths with ${name}`}>
              <TableHeader>
                <TableRow>
                  <TableHead>Path</TableHead>
                  <TableHead className="text-right">Conversions</TableHead>
                  <TableHead className="text-right">Value</TableHead>
                  {data.removalEffect === null ? <TableHead className="text-right">Credited</TableHead> : null}
                </TableRow>
              </TableHeader>
              <TableBody>
                {data.paths.map((path) => (
                  <TableRow key={path.steps.map((step) => step.name).join("\u0000")}>
                    <TableCell>
                      <PathText steps={path.steps} />
                    </TableCell>
                    <TableCell className="text-right tabular-nums">{number.format(path.conversions)}</TableCell>
                    <TableCell className="text-right whitespace-nowrap tabular-nums">{formatMoney(path.value, data.currency)}</TableCell>
                    {data.removalEffect === null ? (
                      <TableCell className="text-right whitespace-nowrap tabular-nums">
                        {formatMoney(path.creditedValue, data.currency)}
                      </TableCell>
                    ) : null}
                  </TableRow>
                ))}
                {data.rest.paths > 0 ? (
                  <TableRow className="text-muted-foreground">
                    <TableCell>{number.format(data.rest.paths)} further paths</TableCell>
                    <TableCell />
                    <TableCell />
                    {data.removalEffect === null ? (
                      <TableCell className="text-right whitespace-nowrap tabular-nums">
                        {formatMoney(data.rest.creditedValue, data.currency)}
                      </TableCell>
                    ) : null}
                  </TableRow>
                ) : null}
              </TableBody>
            </Table>
            <p className="text-xs text-muted-foreground">{frameText(data, [model])}</p>
          </>
        )}
      </SheetContent>
    </Sheet>
  );
}
