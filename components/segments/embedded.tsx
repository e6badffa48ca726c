"use client";

import { createContext, useCallback, useContext, useEffect, useMemo, useReducer, useRef, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { useViewer } from "@/components/layout/viewer";
import type { Filter, Group, Match, Rule } from "@/domain/segments/model";
import { X } from "lucide-react";
import { BuilderProvider, ZoneProvider, type BuilderContextValue, type BuilderTrait } from "./builder-context";
import { builderReducer, startState } from "./builder-state";
import { problemsOf, runnable } from "./draft";
import { Filters } from "./event-parts";
import { WordSelect } from "./inline";
import { Children } from "./node-view";
import { pathText, SuggestInput, textPath } from "./suggest";
import { useDrag, type DropTarget } from "./use-drag";
import { useEstimate } from "./use-estimate";

/** The builder's rows for other screens: conditions over people, filters of an event, names that were seen. */

export interface EmbeddedData {
  segments: readonly { id: string; name: string; size: number }[];
  lists: readonly { id: string; name: string; size: number }[];
  traits: readonly BuilderTrait[];
  /** IANA zone of the company. */
  zone: string;
}

const Data = createContext<EmbeddedData | null>(null);

export function EmbeddedProvider({ data, children }: { data: EmbeddedData; children: ReactNode }) {
  return (
    <Data value={data}>
      <ZoneProvider value={data.zone}>{children}</ZoneProvider>
    </Data>
  );
}

const MATCHES = [
  { value: "all", label: "all of" },
  { value: "any", label: "any of" },
  { value: "none", label: "none of" },
];

/** Rows of a condition with their counts, controlled from outside. */
export function ConditionRows({ label, value, onChange }: { label: string; value: Group; onChange: (value: Group) => void }) {
  const data = useContext(Data);
  if (!data) throw new Error("ConditionRows outside an EmbeddedProvider");
  const { can } = useViewer();
  const [state, dispatch] = useReducer(builderReducer, value, (root) => startState({ version: 1, root }));
  const { rule } = state;
  const [said, setSaid] = useState("");
  const root = useRef<HTMLDivElement>(null);
  // What was told last: anything else that comes in was changed outside (undo, another person's version).
  const told = useRef(value);
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (rule.root === told.current) return;
    told.current = rule.root;
    tell.current(rule.root);
  }, [rule]);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    dispatch({ type: "replace", rule: { version: 1, root: value } });
  }, [value]);
  const whole = useMemo(() => runnable(rule), [rule]);
  const { estimate, warnings, stale, error } = useEstimate(whole, undefined);
  const wanted = useRef<{ id: string; on: "handle" | "control" } | null>(null);
  const settle = useCallback(() => {
    const { current } = wanted;
    if (!current || !root.current) return;
    const row = root.current.querySelector(`[data-node="${CSS.escape(current.id)}"]`);
    const handle = root.current.querySelector<HTMLElement>(`[data-handle="${CSS.escape(current.id)}"]`);
    const control = row?.querySelector<HTMLElement>("[data-editor] :is([role=combobox], input, textarea, select)");
    (current.on === "handle" ? handle : (control ?? handle))?.focus();
  }, []);
  const focusNode = useCallback(
    (id: string, on: "handle" | "control") => {
      if (id === "") settle();
      else wanted.current = { id, on };
    },
    [settle],
  );
  const moved = useRef<Rule>(rule);
  useEffect(() => {
    if (moved.current === rule) return;
    moved.current = rule;
    settle();
    // A menu that closes asks once more; typing afterwards must not.
    const timer = setTimeout(() => {
      wanted.current = null;
    }, 400);
    return () => clearTimeout(timer);
  }, [rule, settle]);
  const onDrop = useCallback((id: string, target: DropTarget) => dispatch({ type: "place", id, ...target }), []);
  const drag = useDrag(onDrop);
  const context: BuilderContextValue = {
    rule,
    dispatch,
    estimate,
    stale,
    problems: useMemo(() => new Map(problemsOf(rule).map(({ nodeId, message }) => [nodeId, message])), [rule]),
    showProblems: false,
    warnings: useMemo(() => {
      const out = new Map<string, typeof warnings>();
      for (const warning of warnings) out.set(warning.nodeId, [...(out.get(warning.nodeId) ?? []), warning]);
      return out;
    }, [warnings]),
    segments: data.segments,
    lists: data.lists,
    traits: data.traits,
    names: useMemo(() => Object.fromEntries([...data.segments, ...data.lists, ...data.traits].map((one) => [one.id, one.name])), [data]),
    zone: data.zone,
    maySql: can("segments:sql"),
    focusNode,
    announce: setSaid,
    drag,
  };
  const total = estimate?.total;
  return (
    <BuilderProvider value={context}>
      <div ref={root} role="group" aria-label={label} className="@container grid gap-2">
        {rule.root.children.length > 1 && (
          <div className="flex flex-wrap items-center gap-1.5 text-sm">
            <span>Meet</span>
            <WordSelect
              label={`${label}: match`}
              value={rule.root.match}
              options={MATCHES}
              onChange={(match) => dispatch({ type: "match", id: rule.root.id, match: match as Match })}
            />
            <span>these</span>
          </div>
        )}
        <Children group={rule.root} />
        {rule.root.children.length > 0 && (
          <p className="text-xs text-muted-foreground tabular-nums">
            {error ??
              (total === undefined
                ? "Counting…"
                : `${total.toLocaleString("en-US")} of all people meet it now${stale ? ", counting again…" : "."}`)}
          </p>
        )}
        <p role="status" aria-live="polite" className="sr-only">
          {said}
        </p>
      </div>
    </BuilderProvider>
  );
}

/** Filters on the properties of one event. */
export function EventFilters({
  event,
  where,
  onChange,
}: {
  event: string;
  where: readonly Filter[];
  onChange: (where: Filter[], field?: string) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-sm">
      <Filters event={event} where={where} onChange={onChange} />
    </div>
  );
}

/** An event's name, with those that were seen. */
export function EventName({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <SuggestInput
      label={label}
      value={value}
      source={{ of: "events" }}
      placeholder="event"
      invalid={value === ""}
      onChange={(text) => onChange(text)}
      className="w-full [&>input]:w-full"
    />
  );
}

/** A property of an event, or none. */
export function PropertyName({
  label,
  event,
  value,
  onChange,
}: {
  label: string;
  event: string;
  value: readonly string[] | null;
  onChange: (value: string[] | null) => void;
}) {
  return (
    <span className="flex items-center gap-1">
      <SuggestInput
        label={label}
        value={value ? pathText(value) : ""}
        source={{ of: "properties", event }}
        placeholder="none"
        onChange={(text, chosen) => onChange(text.trim() === "" ? null : (chosen?.path ?? textPath(text)))}
        className="min-w-0 flex-1 [&>input]:w-full"
      />
      {value !== null && (
        <Button variant="ghost" size="icon-sm" aria-label={`${label}: none`} onClick={() => onChange(null)}>
          <X aria-hidden />
        </Button>
      )}
    </span>
  );
}

/** A trait. Never empty: an emptied field keeps what it had. */
export function TraitName({ label, value, onChange }: { label: string; value: readonly string[]; onChange: (value: string[]) => void }) {
  return (
    <SuggestInput
      label={label}
      value={pathText(value)}
      source={{ of: "traits" }}
      placeholder="trait"
      onChange={(text, chosen) => {
        if (text.trim() !== "") onChange(chosen?.path ?? textPath(text));
      }}
      className="w-full [&>input]:w-full"
    />
  );
}
