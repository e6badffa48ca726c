"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Fragment, useState } from "react";
import { useViewer } from "@/components/layout/viewer";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { Json } from "@/domain/events/model";
import type { ComputedTraitView } from "@/domain/profiles/schemas";
import type { PersonTraitLineage } from "@/domain/segments/computed/contracts";
import { AgoCell, ExpandableRow, waiting } from "./expandable-row";
import { formatNumber, formatTime } from "./format";
import { fetchComputed, fetchLineage, profileKeys } from "./queries";
import { TraitValue } from "./trait-value";

/** Values that follow from what the person did; opening one tells what made it. Nothing where the install has none. */
export function ProfileComputed({ profileId, now }: { profileId: number; now: number }) {
  const [open, setOpen] = useState<string | null>(null);
  const { can } = useViewer();
  const { data, error, refetch } = useQuery({
    queryKey: profileKeys.computed(profileId),
    queryFn: ({ signal }) => fetchComputed(profileId, signal),
    refetchInterval: 15_000,
  });
  if (error)
    return (
      <p className="text-sm text-destructive-text">
        Computed traits could not be read.{" "}
        <Button variant="link" onClick={() => void refetch()}>
          Try again
        </Button>
      </p>
    );
  if (!data) return <Skeleton className="h-24" />;
  if (data.length === 0) return null;
  const held = data.toSorted((a, b) => Number(a.value === null) - Number(b.value === null));
  return (
    <section aria-labelledby="computed" className="grid gap-2">
      <h2 id="computed" className="text-sm font-medium">
        Computed traits
      </h2>
      <Table aria-label="Computed traits" className="min-w-[36rem] table-fixed">
        <TableCaption className="sr-only">Computed traits with value and time of the last change</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead className="w-[34%]">Computed trait</TableHead>
            <TableHead>Value</TableHead>
            <TableHead className="w-[20%]">Changed</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {held.map((trait) => (
            <ExpandableRow
              key={trait.id}
              label={<span className="truncate">{trait.name}</span>}
              open={open === trait.id}
              onToggle={() => setOpen(open === trait.id ? null : trait.id)}
              disabled={!can("segments:read")}
              detail={<Lineage profileId={profileId} trait={trait} />}
              columns={3}
            >
              <TableCell>
                <span className="flex min-w-0 items-center gap-2">
                  <span className="line-clamp-2 min-w-0 font-medium tabular-nums">
                    <Value value={trait.value} />
                  </span>
                  {trait.status === "paused" ? <Badge>paused</Badge> : null}
                </span>
              </TableCell>
              <AgoCell at={trait.changedAt} now={now} />
            </ExpandableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}

function Value({ value }: { value: Json }) {
  if (value === null) return <span className="font-normal text-muted-foreground">no value</span>;
  return typeof value === "number" ? <>{formatNumber(Math.round(value * 100) / 100)}</> : <TraitValue value={value} />;
}

function Lineage({ profileId, trait }: { profileId: number; trait: ComputedTraitView }) {
  const query = useQuery({
    queryKey: profileKeys.lineage(profileId, trait.id, JSON.stringify(trait.value)),
    queryFn: ({ signal }) => fetchLineage(profileId, trait.id, signal),
  });
  if (!query.data) return waiting(query);
  return <Told lineage={query.data} />;
}

function Told({ lineage }: { lineage: PersonTraitLineage }) {
  const { rows, rowsTotal, inputs, nextChangeAt } = lineage;
  return (
    <div className="grid gap-2 px-4 py-3 pl-10 text-sm">
      <p>
        {lineage.sentence}.{" "}
        <Link href={`/segments/traits/${lineage.id}`} className="text-primary-text underline underline-offset-2">
          Open the definition
        </Link>
      </p>
      <p className="text-xs text-muted-foreground">
        Version {lineage.version}, computed {formatTime(lineage.asOf)}
        {nextChangeAt === null ? "" : `; time alone may change it from ${formatTime(nextChangeAt)}`}.
      </p>
      {inputs.length > 0 ? (
        <dl className="grid w-fit grid-cols-[auto_auto] gap-x-4 gap-y-0.5">
          {inputs.map(({ name, value }) => (
            <Fragment key={name}>
              <dt className="text-muted-foreground">{name}</dt>
              <dd className="font-medium tabular-nums">
                <Value value={value} />
              </dd>
            </Fragment>
          ))}
        </dl>
      ) : null}
      {rowsTotal > 0 ? (
        <>
          <p className="text-xs text-muted-foreground">
            Made of {formatNumber(rowsTotal)} {rowsTotal === 1 ? "event" : "events"}
            {rowsTotal > rows.length ? `, the newest ${rows.length} of them` : ""}:
          </p>
          <ol className="grid gap-1 border-l pl-4">
            {rows.map((row) => (
              <li key={row.id} className="grid gap-x-4 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_12rem]">
                <span className="truncate">{row.name}</span>
                <span className="min-w-0 truncate font-medium tabular-nums">{row.value === null ? "" : <Value value={row.value} />}</span>
                <time className="text-muted-foreground tabular-nums" dateTime={row.at}>
                  {formatTime(row.at)}
                </time>
              </li>
            ))}
          </ol>
        </>
      ) : inputs.length === 0 ? (
        <p className="text-xs text-muted-foreground">No event of this person counts for it.</p>
      ) : null}
    </div>
  );
}
