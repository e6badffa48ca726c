"use client";

import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { formatCount } from "@/components/charts";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";

export interface PickedSegment {
  id: string;
  name: string;
  size: number;
}

/** Chips of the chosen segments and a list to choose from, at most `max`. */
export function SegmentPicker({
  segments,
  chosen,
  max,
  onChange,
}: {
  segments: readonly PickedSegment[];
  chosen: readonly string[];
  max: number;
  onChange: (ids: string[]) => void;
}) {
  const [typed, setTyped] = useState("");
  const id = useId();
  const byId = new Map(segments.map((one) => [one.id, one]));
  const shown = segments.filter((one) => one.name.toLowerCase().includes(typed.trim().toLowerCase()));
  const full = chosen.length >= max;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <ul className="contents" aria-label="Compared segments">
        {chosen.map((one) => (
          <li key={one} className="flex items-center gap-1 rounded-md border bg-card py-0.5 pr-0.5 pl-2 text-sm">
            <span className="max-w-56 truncate">{byId.get(one)?.name ?? "deleted"}</span>
            <button
              type="button"
              aria-label={`Take ${byId.get(one)?.name ?? "deleted"} out`}
              className="grid size-6 place-content-center rounded-sm text-muted-foreground hover:bg-accent hover:text-foreground"
              onClick={() => onChange(chosen.filter((other) => other !== one))}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      <Popover>
        <PopoverTrigger asChild>
          <Button variant="outline" size="sm">
            <Plus aria-hidden />
            {chosen.length === 0 ? "Choose segments" : "Segments"}
          </Button>
        </PopoverTrigger>
        <PopoverContent aria-label="Choose segments" className="w-80 p-2">
          <Input
            type="search"
            aria-label="Search segments by name"
            placeholder="Name"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {full && <p className="px-1 pt-2 text-xs text-muted-foreground">{max} are compared. Take one out to add another.</p>}
          <ul className="mt-2 grid max-h-72 gap-0.5 overflow-y-auto">
            {shown.map((one) => {
              const on = chosen.includes(one.id);
              return (
                <li key={one.id}>
                  <label htmlFor={`${id}${one.id}`} className="flex min-h-8 items-center gap-2 rounded-sm px-1.5 text-sm hover:bg-accent">
                    <Checkbox
                      id={`${id}${one.id}`}
                      checked={on}
                      disabled={!on && full}
                      onCheckedChange={(next) => onChange(next === true ? [...chosen, one.id] : chosen.filter((other) => other !== one.id))}
                    />
                    <span className="min-w-0 flex-1 truncate">{one.name}</span>
                    <span className="text-xs text-muted-foreground tabular-nums">{formatCount(one.size)}</span>
                  </label>
                </li>
              );
            })}
            {shown.length === 0 && <li className="px-1.5 py-2 text-sm text-muted-foreground">No segment has this name.</li>}
          </ul>
        </PopoverContent>
      </Popover>
    </div>
  );
}
