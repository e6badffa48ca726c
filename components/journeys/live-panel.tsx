"use client";

import { formatCount } from "@/components/charts";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { Time } from "@/components/layout/time";
import { exitsOf } from "@/domain/journeys/graph";
import type { JourneyNode, NodeNumbers } from "@/domain/journeys/model";
import { notSentCauses, OUTCOME_WORDS, type NodeFigures, type NumberView } from "./numbers";

/** Days back; null: ever. */
const RANGES: readonly { readonly days: number | null; readonly label: string }[] = [
  { days: null, label: "All time" },
  { days: 1, label: "Last 24 hours" },
  { days: 7, label: "Last 7 days" },
  { days: 30, label: "Last 30 days" },
  { days: 90, label: "Last 90 days" },
];

/** What the numbers on the canvas count. */
export function NumberControls({
  view,
  days,
  asOf,
  onView,
  onDays,
}: {
  view: NumberView;
  days: number | null;
  asOf: string | null;
  onView: (view: NumberView) => void;
  onDays: (days: number | null) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <NativeSelect
        aria-label="Time range of the numbers"
        className="w-36"
        value={days ?? ""}
        onChange={(event) => onDays(event.target.value === "" ? null : Number(event.target.value))}
      >
        {RANGES.map((range) => (
          <option key={range.label} value={range.days ?? ""}>
            {range.label}
          </option>
        ))}
      </NativeSelect>
      <NativeSelect
        aria-label="What is counted"
        className="w-36"
        value={view.count}
        onChange={(event) => onView({ ...view, count: event.target.value === "unique" ? "unique" : "total" })}
      >
        <option value="total">Every time</option>
        <option value="unique">People once</option>
      </NativeSelect>
      <NativeSelect
        aria-label="Share of what"
        className="w-40"
        value={view.shareOf}
        onChange={(event) => onView({ ...view, shareOf: event.target.value === "previous" ? "previous" : "entry" })}
      >
        <option value="entry">% of all who entered</option>
        <option value="previous">% of the step before</option>
      </NativeSelect>
      <span className="text-xs text-muted-foreground" role="status">
        {asOf === null ? (
          "Reading numbers…"
        ) : (
          <>
            All versions together, <Time iso={asOf} />
          </>
        )}
      </span>
    </div>
  );
}

/** The numbers of one step, and the way to its people. */
export function StepNumbers({
  node,
  numbers,
  figures,
  mayPeople,
  onPeople,
}: {
  node: JourneyNode;
  numbers: NodeNumbers | undefined;
  figures: NodeFigures | undefined;
  mayPeople: boolean;
  onPeople: () => void;
}) {
  const causes = numbers ? notSentCauses(numbers) : [];
  const messages = Object.entries(numbers?.outcomes ?? {}).filter(([outcome]) => !causes.some((one) => one.outcome === outcome));
  const branches = exitsOf(node);
  return (
    <div className="grid gap-3 rounded-lg border p-3">
      <dl className="grid grid-cols-3 gap-2 text-sm">
        {[
          ["Entered", figures?.entered ?? 0],
          ["Here now", numbers?.here ?? 0],
          ["Went on", numbers?.left ?? 0],
        ].map(([name, count]) => (
          <div key={name}>
            <dt className="text-xs text-muted-foreground">{name}</dt>
            <dd className="text-lg font-semibold tabular-nums">{formatCount(Number(count))}</dd>
          </div>
        ))}
      </dl>
      {branches.length > 1 && numbers && (
        <Rows title="By branch" rows={branches.map(({ branch, label }) => [label || branch, numbers.branches[branch] ?? 0])} />
      )}
      {messages.length > 0 && (
        <Rows title="Messages" rows={messages.map(([outcome, count]) => [OUTCOME_WORDS[outcome] ?? outcome, count])} />
      )}
      {causes.length > 0 && (
        <Rows title="Not sent, by cause" rows={causes.map(({ outcome, count }) => [OUTCOME_WORDS[outcome] ?? outcome, count])} />
      )}
      {mayPeople && (
        <div className="flex flex-wrap gap-2">
          <Button variant="outline" size="sm" onClick={onPeople}>
            People here now
          </Button>
        </div>
      )}
    </div>
  );
}

function Rows({ title, rows }: { title: string; rows: readonly (readonly [string, number])[] }) {
  return (
    <div>
      <p className="text-xs font-medium text-muted-foreground">{title}</p>
      <ul className="text-sm">
        {rows.map(([name, count]) => (
          <li key={name} className="flex justify-between gap-3 py-0.5">
            <span className="min-w-0 truncate">{name}</span>
            <span className="tabular-nums">{formatCount(count)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
