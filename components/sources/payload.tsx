"use client";

import { useQuery } from "@tanstack/react-query";
import { CopyButton } from "@/components/ui/copy-button";
import { Skeleton } from "@/components/ui/skeleton";
import type { DebuggerItem, RejectedSample } from "@/domain/sources/model";
import { fetchJson } from "./fetch-json";
import { prettyJson } from "./pretty";

/** A message in full: its reason if rejected, then the payload; long ones are fetched when opened. */
export function Payload({ sourceId, item }: { sourceId: string; item: DebuggerItem }) {
  const path = item.kind === "accepted" ? `messages/${item.id.replace(/^in_/, "")}` : `rejected/${item.id}`;
  const query = useQuery({
    queryKey: ["sources", sourceId, "payload", item.id],
    queryFn: async ({ signal }) => {
      const url = `/api/sources/${sourceId}/${path}`;
      if (item.kind === "accepted") return (await fetchJson<{ payload: string }>(url, signal)).payload;
      return (await fetchJson<RejectedSample>(url, signal)).sample;
    },
    enabled: item.payload === null,
    staleTime: Infinity,
  });
  const text = item.payload ?? query.data;
  return (
    <div className="grid min-w-0 gap-2">
      {item.kind === "rejected" && (
        <p className="text-sm">
          <code className="font-mono text-xs text-destructive-text">{item.code}</code>
          {item.field ? <span className="text-muted-foreground"> in {item.field}</span> : null}: {item.reason}
        </p>
      )}
      {text !== undefined ? (
        <JsonText text={text} label={item.kind === "accepted" ? "Message as stored" : "Message as received"} />
      ) : query.isError ? (
        <p role="alert" className="text-sm text-destructive-text">
          {query.error.message}
        </p>
      ) : (
        <Skeleton className="h-24 w-full" />
      )}
    </div>
  );
}

/** Pretty-printed JSON with a copy button. */
export function JsonText({ text, label }: { text: string; label: string }) {
  const pretty = prettyJson(text);
  return (
    <div className="min-w-0 rounded-md border bg-card">
      <div className="flex items-center justify-between gap-2 border-b py-1 pr-1 pl-3 text-xs text-muted-foreground">
        {label}
        <CopyButton text={pretty} size="sm">
          Copy JSON
        </CopyButton>
      </div>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-80 overflow-auto px-3 py-2 font-mono text-xs leading-5"
      >
        {pretty}
      </pre>
    </div>
  );
}
