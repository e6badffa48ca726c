"use client";

import { useQuery } from "@tanstack/react-query";
import { Braces } from "lucide-react";
import { useState } from "react";
import { getJson } from "@/components/layout/fetch-json";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { outputOf } from "@/domain/templates/variables";
import type { TemplateVariable } from "@/domain/templates/variables";

/** Puts text where the cursor stands in a field, as if it were typed: whoever holds the field's value hears of it. */
export function typeInto(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const start = field.selectionStart ?? field.value.length;
  const end = field.selectionEnd ?? start;
  const proto = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(proto, "value")?.set?.call(field, `${field.value.slice(0, start)}${text}${field.value.slice(end)}`);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.setSelectionRange(start + text.length, start + text.length);
}

/** Variables that were really seen, with how many people's calls say them. */
export function VariablePicker({ onInsert }: { onInsert: (output: string) => void }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const { data, error } = useQuery({
    queryKey: ["templates", "variables"],
    queryFn: ({ signal }) => getJson<TemplateVariable[]>("/api/templates/variables", signal),
    enabled: open,
    staleTime: 60_000,
  });
  const wanted = typed.trim().toLowerCase();
  const shown = (data ?? []).filter(({ path, label }) => `${path} ${label}`.toLowerCase().includes(wanted)).slice(0, 60);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button type="button" variant="outline">
          <Braces aria-hidden />
          Insert variable
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="Insert variable" className="w-80 p-2">
        <Input
          type="search"
          aria-label="Search variables"
          placeholder="Trait"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <ul className="mt-2 grid max-h-72 gap-0.5 overflow-y-auto">
          {shown.map(({ path, label, share }) => (
            <li key={path}>
              <button
                type="button"
                className="flex min-h-8 w-full items-center justify-between gap-2 rounded-sm px-2 text-left text-sm hover:bg-accent"
                onClick={() => {
                  setOpen(false);
                  onInsert(outputOf(path));
                }}
              >
                <span className="min-w-0 truncate">{label}</span>
                <span className="shrink-0 text-xs text-muted-foreground tabular-nums">{share === null ? path : `${share} % of calls`}</span>
              </button>
            </li>
          ))}
        </ul>
        {error ? <p role="alert">{error.message}</p> : null}
        {data !== undefined && shown.length === 0 ? (
          <p className="px-2 py-1 text-sm text-muted-foreground">No variable is called like this.</p>
        ) : null}
      </PopoverContent>
    </Popover>
  );
}
