"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { formatCount } from "@/components/charts";
import { useDebounced } from "@/components/layout/use-debounced";
import { cn } from "@/components/ui/cn";
import type { SeenEvent, SeenKey, SuggestedValues, ValueKind } from "@/domain/segments/catalog-model";
import { wordClasses } from "./inline";
import { getJson } from "./queries";

/** What is offered: names and values that were really seen, with how often. */
export type Source =
  | { of: "events" }
  | { of: "traits" }
  | { of: "account_traits" }
  | { of: "properties"; event: string }
  | { of: "values"; kind: ValueKind; path?: readonly string[]; event?: string };

export interface Suggestion {
  text: string;
  path?: string[];
  types?: Readonly<Record<string, number>>;
  count: number;
}

export const pathText = (path: readonly string[]): string => path.join(" › ");
export const textPath = (text: string): string[] => text.split(" › ").map((key) => key.trim());

function addressOf(source: Source, prefix: string): string {
  const params = new URLSearchParams({ of: source.of });
  if (source.of === "properties") params.set("event", source.event);
  if (source.of === "values") {
    params.set("kind", source.kind);
    if (source.path) params.set("path", JSON.stringify(source.path));
    if (source.event) params.set("event", source.event);
    if (prefix) params.set("prefix", prefix);
  }
  return `/api/segments/catalog?${params}`;
}

type Catalog = SeenEvent[] | SeenKey[] | SuggestedValues;

function useSuggestions(source: Source, typed: string, enabled: boolean): { items: Suggestion[]; note: string | null; pending: boolean } {
  const prefix = useDebounced(source.of === "values" ? typed : "", 200);
  const address = addressOf(source, prefix);
  const { data, error, isPending } = useQuery({
    queryKey: ["segments", "catalog", address],
    queryFn: ({ signal }) => getJson<Catalog>(address, signal),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  if (error) return { items: [], note: error.message, pending: false };
  if (!data) return { items: [], note: null, pending: isPending };
  if (!Array.isArray(data)) {
    return {
      items: data.values.map((one) => ({ text: String(one.value), count: one.count })),
      note: data.withheld
        ? "Values are personal: your role does not see them. You can still type one."
        : data.complete
          ? null
          : `Counted in the newest ${formatCount(data.sampled)}`,
      pending: false,
    };
  }
  const wanted = typed.toLowerCase();
  const items = data.map((one): Suggestion =>
    "name" in one ? { text: one.name, count: one.count } : { text: pathText(one.path), path: one.path, types: one.types, count: one.count },
  );
  return { items: items.filter((one) => one.text.toLowerCase().includes(wanted)), note: null, pending: false };
}

/**
 * A text field that offers what was seen. Names are taken when chosen or left; values as they are typed (`live`), so that
 * counts keep up. Keys: arrows to choose, Enter to take, Escape to close.
 */
export function SuggestInput({
  label,
  value,
  source,
  placeholder,
  live = false,
  invalid = false,
  autoOpen = false,
  onChange,
  className,
}: {
  label: string;
  value: string;
  source: Source;
  placeholder?: string;
  live?: boolean;
  invalid?: boolean;
  autoOpen?: boolean;
  onChange: (text: string, chosen?: Suggestion) => void;
  className?: string;
}) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const shown = typed ?? value;
  const { items, note, pending } = useSuggestions(source, typed ?? "", open);
  const visible = items.slice(0, 50);
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const take = (item: Suggestion) => {
    setTyped(null);
    close();
    onChange(item.text, item);
  };
  const keep = () => {
    if (typed !== null && typed !== value)
      onChange(
        typed,
        items.find((item) => item.text === typed),
      );
    setTyped(null);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" && !event.altKey) {
      event.preventDefault();
      if (!open) setOpen(true);
      setActive((before) => Math.min(before + 1, visible.length - 1));
    } else if (event.key === "ArrowUp" && !event.altKey && open) {
      event.preventDefault();
      setActive((before) => Math.max(before - 1, -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const item = visible[active];
      if (open && item) take(item);
      else keep();
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setTyped(null);
      close();
    }
  };
  return (
    <span className={cn("relative inline-flex max-w-full", className)}>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-invalid={invalid || undefined}
        {...(active >= 0 ? { "aria-activedescendant": `${id}-${active}` } : {})}
        value={shown}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        data-auto-open={autoOpen || undefined}
        onFocus={() => {
          if (value === "") setOpen(true);
        }}
        onClick={() => setOpen(true)}
        onBlur={keep}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
          setActive(-1);
          if (live) onChange(event.target.value);
        }}
        onKeyDown={onKeyDown}
        className={cn(wordClasses, "min-w-28 px-2 font-medium")}
      />
      <span
        className={cn(
          "absolute top-full left-0 z-40 mt-1 max-h-72 w-max max-w-[min(24rem,80vw)] min-w-full overflow-y-auto rounded-lg border bg-popover p-1 text-sm shadow-md",
          !open && "hidden",
        )}
      >
        <span role="listbox" id={`${id}-list`} aria-label={`${label}: seen so far`} className="block">
          {visible.map((item, i) => (
            <span
              key={item.text}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              ref={(element) => {
                if (i === active) element?.scrollIntoView({ block: "nearest" });
              }}
              // The field keeps the focus.
              onMouseDown={(event) => {
                event.preventDefault();
                take(item);
              }}
              className={cn(
                "flex min-h-7 cursor-default items-center justify-between gap-4 rounded-md px-2 py-0.5 hover:bg-accent",
                i === active && "bg-accent",
              )}
            >
              <span className="min-w-0 truncate">{item.text === "" ? "(empty)" : item.text}</span>
              <span className="shrink-0 text-xs text-muted-foreground tabular-nums">{formatCount(item.count)}</span>
            </span>
          ))}
        </span>
        {visible.length === 0 && (
          <span className="block px-2 py-1.5 text-xs text-muted-foreground">
            {pending
              ? "Reading…"
              : shown
                ? "Never seen so far. Press Enter to take it all the same."
                : "Nothing seen so far. You can type."}
          </span>
        )}
        {note && <span className="block border-t px-2 pt-1.5 pb-1 text-xs text-muted-foreground">{note}</span>}
      </span>
    </span>
  );
}

/** Several values, each with a cross; Backspace in the empty field takes the last away. */
export function ValuesInput({
  label,
  values,
  source,
  onChange,
  invalid = false,
}: {
  label: string;
  values: readonly string[];
  source: Source;
  onChange: (values: string[]) => void;
  invalid?: boolean;
}) {
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-1">
      {values.map((value, i) => (
        <span
          key={value}
          className="inline-flex h-7 max-w-full items-center gap-1 rounded-md border bg-secondary pr-0.5 pl-2 text-sm font-medium"
        >
          <span className="truncate">{value === "" ? "(empty)" : value}</span>
          <button
            type="button"
            aria-label={`Take ${value} away`}
            className="grid size-6 place-content-center rounded-sm text-muted-foreground hover:bg-accent hover:text-foreground"
            onClick={() => onChange(values.filter((_, at) => at !== i))}
          >
            <X aria-hidden className="size-3.5" />
          </button>
        </span>
      ))}
      <SuggestInput
        key={values.length}
        label={label}
        value=""
        source={source}
        invalid={invalid}
        placeholder={values.length === 0 ? "value" : "or…"}
        onChange={(text) => {
          if (text !== "" && !values.includes(text)) onChange([...values, text]);
        }}
      />
    </span>
  );
}
