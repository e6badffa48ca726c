"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, ChevronRight, Pause, Play, Search } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { MESSAGE_TYPES } from "@/domain/events/model";
import type { DebuggerItem } from "@/domain/sources/model";
import { passes } from "./debugger-filter";
import { Payload } from "./payload";
import { clockTime } from "./time";
import { useMessageStream, type StreamState } from "./use-message-stream";

/** Accepted and rejected messages as they arrive. */
export function MessageDebugger({ sourceId, masked }: { sourceId: string; masked: boolean }) {
  const stream = useMessageStream(sourceId);
  const [frozen, setFrozen] = useState<DebuggerItem[] | null>(null);
  const [filter, setFilter] = useState({ text: "", type: "", kind: "" });
  const shown = useMemo(() => (frozen ?? stream.items).filter((item) => passes(item, filter)), [frozen, stream.items, filter]);
  const newest = frozen?.[0]?.id;
  const waiting = frozen === null ? 0 : countUntil(stream.items, newest);
  const paused = frozen !== null;

  return (
    <section aria-label="Live messages" className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative min-w-48 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted-foreground" />
          <Input
            type="search"
            aria-label="Search in messages"
            placeholder="Search in messages"
            className="pl-8"
            value={filter.text}
            onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          />
        </div>
        <div className="w-32">
          <NativeSelect aria-label="Status" value={filter.kind} onChange={(event) => setFilter({ ...filter, kind: event.target.value })}>
            <option value="">Any status</option>
            <option value="accepted">Accepted</option>
            <option value="rejected">Rejected</option>
          </NativeSelect>
        </div>
        <div className="w-32">
          <NativeSelect aria-label="Type" value={filter.type} onChange={(event) => setFilter({ ...filter, type: event.target.value })}>
            <option value="">Any type</option>
            {MESSAGE_TYPES.map((type) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
          </NativeSelect>
        </div>
        <Button variant="outline" aria-pressed={paused} onClick={() => setFrozen(paused ? null : stream.items)}>
          {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
          {paused ? "Resume" : "Pause"}
        </Button>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2 text-xs text-muted-foreground">
        <StreamLine state={stream.state} reason={stream.reason} paused={paused} waiting={waiting} />
        <span>
          {shown.length.toLocaleString("en")} shown
          {stream.left > 0 && ` · ${stream.left.toLocaleString("en")} arrived too fast to show`}
          {masked && " · personal data masked"}
        </span>
      </div>
      <MessageList
        sourceId={sourceId}
        items={shown}
        empty={
          stream.items.length > 0
            ? "No message passes the filter."
            : "Nothing has arrived lately. Send an event and it appears here within a second, without reloading."
        }
      />
    </section>
  );
}

const countUntil = (items: readonly DebuggerItem[], id: string | undefined): number => {
  const at = items.findIndex((item) => item.id === id);
  return at === -1 ? items.length : at;
};

const STATES: Record<StreamState, { dot: string; text: string }> = {
  connecting: { dot: "bg-muted-foreground", text: "Connecting…" },
  open: { dot: "bg-success", text: "Live" },
  retrying: { dot: "bg-warning", text: "Connection lost; reconnecting, nothing is missed…" },
  ended: { dot: "bg-destructive", text: "Ended" },
  failed: { dot: "bg-destructive", text: "The live view is not reachable. Reload the page." },
};

function StreamLine({ state, reason, paused, waiting }: { state: StreamState; reason: string | null; paused: boolean; waiting: number }) {
  const { dot, text } = STATES[state];
  return (
    <span role="status" className="inline-flex items-center gap-2">
      <span
        aria-hidden
        className={cn("size-2 rounded-full", paused ? "bg-warning" : dot, state === "open" && !paused && "animate-pulse")}
      />
      {paused ? `Paused · ${waiting.toLocaleString("en")} new` : (reason ?? text)}
    </span>
  );
}

const ROW = 37;

function MessageList({ sourceId, items, empty }: { sourceId: string; items: readonly DebuggerItem[]; empty: ReactNode }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [top, setTop] = useState(true);
  // Only rows in view are in the document, however many have arrived.
  // oxlint-disable-next-line react/incompatible-library -- rows come and go with the scroll: nothing to memoise
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 12,
  });
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <div className="relative">
      {!top && items.length > 0 && (
        <Button
          size="sm"
          variant="secondary"
          className="absolute top-10 left-1/2 z-10 -translate-x-1/2 shadow-md"
          onClick={() => scroller.current?.scrollTo({ top: 0 })}
        >
          <ArrowUp aria-hidden />
          Newest
        </Button>
      )}
      <div
        ref={scroller}
        role="region"
        aria-label="Messages, newest first"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        tabIndex={0}
        onScroll={(event) => setTop(event.currentTarget.scrollTop < ROW)}
        className="h-[max(22rem,calc(100dvh-24rem))] overflow-auto rounded-lg border bg-card"
      >
        {items.length === 0 ? (
          <p className="px-4 py-10 text-center text-sm text-muted-foreground">{empty}</p>
        ) : (
          <div role="list" style={{ height: virtual.getTotalSize() }} className="relative w-full">
            {virtual.getVirtualItems().map((row) => {
              const item = items[row.index];
              return item ? (
                <div
                  key={row.key}
                  role="listitem"
                  data-index={row.index}
                  ref={virtual.measureElement}
                  className="absolute top-0 left-0 w-full border-b"
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  <MessageRow sourceId={sourceId} item={item} open={open.has(item.id)} toggle={() => toggle(item.id)} />
                </div>
              ) : null;
            })}
          </div>
        )}
      </div>
    </div>
  );
}

function MessageRow({ sourceId, item, open, toggle }: { sourceId: string; item: DebuggerItem; open: boolean; toggle: () => void }) {
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={toggle}
        className="grid min-h-9 w-full grid-cols-[1rem_5.25rem_1fr_auto] items-center gap-x-3 px-3 py-1 text-left text-sm hover:bg-muted focus-visible:-outline-offset-2 md:grid-cols-[1rem_6rem_5.5rem_4.5rem_minmax(8rem,1fr)_minmax(6rem,14rem)]"
      >
        <ChevronRight aria-hidden className={cn("size-4 text-muted-foreground transition-transform", open && "rotate-90")} />
        <span className="font-mono text-xs text-muted-foreground">{clockTime(item.at)}</span>
        <span className="order-last md:order-none">
          {item.kind === "accepted" ? <Badge variant="success">Accepted</Badge> : <Badge variant="destructive">Rejected</Badge>}
        </span>
        <span className="hidden text-muted-foreground md:inline">{item.type ?? "–"}</span>
        <span className="min-w-0 truncate">
          <span className="font-medium">
            {item.name ?? <span className="text-muted-foreground md:hidden">{item.type ?? "message"}</span>}
          </span>
          {item.kind === "rejected" && <span className="text-destructive-text"> {item.reason}</span>}
          {item.warnings.length > 0 && <span className="text-warning-text"> {item.warnings.join(", ")}</span>}
        </span>
        <span className="hidden min-w-0 truncate font-mono text-xs text-muted-foreground md:inline">{item.who ?? "–"}</span>
      </button>
      {open && (
        <div className="border-t bg-muted/40 px-3 py-3 md:pl-10">
          <Payload sourceId={sourceId} item={item} />
        </div>
      )}
    </>
  );
}
