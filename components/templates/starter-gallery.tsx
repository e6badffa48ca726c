"use client";

import { useQuery } from "@tanstack/react-query";
import { getJson } from "@/components/layout/fetch-json";
import { Skeleton } from "@/components/ui/skeleton";
import { CHANNEL_LABELS } from "@/domain/templates/model";
import type { StarterPreview } from "@/domain/templates/model";
import { MailFrame } from "@/components/layout/mail-frame";

/** Starters as they would look here. */
export function StarterGallery({ pending, onChoose }: { pending: boolean; onChoose: (starter: StarterPreview) => void }) {
  const { data, error } = useQuery({
    queryKey: ["templates", "starters"],
    queryFn: ({ signal }) => getJson<StarterPreview[]>("/api/templates/starters", signal),
    staleTime: 300_000,
  });
  if (error) return <p role="alert">{error.message}</p>;
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] gap-4">
      {data === undefined
        ? Array.from({ length: 8 }, (_, i) => (
            <li key={i}>
              <Skeleton className="h-64" />
            </li>
          ))
        : data.map((starter) => (
            <li key={starter.id}>
              <button
                type="button"
                disabled={pending}
                onClick={() => onChoose(starter)}
                className="group grid w-full overflow-hidden rounded-lg border bg-card text-left shadow-xs transition-colors hover:border-border-strong disabled:opacity-60"
              >
                <span aria-hidden className="grid h-48 w-full justify-items-center overflow-hidden border-b bg-muted">
                  {starter.html === null ? (
                    <span className="m-4 self-center rounded-xl border bg-card px-3 py-2 text-xs text-pretty shadow-xs">
                      {starter.subject ? <strong className="block">{starter.subject}</strong> : null}
                      {starter.text.slice(0, 160)}
                    </span>
                  ) : (
                    <MailFrame inert html={starter.html} title={starter.name} width={600} height={560} scale={0.36} />
                  )}
                </span>
                <span className="grid gap-0.5 p-3">
                  <span className="flex items-baseline justify-between gap-2">
                    <span className="truncate text-sm font-medium">{starter.name}</span>
                    <span className="text-xs text-muted-foreground">{CHANNEL_LABELS[starter.channel]}</span>
                  </span>
                  <span className="line-clamp-2 text-xs text-muted-foreground">{starter.description}</span>
                </span>
              </button>
            </li>
          ))}
    </ul>
  );
}
