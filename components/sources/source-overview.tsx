"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { BarSeries, ChartFigure, formatBucket, formatCount, type TimeBucket } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { NativeSelect } from "@/components/ui/native-select";
import {
  receivedOf,
  VOLUME_RANGE_LABELS,
  VOLUME_RANGES,
  type DebuggerPage,
  type SourceDetail,
  type SourceVolume,
  type VolumeRange,
} from "@/domain/sources/model";
import { fetchJson } from "./fetch-json";
import { HealthBadge } from "./health-badge";
import { Snippets } from "./snippets-panel";
import { Ago, clockTime } from "./time";
import { WaitingForEvents } from "./connect-panel";
import { useSource } from "./use-source";

interface Props {
  initial: SourceDetail;
  volume: SourceVolume;
  origin: string | null;
  canWatch: boolean;
  canWrite: boolean;
}

/** What a source received, how it stands, and its last messages. */
export function SourceOverview({ initial, volume, origin, canWatch, canWrite }: Props) {
  const source = useSource(initial);
  const fresh = source.lastSeenAt === null;
  return (
    <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
      <div className="grid min-w-0 content-start gap-5">
        {fresh && canWatch && source.type !== "csv" && <WaitingForEvents sourceId={source.id} />}
        {fresh && canWrite ? (
          <Card>
            <CardHeader>
              <CardTitle>Send your first event</CardTitle>
              <CardDescription>SDKs of Segment and RudderStack work unchanged: only the host differs.</CardDescription>
            </CardHeader>
            <CardContent>
              <Snippets type={source.type} writeKey={null} origin={origin} />
            </CardContent>
          </Card>
        ) : (
          <Card>
            <CardContent className="pt-4">
              <Volume sourceId={source.id} initial={volume} />
            </CardContent>
          </Card>
        )}
        {canWatch && !fresh && <LastMessages sourceId={source.id} />}
      </div>
      <div className="grid content-start gap-5">
        <Card>
          <CardHeader>
            <CardTitle>Health</CardTitle>
          </CardHeader>
          <CardContent className="grid gap-3">
            <HealthBadge health={source.health} sentence />
            <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
              <dt className="text-muted-foreground">Last message</dt>
              <dd className="text-right">
                <Ago at={source.lastSeenAt} />
              </dd>
              <dt className="text-muted-foreground">First message</dt>
              <dd className="text-right">
                <Ago at={source.firstSeenAt} />
              </dd>
              <dt className="text-muted-foreground">Rejected, open</dt>
              <dd className="text-right">
                {source.openRejected > 0 ? (
                  <Link href={`/sources/${source.id}/rejected`} className="text-primary-text underline-offset-4 hover:underline">
                    {formatCount(source.openRejected)}
                  </Link>
                ) : (
                  "0"
                )}
              </dd>
            </dl>
          </CardContent>
        </Card>
        <Balance source={source} />
        <Card>
          <CardHeader>
            <CardTitle>Write keys</CardTitle>
          </CardHeader>
          <CardContent>
            <ul className="grid gap-2 text-sm">
              {source.keys.filter(isValid).map((key) => (
                <li key={key.id} className="flex flex-wrap items-center justify-between gap-2">
                  <code className="font-mono text-xs">{key.hint}</code>
                  <span className="text-muted-foreground">
                    {key.lastUsedAt ? (
                      <>
                        used <Ago at={key.lastUsedAt} />
                      </>
                    ) : (
                      "never used"
                    )}
                  </span>
                </li>
              ))}
            </ul>
          </CardContent>
        </Card>
      </div>
    </div>
  );
}

const isValid = (key: SourceDetail["keys"][number]): boolean => key.state === "active" || key.state === "expiring";

/** The account of every message: nothing is dropped silently, and the sum proves it. */
function Balance({ source }: { source: SourceDetail }) {
  const { total } = source;
  const refused = source.refused24h.reduce((sum, one) => sum + one.n, 0);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Balance</CardTitle>
        <CardDescription>Since the source was made</CardDescription>
      </CardHeader>
      <CardContent className="grid gap-3 text-sm">
        <dl data-testid="balance" className="grid grid-cols-[1fr_auto] gap-y-1.5 tabular-nums">
          <dt>Accepted</dt>
          <dd className="text-right">{formatCount(total.accepted)}</dd>
          <dt className="flex items-center gap-2">
            Duplicates {total.conflicts > 0 && <Badge variant="warning">{formatCount(total.conflicts)} with other content</Badge>}
          </dt>
          <dd className="text-right">{formatCount(total.duplicates)}</dd>
          <dt>Rejected</dt>
          <dd className="text-right">{formatCount(total.rejected)}</dd>
          <dt className="border-t pt-1.5 font-medium">Received</dt>
          <dd className="border-t pt-1.5 text-right font-medium">{formatCount(receivedOf(total))}</dd>
        </dl>
        {total.warnings > 0 && (
          <p className="text-xs text-muted-foreground">
            {formatCount(total.warnings)} accepted messages were repaired or noted (see their warnings in the debugger).
          </p>
        )}
        {refused > 0 && (
          <p className="text-xs text-muted-foreground">
            Besides, {formatCount(refused)} whole requests were refused in the last 24 hours (
            {source.refused24h.map((one) => `${one.code} ${formatCount(one.n)}`).join(", ")}): they hold no messages that could be counted.
          </p>
        )}
      </CardContent>
    </Card>
  );
}

const BUCKETS: Record<VolumeRange, TimeBucket> = { "1h": "minute", "24h": "hour", "7d": "hour", "30d": "day", "90d": "day" };

function Volume({ sourceId, initial }: { sourceId: string; initial: SourceVolume }) {
  const [range, setRange] = useState<VolumeRange>(initial.range);
  const { data } = useQuery({
    queryKey: ["sources", sourceId, "volume", range],
    queryFn: ({ signal }) => fetchJson<SourceVolume>(`/api/sources/${sourceId}/volume?range=${range}`, signal),
    ...(range === initial.range ? { initialData: initial } : {}),
    placeholderData: (before) => before,
    refetchInterval: range === "1h" ? 5_000 : 15_000,
  });
  const volume = data ?? initial;
  const bucket = BUCKETS[volume.range];
  const received = receivedOf(volume.total);
  const { accepted, duplicates, rejected } = volume.total;
  return (
    <ChartFigure
      title="Volume"
      summary={
        received === 0
          ? "No message in this range."
          : `${formatCount(received)} received = ${formatCount(accepted)} accepted + ${formatCount(duplicates)} duplicates + ${formatCount(rejected)} rejected.`
      }
      rows={volume.points}
      fileName={`volume-${sourceId}-${volume.range}`}
      columns={[
        { label: bucket === "day" ? "Day (UTC)" : "Time", value: (point) => formatBucket(point.at, bucket), raw: (point) => point.at },
        { label: "Accepted", value: (point) => point.accepted },
        { label: "Duplicates", value: (point) => point.duplicates },
        { label: "Rejected", value: (point) => point.rejected },
        { label: "Received", value: receivedOf },
      ]}
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
      note={
        <>
          Messages per {bucket}
          {bucket === "day" ? ", UTC" : ", in your time zone"}. As of{" "}
          <span suppressHydrationWarning>{clockTime(volume.asOf).slice(0, 8)}</span>.
        </>
      }
    >
      <BarSeries
        label="Messages received over time, stacked by what became of them"
        rows={volume.points as ((typeof volume.points)[number] & Record<string, unknown>)[]}
        bucket={bucket}
        stacked
        series={[
          { key: "accepted", label: "Accepted", color: 1 },
          { key: "duplicates", label: "Duplicates", color: 8 },
          { key: "rejected", label: "Rejected", color: "destructive" },
        ]}
      />
    </ChartFigure>
  );
}

function LastMessages({ sourceId }: { sourceId: string }) {
  // Polled, not streamed: a browser opens six connections to a host, and an overview left open should not hold one.
  const { data } = useQuery({
    queryKey: ["sources", sourceId, "recent"],
    queryFn: ({ signal }) => fetchJson<DebuggerPage>(`/api/sources/${sourceId}/recent?limit=8`, signal),
    refetchInterval: 3_000,
  });
  const items = data?.items.toReversed() ?? [];
  return (
    <Card>
      <CardHeader>
        <CardTitle>Last messages</CardTitle>
        <CardAction>
          <Link
            href={`/sources/${sourceId}/debugger`}
            className="inline-flex items-center gap-1 text-sm text-primary-text underline-offset-4 hover:underline"
          >
            Open the debugger
            <ArrowRight aria-hidden className="size-3.5" />
          </Link>
        </CardAction>
      </CardHeader>
      <CardContent>
        {data === undefined ? (
          <Skeleton className="h-40 w-full" />
        ) : items.length === 0 ? (
          <p className="text-sm text-muted-foreground">None among the newest 200,000 messages of all sources.</p>
        ) : (
          <ul className="divide-y text-sm">
            {items.map((item) => (
              <li key={item.id} className="grid grid-cols-[auto_1fr_auto] items-center gap-3 py-1.5">
                <span className="font-mono text-xs text-muted-foreground">{clockTime(item.at).slice(0, 8)}</span>
                <span className="min-w-0 truncate">
                  <span className="text-muted-foreground">{item.type ?? ""}</span> <span className="font-medium">{item.name ?? ""}</span>
                  {item.kind === "rejected" && <span className="text-destructive-text"> {item.reason}</span>}
                </span>
                <Badge variant={item.kind === "accepted" ? "success" : "destructive"}>
                  {item.kind === "accepted" ? "Accepted" : "Rejected"}
                </Badge>
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}
