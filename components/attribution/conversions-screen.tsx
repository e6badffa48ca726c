"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { X } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ConversionList } from "@/domain/attribution/schemas";
import { ConversionSheet } from "./conversion-sheet";
import { PathText } from "./path-text";
import { fetchReport } from "./queries";
import { ReportControls } from "./report-controls";
import { frameText, ReportBody } from "./report-frame";
import { useQuestion, type ReportChoices } from "./use-question";

const number = new Intl.NumberFormat("en-GB");

/** Single conversions; each can be explained touch by touch. */
export function ConversionsScreen({ choices }: { choices: ReportChoices }) {
  const { state, set } = useQuestion(choices);
  const [explained, setExplained] = useState<number | null>(null);
  const [through, setThrough] = useQueryState("through", parseAsString.withDefault(""));
  const question = { ...state, models: null, half: null, through };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["converted", question],
    queryFn: ({ signal }) => fetchReport<ConversionList>("converted", question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <ReportControls choices={choices} state={state} most={0} onChange={set} />
      {through === "" ? null : (
        <p className="flex items-center gap-2 text-sm">
          Only paths through <span className="font-medium">{through}</span>
          <Button variant="ghost" size="sm" onClick={() => void setThrough(null)}>
            <X aria-hidden />
            Show all
          </Button>
        </p>
      )}
      <ReportBody
        data={data && { ...data, total: { conversions: data.total } }}
        error={error}
        fetching={isFetching}
        retry={() => void refetch()}
      >
        {(report) => (
          <section aria-label="Conversions" className="grid grid-cols-[minmax(0,1fr)] gap-2">
            <Table aria-label="Conversions">
              <TableHeader>
                <TableRow>
                  <TableHead>When</TableHead>
                  <TableHead>Person</TableHead>
                  <TableHead>Path</TableHead>
                  <TableHead className="text-right">Value</TableHead>
                  <TableHead className="text-right">Explain</TableHead>
                </TableRow>
              </TableHeader>
              <TableBody>
                {report.rows.map((row) => (
                  <TableRow key={row.eventId}>
                    <TableCell className="whitespace-nowrap tabular-nums">
                      {new Date(row.at).toLocaleString("en-GB", { timeZone: report.timezone, dateStyle: "medium", timeStyle: "short" })}
                    </TableCell>
                    <TableCell className="max-w-48 truncate">
                      <Link href={`/profiles/${row.profileId}`} className="underline-offset-4 hover:underline">
                        {row.person ?? `Person ${row.profileId}`}
                      </Link>
                    </TableCell>
                    <TableCell className="min-w-64">
                      <PathText steps={row.steps} />
                    </TableCell>
                    <TableCell className="text-right whitespace-nowrap tabular-nums">{formatMoney(row.value, report.currency)}</TableCell>
                    <TableCell className="text-right">
                      <button
                        type="button"
                        className="rounded-sm text-primary-text underline-offset-4 hover:underline focus-visible:outline-2 focus-visible:outline-ring"
                        onClick={() => setExplained(row.eventId)}
                      >
                        Explain
                        <span className="sr-only"> this conversion of {row.person ?? `person ${row.profileId}`}</span>
                      </button>
                    </TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
            <p className="text-xs text-pretty text-muted-foreground">
              {`The newest ${number.format(report.rows.length)} of ${number.format(report.total.conversions)}; people who may not be measured are not among them. ${frameText(report)}`}
            </p>
          </section>
        )}
      </ReportBody>
      {explained === null ? null : <ConversionSheet eventId={explained} state={state} onClose={() => setExplained(null)} />}
    </div>
  );
}
