"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Input } from "@/components/ui/input";
import { Spinner } from "@/components/ui/spinner";
import type { SearchHit } from "@/domain/profiles/schemas";
import { identifierLabel, personName } from "./format";
import { fetchSearch, peopleKeys } from "./queries";

const MATCH: Record<SearchHit["match"], (hit: SearchHit) => string> = {
  identifier: (hit) => `${identifierLabel(hit.matchedType ?? "")} ${hit.matchedValue ?? ""}`,
  order: (hit) => `Order ${hit.matchedValue ?? ""}`,
  prefix: (hit) => `${identifierLabel(hit.matchedType ?? "")} ${hit.matchedValue ?? ""}`,
  text: (hit) => hit.email ?? hit.phone ?? "Name",
};

function useDebounced(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/**
 * The one search box: people as one types, whole identifiers first. Enter opens the chosen person, or the only one that
 * the text names exactly; otherwise it narrows the table to the text.
 */
export function ProfileSearch({ q, onFilter, mayFilter }: { q: string | null; onFilter: (q: string | null) => void; mayFilter: boolean }) {
  const router = useRouter();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(q ?? "");
  const [open, setOpen] = useState(false);
  const [choice, setChoice] = useState(-1);
  // The address changed elsewhere (a view, going back): the box follows.
  const [shownQ, setShownQ] = useState(q);
  if (q !== shownQ) {
    setShownQ(q);
    setText(q ?? "");
  }
  const wanted = useDebounced(text.trim(), 150);
  const { data, isFetching, error } = useQuery({
    queryKey: peopleKeys.search(wanted),
    queryFn: ({ signal }) => fetchSearch(wanted, signal),
    enabled: open && wanted !== "",
    placeholderData: keepPreviousData,
  });
  const current = wanted !== "" && wanted === text.trim() && data ? data : undefined;
  const hits = wanted === "" ? [] : (data?.hits ?? []);
  const shown = open && wanted !== "";

  const go = (person: number): void => {
    setOpen(false);
    router.push(`/profiles/${person}`);
  };
  const submit = async (): Promise<void> => {
    const picked = hits[choice];
    if (picked) return go(picked.id);
    const entered = text.trim();
    if (entered === "") return onFilter(null);
    // Typed and entered faster than the list came: ask before deciding.
    const result = current ?? (await fetchSearch(entered, new AbortController().signal).catch(() => undefined));
    if (result?.exact) return go(result.exact);
    setOpen(false);
    if (mayFilter) onFilter(entered);
    else setOpen(true);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const count = hits.length;
      if (count > 0) setChoice((old) => (event.key === "ArrowDown" ? (old + 1) % count : (old <= 0 ? count : old) - 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      void submit();
    } else if (event.key === "Escape") {
      if (open) setOpen(false);
      else setText("");
    }
  };
  return (
    <div
      ref={box}
      className="relative w-full max-w-xl"
      onBlur={(event) => {
        if (!box.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted-foreground" />
      <Input
        type="search"
        role="combobox"
        aria-label="Find a person"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && choice >= 0 ? `${id}-${choice}` : undefined}
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        placeholder={
          mayFilter ? "E-mail, phone, user id, device id, order number or name" : "Whole e-mail, phone, user id, device id or order number"
        }
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChoice(-1);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
        className="h-10 pr-10 pl-9 text-base [&::-webkit-search-cancel-button]:hidden"
      />
      {isFetching && shown ? (
        <Spinner className="absolute top-3 right-3 text-muted-foreground" />
      ) : text !== "" ? (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Clear the search"
          className="absolute top-1.5 right-1.5"
          onClick={() => {
            setText("");
            onFilter(null);
          }}
        >
          <X aria-hidden />
        </Button>
      ) : null}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="People found"
        hidden={!shown}
        className="absolute top-full z-30 mt-1 max-h-[26rem] w-full overflow-y-auto rounded-lg border bg-popover p-1 text-popover-foreground shadow-lg"
      >
        {hits.map((hit, index) => (
          // Keys are handled by the input (aria-activedescendant).
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={hit.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === choice}
            className={cn("flex cursor-pointer items-center gap-3 rounded-md px-2.5 py-2", index === choice && "bg-accent")}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => setChoice(index)}
            onClick={() => go(hit.id)}
          >
            <Avatar name={hit.name ?? hit.email ?? "?"} />
            <span className="min-w-0 flex-1">
              <span className="block truncate text-sm font-medium">{personName(hit)}</span>
              <span className="block truncate text-xs text-muted-foreground">{MATCH[hit.match](hit)}</span>
            </span>
            {hit.match === "identifier" || hit.match === "order" ? <Badge variant="success">Exact</Badge> : null}
          </div>
        ))}
        {wanted !== "" && current && hits.length === 0 ? (
          <p className="px-3 py-5 text-center text-sm text-muted-foreground">
            {current.exactOnly
              ? "Nobody has exactly this identifier. Without the permission to see personal data only whole identifiers are searched."
              : "Nobody has this identifier, name or e-mail."}
          </p>
        ) : null}
        {error ? <p className="px-3 py-5 text-center text-sm text-destructive-text">{error.message}</p> : null}
      </div>
      <span role="status" className="sr-only">
        {shown && current ? `${hits.length} ${hits.length === 1 ? "person" : "people"} found` : ""}
      </span>
    </div>
  );
}
