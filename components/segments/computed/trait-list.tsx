"use client";

import { useQuery } from "@tanstack/react-query";
import { Calculator, Plus, Search } from "lucide-react";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { formatCount, formatShare } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ComputedTraitSummary } from "@/domain/segments/computed/contracts";
import { fetchTraits, traitKeys } from "./trait-queries";
import { SmallSpread } from "./trait-stats";
import { costText, millisText, TraitStatus } from "./trait-status";

/** All computed traits with coverage, spread, freshness and cost; figures renew themselves. */
export function TraitList({ initial, mayWrite }: { initial: ComputedTraitSummary[]; mayWrite: boolean }) {
  const [q, setQ] = useQueryState("q", parseAsString.withDefault("").withOptions({ clearOnDefault: true }));
  const { data } = useQuery({
    queryKey: traitKeys.list,
    queryFn: ({ signal }) => fetchTraits(signal),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.status === "preparing") ? 2_000 : 15_000),
  });
  if (data.length === 0)
    return (
      <Empty
        icon={Calculator}
        title="No computed trait yet"
        description={
          mayWrite
            ? "A computed trait is a value kept for everybody, such as “orders in 90 days” or “favourite category”. It follows every event and the passing of time."
            : "Nobody has made a computed trait here yet."
        }
        actions={
          mayWrite ? (
            <Button asChild>
              <Link href="/segments/traits/new">
                <Plus aria-hidden />
                Make the first computed trait
              </Link>
            </Button>
          ) : undefined
        }
      />
    );
  const wanted = q.trim().toLowerCase();
  const rows = data.filter(
    (one) => wanted === "" || [one.name, one.key, one.description ?? "", one.sentence].some((text) => text.toLowerCase().includes(wanted)),
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <span className="relative max-w-xs">
        <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted-foreground" />
        <Input
          type="search"
          aria-label="Search computed traits"
          placeholder="Name, key, what it computes"
          className="pl-8"
          value={q}
          onChange={(event) => void setQ(event.target.value)}
        />
      </span>
      {rows.length === 0 ? (
        <Empty
          icon={Search}
          title="No computed trait matches"
          actions={
            <Button variant="outline" onClick={() => void setQ(null)}>
              Show all
            </Button>
          }
        />
      ) : (
        <Rows rows={rows} />
      )}
      <p role="status" className="text-xs text-muted-foreground">
        {formatCount(rows.length)} of {formatCount(data.length)} {data.length === 1 ? "computed trait" : "computed traits"}
      </p>
    </div>
  );
}

function Rows({ rows }: { rows: readonly ComputedTraitSummary[] }) {
  return (
    <Table aria-label="Computed traits">
      <TableCaption className="sr-only">Computed traits with coverage, spread of values, freshness and cost</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>Computed trait</TableHead>
          <TableHead className="text-right">People with a value</TableHead>
          <TableHead className="hidden md:table-cell">Values</TableHead>
          <TableHead className="hidden sm:table-cell">Status</TableHead>
          <TableHead className="hidden xl:table-cell">Freshness</TableHead>
          <TableHead className="hidden 2xl:table-cell">Cost</TableHead>
          <TableHead className="hidden text-right lg:table-cell">Used by</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((one) => (
          <TableRow key={one.id} className="relative">
            <TableCell className="max-w-0 min-w-40 sm:w-2/5">
              <Link href={`/segments/traits/${one.id}`} className="font-medium after:absolute after:inset-0 hover:underline">
                {one.name}
              </Link>
              <span className="block truncate text-xs text-muted-foreground">{one.sentence}</span>
              <span className="mt-1 block sm:hidden">
                <TraitStatus status={one.status} progress={one.progress} />
              </span>
            </TableCell>
            <TableCell className="text-right whitespace-nowrap tabular-nums">
              <span className="font-medium">{one.stats ? formatCount(one.stats.withValue) : "–"}</span>
              <span className="block text-xs text-muted-foreground">
                {one.stats && one.statsAt ? (
                  <>
                    {formatShare(one.stats.withValue, one.stats.people)}, <Time iso={one.statsAt} />
                  </>
                ) : (
                  "not counted yet"
                )}
              </span>
            </TableCell>
            <TableCell className="hidden md:table-cell">
              <SmallSpread stats={one.stats} />
            </TableCell>
            <TableCell className="hidden sm:table-cell">
              <TraitStatus status={one.status} progress={one.progress} />
            </TableCell>
            <TableCell className="hidden text-xs whitespace-nowrap xl:table-cell">
              <Freshness trait={one} />
            </TableCell>
            <TableCell className="hidden text-xs whitespace-nowrap 2xl:table-cell">
              <span className="block">{one.computeMs === null ? "–" : `${millisText(one.computeMs)} for everybody`}</span>
              <span className="block text-muted-foreground">{costText(one)}</span>
            </TableCell>
            <TableCell className="hidden text-right tabular-nums lg:table-cell">
              {one.usedBy === 0 ? "–" : formatCount(one.usedBy)}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function Freshness({ trait }: { trait: ComputedTraitSummary }) {
  if (trait.status === "paused") return <>values stand still</>;
  return (
    <>
      <span className="block">
        {trait.kind === "sql" ? "read by schedule" : trait.nextRunAt ? "live, borders by schedule" : "follows every event"}
      </span>
      <span className="block text-muted-foreground">
        {trait.changedAt ? (
          <>
            last change <Time iso={trait.changedAt} />
          </>
        ) : trait.computedAt ? (
          <>
            computed <Time iso={trait.computedAt} />
          </>
        ) : (
          "not computed yet"
        )}
      </span>
    </>
  );
}
