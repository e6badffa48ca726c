"use client";

import { Card, CardContent } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { cn } from "@/components/ui/cn";
import {
  DELIMITER_LABELS,
  DELIMITERS,
  ENCODING_LABELS,
  ENCODINGS,
  IMPORT_KIND_HINTS,
  IMPORT_KIND_LABELS,
  IMPORT_KINDS,
  type Delimiter,
  type DetectedFile,
  type Encoding,
  type ImportKind,
  type ImportMapping,
} from "@/domain/imports/model";

export interface FileSettingsProps {
  detected: DetectedFile;
  mapping: ImportMapping;
  timeZones: string[];
  errors: Record<string, string>;
  pending: boolean;
  /** Reads the file again: the mapping starts afresh. */
  onFormat: (choice: { kind?: ImportKind; encoding?: Encoding; delimiter?: Delimiter }) => void;
  onChange: (change: Partial<ImportMapping>) => void;
}

/** How the file is read and what its rows are. */
export function FileSettings({ detected, mapping, timeZones, errors, pending, onFormat, onChange }: FileSettingsProps) {
  const { format } = detected;
  const certainty = {
    certain: "Detected.",
    likely: "Detected; check the first rows below.",
    guess: "A guess: check the first rows below and choose another if letters look wrong.",
    chosen: "Chosen by you.",
  }[format.encodingConfidence];
  const has = (target: string): boolean => mapping.columns.some((column) => column.target === target);
  const money =
    mapping.kind === "transactions" ||
    (mapping.kind === "events" && mapping.columns.some((column) => ["revenue", "total", "value"].includes(column.key ?? "")));
  return (
    <Card>
      <CardContent className="grid gap-4 pt-4">
        <fieldset disabled={pending} className="grid gap-1.5">
          <legend className="mb-1.5 text-sm font-medium">What is in this file?</legend>
          <div className="grid gap-2 sm:grid-cols-3">
            {IMPORT_KINDS.map((kind) => (
              <label
                key={kind}
                className={cn(
                  "grid cursor-pointer grid-cols-[auto_1fr] content-start gap-x-2.5 rounded-lg border px-3 py-2.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
                  mapping.kind === kind ? "border-primary bg-primary-soft" : "hover:bg-accent",
                )}
              >
                <input
                  type="radio"
                  name="kind"
                  value={kind}
                  checked={mapping.kind === kind}
                  onChange={() => onFormat({ kind })}
                  className="mt-1 accent-(--primary)"
                />
                <span className="text-sm font-medium">{IMPORT_KIND_LABELS[kind]}</span>
                <span className="col-start-2 text-xs text-muted-foreground">{IMPORT_KIND_HINTS[kind]}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          <Field label="Encoding" hint={certainty}>
            <NativeSelect
              value={format.encoding}
              disabled={pending}
              onChange={(event) => onFormat({ encoding: event.target.value as Encoding })}
            >
              {ENCODINGS.map((encoding) => (
                <option key={encoding} value={encoding}>
                  {ENCODING_LABELS[encoding]}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <Field label="Delimiter" hint={format.delimiterChosen ? "Chosen by you." : "Detected."}>
            <NativeSelect
              value={format.delimiter}
              disabled={pending}
              onChange={(event) => onFormat({ delimiter: event.target.value as Delimiter })}
            >
              {DELIMITERS.map((delimiter) => (
                <option key={delimiter} value={delimiter}>
                  {DELIMITER_LABELS[delimiter]}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <Field label="Time zone" hint="For times that carry none." error={errors["mapping.timeZone"]}>
            <NativeSelect value={mapping.timeZone} onChange={(event) => onChange({ timeZone: event.target.value })}>
              {timeZones.map((zone) => (
                <option key={zone} value={zone}>
                  {zone.replaceAll("_", " ")}
                </option>
              ))}
            </NativeSelect>
          </Field>
          {has("phone") ? (
            <Field label="Country of phone numbers" hint="For numbers without +, such as DE." error={errors["mapping.defaultCountry"]}>
              <Input
                value={mapping.defaultCountry ?? ""}
                maxLength={2}
                placeholder="DE"
                className="uppercase"
                onChange={(event) => onChange({ defaultCountry: event.target.value.toUpperCase() || null })}
              />
            </Field>
          ) : null}
          {money && !has("currency") ? (
            <Field label="Currency" hint="No column says it." error={errors["mapping.currency"]}>
              <Input
                value={mapping.currency ?? ""}
                maxLength={3}
                placeholder="EUR"
                className="uppercase"
                onChange={(event) => onChange({ currency: event.target.value.toUpperCase() || null })}
              />
            </Field>
          ) : null}
          {mapping.kind === "events" && !has("event_name") ? (
            <Field label="Event name" hint="All rows get this one." error={errors["mapping.eventName"]}>
              <Input
                value={mapping.eventName ?? ""}
                maxLength={200}
                placeholder="Store Visited"
                onChange={(event) => onChange({ eventName: event.target.value || null })}
              />
            </Field>
          ) : null}
        </div>
      </CardContent>
    </Card>
  );
}
