"use client";

import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Compare, Filter, Measure, Window } from "@/domain/segments/model";
import { useZone } from "./builder-context";
import { DayInput, DurationInput, NumberInput, WordSelect } from "./inline";
import { usualOperator, withOperator } from "./operators";
import { pathText, SuggestInput, textPath } from "./suggest";
import { TestEditor } from "./test-editor";

export function EventInput({
  label,
  value,
  onChange,
  any = false,
}: {
  label: string;
  value: string | null;
  any?: boolean;
  onChange: (event: string | null) => void;
}) {
  const input =
    value === null ? null : (
      <SuggestInput label={label} value={value} source={{ of: "events" }} placeholder="event" invalid={value === ""} onChange={onChange} />
    );
  if (!any) return input;
  return (
    <>
      <WordSelect
        label={`${label}: which`}
        value={value === null ? "any" : "named"}
        options={[
          { value: "named", label: "the event" },
          { value: "any", label: "any event" },
        ]}
        onChange={(which) => onChange(which === "any" ? null : "")}
      />
      {input}
    </>
  );
}

/** "where category is shoes and price is above 50": all for the same event. */
export function Filters({
  event,
  where,
  onChange,
}: {
  event: string | null;
  where: readonly Filter[];
  onChange: (where: Filter[], field?: string) => void;
}) {
  const put = (i: number, filter: Filter, field?: string) =>
    onChange(
      where.map((one, at) => (at === i ? filter : one)),
      field && `${i}:${field}`,
    );
  return (
    <>
      {where.map((filter, i) => {
        const what = `Where ${pathText(filter.path) || i + 1}`;
        const source = {
          of: "values",
          kind: filter.root === "context" ? "context" : "property",
          path: filter.path,
          event: event ?? "",
        } as const;
        return (
          // A filter has no identity but its place.
          // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
          <span key={i} className="flex w-full flex-wrap items-center gap-1.5 pl-4">
            <span className="w-11 text-muted-foreground">{i === 0 ? "where" : "and"}</span>
            <WordSelect
              label={`${what}: from`}
              value={filter.root}
              options={[
                { value: "properties", label: "property" },
                { value: "context", label: "context" },
              ]}
              onChange={(root) => put(i, { ...filter, root: root as Filter["root"] })}
            />
            <SuggestInput
              label={`${what}: name`}
              value={pathText(filter.path)}
              source={{ of: "properties", event: filter.root === "properties" ? (event ?? "") : "" }}
              placeholder={filter.root === "context" ? "page › url" : "property"}
              invalid={pathText(filter.path) === ""}
              onChange={(text, chosen) =>
                put(i, {
                  ...filter,
                  path: chosen?.path ?? textPath(text),
                  test: chosen?.types ? withOperator(usualOperator(chosen.types), filter.test) : filter.test,
                })
              }
            />
            <TestEditor what={what} test={filter.test} source={source} onChange={(test, field) => put(i, { ...filter, test }, field)} />
            <button
              type="button"
              aria-label={`Take “${what}” away`}
              onClick={() => onChange(where.filter((_, at) => at !== i))}
              className="grid size-7 place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground"
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </span>
        );
      })}
      {where.length < 20 && (
        <Button
          variant="ghost"
          size="sm"
          className="text-muted-foreground"
          aria-label={`Add a filter on properties of ${event ?? "any event"}`}
          onClick={() => onChange([...where, { root: "properties", path: [""], test: withOperator("text:equals") }])}
        >
          <Plus aria-hidden />
          where
        </Button>
      )}
    </>
  );
}

const WINDOWS: readonly { value: Window["kind"]; label: string }[] = [
  { value: "last", label: "in the last" },
  { value: "calendar_days", label: "in the last calendar days" },
  { value: "between_ago", label: "between … ago" },
  { value: "fixed", label: "between days" },
  { value: "ever", label: "ever" },
  { value: "since_entered", label: "since they entered this segment" },
];

export function WindowInput({
  value,
  entered = true,
  onChange,
}: {
  value: Window;
  /** Offers "since they entered this segment". */
  entered?: boolean;
  onChange: (window: Window, field?: string) => void;
}) {
  const zone = useZone();
  const start = (kind: Window["kind"]): Window => {
    const duration = value.kind === "last" ? value.duration : ({ n: 30, unit: "day" } as const);
    if (kind === "last") return { kind, duration };
    if (kind === "calendar_days") return { kind, days: duration.unit === "day" ? duration.n : 30 };
    if (kind === "between_ago") return { kind, from: { n: 30, unit: "day" }, to: { n: 60, unit: "day" } };
    if (kind === "fixed") return { kind, from: null, to: null };
    return { kind };
  };
  return (
    <>
      <WordSelect
        label="When"
        value={value.kind}
        options={entered ? WINDOWS : WINDOWS.filter((one) => one.value !== "since_entered")}
        onChange={(kind) => onChange(start(kind as Window["kind"]))}
      />
      {value.kind === "last" && (
        <DurationInput label="Time window" value={value.duration} onChange={(duration) => onChange({ ...value, duration }, "window")} />
      )}
      {value.kind === "calendar_days" && (
        <>
          <NumberInput
            label="Calendar days"
            value={value.days}
            min={1}
            max={3660}
            whole
            onChange={(days) => onChange({ ...value, days }, "window")}
          />
          <span>today included</span>
        </>
      )}
      {value.kind === "between_ago" && (
        <>
          <DurationInput label="Nearer end" value={value.from} onChange={(from) => onChange({ ...value, from }, "from")} />
          <span>and</span>
          <DurationInput label="Farther end" value={value.to} onChange={(to) => onChange({ ...value, to }, "to")} />
          <span>ago</span>
        </>
      )}
      {value.kind === "fixed" && (
        <>
          <DayInput
            label="From day"
            zone={zone}
            value={value.from ?? ""}
            onChange={(from) => onChange({ ...value, from: from || null }, "from")}
          />
          <span>until before</span>
          <DayInput
            label="Until before day"
            zone={zone}
            value={value.to ?? ""}
            onChange={(to) => onChange({ ...value, to: to || null }, "to")}
          />
        </>
      )}
    </>
  );
}

const COMPARES: readonly { value: Compare["operator"]; label: string }[] = [
  { value: "at_least", label: "at least" },
  { value: "exactly", label: "exactly" },
  { value: "at_most", label: "at most" },
  { value: "more_than", label: "more than" },
  { value: "less_than", label: "less than" },
  { value: "between", label: "between" },
];

export function CompareInput({
  what,
  value,
  whole,
  onChange,
}: {
  what: string;
  value: Compare;
  whole: boolean;
  onChange: (compare: Compare, field?: string) => void;
}) {
  const n = value.operator === "between" ? value.from : value.n;
  return (
    <>
      <WordSelect
        label={`${what}: comparison`}
        value={value.operator}
        options={COMPARES}
        onChange={(operator) =>
          onChange(operator === "between" ? { operator, from: n, to: Math.max(n, n + 1) } : { operator: operator as "at_least", n })
        }
      />
      {value.operator === "between" ? (
        <>
          <NumberInput label={`${what}: from`} value={value.from} whole={whole} onChange={(from) => onChange({ ...value, from }, "from")} />
          <span>and</span>
          <NumberInput label={`${what}: to`} value={value.to} whole={whole} onChange={(to) => onChange({ ...value, to }, "to")} />
        </>
      ) : (
        <NumberInput label={`${what}: number`} value={value.n} whole={whole} onChange={(next) => onChange({ ...value, n: next }, "n")} />
      )}
    </>
  );
}

const MEASURES: readonly { value: Measure["of"]; label: string }[] = [
  { value: "count", label: "times" },
  { value: "days", label: "different days" },
  { value: "weeks", label: "different weeks" },
  { value: "months", label: "different months" },
  { value: "distinct", label: "different values of" },
  { value: "sum", label: "in total of" },
  { value: "average", label: "on average of" },
  { value: "min", label: "at the smallest of" },
  { value: "max", label: "at the largest of" },
];

export function MeasureInput({ event, value, onChange }: { event: string | null; value: Measure; onChange: (measure: Measure) => void }) {
  const path = "path" in value ? value.path : undefined;
  const money = ["sum", "average", "min", "max"].includes(value.of);
  return (
    <>
      <WordSelect
        label="What is counted"
        value={value.of}
        options={MEASURES}
        onChange={(next) => {
          const of = next as Measure["of"];
          if (of === "count" || of === "days" || of === "weeks" || of === "months") onChange({ of });
          else if (of === "distinct") onChange({ of, path: path ?? [""] });
          else onChange(path && pathText(path) !== "" ? { of, path } : { of });
        }}
      />
      {(money || value.of === "distinct") && (
        <SuggestInput
          label="Property that is measured"
          value={path ? pathText(path) : ""}
          source={{ of: "properties", event: event ?? "" }}
          placeholder={money ? "the money value" : "property"}
          onChange={(text, chosen) => {
            const next = chosen?.path ?? textPath(text);
            if (value.of === "distinct") onChange({ of: "distinct", path: next });
            else if (money) onChange(text.trim() === "" ? { of: value.of as "sum" } : { of: value.of as "sum", path: next });
          }}
        />
      )}
    </>
  );
}
