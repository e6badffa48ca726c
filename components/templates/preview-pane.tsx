"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Monitor, Moon, Search, Smartphone, Users } from "lucide-react";
import { useState } from "react";
import { getJson, postJson } from "@/components/layout/fetch-json";
import { useDebounced } from "@/components/layout/use-debounced";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Skeleton } from "@/components/ui/skeleton";
import type { Content, Preview, Rendered } from "@/domain/templates/model";
import { MailFrame } from "@/components/layout/mail-frame";

interface Hit {
  readonly id: number;
  readonly name: string | null;
  readonly email: string | null;
}

/** The draft as a person gets it: any person, ten at once, wide or narrow, light or dark. */
export function PreviewPane({ content, language, event }: { content: Content; language: string; event: string }) {
  const [person, setPerson] = useState<{ id: number; name: string } | null>(null);
  const [many, setMany] = useState(false);
  const [narrow, setNarrow] = useState(false);
  const [dark, setDark] = useState(false);
  const draft = useDebounced(
    JSON.stringify({ content, language, people: person && !many ? [person.id] : [], count: many ? 10 : 1, event: event.trim() || null }),
    400,
  );
  const { data, error, isFetching } = useQuery({
    queryKey: ["templates", "preview", draft],
    queryFn: ({ signal }) => postJson<Preview[]>("/api/templates/preview", JSON.parse(draft), signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (
    <section aria-label="Preview" className="grid grid-cols-[minmax(0,1fr)] content-start gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <PersonPicker
          label={person?.name ?? data?.[0]?.person?.name ?? "Anybody"}
          onPick={(picked) => {
            setPerson(picked);
            setMany(false);
          }}
        />
        <Button type="button" variant={many ? "secondary" : "outline"} aria-pressed={many} onClick={() => setMany(!many)}>
          <Users aria-hidden />
          Ten people
        </Button>
        <span className="ml-auto flex gap-1">
          <Button
            type="button"
            variant={narrow ? "ghost" : "secondary"}
            size="icon"
            aria-label="Wide"
            aria-pressed={!narrow}
            onClick={() => setNarrow(false)}
          >
            <Monitor aria-hidden />
          </Button>
          <Button
            type="button"
            variant={narrow ? "secondary" : "ghost"}
            size="icon"
            aria-label="Narrow, as on a phone"
            aria-pressed={narrow}
            onClick={() => setNarrow(true)}
          >
            <Smartphone aria-hidden />
          </Button>
          <Button
            type="button"
            variant={dark ? "secondary" : "ghost"}
            size="icon"
            aria-label="Dark, as in mailboxes that invert colours"
            aria-pressed={dark}
            onClick={() => setDark(!dark)}
          >
            <Moon aria-hidden />
          </Button>
        </span>
      </div>
      {error ? (
        <p role="alert" className="rounded-md border px-3 py-2 text-sm">
          {error.message}
        </p>
      ) : null}
      {data === undefined && !error ? <Skeleton className="h-96" /> : null}
      {data !== undefined && data.length === 0 ? (
        <p className="rounded-md border px-3 py-6 text-center text-sm text-muted-foreground">
          There is nobody yet to preview it as. Send data from a source, or load the demo data.
        </p>
      ) : null}
      <div
        aria-busy={isFetching}
        className={many ? "grid grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] gap-3" : "grid grid-cols-[minmax(0,1fr)] gap-3"}
      >
        {data?.map((one) => (
          <OnePreview key={one.person?.id ?? 0} preview={one} small={many} narrow={narrow} dark={dark} />
        ))}
      </div>
    </section>
  );
}

function OnePreview({ preview, small, narrow, dark }: { preview: Preview; small: boolean; narrow: boolean; dark: boolean }) {
  const { rendered, person } = preview;
  const name = person?.name ?? "Nobody";
  return (
    <article aria-label={`Preview as ${name}`} className="grid grid-cols-[minmax(0,1fr)] overflow-hidden rounded-lg border bg-card">
      <header className="grid gap-0.5 border-b px-3 py-2 text-sm">
        <span className="flex justify-between gap-2 text-xs text-muted-foreground">
          <span className="truncate">To {name}</span>
          <span>{preview.language}</span>
        </span>
        {rendered?.subject ? <span className="truncate font-medium">{rendered.subject}</span> : null}
        {rendered?.preheader ? <span className="truncate text-xs text-muted-foreground">{rendered.preheader}</span> : null}
      </header>
      {preview.error !== null ? (
        <p role="alert" className="px-3 py-6 text-sm text-destructive-text">
          {preview.error}
        </p>
      ) : rendered === null ? null : (
        <Shown rendered={rendered} title={`Mail to ${name}`} small={small} narrow={narrow} dark={dark} />
      )}
    </article>
  );
}

function Shown({
  rendered,
  title,
  small,
  narrow,
  dark,
}: {
  rendered: Rendered;
  title: string;
  small: boolean;
  narrow: boolean;
  dark: boolean;
}) {
  if (rendered.html !== null) {
    if (small)
      return (
        <MailFrame
          html={rendered.html}
          title={title}
          width={narrow ? 375 : 640}
          height={narrow ? 480 : 600}
          scale={narrow ? 0.54 : 0.32}
          dark={dark}
          className="justify-self-center"
        />
      );
    return (
      <MailFrame
        html={rendered.html}
        title={title}
        width={narrow ? 375 : 1_200}
        height={720}
        dark={dark}
        className={narrow ? "w-full justify-self-center border-x" : "w-full"}
      />
    );
  }
  if (rendered.channel === "webhook") return <pre className="overflow-x-auto p-3 text-xs">{rendered.text}</pre>;
  return (
    <div className="grid justify-items-start gap-2 bg-muted p-4">
      <div className="max-w-sm rounded-xl border bg-card px-3 py-2 text-sm whitespace-pre-wrap text-card-foreground shadow-xs">
        {rendered.text}
        {rendered.button !== null ? <span className="mt-2 block font-medium">{rendered.button}</span> : null}
      </div>
      {rendered.link !== null ? <span className="max-w-full truncate text-xs text-muted-foreground">Leads to {rendered.link}</span> : null}
    </div>
  );
}

function PersonPicker({ label, onPick }: { label: string; onPick: (person: { id: number; name: string }) => void }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const q = useDebounced(typed.trim(), 200);
  const { data, error } = useQuery({
    queryKey: ["templates", "people", q],
    queryFn: ({ signal }) => getJson<{ hits: Hit[]; exactOnly: boolean }>(`/api/profiles/search?q=${encodeURIComponent(q)}`, signal),
    enabled: open && q !== "",
  });
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button type="button" variant="outline" className="max-w-60">
          <Search aria-hidden />
          <span className="truncate">As {label}</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="Preview as somebody" className="w-80 p-2">
        <Input
          type="search"
          aria-label="Search a person"
          placeholder="Name, e-mail or id"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <ul className="mt-2 grid max-h-64 gap-0.5 overflow-y-auto">
          {data?.hits.map((hit) => (
            <li key={hit.id}>
              <button
                type="button"
                className="grid min-h-9 w-full rounded-sm px-2 py-1 text-left text-sm hover:bg-accent"
                onClick={() => {
                  onPick({ id: hit.id, name: hit.name ?? hit.email ?? `Person ${hit.id}` });
                  setOpen(false);
                }}
              >
                <span className="truncate">{hit.name ?? `Person ${hit.id}`}</span>
                {hit.email ? <span className="truncate text-xs text-muted-foreground">{hit.email}</span> : null}
              </button>
            </li>
          ))}
        </ul>
        <p role="status" className="px-2 py-1 text-xs text-muted-foreground">
          {error
            ? error.message
            : q === ""
              ? "Type to search."
              : data?.hits.length === 0
                ? data.exactOnly
                  ? "Nobody. Your role searches by whole identifiers."
                  : "Nobody found."
                : ""}
        </p>
      </PopoverContent>
    </Popover>
  );
}
