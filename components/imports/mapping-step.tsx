"use client";

import { ArrowRight, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ColumnMapping, DetectedFile, FileWarning, ImportMapping } from "@/domain/imports/model";
import { FileSettings, type FileSettingsProps } from "./file-settings";
import { counted, visible } from "./format";
import { MappingRow } from "./mapping-row";
import { targetGroups } from "./target-options";

export interface MappingStepProps {
  detected: DetectedFile;
  /** Saved before; the suggestion where there is none. */
  saved: ImportMapping | null;
  timeZones: string[];
  masked: boolean;
  mayImport: boolean;
  pending: boolean;
  formatPending: boolean;
  /** Refusal of the last try, by field. */
  errors: Record<string, string>;
  onFormat: FileSettingsProps["onFormat"];
  onNext: (mapping: ImportMapping) => void;
}

const suggested = ({ suggestion: { columns, ...rest } }: DetectedFile): ImportMapping => ({
  ...rest,
  columns: columns.map(({ confidence: _confidence, reason: _reason, warning: _warning, ...column }) => column),
});

/** What each column becomes; the first rows below. */
export function MappingStep({
  detected,
  saved,
  timeZones,
  masked,
  mayImport,
  pending,
  formatPending,
  errors,
  onFormat,
  onNext,
}: MappingStepProps) {
  const [mapping, setMapping] = useState<ImportMapping>(() => saved ?? suggested(detected));
  const groups = targetGroups(mapping.kind);
  const change = (index: number, column: ColumnMapping): void =>
    setMapping((before) => ({ ...before, columns: before.columns.map((old, i) => (i === index ? column : old)) }));
  const general = errors["mapping.columns"] ?? errors["mapping.kind"] ?? errors["columns"];
  const used = mapping.columns.filter((column) => column.target !== "ignore").length;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <FileSettings
        detected={detected}
        mapping={mapping}
        timeZones={timeZones}
        errors={errors}
        pending={formatPending || !mayImport}
        onFormat={onFormat}
        onChange={(part) => setMapping((before) => ({ ...before, ...part }))}
      />
      <Warnings warnings={detected.warnings} />
      <section aria-labelledby="columns-heading" className="grid gap-2">
        <div className="flex flex-wrap items-baseline justify-between gap-2">
          <h2 id="columns-heading" className="text-base font-semibold tracking-tight">
            Columns
          </h2>
          <p className="text-sm text-muted-foreground tabular-nums">
            {used} of {counted(mapping.columns.length, "column")} used
          </p>
        </div>
        <fieldset disabled={!mayImport || formatPending} className="min-w-0">
          <Table aria-label="Columns of the file">
            <TableCaption className="sr-only">What each column of the file becomes</TableCaption>
            <TableHeader>
              <TableRow>
                <TableHead>Column</TableHead>
                <TableHead className="hidden sm:table-cell">First values</TableHead>
                <TableHead>Becomes</TableHead>
                <TableHead>Read as</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {mapping.columns.map((column, index) => (
                <MappingRow
                  key={column.column}
                  column={column}
                  suggestion={detected.suggestion.columns[index]}
                  samples={detected.samples[index] ?? []}
                  groups={groups}
                  errors={{ target: errors[`mapping.columns.${index}.target`], key: errors[`mapping.columns.${index}.key`] }}
                  onChange={(next) => change(index, next)}
                />
              ))}
            </TableBody>
          </Table>
        </fieldset>
      </section>
      {mayImport ? (
        <div className="sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center justify-end gap-3 border-t bg-background/95 px-4 py-3 backdrop-blur sm:-mx-6 sm:px-6">
          {general ? (
            <p role="alert" className="mr-auto flex items-start gap-1.5 text-sm text-destructive-text">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" /> {general}
            </p>
          ) : (
            <p className="mr-auto text-sm text-muted-foreground">Next, the whole file is checked. Nothing is written.</p>
          )}
          <Button pending={pending} onClick={() => onNext(mapping)}>
            Check the file <ArrowRight aria-hidden />
          </Button>
        </div>
      ) : null}
      <FirstRows detected={detected} masked={masked} />
    </div>
  );
}

export function Warnings({ warnings }: { warnings: FileWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul
      aria-label="Remarks about the file"
      className="grid gap-1 rounded-lg border border-transparent bg-warning-soft px-3.5 py-2.5 text-sm text-warning-text"
    >
      {warnings.slice(0, 8).map((warning) => (
        <li key={`${warning.code}-${warning.message}`} className="flex items-start gap-1.5">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" /> <bdi>{visible(warning.message)}</bdi>
        </li>
      ))}
      {warnings.length > 8 ? <li className="pl-5.5">And {warnings.length - 8} more.</li> : null}
    </ul>
  );
}

function FirstRows({ detected, masked }: { detected: DetectedFile; masked: boolean }) {
  return (
    <section aria-labelledby="rows-heading" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 id="rows-heading" className="text-base font-semibold tracking-tight">
        First rows
      </h2>
      {masked ? (
        <p className="text-sm text-muted-foreground">Values are masked: you do not have the permission to see personal data.</p>
      ) : null}
      <Table aria-label="First rows of the file" containerClassName="max-h-96 overflow-y-auto">
        <TableCaption className="sr-only">The first rows as they are read</TableCaption>
        <TableHeader className="sticky top-0">
          <TableRow>
            <TableHead className="text-right">Line</TableHead>
            {detected.headers.map((header) => (
              <TableHead key={header}>
                <bdi>{visible(header)}</bdi>
              </TableHead>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {detected.rows.map((row) => (
            <TableRow key={row.line}>
              <TableCell className="text-right text-muted-foreground tabular-nums">{row.line}</TableCell>
              {detected.headers.map((header, index) => (
                <TableCell key={header} className="max-w-64 truncate" title={visible(row.cells[index] ?? "")}>
                  <bdi>{visible(row.cells[index] ?? "")}</bdi>
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}
