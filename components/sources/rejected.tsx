"use client";

import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState, type ReactNode } from "react";
import { BarSeries, ChartFigure, formatBucket, formatCount, type ChartColor, type TimeBucket } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { NativeSelect } from "@/components/ui/native-select";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { REJECTED_STATUSES, type ItemCode, type RejectedStatus } from "@/domain/events/model";
import { VOLUME_RANGE_LABELS, VOLUME_RANGES, type RejectedPage, type RejectedSummary, type VolumeRange } from "@/domain/sources/model";
import { CODE_TEXTS } from "./codes";
import { fetchJson } from "./fetch-json";
import { RejectedSheet, type RejectedActions } from "./rejected-sheet";
import { dateTime } from "./time";

const STATUS_LABELS: Record<RejectedStatus, string> = { open: "Open", replayed: "Replayed", discarded: "Discarded" };
const BUCKETS: Record<VolumeRange, TimeBucket> = { "1h": "minute", "24h": "hour", "7d": "hour", "30d": "day", "90d": "day" };
const COLORS: readonly ChartColor[] = ["destructive", 2, 3, 6, 7, 4, 1, 8];

interface Props {
  sourceId: string;
  actions: RejectedActions;
  canWrite: boolean;
  canOpen: boolean;
}

/** Messages that could not be used: how many, why, each with its text, to be mended and replayed or discarded. */
export function Rejected({ sourceId, actions, canWrite, canOpen }: Props) {
  const [range, setRange] = useState<VolumeRange>("7d");
  const [status, setStatus] = useState<RejectedStatus>("open");
  const [code, setCode] = useState<ItemCode | "">("");
  const [open, setOpen] = useState<string | null>(null);
  const client = useQueryClient();
  const summary = useQuery({
    queryKey: ["sources", sourceId, "rejected-summary", range],
    queryFn: ({ signal }) => fetchJson<RejectedSummary>(`/api/sources/${sourceId}/rejected/summary?range=${range}`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const list = useInfiniteQuery({
    queryKey: ["sources", sourceId, "rejected", status, code],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ status, ...(code ? { code } : {}), ...(pageParam ? { before: pageParam } : {}) });
      return fetchJson<RejectedPage>(`/api/sources/${sourceId}/rejected?${query}`, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const renew = () => void client.invalidateQueries({ queryKey: ["sources", sourceId] });

  return (
    <div className="grid gap-5">
      <Card>
        <CardContent className="pt-4">
          {summary.data ? (
            <SummaryChart
              summary={summary.data}
              sourceId={sourceId}
              actions={
                <div className="w-52">
                  <NativeSelect aria-label="Range" value={range} onChange={(event) => setRange(event.target.value as VolumeRange)}>
                    {VOLUME_RANGES.map((one) => (
                      <option key={one} value={one}>
                        {VOLUME_RANGE_LABELS[one]}
                      </option>
                    ))}
                  </NativeSelect>
                </div>
              }
            />
          ) : (
            <Skeleton className="h-72 w-full" />
          )}
        </CardContent>
      </Card>
      <div className="flex flex-wrap items-center gap-2">
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">Status</legend>
          {REJECTED_STATUSES.map((one) => (
            <Button
              key={one}
              size="sm"
              variant={one === status ? "secondary" : "ghost"}
              aria-pressed={one === status}
              onClick={() => setStatus(one)}
            >
              {STATUS_LABELS[one]}
              <span className="text-muted-foreground tabular-nums">{summary.data ? formatCount(summary.data.byStatus[one]) : ""}</span>
            </Button>
          ))}
        </fieldset>
        <div className="w-56">
          <NativeSelect aria-label="Reason" value={code} onChange={(event) => setCode(event.target.value as ItemCode | "")}>
            <option value="">Any reason</option>
            {Object.entries(CODE_TEXTS).map(([key, text]) => (
              <option key={key} value={key}>
                {text.label}
              </option>
            ))}
          </NativeSelect>
        </div>
      </div>
      {list.isError && items.length === 0 ? (
        <p role="alert" className="text-sm text-destructive-text">
          {list.error.message}
        </p>
      ) : list.isPending ? (
        <Skeleton className="h-48 w-full" />
      ) : items.length === 0 ? (
        <Empty
          icon={CircleCheck}
          title={status === "open" ? "Nothing waits for a decision" : `Nothing was ${status}`}
          description={
            status === "open"
              ? "Messages that cannot be used stand here with their reason, to be mended and replayed or discarded."
              : undefined
          }
        />
      ) : (
        <RejectedTable items={items} canOpen={canOpen} open={setOpen} />
      )}
      {list.hasNextPage && (
        <div className="text-center">
          <Button variant="outline" pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      <RejectedSheet
        sourceId={sourceId}
        id={open}
        close={() => setOpen(null)}
        actions={canWrite ? actions : null}
        sameCode={(one) => summary.data?.codes.find((entry) => entry.code === one)?.n ?? 0}
        changed={renew}
      />
    </div>
  );
}

function RejectedTable({ items, canOpen, open }: { items: RejectedPage["items"]; canOpen: boolean; open: (id: string) => void }) {
  return (
    <Table aria-label="Rejected messages">
      <TableCaption className="sr-only">Rejected messages, newest first</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>Reason</TableHead>
          <TableHead className="hidden sm:table-cell">Field</TableHead>
          <TableHead>Received</TableHead>
          <TableHead className="hidden lg:table-cell">Message id</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {items.map((item) => (
          <TableRow key={item.id} className="relative">
            <TableCell className="max-w-0 min-w-48 w-full">
              <div className="flex items-center gap-2">
                {canOpen ? (
                  <button
                    type="button"
                    className="text-left font-medium whitespace-nowrap after:absolute after:inset-0 hover:underline"
                    onClick={() => open(item.id)}
                  >
                    {CODE_TEXTS[item.code].label}
                  </button>
                ) : (
                  <span className="font-medium whitespace-nowrap">{CODE_TEXTS[item.code].label}</span>
                )}
                {item.stage !== "collect" && <Badge variant="outline">{item.stage}</Badge>}
              </div>
              <div className="truncate text-xs text-muted-foreground">
                {item.statusReason ? `${item.message} (${item.statusReason})` : item.message}
              </div>
            </TableCell>
            <TableCell className="hidden font-mono text-xs sm:table-cell">{item.field ?? "–"}</TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">{dateTime(item.receivedAt)}</TableCell>
            <TableCell className="hidden max-w-60 truncate font-mono text-xs text-muted-foreground lg:table-cell">
              {item.messageId ?? "–"}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function SummaryChart({ summary, sourceId, actions }: { summary: RejectedSummary; sourceId: string; actions: ReactNode }) {
  const bucket = BUCKETS[summary.range];
  const total = summary.codes.reduce((sum, one) => sum + one.n, 0);
  const rows = summary.points.map((point) => ({ at: point.at, ...point.counts }));
  const first = summary.codes[0];
  return (
    <ChartFigure
      title="Rejected by reason"
      summary={
        first
          ? `${formatCount(total)} rejected in this range; most often: ${CODE_TEXTS[first.code].label} (${formatCount(first.n)}).`
          : "Nothing was rejected in this range."
      }
      rows={first ? summary.points : []}
      empty={<p className="py-6 text-center text-sm text-muted-foreground">Every message of this range could be used.</p>}
      fileName={`rejected-${sourceId}-${summary.range}`}
      columns={[
        { label: bucket === "day" ? "Day (UTC)" : "Time", value: (point) => formatBucket(point.at, bucket), raw: (point) => point.at },
        ...summary.codes.map(({ code }) => ({
          label: CODE_TEXTS[code].label,
          value: (point: RejectedSummary["points"][number]) => point.counts[code] ?? 0,
        })),
      ]}
      actions={actions}
    >
      <BarSeries
        label="Rejected messages over time, stacked by reason"
        rows={rows}
        bucket={bucket}
        stacked
        height={180}
        series={summary.codes.map(({ code }, index) => ({
          key: code,
          label: CODE_TEXTS[code].label,
          color: COLORS[index % COLORS.length] ?? 8,
        }))}
      />
    </ChartFigure>
  );
}
