"use client";

import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { DURATION_UNITS, type Duration } from "@/domain/segments/model";
import { WEEKDAYS } from "../words";

interface Wired {
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string;
}

/** A number within its limits. What is typed stays while it is none; leaving the field shows what counts. */
export function NumberControl({
  value,
  min,
  max,
  decimal = false,
  onChange,
  ...props
}: Wired & { value: number; min: number; max: number; decimal?: boolean; onChange: (value: number) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Input
      {...props}
      inputMode={decimal ? "decimal" : min < 0 ? "text" : "numeric"}
      value={typed ?? String(value)}
      onChange={(event) => {
        setTyped(event.target.value);
        const n = Number(event.target.value.replace(",", "."));
        if (event.target.value.trim() === "" || !Number.isFinite(n)) return;
        onChange(Math.min(max, Math.max(min, decimal ? n : Math.trunc(n))));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

export function DurationControl({ label, value, onChange }: { label: string; value: Duration; onChange: (value: Duration) => void }) {
  return (
    <div role="group" aria-label={label} className="grid grid-cols-[5rem_1fr] gap-2">
      <NumberControl aria-label={`${label}: how many`} value={value.n} min={1} max={100_000} onChange={(n) => onChange({ ...value, n })} />
      <NativeSelect
        aria-label={`${label}: unit`}
        value={value.unit}
        onChange={(event) => onChange({ ...value, unit: event.target.value as Duration["unit"] })}
      >
        {DURATION_UNITS.map((unit) => (
          <option key={unit} value={unit}>
            {value.n === 1 ? unit : `${unit}s`}
          </option>
        ))}
      </NativeSelect>
    </div>
  );
}

/** "HH:MM". */
export function TimeControl({ value, onChange, ...props }: Wired & { value: string; onChange: (value: string) => void }) {
  return <Input {...props} type="time" value={value} onChange={(event) => event.target.value !== "" && onChange(event.target.value)} />;
}

/** A moment, entered in UTC. */
export function MomentControl({ value, onChange, ...props }: Wired & { value: string | null; onChange: (value: string) => void }) {
  return (
    <Input
      {...props}
      type="datetime-local"
      value={value === null ? "" : new Date(value).toISOString().slice(0, 16)}
      onChange={(event) => event.target.value !== "" && onChange(`${event.target.value}:00Z`)}
    />
  );
}

export function WeekdaysControl({ value, onChange }: { value: readonly number[]; onChange: (value: number[]) => void }) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">On</legend>
      <div className="flex gap-1">
        {WEEKDAYS.map((name, i) => {
          const day = i + 1;
          const on = value.includes(day);
          return (
            <button
              key={name}
              type="button"
              aria-pressed={on}
              aria-label={name}
              // One day stays.
              disabled={on && value.length === 1}
              onClick={() => onChange(on ? value.filter((one) => one !== day) : [...value, day].toSorted((a, b) => a - b))}
              className={cn(
                "h-8 min-w-8 flex-1 rounded-md border text-xs font-medium",
                on
                  ? "border-primary bg-primary-soft text-primary-text"
                  : "border-border-strong bg-card text-muted-foreground hover:bg-accent",
              )}
            >
              {name.slice(0, 2)}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

/** One of what is there; what is chosen and gone stays readable. */
export function ChoiceField({
  label,
  none,
  value,
  options,
  hint,
  onChange,
}: {
  label: string;
  /** Words for "nothing chosen". */
  none: string;
  value: string | null;
  options: readonly { readonly id: string; readonly name: string }[];
  hint?: ReactNode;
  onChange: (id: string | null) => void;
}) {
  const gone = value !== null && value !== "" && !options.some(({ id }) => id === value);
  return (
    <Field label={label} hint={hint} error={gone ? "This one is not there any more. Choose another." : undefined}>
      <NativeSelect value={value ?? ""} onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}>
        <option value="">{none}</option>
        {gone && <option value={value}>not there any more</option>}
        {options.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </NativeSelect>
    </Field>
  );
}

/** A control that carries its own label, under a heading that shows it. */
export function Named({ name, hint, children }: { name: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <p className="text-sm font-medium">{name}</p>
      {children}
      {hint ? <p className="text-xs text-muted-foreground">{hint}</p> : null}
    </div>
  );
}

/** A part of a form that can be taken away: a branch, an event, a rule. */
export function Card({
  title,
  onRemove,
  removeLabel,
  children,
}: {
  title: ReactNode;
  onRemove?: (() => void) | undefined;
  removeLabel: string;
  children: ReactNode;
}) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-lg border bg-muted/40 p-3">
      <div className="flex items-center justify-between gap-2">
        <p className="text-sm font-medium">{title}</p>
        {onRemove && (
          <Button variant="ghost" size="sm" className="text-muted-foreground" onClick={onRemove} aria-label={removeLabel}>
            Remove
          </Button>
        )}
      </div>
      {children}
    </div>
  );
}
