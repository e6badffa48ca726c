"use client";

import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { AreaSeries, BarSeries, ChartFigure, formatBucket, formatCount } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Card, CardContent } from "@/components/ui/card";
import type { SegmentDetail } from "@/domain/segments/contracts";
import { CoverageList } from "./coverage-list";
import { fetchCoverage, fetchSizes, segmentKeys } from "./queries";
import { Sentence } from "./sentence";
import { FactList, RefsCard } from "./side-cards";
import { trendOf } from "./trend";

const DAYS = 30;

export function Overview({ segment }: { segment: SegmentDetail }) {
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
        <Trend segment={segment} />
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
                    exact, last entry or exit <Time iso={segment.sizeAt} />
                  </>
                ) : (
                  "not computed yet"
                )}
              </p>
            </div>
            <FactList rows={factsOf(segment)} />
          </CardContent>
        </Card>
        <Card>
          <CardContent className="grid gap-2 pt-4 text-sm">
            <h2 className="font-medium">Identifiers</h2>
            <CoverageList
              queryKey={[...segmentKeys.one(segment.id), "coverage", segment.size]}
              read={(signal) => fetchCoverage(segment.id, signal)}
            />
          </CardContent>
        </Card>
        <RefsCard title="Used by" none="Nothing uses this segment yet." refs={segment.usedByList} />
        <RefsCard title="Uses" none="It uses no other segment." refs={segment.uses} />
      </div>
    </div>
  );
}

/** How fresh its members are and what it costs to keep them so. */
function factsOf(segment: SegmentDetail): [string, ReactNode][] {
  const { sqlFreshness } = segment;
  return [
    [
      "Key",
      <code key="key" className="text-xs break-all">
        {segment.key}
      </code>,
    ],
    [
      "Freshness",
      sqlFreshness ? (
        <Fragment key="fresh">
          not live: its SQL is read every 15 minutes
          {sqlFreshness.asOf && (
            <>
              , last <Time iso={sqlFreshness.asOf} />
            </>
          )}
        </Fragment>
      ) : segment.status === "live" ? (
        "live: within a second"
      ) : (
        "not live yet"
      ),
    ],
    [
      "Moved by time alone",
      segment.dueNext ? <DueText key="due" people={segment.duePeople} next={segment.dueNext} /> : "nobody is waiting",
    ],
    ["Last full computation", segment.computeMs === null ? "none yet" : `${formatCount(segment.computeMs)} ms`],
    ["Background check", <Checked key="check" segment={segment} />],
  ];
}

function DueText({ people, next }: { people: number; next: string }) {
  return (
    <>
      {formatCount(people)} {people === 1 ? "person" : "people"} watched, next <Time iso={next} />
    </>
  );
}

function Checked({ segment }: { segment: SegmentDetail }) {
  if (segment.checkedAt === null || segment.checkSample === null) return <>none since it was computed</>;
  if (segment.checkDifference === 0)
    return (
      <>
        {formatCount(segment.checkSample)} people equal, <Time iso={segment.checkedAt} />
      </>
    );
  return (
    <span className="text-destructive-text">
      {formatCount(segment.checkDifference ?? 0)} of {formatCount(segment.checkSample)} people differ
    </span>
  );
}

function Trend({ segment }: { segment: SegmentDetail }) {
  const sizes = useQuery({
    queryKey: segmentKeys.sizes(segment.id, DAYS * 24),
    queryFn: ({ signal }) => fetchSizes(segment.id, DAYS * 24, signal),
    refetchInterval: 60_000,
  });
  const { bucket, rows } = trendOf(sizes.data ?? [], sizes.dataUpdatedAt);
  const sum = (key: "entered" | "left") => rows.reduce((total, row) => total + row[key], 0);
  const [entered, left] = [sum("entered"), sum("left")];
  const empty = (
    <p className="py-10 text-center text-sm text-muted-foreground">The first size is written once the segment has been computed.</p>
  );
  const when = {
    label: bucket === "hour" ? "Hour" : "Day",
    value: (row: { at: string }) => formatBucket(row.at, bucket),
    raw: (row: { at: string }) => row.at,
  };
  const note = bucket === "hour" ? "By hour" : "By day, UTC";
  const change = entered - left;
  return (
    <>
      <Card>
        <CardContent className="pt-4">
          <ChartFigure
            title="Size"
            summary={
              change === 0
                ? `As many members as ${DAYS} days ago or at the first computation.`
                : `${formatCount(Math.abs(change))} ${change > 0 ? "more" : "fewer"} members than ${DAYS} days ago or before the first computation.`
            }
            rows={rows}
            columns={[when, { label: "Size", value: (row) => row.size }]}
            fileName={`segment-${segment.key}-size`}
            empty={empty}
            note={note}
          >
            <AreaSeries
              label="Size of the segment over time"
              rows={rows}
              bucket={bucket}
              series={[{ key: "size", label: "Members", color: 1 }]}
            />
          </ChartFigure>
        </CardContent>
      </Card>
      <Card>
        <CardContent className="pt-4">
          <ChartFigure
            title="Entries and exits"
            summary={`${formatCount(entered)} entered and ${formatCount(left)} left in the last ${DAYS} days.`}
            rows={rows}
            columns={[when, { label: "Entered", value: (row) => row.entered }, { label: "Left", value: (row) => row.left }]}
            fileName={`segment-${segment.key}-changes`}
            empty={empty}
            note={note}
          >
            <BarSeries
              label="Entries and exits over time"
              rows={rows}
              bucket={bucket}
              height={180}
              series={[
                { key: "entered", label: "Entered", color: 4 },
                { key: "left", label: "Left", color: 5 },
              ]}
            />
          </ChartFigure>
        </CardContent>
      </Card>
    </>
  );
}
