"use client";

import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";

export interface ColumnChoice {
  key: string;
  label: string;
  group: string;
}

/** Which columns a table shows and in which order: search, tick, move up or down. Works by keyboard alone. */
export function ColumnChooser({
  choices,
  value,
  onChange,
  onReset,
}: {
  choices: readonly ColumnChoice[];
  value: readonly string[];
  onChange: (keys: string[]) => void;
  onReset: () => void;
}) {
  const [find, setFind] = useState("");
  const shown = choices.filter((choice) => choice.label.toLowerCase().includes(find.trim().toLowerCase()));
  const chosen = value.flatMap((key) => shown.find((choice) => choice.key === key) ?? []);
  const rest = shown.filter((choice) => !value.includes(choice.key));
  const groups = [...new Set(rest.map((choice) => choice.group))];
  const move = (key: string, by: number): void => {
    const from = value.indexOf(key);
    const to = from + by;
    if (from < 0 || to < 0 || to >= value.length) return;
    const next = [...value];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="outline">
          <Columns3 aria-hidden />
          Columns
          <span className="text-muted-foreground tabular-nums">{value.length}</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-72 p-0">
        <div className="border-b p-2">
          <Input
            aria-label="Find a column"
            placeholder="Find a column or trait"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
        </div>
        <div className="max-h-80 overflow-y-auto p-1">
          {chosen.map((choice) => (
            <div key={choice.key} className="flex h-8 items-center gap-2 rounded-md px-2 hover:bg-accent">
              <Checkbox
                id={`column-${choice.key}`}
                checked
                disabled={value.length === 1}
                onCheckedChange={() => onChange(value.filter((key) => key !== choice.key))}
              />
              <label htmlFor={`column-${choice.key}`} className="min-w-0 flex-1 truncate text-sm">
                {choice.label}
              </label>
              <Button variant="ghost" size="icon-sm" aria-label={`Move ${choice.label} left`} onClick={() => move(choice.key, -1)}>
                <ArrowUp aria-hidden />
              </Button>
              <Button variant="ghost" size="icon-sm" aria-label={`Move ${choice.label} right`} onClick={() => move(choice.key, 1)}>
                <ArrowDown aria-hidden />
              </Button>
            </div>
          ))}
          {groups.map((group) => (
            <div key={group} role="group" aria-label={group}>
              <p className="px-2 pt-2 pb-1 text-2xs font-medium text-muted-foreground">{group}</p>
              {rest
                .filter((choice) => choice.group === group)
                .slice(0, 100)
                .map((choice) => (
                  <div key={choice.key} className="flex h-8 items-center gap-2 rounded-md px-2 hover:bg-accent">
                    <Checkbox id={`column-${choice.key}`} checked={false} onCheckedChange={() => onChange([...value, choice.key])} />
                    <label htmlFor={`column-${choice.key}`} className="min-w-0 flex-1 truncate text-sm">
                      {choice.label}
                    </label>
                  </div>
                ))}
            </div>
          ))}
          {shown.length === 0 ? <p className="px-2 py-6 text-center text-sm text-muted-foreground">No column has this name.</p> : null}
        </div>
        <div className="border-t p-2">
          <Button variant="ghost" size="sm" onClick={onReset}>
            Back to the usual columns
          </Button>
        </div>
      </PopoverContent>
    </Popover>
  );
}
