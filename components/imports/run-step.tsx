"use client";

import { CircleCheck, Download, Plus, Users } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import type { ImportDetail } from "@/domain/imports/model";
import { bytesText, count, counted } from "./format";
import { Warnings } from "./mapping-step";
import { Figures, LeftOut, Rejected, type Figure } from "./outcome";

/** A dry run or an import under way. */
export function UnderWay({
  item,
  mayImport,
  pending,
  onCancel,
}: {
  item: ImportDetail;
  mayImport: boolean;
  pending: boolean;
  onCancel: () => void;
}) {
  const checking = item.status === "checking";
  const percent = Math.floor(item.progress.read * 100);
  return (
    <Card>
      <CardContent className="grid gap-4 pt-4">
        <Bar
          label={checking ? "Checking the file" : "Reading and storing"}
          percent={percent}
          text={`${counted(item.rows, "row")} of ${bytesText(item.fileBytes)}`}
        />
        {checking ? null : (
          <Bar label="People and events" percent={Math.floor(item.progress.processed * 100)} text="follows right behind" />
        )}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm text-muted-foreground tabular-nums">
            {checking
              ? "Nothing is written."
              : `${count(item.accepted)} new, ${count(item.duplicates)} imported before, ${counted(item.rejected, "row")} rejected. You may leave this page: the import goes on.`}
          </p>
          {mayImport ? (
            <Button variant="outline" pending={pending} onClick={onCancel}>
              {checking ? "Stop checking" : "Cancel import"}
            </Button>
          ) : null}
        </div>
      </CardContent>
    </Card>
  );
}

function Bar({ label, percent, text }: { label: string; percent: number; text: string }) {
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between gap-3 text-sm tabular-nums">
        <span className="font-medium">{label}</span>
        <span className="text-muted-foreground">
          {percent} % · {text}
        </span>
      </div>
      <Progress value={percent} aria-label={label} />
    </div>
  );
}

/** What an import did, also of one that was stopped. */
export function ResultView({ item }: { item: ImportDetail }) {
  const { result, progress } = item;
  if (!result) return null;
  const figures: Figure[] = [
    { label: "Rows read", value: count(result.rows) },
    { label: "New messages", value: count(result.accepted), note: "identify calls, events and orders" },
    { label: "Imported before", value: count(result.duplicates), note: "recognised and skipped" },
    { label: "Rejected rows", value: count(result.rejected), ...(result.rejected > 0 ? { tone: "bad" as const } : {}) },
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      {item.status === "done" ? (
        <div
          role="status"
          className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-transparent bg-success-soft px-3.5 py-2.5 text-sm text-success-text"
        >
          <CircleCheck aria-hidden className="size-4 shrink-0" />
          <span className="mr-auto">
            {result.accepted === 0 && result.duplicates === 0
              ? "Nothing was added: no row of this file could be used."
              : result.accepted === 0
                ? "Everything in this file had been imported before: nothing was added."
                : progress.settled
                  ? "Imported. People, events and totals are up to date."
                  : "Stored. People and events are being brought up to date…"}
          </span>
        </div>
      ) : null}
      {item.status === "done" && result.accepted > 0 && !progress.settled ? (
        <Bar label="People and events" percent={Math.floor(progress.processed * 100)} text="following" />
      ) : null}
      <Figures label="Result" figures={figures} />
      {result.conflicts > 0 ? (
        <p className="text-sm text-muted-foreground">
          {counted(result.conflicts, "message")} had been imported before with other content (an order with other lines, say). What came
          first stays.
        </p>
      ) : null}
      <Rejected
        rejects={result.rejectedByCode}
        action={
          item.errorFile && item.canDownloadErrors ? (
            <Button variant="outline" asChild>
              <a href={`/api/imports/${item.id}/errors`} download>
                <Download aria-hidden /> Download rejected rows
              </a>
            </Button>
          ) : null
        }
      />
      {item.errorFile ? (
        <p className="-mt-3 text-sm text-muted-foreground">
          {item.canDownloadErrors
            ? "Correct the rows in that file and import it like any other: the four columns at its end are left out by themselves. Cells that a spreadsheet could run as a formula begin with an apostrophe, which is taken off again."
            : "The file of rejected rows holds personal data, which you do not have the permission to see."}
        </p>
      ) : null}
      <Warnings warnings={result.fileWarnings} />
      <LeftOut warnings={result.warnings} />
      {item.status === "done" ? (
        <div className="flex flex-wrap justify-end gap-2 border-t pt-4">
          <Button variant="outline" asChild>
            <Link href={`/imports/new?source=${item.source.id}`}>
              <Plus aria-hidden /> Import another file
            </Link>
          </Button>
          <Button asChild>
            <Link href="/profiles">
              <Users aria-hidden /> See people
            </Link>
          </Button>
        </div>
      ) : null}
    </div>
  );
}
