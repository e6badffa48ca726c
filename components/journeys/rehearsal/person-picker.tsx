"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import { useDebounced } from "@/components/layout/use-debounced";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { fetchPeople } from "./queries";

export interface PickedPerson {
  readonly id: number;
  readonly name: string;
}

const personName = (hit: { id: number; name: string | null; email: string | null }): string => hit.name ?? hit.email ?? `Profile ${hit.id}`;

/** Finds one real person by name or identifier. */
export function PersonPicker({ picked, onPick }: { picked: PickedPerson | null; onPick: (person: PickedPerson | null) => void }) {
  const [text, setText] = useState("");
  const wanted = useDebounced(text.trim(), 200);
  const { data, error } = useQuery({
    queryKey: ["rehearsal-people", wanted],
    queryFn: ({ signal }) => fetchPeople(wanted, signal),
    enabled: wanted !== "" && picked === null,
    placeholderData: keepPreviousData,
  });
  if (picked !== null) {
    return (
      <div className="flex items-center justify-between gap-2 rounded-md border px-3 py-1.5 text-sm">
        <span className="min-w-0 truncate font-medium">{picked.name}</span>
        <Button type="button" variant="ghost" size="icon" aria-label="Choose somebody else" onClick={() => onPick(null)}>
          <X aria-hidden />
        </Button>
      </div>
    );
  }
  const hits = wanted === "" ? [] : (data?.hits ?? []);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Field label="Find somebody" hint="By name, e-mail, user id or phone." error={error?.message}>
        <Input type="search" value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" />
      </Field>
      {hits.length > 0 && (
        <ul aria-label="People found" className="grid max-h-56 overflow-auto rounded-md border">
          {hits.map((hit) => (
            <li key={hit.id}>
              <button
                type="button"
                className="flex w-full min-w-0 flex-col items-start px-3 py-1.5 text-left text-sm hover:bg-accent focus-visible:-outline-offset-2"
                onClick={() => onPick({ id: hit.id, name: personName(hit) })}
              >
                <span className="max-w-full truncate font-medium">{personName(hit)}</span>
                <span className="max-w-full truncate text-xs text-muted-foreground">{hit.email ?? `Profile ${hit.id}`}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {wanted !== "" && data !== undefined && hits.length === 0 && <p className="text-sm text-muted-foreground">Nobody was found.</p>}
    </div>
  );
}
