"use client";

import { useState, type ComponentProps } from "react";
import { ChevronDown } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { controlClasses } from "@/components/ui/input";
import { DURATION_UNITS, type Duration } from "@/domain/segments/model";
import { dayToInstant, instantToDay } from "./dates";

/** Controls that stand within a sentence: as wide as their words. */
export const wordClasses = cn(controlClasses, "h-7 w-auto max-w-full field-sizing-content shadow-none");

export interface WordOption {
  value: string;
  label: string;
}

export function WordSelect({
  label,
  value,
  options,
  onChange,
  className,
  ...props
}: {
  label: string;
  value: string;
  options: readonly (WordOption | { label: string; options: readonly WordOption[] })[];
  onChange: (value: string) => void;
} & Omit<ComponentProps<"select">, "value" | "onChange">) {
  return (
    <span className={cn("relative inline-flex max-w-full", className)}>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={cn(wordClasses, "appearance-none truncate pr-6 pl-2 read-only:bg-card [&_option]:bg-popover [&>optgroup]:bg-popover")}
        {...props}
      >
        {options.map((option) =>
          "options" in option ? (
            <optgroup key={option.label} label={option.label}>
              {option.options.map((one) => (
                <option key={one.value} value={one.value}>
                  {one.label}
                </option>
              ))}
            </optgroup>
          ) : (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ),
        )}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-1/2 right-1.5 size-3.5 -translate-y-1/2 text-muted-foreground" />
    </span>
  );
}

export function WordInput({
  label,
  value,
  onChange,
  className,
  ...props
}: { label: string; value: string; onChange: (value: string) => void } & Omit<ComponentProps<"input">, "value" | "onChange">) {
  return (
    <input
      type="text"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      autoComplete="off"
      spellCheck={false}
      className={cn(wordClasses, "min-w-24 px-2", className)}
      {...props}
    />
  );
}

/** A number; NaN while there is none. What is typed ("1.", "-") stays as typed. */
export function NumberInput({
  label,
  value,
  onChange,
  min,
  max,
  whole = false,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max?: number;
  whole?: boolean;
}) {
  const [typed, setTyped] = useState<{ text: string; value: number } | null>(null);
  const shown = typed && Object.is(typed.value, value) ? typed.text : Number.isNaN(value) ? "" : String(value);
  const read = (text: string): number => {
    const n = text.trim() === "" ? Number.NaN : Number(text.replace(",", "."));
    if (Number.isNaN(n) || !Number.isFinite(n)) return Number.NaN;
    const fit = Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, n));
    return whole ? Math.trunc(fit) : fit;
  };
  return (
    <input
      type="text"
      inputMode={whole ? "numeric" : "decimal"}
      aria-label={label}
      aria-invalid={Number.isNaN(value) || undefined}
      value={shown}
      autoComplete="off"
      onChange={(event) => {
        const next = read(event.target.value);
        setTyped({ text: event.target.value, value: next });
        onChange(next);
      }}
      onBlur={() => setTyped(null)}
      className={cn(wordClasses, "min-w-10 px-2 text-center tabular-nums")}
    />
  );
}

export function DurationInput({ label, value, onChange }: { label: string; value: Duration; onChange: (value: Duration) => void }) {
  const [empty, setEmpty] = useState(false);
  return (
    <span className="inline-flex items-center gap-1">
      <NumberInput
        label={`${label}: how many`}
        value={empty ? Number.NaN : value.n}
        min={1}
        max={100_000}
        whole
        onChange={(n) => {
          setEmpty(Number.isNaN(n));
          if (!Number.isNaN(n)) onChange({ ...value, n });
        }}
      />
      <WordSelect
        label={`${label}: unit`}
        value={value.unit}
        options={DURATION_UNITS.map((unit) => ({ value: unit, label: value.n === 1 ? unit : `${unit}s` }))}
        onChange={(unit) => onChange({ ...value, unit: unit as Duration["unit"] })}
      />
    </span>
  );
}

/** A day of the company's calendar, kept as the instant at which it begins. */
export function DayInput({
  label,
  value,
  zone,
  onChange,
}: {
  label: string;
  value: string;
  zone: string;
  onChange: (instant: string) => void;
}) {
  return (
    <input
      type="date"
      aria-label={label}
      title={`Days begin at midnight in ${zone}`}
      value={instantToDay(value, zone)}
      onChange={(event) => onChange(dayToInstant(event.target.value, zone))}
      className={cn(wordClasses, "px-2")}
    />
  );
}
