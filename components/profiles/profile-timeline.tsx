"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { CalendarSearch, ChevronRight, History } from "lucide-react";
import { parseAsIsoDate, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { CopyButton } from "@/components/ui/copy-button";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Skeleton } from "@/components/ui/skeleton";
import { Hint } from "@/components/ui/tooltip";
import type { ProfileView, TimelineEvent } from "@/domain/profiles/schemas";
import { eventLook, TONE_CLASSES } from "./event-look";
import { eventLabel, formatClock, formatMoney, formatNumber, formatTime, formatWeekday } from "./format";
import { fetchEvent, fetchTimeline, profileKeys, type TimelineFilter } from "./queries";
import { type TimelineRow, timelineRows } from "./timeline-rows";

const params = {
  type: parseAsString,
  source: parseAsString,
  from: parseAsIsoDate,
  to: parseAsIsoDate,
  group: parseAsStringLiteral(["session", "day"] as const).withDefault("session"),
};

const HEIGHT: Record<TimelineRow["kind"], number> = { day: 44, session: 34, event: 48 };
const dateText = (date: Date | null): string => date?.toISOString().slice(0, 10) ?? "";
const dateOf = (text: string): Date | null => (text === "" ? null : new Date(`${text}T00:00:00Z`));

/**
 * Everything a person did, newest first. However long it is, only the rows in view are in the document; older pages
 * come as one scrolls. Jumping to a date shows that day first and everything older below.
 */
export function ProfileTimeline({ profile }: { profile: ProfileView }) {
  const [state, setState] = useQueryStates(params, { history: "replace", clearOnDefault: true });
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const scroll = useRef<HTMLDivElement>(null);
  const filter: TimelineFilter = {
    ...(state.type ? { events: [state.type] } : {}),
    ...(state.source ? { sources: [state.source] } : {}),
    ...(state.from ? { from: state.from.toISOString() } : {}),
    ...(state.to ? { to: new Date(state.to.getTime() + 86_399_999).toISOString() } : {}),
    limit: 200,
  };
  const query = useInfiniteQuery({
    queryKey: profileKeys.timeline(profile.id, filter),
    queryFn: ({ pageParam, signal }) => fetchTimeline(profile.id, filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const events = useMemo(() => query.data?.pages.flatMap((page) => page.events) ?? [], [query.data]);
  const sources = useMemo(
    () => Object.assign({}, ...(query.data?.pages.map((page) => page.sources) ?? [])) as ProfileView["sources"],
    [query.data],
  );
  const rows = useMemo(() => timelineRows(events, state.group), [events, state.group]);
  // The compiler leaves this component alone: the virtualizer changes by itself.
  // oxlint-disable-next-line react/incompatible-library -- rows come and go with the scroll: nothing to memoise
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => HEIGHT[rows[index]?.kind ?? "event"],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastIndex >= rows.length - 40) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastIndex, rows.length]);

  const toggle = (id: number): void =>
    setExpanded((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const filtered = state.type !== null || state.source !== null || state.from !== null || state.to !== null;
  const types = profile.stats.map((stat) => stat.event);
  const known = { ...profile.sources, ...sources };
  const total = profile.stats.reduce((sum, stat) => sum + stat.count, 0);

  return (
    <section aria-label="Activity timeline" className="grid gap-3">
      <div className="flex flex-wrap items-end gap-2">
        <Field label="Event">
          <NativeSelect
            className="min-w-44"
            value={state.type ?? ""}
            onChange={(event) => void setState({ type: event.target.value || null })}
          >
            <option value="">All events</option>
            {(state.type !== null && !types.includes(state.type) ? [...types, state.type] : types).map((name) => (
              <option key={name} value={name}>
                {eventLabel(name)}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field label="Source">
          <NativeSelect
            className="min-w-36"
            value={state.source ?? ""}
            onChange={(event) => void setState({ source: event.target.value || null })}
          >
            <option value="">All sources</option>
            {Object.entries(known).map(([id, source]) => (
              <option key={id} value={id}>
                {source.name}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field label="Not before">
          <Input
            type="date"
            className="w-36"
            value={dateText(state.from)}
            max={dateText(state.to) || undefined}
            onChange={(event) => void setState({ from: dateOf(event.target.value) })}
          />
        </Field>
        <Field label="Jump to">
          <Input
            type="date"
            className="w-36"
            value={dateText(state.to)}
            min={profile.firstSeenAt.slice(0, 10)}
            onChange={(event) => {
              void setState({ to: dateOf(event.target.value) });
              scroll.current?.scrollTo({ top: 0 });
            }}
          />
        </Field>
        <Field label="Group by">
          <NativeSelect value={state.group} onChange={(event) => void setState({ group: event.target.value as "session" | "day" })}>
            <option value="session">Visit</option>
            <option value="day">Day</option>
          </NativeSelect>
        </Field>
        {filtered ? (
          <Button variant="ghost" onClick={() => void setState({ type: null, source: null, from: null, to: null })}>
            Show everything
          </Button>
        ) : null}
        <p role="status" className="ml-auto self-center text-xs text-muted-foreground">
          {state.to ? (
            <span className="inline-flex items-center gap-1">
              <CalendarSearch aria-hidden className="size-3.5" />
              Until {formatWeekday(state.to.toISOString())} ·{" "}
            </span>
          ) : null}
          <span className="tabular-nums">{formatNumber(events.length)}</span>
          {filtered || !hasNextPage ? "" : <> of {formatNumber(Math.max(total, events.length))}</>} events loaded, times in UTC
        </p>
      </div>
      {query.isPending ? (
        <div aria-busy className="grid gap-2 rounded-lg border bg-card p-4">
          {Array.from({ length: 8 }, (_, n) => (
            <Skeleton key={n} className="h-9" />
          ))}
        </div>
      ) : query.error ? (
        <Empty
          icon={History}
          title="The timeline could not be read"
          description={query.error.message}
          actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
        />
      ) : rows.length === 0 ? (
        <Empty
          icon={History}
          title={filtered ? "No event fits these filters" : "Nothing has happened yet"}
          description={filtered ? "Take a filter away to see more." : "Events appear here seconds after a source sends them."}
        />
      ) : (
        <div
          ref={scroll}
          role="region"
          aria-label="Events"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
          tabIndex={0}
          aria-busy={query.isFetching}
          data-slot="timeline"
          className={cn(
            "h-[max(24rem,calc(100dvh-22rem))] overflow-y-auto rounded-lg border bg-card",
            query.isPlaceholderData && "opacity-60",
          )}
        >
          <div role="list" aria-label="Events, newest first" className="relative w-full" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              return (
                <div
                  key={item.key}
                  role="listitem"
                  data-index={item.index}
                  data-timeline-row={row.kind}
                  ref={virtual.measureElement}
                  className="absolute top-0 left-0 w-full"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {row.kind === "day" ? (
                    <h3 className="px-4 pt-4 pb-1.5 text-sm font-semibold">{formatWeekday(row.at)}</h3>
                  ) : row.kind === "session" ? (
                    <SessionRow row={row} source={known[row.sourceId]?.name ?? row.sourceId} />
                  ) : (
                    <EventRow
                      row={row}
                      profileId={profile.id}
                      source={known[row.event.sourceId]?.name ?? row.event.sourceId}
                      merged={profile.fragments.length > 1}
                      open={expanded.has(row.event.id)}
                      onToggle={() => toggle(row.event.id)}
                    />
                  )}
                </div>
              );
            })}
          </div>
          {isFetchingNextPage ? <p className="px-4 py-3 text-center text-xs text-muted-foreground">Loading older events…</p> : null}
        </div>
      )}
    </section>
  );
}

function duration(from: string, to: string): string {
  const minutes = Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
  return minutes < 1 ? "under a minute" : minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function SessionRow({ row, source }: { row: Extract<TimelineRow, { kind: "session" }>; source: string }) {
  return (
    <div className="mx-4 mt-1.5 flex items-center gap-2 border-t pt-2 text-xs text-muted-foreground">
      <span className="font-medium text-foreground">Visit</span>
      <span className="truncate">
        {source} · {row.count} events · {duration(row.from, row.to)}
      </span>
      {row.sessionId === null ? (
        <Hint text="These events carry no session id: a pause of more than 30 minutes ends a visit.">
          <button
            type="button"
            className="inline-flex h-6 shrink-0 cursor-help items-center rounded-sm px-1 underline decoration-dotted underline-offset-2"
          >
            by time
          </button>
        </Hint>
      ) : null}
    </div>
  );
}

function EventRow({
  row,
  profileId,
  source,
  merged,
  open,
  onToggle,
}: {
  row: Extract<TimelineRow, { kind: "event" }>;
  profileId: number;
  source: string;
  merged: boolean;
  open: boolean;
  onToggle: () => void;
}) {
  const { event } = row;
  const { icon: Icon, tone } = eventLook(event.event);
  return (
    <div className={cn("relative px-2", row.inSession && "pl-5")}>
      {row.inSession ? <span aria-hidden className={cn("absolute top-0 left-3.5 w-px bg-border", row.last ? "h-6" : "h-full")} /> : null}
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="group flex min-h-12 w-full min-w-0 items-center gap-3 rounded-md px-2 py-1.5 text-left hover:bg-muted/70"
      >
        <span className={cn("grid size-7 shrink-0 place-content-center rounded-full", TONE_CLASSES[tone])}>
          <Icon aria-hidden className="size-3.5" />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex min-w-0 items-baseline gap-2">
            <span className="truncate text-sm font-medium">{eventLabel(event.event)}</span>
            {row.inSession ? null : <span className="hidden shrink-0 text-xs text-muted-foreground sm:inline">{source}</span>}
          </span>
          {event.summary === "" ? null : <span className="block truncate text-xs text-muted-foreground">{event.summary}</span>}
        </span>
        {event.value !== null && Number(event.value) !== 0 ? (
          <span
            className={cn("shrink-0 text-sm tabular-nums", tone === "money" || tone === "loss" ? "font-semibold" : "text-muted-foreground")}
          >
            {formatMoney(event.value, event.currency)}
          </span>
        ) : null}
        <time dateTime={event.occurredAt} className="shrink-0 text-xs text-muted-foreground tabular-nums">
          {formatClock(event.occurredAt)}
        </time>
        <ChevronRight aria-hidden className={cn("size-4 shrink-0 text-muted-foreground transition-transform", open && "rotate-90")} />
      </button>
      {open ? <EventRaw event={event} profileId={profileId} source={source} merged={merged} /> : null}
    </div>
  );
}

function EventRaw({ event, profileId, source, merged }: { event: TimelineEvent; profileId: number; source: string; merged: boolean }) {
  const query = useQuery({
    queryKey: profileKeys.event(profileId, event.id),
    queryFn: ({ signal }) => fetchEvent(profileId, event.id, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const raw = query.data
    ? JSON.stringify(
        {
          event: event.event,
          messageId: event.messageId,
          timestamp: event.occurredAt,
          properties: query.data.properties,
          context: query.data.context,
        },
        null,
        2,
      )
    : undefined;
  const delay = Date.parse(event.receivedAt) - Date.parse(event.occurredAt);
  return (
    <div className="mx-2 mt-1 mb-3 ml-12 rounded-md border bg-background">
      <div className="flex items-start justify-between gap-3 border-b px-3 py-2">
        <dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
          <Fact name="Source">{source}</Fact>
          <Fact name="Happened">{formatTime(event.occurredAt)}</Fact>
          {delay > 60_000 ? <Fact name="Arrived">{formatTime(event.receivedAt)}</Fact> : null}
          <Fact name="Message">
            <span className="font-mono break-all">{event.messageId}</span>
          </Fact>
          {merged ? <Fact name="Fragment">{event.profileId}</Fact> : null}
        </dl>
        {raw ? <CopyButton text={raw} label="Copy the event as JSON" className="-my-1 shrink-0" /> : null}
      </div>
      {raw ? (
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
          tabIndex={0}
          role="region"
          aria-label="Raw event"
          className="max-h-80 overflow-auto px-3 py-2 font-mono text-xs leading-relaxed"
        >
          {raw}
        </pre>
      ) : query.error ? (
        <p className="px-3 py-2 text-sm text-destructive-text">{query.error.message}</p>
      ) : (
        <Skeleton className="m-3 h-24" />
      )}
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="flex gap-1.5">
    <dt className="text-muted-foreground">{name}</dt>
    <dd>{children}</dd>
  </div>
);
