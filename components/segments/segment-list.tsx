"use client";

import { useQueries, useQuery } from "@tanstack/react-query";
import { Plus, Search, TriangleAlert, UsersRound } from "lucide-react";
import Link from "next/link";
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { formatCount, Sparkline } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { SegmentSummary, SizePoint } from "@/domain/segments/contracts";
import { SEGMENT_STATUSES } from "@/domain/segments/model";
import { fetchSegments, fetchSizes, segmentKeys } from "./queries";
import { STATUS_LABELS, StatusBadge } from "./status";
import { TemplateTeaser } from "./template-gallery";
import { dailySizes } from "./trend";

const DAYS = 14;
/** More lines than this are not drawn: each is a read. */
const SPARKLINES = 40;

const params = {
  q: parseAsString.withDefault(""),
  folder: parseAsString.withDefault(""),
  tag: parseAsString.withDefault(""),
  status: parseAsStringLiteral(SEGMENT_STATUSES),
  /** Only those whose background check raised an alarm. */
  differs: parseAsBoolean.withDefault(false),
};

const differs = (one: SegmentSummary): boolean => (one.checkDifference ?? 0) > 0;

/** All segments; sizes and states renew themselves. */
export function SegmentList({ initial, mayWrite }: { initial: SegmentSummary[]; mayWrite: boolean }) {
  const [state, setState] = useQueryStates(params, { clearOnDefault: true });
  const { data } = useQuery({
    queryKey: segmentKeys.list,
    queryFn: ({ signal }) => fetchSegments(signal),
    initialData: initial,
    refetchInterval: ({ state: { data: now } }) => (now?.some((one) => one.status === "preparing") ? 2_000 : 15_000),
  });
  if (data.length === 0) {
    return (
      <div className="grid gap-5">
        <Empty
          icon={UsersRound}
          title="No segment yet"
          description={
            mayWrite
              ? "A segment is a rule such as “bought twice in the last 30 days”. Counts are exact while you write it. Begin with a template, a sentence, or from blank."
              : "Nobody has made a segment here yet."
          }
          actions={
            mayWrite ? (
              <Button asChild>
                <Link href="/segments/new">
                  <Plus aria-hidden />
                  Make the first segment
                </Link>
              </Button>
            ) : undefined
          }
        />
        {mayWrite && <TemplateTeaser />}
      </div>
    );
  }
  const folders = [...new Set(data.flatMap((one) => one.folder ?? []))].toSorted();
  const tags = [...new Set(data.flatMap((one) => one.tags))].toSorted();
  const wanted = state.q.trim().toLowerCase();
  const rows = data.filter(
    (one) =>
      (wanted === "" || [one.name, one.description ?? "", one.sentence, one.key].some((text) => text.toLowerCase().includes(wanted))) &&
      (state.folder === "" || one.folder === state.folder) &&
      (state.tag === "" || one.tags.includes(state.tag)) &&
      (state.status === null || one.status === state.status) &&
      (!state.differs || differs(one)),
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <span className="relative min-w-48 flex-1 sm:max-w-xs">
          <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted-foreground" />
          <Input
            type="search"
            aria-label="Search segments"
            placeholder="Name, description, rule"
            className="pl-8"
            value={state.q}
            onChange={(event) => void setState({ q: event.target.value })}
          />
        </span>
        <Filter label="Folder" value={state.folder} options={folders} onChange={(folder) => void setState({ folder })} />
        <Filter label="Tag" value={state.tag} options={tags} onChange={(tag) => void setState({ tag })} />
        {(state.differs || data.some(differs)) && (
          <Button
            variant={state.differs ? "secondary" : "outline"}
            aria-pressed={state.differs}
            onClick={() => void setState({ differs: !state.differs })}
          >
            <TriangleAlert aria-hidden className="text-destructive-text" />
            {formatCount(data.filter(differs).length)} differ
          </Button>
        )}
        <NativeSelect
          aria-label="Status"
          className="w-auto"
          value={state.status ?? ""}
          onChange={(event) => void setState({ status: SEGMENT_STATUSES.find((one) => one === event.target.value) ?? null })}
        >
          <option value="">Any status</option>
          {SEGMENT_STATUSES.map((status) => (
            <option key={status} value={status}>
              {STATUS_LABELS[status]}
            </option>
          ))}
        </NativeSelect>
      </div>
      {rows.length === 0 ? (
        <Empty
          icon={Search}
          title="No segment matches"
          actions={
            <Button variant="outline" onClick={() => void setState(null)}>
              Show all
            </Button>
          }
        />
      ) : (
        <Rows rows={rows} />
      )}
      <p role="status" className="text-xs text-muted-foreground">
        {formatCount(rows.length)} of {formatCount(data.length)} {data.length === 1 ? "segment" : "segments"}
      </p>
    </div>
  );
}

function Filter({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
}) {
  if (options.length === 0 && value === "") return null;
  return (
    <NativeSelect aria-label={label} className="w-auto max-w-44" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">Any {label.toLowerCase()}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </NativeSelect>
  );
}

const dailySizesOf = (points: readonly SizePoint[] | undefined, size: number, now: number): number[] =>
  points ? dailySizes(points, size, DAYS, now) : [];

function Rows({ rows }: { rows: readonly SegmentSummary[] }) {
  const drawn = rows.slice(0, SPARKLINES);
  const [now] = useState(() => Date.now());
  const sizes = useQueries({
    queries: drawn.map((one) => ({
      queryKey: segmentKeys.sizes(one.id, DAYS * 24),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchSizes(one.id, DAYS * 24, signal),
      staleTime: 300_000,
    })),
  });
  return (
    <Table aria-label="Segments">
      <TableCaption className="sr-only">Segments with their size, state and owner</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>Segment</TableHead>
          <TableHead className="text-right">Size</TableHead>
          <TableHead className="hidden md:table-cell">{DAYS} days</TableHead>
          <TableHead className="hidden sm:table-cell">Status</TableHead>
          <TableHead className="hidden lg:table-cell">Folder and tags</TableHead>
          <TableHead className="hidden lg:table-cell">Owner</TableHead>
          <TableHead className="hidden xl:table-cell">Updated</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((one, i) => (
          <TableRow key={one.id} className="relative">
            <TableCell className="max-w-0 min-w-40 sm:w-2/5">
              <Link href={`/segments/${one.id}`} className="font-medium after:absolute after:inset-0 hover:underline">
                {one.name}
              </Link>
              {differs(one) && (
                <span className="ml-2 inline-flex items-center gap-1 text-xs text-destructive-text">
                  <TriangleAlert aria-hidden className="size-3.5" />
                  {formatCount(one.checkDifference ?? 0)} differ
                </span>
              )}
              <span className="block truncate text-xs text-muted-foreground">{one.sentence}</span>
              <span className="mt-1 block sm:hidden">
                <StatusBadge status={one.status} progress={one.progress} />
              </span>
            </TableCell>
            <TableCell className="text-right whitespace-nowrap tabular-nums">
              <span className="font-medium">{one.sizeAt ? formatCount(one.size) : "–"}</span>
              <span className="block text-xs text-muted-foreground">{one.sizeAt ? <Time iso={one.sizeAt} /> : "not counted yet"}</span>
            </TableCell>
            <TableCell className="hidden md:table-cell">
              <Sparkline values={dailySizesOf(sizes[i]?.data, one.size, now)} label={`Size of ${one.name} over the last ${DAYS} days`} />
            </TableCell>
            <TableCell className="hidden sm:table-cell">
              <StatusBadge status={one.status} progress={one.progress} />
            </TableCell>
            <TableCell className="hidden lg:table-cell">
              <span className="flex flex-wrap gap-1">
                {one.folder && <Badge>{one.folder}</Badge>}
                {one.tags.map((tag) => (
                  <Badge key={tag} variant="outline">
                    {tag}
                  </Badge>
                ))}
              </span>
            </TableCell>
            <TableCell className="hidden lg:table-cell">{one.ownerName ?? "–"}</TableCell>
            <TableCell className="hidden whitespace-nowrap xl:table-cell">
              <Time iso={one.updatedAt} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
