"use client";

import { useId, type ReactNode } from "react";
import { Textarea } from "@/components/ui/textarea";
import { expressionProblem, FUNCTIONS } from "@/domain/segments/computed/expression";
import {
  RFM_SCORES,
  SESSION_MEASURES,
  type Definition,
  type DefinitionOf,
  type EventMeasure,
  type RatioPart,
  type RfmScore,
  type SessionMeasure,
} from "@/domain/segments/computed/model";
import type { Measure } from "@/domain/segments/model";
import { EventInput, Filters, WindowInput } from "../event-parts";
import { NumberInput, WordSelect } from "../inline";
import { SqlViews } from "../sql-editor";
import { pathText, SuggestInput, textPath } from "../suggest";
import { MEASURES, withMeasure } from "./trait-drafts";

type Put = (definition: Definition) => void;

/** A definition as a sentence whose operands are controls. */
export function DefinitionEditor({ definition, traits, put }: { definition: Definition; traits: readonly TraitKey[]; put: Put }) {
  switch (definition.kind) {
    case "event":
      return (
        <Words>
          <MeasureWords measure={definition.measure} event={definition.event} onChange={(measure) => put({ ...definition, measure })} />
          <EventsWords part={definition} onChange={(part) => put({ ...definition, ...part })}>
            <AfterWords definition={definition} put={put} />
          </EventsWords>
        </Words>
      );
    case "ratio":
      return (
        <div className="grid gap-3">
          <RatioWords label="of" part={definition.of} onChange={(of) => put({ ...definition, of })} />
          <p className="text-sm font-medium text-muted-foreground">divided by</p>
          <RatioWords label="by" part={definition.per} onChange={(per) => put({ ...definition, per })} />
        </div>
      );
    case "sessions":
      return (
        <Words>
          <WordSelect
            label="What of the sessions"
            value={definition.measure}
            options={SESSION_MEASURES.map((value) => ({ value, label: SESSION_LABELS[value] }))}
            onChange={(measure) => put({ ...definition, measure: measure as SessionMeasure })}
          />
          <span>made of</span>
          <EventsWords part={definition} onChange={(part) => put({ ...definition, ...part })}>
            <span>where a pause longer than</span>
            <NumberInput
              label="Pause in minutes"
              value={definition.gapMinutes}
              min={1}
              max={129_600}
              whole
              onChange={(gapMinutes) => put({ ...definition, gapMinutes })}
            />
            <span>minutes begins another session</span>
          </EventsWords>
        </Words>
      );
    case "rfm":
      return <RfmWords definition={definition} put={put} />;
    case "sql":
      return <SqlWords definition={definition} put={put} />;
    case "formula":
      return <FormulaEditor definition={definition} traits={traits} put={put} />;
  }
}

const Words = ({ children }: { children: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-1.5 text-sm leading-7">{children}</div>
);

type EventsPart = Pick<DefinitionOf<"event">, "event" | "where" | "window">;

function EventsWords({
  part,
  onChange,
  children,
}: {
  part: EventsPart;
  onChange: (part: EventsPart) => void;
  /** What stands between the window and the filters. */
  children?: ReactNode;
}) {
  const { event, where, window } = part;
  return (
    <>
      <EventInput label="Event" any value={event} onChange={(next) => onChange({ event: next, where, window })} />
      <WindowInput value={window} entered={false} onChange={(next) => onChange({ event, where, window: next as EventsPart["window"] })} />
      {children}
      <Filters event={event} where={where} onChange={(next) => onChange({ event, where: next, window })} />
    </>
  );
}

function PropertyInput({
  label,
  event,
  path,
  placeholder,
  onChange,
}: {
  label: string;
  event: string | null;
  path: readonly string[] | undefined;
  placeholder: string;
  onChange: (path: string[] | undefined) => void;
}) {
  return (
    <SuggestInput
      label={label}
      value={path ? pathText(path) : ""}
      source={{ of: "properties", event: event ?? "" }}
      placeholder={placeholder}
      invalid={path !== undefined && pathText(path) === ""}
      onChange={(text, chosen) => onChange(text.trim() === "" ? undefined : (chosen?.path ?? textPath(text)))}
    />
  );
}

function MeasureWords({
  measure,
  event,
  onChange,
}: {
  measure: EventMeasure;
  event: string | null;
  onChange: (measure: EventMeasure) => void;
}) {
  const { of } = measure;
  const words = (
    <WordSelect
      label="What to compute"
      value={of}
      options={MEASURES}
      onChange={(next) => onChange(withMeasure(next as EventMeasure["of"], measure))}
    />
  );
  switch (of) {
    case "count":
    case "days":
    case "weeks":
    case "months":
      return words;
    case "days_since":
      return (
        <>
          {words}
          <WordSelect
            label="First or last"
            value={measure.which}
            options={[
              { value: "last", label: "last did" },
              { value: "first", label: "first did" },
            ]}
            onChange={(which) => onChange({ of, which: which as "first" | "last" })}
          />
        </>
      );
    case "distinct":
    case "most_frequent":
    case "unique_list":
      return (
        <>
          {words}
          <PropertyInput
            label="Property"
            event={event}
            path={measure.path}
            placeholder="property"
            onChange={(path) => onChange({ ...measure, path: path ?? [""] })}
          />
          <span>of</span>
        </>
      );
    default:
      return (
        <>
          {words}
          <PropertyInput
            label="Property"
            event={event}
            path={measure.path}
            placeholder={of === "first" || of === "last" ? "time" : "the money value"}
            onChange={(path) => onChange(path ? { of, path } : { of })}
          />
          <span>of</span>
        </>
      );
  }
}

/** What stands behind the events: how often a value must occur, how long a list may be. */
function AfterWords({ definition, put }: { definition: DefinitionOf<"event">; put: Put }) {
  const { measure } = definition;
  if (measure.of === "most_frequent")
    return (
      <>
        <span>if it occurred at least</span>
        <NumberInput
          label="Least occurrences"
          value={measure.atLeast}
          min={1}
          max={1_000}
          whole
          onChange={(atLeast) => put({ ...definition, measure: { ...measure, atLeast } })}
        />
        <span>times</span>
      </>
    );
  if (measure.of === "unique_list")
    return (
      <>
        <span>at most</span>
        <NumberInput
          label="Most entries"
          value={measure.limit}
          min={1}
          max={1_000}
          whole
          onChange={(limit) => put({ ...definition, measure: { ...measure, limit } })}
        />
        <span>entries</span>
      </>
    );
  return null;
}

const NUMBERS = MEASURES.filter(({ value }) =>
  ["count", "days", "weeks", "months", "sum", "average", "min", "max", "distinct"].includes(value),
);

function RatioWords({ label, part, onChange }: { label: string; part: RatioPart; onChange: (part: RatioPart) => void }) {
  const { measure } = part;
  const path = "path" in measure ? measure.path : undefined;
  return (
    <fieldset className="rounded-lg border p-3">
      <legend className="sr-only">{label === "of" ? "What is divided" : "What it is divided by"}</legend>
      <Words>
        <WordSelect
          label="Number"
          value={measure.of}
          options={NUMBERS}
          onChange={(of) => onChange({ ...part, measure: withMeasure(of as EventMeasure["of"], measure) as Measure })}
        />
        {!["count", "days", "weeks", "months"].includes(measure.of) && (
          <>
            <PropertyInput
              label="Property of the number"
              event={part.event}
              path={path}
              placeholder={measure.of === "distinct" ? "property" : "the money value"}
              onChange={(next) =>
                onChange({
                  ...part,
                  measure:
                    measure.of === "distinct"
                      ? { of: "distinct", path: next ?? [""] }
                      : next
                        ? { of: measure.of, path: next }
                        : { of: measure.of },
                })
              }
            />
            <span>of</span>
          </>
        )}
        <EventsWords part={part} onChange={(next) => onChange({ ...part, ...next })} />
      </Words>
    </fieldset>
  );
}

const SESSION_LABELS: Record<SessionMeasure, string> = {
  count: "the number of sessions",
  average_length: "the average length (minutes) of sessions",
  longest_length: "the length (minutes) of the longest session",
  total_length: "the minutes spent in sessions",
  average_events: "the average number of events of sessions",
  last_start: "the start of the newest session",
};
const RFM_LABELS: Record<RfmScore, string> = {
  group: "the customer group",
  code: "the three scores as digits",
  total: "the three scores added up",
  recency: "the recency score",
  frequency: "the frequency score",
  monetary: "the monetary score",
};

function RfmWords({ definition, put }: { definition: DefinitionOf<"rfm">; put: Put }) {
  const { path: _path, ...rest } = definition;
  return (
    <div className="grid gap-2">
      <Words>
        <WordSelect
          label="Which score"
          value={definition.score}
          options={RFM_SCORES.map((value) => ({ value, label: RFM_LABELS[value] }))}
          onChange={(score) => put({ ...definition, score: score as RfmScore })}
        />
        <span>by</span>
        <EventsWords part={definition} onChange={(part) => put({ ...definition, ...part })}>
          <span>with the money in</span>
          <PropertyInput
            label="Property with the money"
            event={definition.event}
            path={definition.path}
            placeholder="the money value"
            onChange={(path) => put(path ? { ...definition, path } : rest)}
          />
          <span>in</span>
          <NumberInput
            label="Parts"
            value={definition.groups}
            min={2}
            max={9}
            whole
            onChange={(groups) => put({ ...definition, groups })}
          />
          <span>equal parts; borders taken anew every</span>
          <NumberInput
            label="Hours between two computations"
            value={definition.everyHours}
            min={1}
            max={720}
            whole
            onChange={(everyHours) => put({ ...definition, everyHours })}
          />
          <span>hours</span>
        </EventsWords>
      </Words>
      <p className="text-xs text-muted-foreground">
        Everybody who did it is ranked by how lately, how often and for how much. Between two computations people move against the borders
        at once.
      </p>
    </div>
  );
}

function SqlWords({ definition, put }: { definition: DefinitionOf<"sql">; put: Put }) {
  return (
    <div className="grid gap-2">
      <Textarea
        aria-label="SQL"
        value={definition.sql}
        rows={5}
        maxLength={10_000}
        spellCheck={false}
        className="font-mono text-xs"
        placeholder={"select profile_id, count(*) from events where event = 'Order Completed' group by 1"}
        onChange={(event) => put({ ...definition, sql: event.target.value })}
      />
      <Words>
        <span>The first column is profile_id, the second the value. Read again every</span>
        <NumberInput
          label="Hours between two readings"
          value={definition.everyHours}
          min={1}
          max={720}
          whole
          onChange={(everyHours) => put({ ...definition, everyHours })}
        />
        <span>hours; not live between.</span>
      </Words>
      <SqlViews />
    </div>
  );
}

export interface TraitKey {
  key: string;
  name: string;
}

function FormulaEditor({ definition, traits, put }: { definition: DefinitionOf<"formula">; traits: readonly TraitKey[]; put: Put }) {
  const hint = useId();
  const { expression } = definition;
  const problem = expression.trim() === "" ? null : expressionProblem(expression);
  const add = (text: string) =>
    put({ ...definition, expression: expression === "" || /\s$/.test(expression) ? expression + text : `${expression} ${text}` });
  return (
    <div className="grid gap-2">
      <Textarea
        aria-label="Formula"
        aria-describedby={hint}
        aria-invalid={problem !== null || undefined}
        value={expression}
        rows={3}
        maxLength={1_000}
        spellCheck={false}
        className="font-mono text-sm"
        placeholder={"round(lifetime_value / orders, 2)"}
        onChange={(event) => put({ ...definition, expression: event.target.value })}
      />
      <p id={hint} className={problem ? "text-xs text-destructive-text" : "text-xs text-muted-foreground"} aria-live="polite">
        {problem
          ? `At character ${problem.position + 1}: ${problem.message}.`
          : 'Computed traits by key, collected traits as trait("plan"); + - * / %, < <= > >= = !=, and, or, not.'}
      </p>
      {traits.length > 0 && (
        <div className="flex flex-wrap items-center gap-1.5">
          <span className="text-xs text-muted-foreground">Put in:</span>
          {traits.map(({ key, name }) => (
            <button
              key={key}
              type="button"
              title={name}
              onClick={() => add(key)}
              className="rounded-md border bg-secondary px-1.5 py-0.5 font-mono text-xs hover:bg-accent"
            >
              {key}
            </button>
          ))}
        </div>
      )}
      <details className="text-sm">
        <summary className="cursor-pointer text-muted-foreground hover:text-foreground">Functions</summary>
        <dl className="mt-2 grid gap-x-4 gap-y-1 sm:grid-cols-[max-content_1fr]">
          {Object.values(FUNCTIONS).map(({ usage, says }) => (
            <div key={usage} className="contents">
              <dt className="font-mono text-xs leading-5">{usage}</dt>
              <dd className="text-xs leading-5 text-muted-foreground">{says}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}
