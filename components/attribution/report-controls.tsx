"use client";

import { ChevronDown } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { REPORT_MODEL_LABELS, REPORT_MODELS, type ReportDimension, type ReportModel } from "@/domain/attribution/model";
import type { ReportChoices, ReportState } from "./use-question";

export const DIMENSIONS: Record<ReportDimension, string> = {
  channel: "Channel",
  campaign: "Campaign",
  source: "Source / medium",
  content: "Ad or link",
};

export interface ReportControlsProps {
  choices: ReportChoices;
  state: ReportState;
  /** Models side by side at most; 0: this report has no model. */
  most: number;
  /** Whether it can be counted by something else than channels, and for a segment. */
  cut?: boolean;
  onChange(next: Partial<ReportState>): void;
}

/** One bar on top drives everything below it. */
export function ReportControls({ choices: { conversions, segments }, state, most, cut = true, onChange }: ReportControlsProps) {
  return (
    <div
      role="group"
      aria-label="What the report shows"
      className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] print:hidden"
    >
      <Field label="Conversion">
        <NativeSelect value={state.conversion} onChange={(event) => onChange({ conversion: event.target.value })}>
          {conversions.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <Field label="From">
        <Input
          type="date"
          value={state.from}
          max={state.to}
          required
          onChange={(event) => event.target.value !== "" && onChange({ from: event.target.value })}
        />
      </Field>
      <Field label="To">
        <Input
          type="date"
          value={state.to}
          min={state.from}
          required
          onChange={(event) => event.target.value !== "" && onChange({ to: event.target.value })}
        />
      </Field>
      {cut ? (
        <Field label="By">
          <NativeSelect value={state.by} onChange={(event) => onChange({ by: event.target.value as ReportDimension })}>
            {Object.entries(DIMENSIONS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </NativeSelect>
        </Field>
      ) : null}
      {cut && segments !== null && segments.length > 0 ? (
        <Field label="People">
          <NativeSelect value={state.segment} onChange={(event) => onChange({ segment: event.target.value })}>
            <option value="">Everybody</option>
            {segments.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </NativeSelect>
        </Field>
      ) : null}
      {most > 0 ? <ModelPicker models={state.models} most={most} onChange={(models) => onChange({ models })} /> : null}
      {most > 0 && state.models.includes("time_decay") ? (
        <Field label="Half-life in days">
          <Input
            type="number"
            min={1}
            max={90}
            value={state.half}
            onChange={(event) => {
              const half = Number(event.target.value);
              if (Number.isInteger(half) && half >= 1 && half <= 90) onChange({ half });
            }}
          />
        </Field>
      ) : null}
    </div>
  );
}

function ModelPicker({ models, most, onChange }: { models: readonly ReportModel[]; most: number; onChange(models: ReportModel[]): void }) {
  const toggle = (model: ReportModel, on: boolean): void => {
    const next = on ? [...models, model].slice(-most) : models.filter((one) => one !== model);
    if (next.length > 0) onChange(next);
  };
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1.5">
      <span className="text-sm font-medium">{most === 1 ? "Model" : "Models"}</span>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant="outline"
            className="justify-between font-normal"
            aria-label={`${most === 1 ? "Model" : "Models"}: ${models.map((model) => REPORT_MODEL_LABELS[model].name).join(", ")}`}
          >
            <span className="truncate">{models.map((model) => REPORT_MODEL_LABELS[model].name).join(", ")}</span>
            <ChevronDown aria-hidden className="text-muted-foreground" />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="max-h-96 w-88 max-w-[calc(100vw-2rem)] overflow-y-auto">
          <DropdownMenuLabel>{most === 1 ? "Credit by" : `Up to ${most} side by side`}</DropdownMenuLabel>
          {REPORT_MODELS.map((model) => (
            <DropdownMenuCheckboxItem
              key={model}
              checked={models.includes(model)}
              onCheckedChange={(on) => toggle(model, on === true)}
              onSelect={(event) => event.preventDefault()}
            >
              <span className="grid">
                <span>{REPORT_MODEL_LABELS[model].name}</span>
                <span className="text-xs text-muted-foreground">{REPORT_MODEL_LABELS[model].meaning}</span>
              </span>
            </DropdownMenuCheckboxItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
    </div>
  );
}
