"use client";

import { useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { formatCount, formatShare } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Skeleton } from "@/components/ui/skeleton";
import type { Overlap, SegmentDetail } from "@/domain/segments/contracts";
import { Problem } from "./problem";
import { fetchOverlap, fetchSegments, segmentKeys } from "./queries";

/** This segment against one other, chosen on the spot. */
export function SegmentOverlap({ segment }: { segment: SegmentDetail }) {
  const [other, setOther] = useState("");
  const all = useQuery({ queryKey: segmentKeys.list, queryFn: ({ signal }) => fetchSegments(signal) });
  const { data, error, refetch } = useQuery({
    queryKey: segmentKeys.overlap([segment.id, other]),
    queryFn: ({ signal }) => fetchOverlap([segment.id, other], signal),
    enabled: other !== "",
  });
  const others = (all.data ?? []).filter(({ id }) => id !== segment.id);
  return (
    <Card className="max-w-3xl">
      <CardContent className="grid gap-4 pt-4">
        <div className="flex flex-wrap items-end justify-between gap-3">
          <Field label="Compare with" className="min-w-52 flex-1 sm:max-w-sm">
            <NativeSelect value={other} onChange={(event) => setOther(event.target.value)}>
              <option value="">Choose a segment</option>
              {others.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <Button variant="outline" asChild>
            <Link href={`/segments/overlap?id=${[segment.id, ...(other ? [other] : [])].map(encodeURIComponent).join(",")}`}>
              <Layers aria-hidden />
              Compare up to 12
            </Link>
          </Button>
        </div>
        {all.error && <Problem text={all.error.message} retry={() => void all.refetch()} />}
        {error && <Problem text={error.message} retry={() => void refetch()} />}
        {other !== "" && !data && !error && <Skeleton className="h-32" />}
        {data && <Pair overlap={data} />}
        {other === "" && !all.error && (
          <p className="text-sm text-muted-foreground">
            {all.data && others.length === 0
              ? "There is no other segment yet."
              : "Shows how many people are in both, and in one of them only."}
          </p>
        )}
      </CardContent>
    </Card>
  );
}

function Pair({ overlap: { segments, pairs, asOf, base } }: { overlap: Overlap }) {
  const [a, b] = segments;
  if (!a || !b) return null;
  const both = pairs[0]?.both ?? 0;
  const union = a.size + b.size - both;
  const rows = [
    { label: "In both", count: both, note: `${formatShare(both, a.size)} of ${a.name}, ${formatShare(both, b.size)} of ${b.name}` },
    { label: `Only in ${a.name}`, count: a.size - both, note: `${formatShare(a.size - both, union)} of either` },
    { label: `Only in ${b.name}`, count: b.size - both, note: `${formatShare(b.size - both, union)} of either` },
    { label: "In neither", count: base - union, note: `${formatShare(base - union, base)} of everybody` },
  ];
  const colors = ["bg-chart-1", "bg-chart-2", "bg-chart-3"];
  return (
    <div className="grid gap-3" role="status">
      <div aria-hidden className="flex h-3 overflow-hidden rounded-full bg-secondary">
        {[rows[1], rows[0], rows[2]].map((row, i) => (
          <span
            key={row?.label}
            className={colors[[1, 0, 2][i] ?? 0]}
            style={{ width: `${union === 0 ? 0 : (100 * (row?.count ?? 0)) / union}%` }}
          />
        ))}
      </div>
      <dl className="grid gap-2 text-sm">
        {rows.map((row, i) => (
          <div key={row.label} className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3">
            <dt className="flex min-w-0 items-center gap-2">
              <span aria-hidden className={`size-2.5 shrink-0 rounded-sm ${colors[i] ?? "bg-secondary"}`} />
              <span className="min-w-0 break-words">{row.label}</span>
            </dt>
            <dd className="text-right">
              <span className="font-medium tabular-nums">{formatCount(row.count)}</span>
              <span className="block text-xs text-muted-foreground">{row.note}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-xs text-muted-foreground">
        People, exact, as of <Time iso={asOf} />
      </p>
    </div>
  );
}
