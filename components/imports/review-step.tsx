"use client";

import { ArrowLeft, Upload } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { ImportDetail, ImportPreview } from "@/domain/imports/model";
import { count, counted, money } from "./format";
import { Warnings } from "./mapping-step";
import { Figures, LeftOut, Rejected, type Figure } from "./outcome";

export interface ReviewStepProps {
  item: ImportDetail;
  preview: ImportPreview;
  mayImport: boolean;
  pending: boolean;
  onBack: () => void;
  onImport: () => void;
}

/** What the import would do. */
export function ReviewStep({ item, preview, mayImport, pending, onBack, onImport }: ReviewStepProps) {
  const fresh = preview.messages - preview.alreadyImported;
  const usable = preview.rows - preview.rejected;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <section aria-labelledby="check-heading" className="grid gap-2">
        <h2 id="check-heading" className="text-base font-semibold tracking-tight">
          What would happen
        </h2>
        <Figures label="What would happen" figures={figuresOf(preview, item.mapping?.currency ?? null)} />
        <ul className="text-xs text-muted-foreground">
          {preview.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </section>
      <Warnings warnings={preview.fileWarnings} />
      <Rejected rejects={preview.rejectedByCode} />
      <LeftOut warnings={preview.warnings} />
      {mayImport ? (
        <div className="flex flex-wrap items-center justify-end gap-3 border-t pt-4">
          <p className="mr-auto text-sm text-muted-foreground">
            {preview.rows > 0 && usable === 0
              ? "No row can be used as it is: change the mapping, or the file."
              : fresh === 0
                ? "Nothing in this file is new."
                : preview.rejected > 0
                  ? "Rejected rows go to a file that you can correct and upload again."
                  : preview.rows === 0
                    ? "The file has no rows."
                    : "All rows can be used."}
          </p>
          <Button variant="outline" onClick={onBack}>
            <ArrowLeft aria-hidden /> Change mapping
          </Button>
          <Button pending={pending} disabled={preview.complete && usable === 0} onClick={onImport}>
            <Upload aria-hidden /> Import {preview.complete ? counted(usable, "row") : "the file"}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function figuresOf(preview: ImportPreview, currency: string | null): Figure[] {
  const { people, orders } = preview;
  const figures: Figure[] = [
    { label: "Rows", value: count(preview.rows), note: preview.complete ? "the whole file" : "the first part of the file" },
    {
      label: "New people",
      value: count(people.creates),
      ...(people.anonymous > 0 ? { note: `and ${count(people.anonymous)} anonymous` } : {}),
    },
    { label: "Known people updated", value: count(people.updates) },
    { label: "Merges", value: count(people.merges), note: "estimated" },
  ];
  if (orders) {
    figures.push({ label: "Orders", value: count(orders.count), note: money(orders.revenue, currency) });
    if (orders.refunds > 0) figures.push({ label: "Refunds", value: count(orders.refunds), note: money(-orders.refunded, currency) });
  }
  figures.push(
    { label: "Imported before", value: count(preview.alreadyImported), note: "messages that will be skipped" },
    { label: "Rejected rows", value: count(preview.rejected), ...(preview.rejected > 0 ? { tone: "bad" as const } : {}) },
  );
  return figures;
}
