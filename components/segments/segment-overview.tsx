"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { AreaSeries, ChartFigure, formatBucket, formatCount } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Card, CardContent } from "@/components/ui/card";
import type { SegmentDetail } from "@/domain/segments/contracts";
import { fetchSizes, segmentKeys } from "./queries";
import { Sentence } from "./sentence";

const DAYS = 30;

export function Overview({ segment }: { segment: SegmentDetail }) {
  const sizes = useQuery({
    queryKey: segmentKeys.sizes(segment.id, DAYS * 24),
    queryFn: ({ signal }) => fetchSizes(segment.id, DAYS * 24, signal),
    refetchInterval: 60_000,
  });
  const rows = (sizes.data ?? []).map((point) => ({ ...point, at: point.hour }));
  const entered = rows.reduce((sum, row) => sum + row.entered, 0);
  const left = rows.reduce((sum, row) => sum + row.left, 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="grid content-start gap-4">
        <Card>
          <CardContent className="pt-4">
            <h2 className="text-xs font-medium text-muted-foreground">Who is in</h2>
            <Sentence phrases={segment.phrases} className="mt-1 text-base text-pretty" />
            {segment.description && <p className="mt-2 text-sm text-muted-foreground">{segment.description}</p>}
          </CardContent>
        </Card>
        <Card>
          <CardContent className="pt-4">
            <ChartFigure
              title="Size, entries and exits"
              summary={`${formatCount(entered)} entered and ${formatCount(left)} left in the last ${DAYS} days.`}
              rows={rows}
              columns={[
                { label: "Hour", value: (row) => formatBucket(row.at, "hour"), raw: (row) => row.at },
                { label: "Size", value: (row) => row.size },
                { label: "Entered", value: (row) => row.entered },
                { label: "Left", value: (row) => row.left },
              ]}
              fileName={`segment-${segment.key}-size`}
              empty={
                <p className="py-10 text-center text-sm text-muted-foreground">
                  The first size is written once the segment has been computed.
                </p>
              }
              note="By hour"
            >
              <AreaSeries
                label="Size of the segment over time"
                rows={rows}
                bucket="hour"
                series={[
                  { key: "size", label: "Size", color: 1 },
                  { key: "entered", label: "Entered", color: 4 },
                  { key: "left", label: "Left", color: 5 },
                ]}
              />
            </ChartFigure>
          </CardContent>
        </Card>
      </div>
      <div className="grid content-start gap-4">
        <Card>
          <CardContent className="grid gap-3 pt-4 text-sm">
            <div>
              <p className="text-xs text-muted-foreground">Members</p>
              <p className="text-2xl font-semibold tracking-tight tabular-nums">{segment.sizeAt ? formatCount(segment.size) : "–"}</p>
              <p className="text-xs text-muted-foreground">
                {segment.sizeAt ? (
                  <>
                    exact, as of <Time iso={segment.sizeAt} />
                  </>
                ) : (
                  "not computed yet"
                )}
              </p>
            </div>
            <Facts
              rows={[
                [
                  "Key",
                  <code key="key" className="text-xs break-all">
                    {segment.key}
                  </code>,
                ],
                ["Last full computation", segment.computeMs === null ? "none yet" : `${formatCount(segment.computeMs)} ms`],
                [
                  "Background check",
                  segment.checkedAt === null ? (
                    "none yet"
                  ) : segment.checkDifference === 0 ? (
                    <>
                      equal, <Time iso={segment.checkedAt} />
                    </>
                  ) : (
                    <span key="check" className="text-destructive-text">
                      {formatCount(segment.checkDifference ?? 0)} people differ
                    </span>
                  ),
                ],
              ]}
            />
          </CardContent>
        </Card>
        <Refs title="Used by" none="Nothing uses this segment yet." refs={segment.usedByList} />
        <Refs title="Uses" none="It uses no other segment and no computed trait." refs={segment.uses} />
      </div>
    </div>
  );
}

function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid gap-1.5">
      {rows.map(([label, value]) => (
        <div key={label} className="flex items-baseline justify-between gap-3">
          <dt className="text-muted-foreground">{label}</dt>
          <dd className="text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Refs({ title, none, refs }: { title: string; none: string; refs: readonly { id: string; name: string }[] }) {
  return (
    <Card>
      <CardContent className="grid gap-1 pt-4 text-sm">
        <h2 className="font-medium">{title}</h2>
        {refs.length === 0 ? (
          <p className="text-muted-foreground">{none}</p>
        ) : (
          <ul>
            {refs.map((ref) => (
              <li key={ref.id}>
                <Link
                  href={ref.id.startsWith("trt_") ? `/segments/traits/${ref.id}` : `/segments/${ref.id}`}
                  className="text-primary-text hover:underline"
                >
                  {ref.name}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}
