"use client";

import { Filter, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Separator } from "@/components/ui/separator";
import type { TRAIT_OPERATORS } from "@/domain/profiles/schemas";
import { countryName } from "./format";
import { decodeTrait, encodeTrait, NO_FILTER, type PeopleState } from "./people-params";

export interface Facets {
  traits: { key: string; n: number; personal: boolean }[];
  events: string[];
  sources: { id: string; name: string }[];
  countries: string[];
  computed: { key: string; name: string }[];
}

const OPERATOR: Record<(typeof TRAIT_OPERATORS)[number], string> = {
  equals: "is",
  not_equals: "is not",
  contains: "contains",
  exists: "is known",
  not_exists: "is not known",
};

const dateText = (date: Date | null): string => date?.toISOString().slice(0, 10) ?? "";
const dateOf = (text: string): Date | null => (text === "" ? null : new Date(`${text}T00:00:00Z`));
const numberOf = (text: string): number | null => (text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text));

/** One popover with every condition, and a chip for each that is set. */
export function PeopleFilters({
  state,
  facets,
  unmasked,
  onChange,
}: {
  state: PeopleState;
  facets: Facets;
  unmasked: boolean;
  onChange: (change: Partial<PeopleState>) => void;
}) {
  const id = useId();
  const chips = chipsOf(state, facets);
  return (
    <>
      <Popover>
        <PopoverTrigger asChild>
          <Button variant="outline">
            <Filter aria-hidden />
            Filter
            {chips.length > 0 ? <span className="text-primary-text tabular-nums">{chips.length}</span> : null}
          </Button>
        </PopoverTrigger>
        <PopoverContent className="grid max-h-[min(36rem,75vh)] w-[min(24rem,calc(100vw-2rem))] gap-3 overflow-y-auto p-4">
          <Field label="Kind">
            <NativeSelect
              value={state.kind ?? ""}
              onChange={(event) => onChange({ kind: (event.target.value || null) as PeopleState["kind"] })}
            >
              <option value="">Everybody</option>
              <option value="known">Known people</option>
              <option value="anonymous">Anonymous visitors</option>
            </NativeSelect>
          </Field>
          <Field label="Country">
            <NativeSelect
              value=""
              onChange={(event) =>
                event.target.value && onChange({ country: [...new Set([...(state.country ?? []), event.target.value])] })
              }
            >
              <option value="">{state.country?.length ? "Add a country" : "Any country"}</option>
              {facets.countries
                .filter((code) => !state.country?.includes(code))
                .map((code) => (
                  <option key={code} value={code}>
                    {countryName(code)}
                  </option>
                ))}
            </NativeSelect>
          </Field>
          <div className="grid grid-cols-2 gap-3">
            <Field label="Last seen from">
              <Input
                type="date"
                value={dateText(state.seenFrom)}
                onChange={(event) => onChange({ seenFrom: dateOf(event.target.value) })}
              />
            </Field>
            <Field label="Last seen to">
              <Input type="date" value={dateText(state.seenTo)} onChange={(event) => onChange({ seenTo: dateOf(event.target.value) })} />
            </Field>
          </div>
          <Field label="Did an event">
            <Input
              list={`${id}-events`}
              placeholder="Any event"
              defaultValue={state.event ?? ""}
              key={state.event ?? ""}
              onBlur={(event) => onChange({ event: event.target.value.trim() || null })}
              onKeyDown={(event) => event.key === "Enter" && onChange({ event: event.currentTarget.value.trim() || null })}
            />
          </Field>
          <datalist id={`${id}-events`}>
            {facets.events.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </datalist>
          <Field label="Source" hint="Brought in at least one of the person's identifiers.">
            <NativeSelect value={state.source ?? ""} onChange={(event) => onChange({ source: event.target.value || null })}>
              <option value="">Any source</option>
              {facets.sources.map((source) => (
                <option key={source.id} value={source.id}>
                  {source.name}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <div className="grid grid-cols-2 gap-3">
            <Field label="Value so far, at least">
              <Input
                inputMode="decimal"
                key={`from-${state.valueFrom}`}
                defaultValue={state.valueFrom ?? ""}
                onBlur={(event) => onChange({ valueFrom: numberOf(event.target.value) })}
              />
            </Field>
            <Field label="At most">
              <Input
                inputMode="decimal"
                key={`to-${state.valueTo}`}
                defaultValue={state.valueTo ?? ""}
                onBlur={(event) => onChange({ valueTo: numberOf(event.target.value) })}
              />
            </Field>
          </div>
          <Separator />
          <TraitForm facets={facets} unmasked={unmasked} onAdd={(text) => onChange({ trait: [...(state.trait ?? []), text] })} />
        </PopoverContent>
      </Popover>
      {chips.map((chip) => (
        <span
          key={chip.key}
          className="inline-flex h-8 max-w-72 items-center gap-1 rounded-md border border-primary/40 bg-primary-soft pr-1 pl-2.5 text-sm text-primary-text"
        >
          <span className="truncate">{chip.label}</span>
          <button
            type="button"
            aria-label={`Remove the filter: ${chip.text}`}
            onClick={() => onChange(chip.without)}
            className="grid size-6 shrink-0 place-content-center rounded-sm hover:bg-primary/15"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        </span>
      ))}
      {chips.length > 1 ? (
        <Button variant="link" onClick={() => onChange(NO_FILTER)}>
          Clear all
        </Button>
      ) : null}
    </>
  );
}

function TraitForm({ facets, unmasked, onAdd }: { facets: Facets; unmasked: boolean; onAdd: (text: string) => void }) {
  const id = useId();
  const [key, setKey] = useState("");
  const [op, setOp] = useState<(typeof TRAIT_OPERATORS)[number]>("equals");
  const [value, setValue] = useState("");
  const needsValue = op !== "exists" && op !== "not_exists";
  const personal = facets.traits.find((trait) => trait.key === key.trim())?.personal ?? false;
  const refused = personal && needsValue && !unmasked;
  const ready = key.trim() !== "" && (!needsValue || value !== "") && !refused;
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        onAdd(encodeTrait(needsValue ? { key: key.trim(), op, value } : { key: key.trim(), op }));
        setKey("");
        setValue("");
      }}
    >
      <Field label="Trait" error={refused ? "This trait is personal: comparing it needs the permission to see personal data." : undefined}>
        <Input list={`${id}-traits`} placeholder="plan" value={key} onChange={(event) => setKey(event.target.value)} />
      </Field>
      <datalist id={`${id}-traits`}>
        {facets.traits.map((trait) => (
          <option key={trait.key} value={trait.key}>
            {trait.key}
          </option>
        ))}
      </datalist>
      <div className="grid grid-cols-[8rem_1fr] gap-2">
        <NativeSelect aria-label="How the trait compares" value={op} onChange={(event) => setOp(event.target.value as typeof op)}>
          {Object.entries(OPERATOR).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </NativeSelect>
        {needsValue ? (
          <Input aria-label="Value of the trait" placeholder="pro" value={value} onChange={(event) => setValue(event.target.value)} />
        ) : null}
      </div>
      <Button type="submit" variant="secondary" disabled={!ready}>
        Add trait condition
      </Button>
    </form>
  );
}

interface Chip {
  key: string;
  label: ReactNode;
  text: string;
  without: Partial<PeopleState>;
}

function chipsOf(state: PeopleState, facets: Facets): Chip[] {
  const chips: Chip[] = [];
  const add = (key: string, text: string, without: Partial<PeopleState>): void => void chips.push({ key, label: text, text, without });
  if (state.q) add("q", `Name or e-mail has “${state.q}”`, { q: null });
  if (state.kind) add("kind", state.kind === "known" ? "Known people" : "Anonymous visitors", { kind: null });
  for (const code of state.country ?? []) {
    const left = (state.country ?? []).filter((other) => other !== code);
    add(`country-${code}`, countryName(code), { country: left.length ? left : null });
  }
  if (state.seenFrom || state.seenTo)
    add("seen", `Last seen ${[dateText(state.seenFrom), dateText(state.seenTo)].map((text) => text || "…").join(" to ")}`, {
      seenFrom: null,
      seenTo: null,
    });
  if (state.event) add("event", `Did ${state.event}`, { event: null });
  if (state.source)
    add("source", `From ${facets.sources.find((source) => source.id === state.source)?.name ?? state.source}`, { source: null });
  if (state.valueFrom !== null || state.valueTo !== null)
    add("value", `Value ${state.valueFrom ?? "…"} to ${state.valueTo ?? "…"}`, { valueFrom: null, valueTo: null });
  for (const text of state.trait ?? []) {
    const trait = decodeTrait(text);
    if (!trait) continue;
    const left = (state.trait ?? []).filter((other) => other !== text);
    add(`trait-${text}`, `${trait.key} ${OPERATOR[trait.op]}${trait.value === undefined ? "" : ` ${trait.value}`}`, {
      trait: left.length ? left : null,
    });
  }
  return chips;
}
