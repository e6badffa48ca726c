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

const DIMENSIONS: Record<ReportDimension, string> = {
  channel: "Channel",
  campaign: "Campaign",
  source: "Source / medium",
  content: "Ad or link",
};

export interface ReportState {
  conversion: string;
  from: string;
  to: string;
  by: ReportDimension;
  models: ReportModel[];
  half: number;
}

export interface ReportControlsProps {
  conversions: readonly { id: string; name: string }[];
  state: ReportState;
  /** Models side by side at most. */
  most: number;
  onChange(next: Partial<ReportState>): void;
}

/** One bar on top drives everything below it. */
export function ReportControls({ conversions, state, most, onChange }: ReportControlsProps) {
  return (
    <div
      role="group"
      aria-label="What the report shows"
      className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,1.2fr)_repeat(3,minmax(0,1fr))_minmax(0,1.6fr)]"
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
      <Field label="By">
        <NativeSelect value={state.by} onChange={(event) => onChange({ by: event.target.value as ReportDimension })}>
          {Object.entries(DIMENSIONS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <ModelPicker models={state.models} most={most} onChange={(models) => onChange({ models })} />
    </div>
  );
}

function ModelPicker({ models, most, onChange }: { models: readonly ReportModel[]; most: number; onChange(models: ReportModel[]): void }) {
  const toggle = (model: ReportModel, on: boolean): void => {
    const next = on ? [...models, model].slice(-most) : models.filter((one) => one !== model);
    if (next.length > 0) onChange(next);
  };
  return (
    <div className="grid gap-1.5">
      <span className="text-sm font-medium">Models</span>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant="outline"
            className="justify-between font-normal"
            aria-label={`Models: ${models.map((model) => REPORT_MODEL_LABELS[model].name).join(", ")}`}
          >
            <span className="truncate">{models.map((model) => REPORT_MODEL_LABELS[model].name).join(", ")}</span>
            <ChevronDown aria-hidden className="text-muted-foreground" />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="max-h-96 w-88 max-w-[calc(100vw-2rem)] overflow-y-auto">
          <DropdownMenuLabel>Up to {most} side by side</DropdownMenuLabel>
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
