"use client";

import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import type { Test } from "@/domain/segments/model";
import { useZone } from "./builder-context";
import { DayInput, DurationInput, NumberInput, WordInput, WordSelect } from "./inline";
import { OPERATOR_GROUPS, operatorId, withOperator, type OperatorId } from "./operators";
import { SuggestInput, ValuesInput, type Source } from "./suggest";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS = (to: boolean) => Array.from({ length: to ? 25 : 24 }, (_, hour) => ({ value: String(hour), label: `${hour}:00` }));

/** Operator and value of a test, in the words of a sentence. */
export function TestEditor({
  what,
  test,
  source,
  only,
  onChange,
}: {
  /** Names the controls: "Trait plan", "Where category". */
  what: string;
  test: Test;
  /** Where values are suggested from. */
  source: Source;
  /** Test types that make sense here. */
  only?: readonly Test["type"][];
  onChange: (test: Test, field?: string) => void;
}) {
  const groups = OPERATOR_GROUPS.map(({ label, choices }) => ({
    label,
    options: choices
      .filter(({ id }) => !only || only.includes(id.split(":")[0] as Test["type"]))
      .map(({ id, label: text }) => ({ value: id, label: text })),
  })).filter(({ options }) => options.length > 0);
  return (
    <>
      <WordSelect
        label={`${what}: comparison`}
        value={operatorId(test)}
        options={groups}
        onChange={(id) => onChange(withOperator(id as OperatorId, test))}
      />
      <TestValue what={what} test={test} source={source} onChange={onChange} />
    </>
  );
}

function TestValue({
  what,
  test,
  source,
  onChange,
}: {
  what: string;
  test: Test;
  source: Source;
  onChange: (test: Test, field?: string) => void;
}) {
  const zone = useZone();
  switch (test.type) {
    case "presence":
    case "boolean":
      return null;
    case "text":
      return (
        <>
          <SuggestInput
            label={`${what}: value`}
            value={test.value}
            source={source}
            placeholder="value"
            live
            onChange={(value) => onChange({ ...test, value }, "value")}
          />
          <CaseBox what={what} test={test} onChange={onChange} />
        </>
      );
    case "text_list":
    case "list":
      return (
        <>
          <ValuesInput
            label={`${what}: values`}
            values={test.values}
            source={source}
            onChange={(values) => onChange({ ...test, values })}
          />
          <CaseBox what={what} test={test} onChange={onChange} />
        </>
      );
    case "pattern":
      return (
        <>
          <WordInput
            label={`${what}: pattern`}
            value={test.pattern}
            maxLength={256}
            placeholder="^gold"
            className="font-mono text-xs"
            onChange={(pattern) => onChange({ ...test, pattern }, "pattern")}
          />
          <CaseBox what={what} test={test} onChange={onChange} />
        </>
      );
    case "number":
      return <NumberInput label={`${what}: number`} value={test.value} onChange={(value) => onChange({ ...test, value }, "value")} />;
    case "number_list":
      return (
        <ValuesInput
          label={`${what}: numbers`}
          values={test.values.map(String)}
          source={source}
          onChange={(values) => onChange({ ...test, values: values.map(Number).filter(Number.isFinite) })}
        />
      );
    case "number_range":
      return (
        <>
          <NumberInput label={`${what}: from`} value={test.from} onChange={(from) => onChange({ ...test, from }, "from")} />
          <span>and</span>
          <NumberInput label={`${what}: to`} value={test.to} onChange={(to) => onChange({ ...test, to }, "to")} />
        </>
      );
    case "date":
      return <DayInput label={`${what}: day`} zone={zone} value={test.at} onChange={(at) => onChange({ ...test, at }, "at")} />;
    case "date_range":
      return (
        <>
          <DayInput label={`${what}: from`} zone={zone} value={test.from} onChange={(from) => onChange({ ...test, from }, "from")} />
          <span>until before</span>
          <DayInput label={`${what}: until before`} zone={zone} value={test.to} onChange={(to) => onChange({ ...test, to }, "to")} />
        </>
      );
    case "date_relative":
      return (
        <DurationInput label={`${what}: time`} value={test.duration} onChange={(duration) => onChange({ ...test, duration }, "duration")} />
      );
    case "anniversary":
      return (
        <>
          <span>from</span>
          <NumberInput
            label={`${what}: days ago`}
            value={test.daysAfter}
            min={0}
            max={180}
            whole
            onChange={(daysAfter) => onChange({ ...test, daysAfter }, "after")}
          />
          <span>days ago to</span>
          <NumberInput
            label={`${what}: days ahead`}
            value={test.daysBefore}
            min={0}
            max={180}
            whole
            onChange={(daysBefore) => onChange({ ...test, daysBefore }, "before")}
          />
          <span>days ahead</span>
        </>
      );
    case "day_of_week":
      return (
        <fieldset className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <legend className="sr-only">{what}: days</legend>
          {DAYS.map((day, i) => (
            <DayBox
              key={day}
              day={day}
              checked={test.days.includes(i + 1)}
              onChange={(on) =>
                onChange({ ...test, days: on ? [...test.days, i + 1].toSorted((a, b) => a - b) : test.days.filter((one) => one !== i + 1) })
              }
            />
          ))}
        </fieldset>
      );
    case "hour_of_day":
      return (
        <>
          <WordSelect
            label={`${what}: from hour`}
            value={String(test.from)}
            options={HOURS(false)}
            onChange={(from) => onChange({ ...test, from: Number(from) })}
          />
          <span>and</span>
          <WordSelect
            label={`${what}: to hour`}
            value={String(test.to)}
            options={HOURS(true)}
            onChange={(to) => onChange({ ...test, to: Number(to) })}
          />
        </>
      );
  }
}

function DayBox({ day, checked, onChange }: { day: string; checked: boolean; onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-1.5">
      <Checkbox id={id} checked={checked} onCheckedChange={(on) => onChange(on === true)} />
      <label htmlFor={id}>{day}</label>
    </span>
  );
}

function CaseBox({ what, test, onChange }: { what: string; test: Extract<Test, { ignoreCase: boolean }>; onChange: (test: Test) => void }) {
  return (
    <button
      type="button"
      aria-pressed={!test.ignoreCase}
      aria-label={`${what}: match upper and lower case exactly`}
      title={test.ignoreCase ? "Upper and lower case count as the same" : "Upper and lower case are told apart"}
      onClick={() => onChange({ ...test, ignoreCase: !test.ignoreCase })}
      className="inline-grid h-7 min-w-7 place-content-center rounded-md px-1 text-xs text-muted-foreground hover:bg-accent aria-pressed:bg-primary-soft aria-pressed:font-medium aria-pressed:text-primary-text"
    >
      Aa
    </button>
  );
}
