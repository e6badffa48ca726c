"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import { Card, CardContent } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { Problem } from "./problem";
import { OverlapMatrix } from "./overlap-matrix";
import { OverlapUpset } from "./overlap-upset";
import { fetchOverlap, segmentKeys } from "./queries";
import { SegmentPicker } from "./segment-picker";

const MAX = 12;

/** Up to twelve segments against each other: a matrix of pairs and the combinations that really exist. */
export function OverlapScreen({ segments }: { segments: readonly { id: string; name: string; size: number }[] }) {
  const [asked, setAsked] = useQueryState("id", parseAsArrayOf(parseAsString).withDefault([]));
  const known = new Set(segments.map(({ id }) => id));
  const ids = [...new Set(asked)].filter((id) => known.has(id)).slice(0, MAX);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: segmentKeys.overlap(ids),
    queryFn: ({ signal }) => fetchOverlap(ids, signal),
    enabled: ids.length > 1,
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <SegmentPicker segments={segments} chosen={ids} max={MAX} onChange={(next) => void setAsked(next.length > 0 ? next : null)} />
      {ids.length < 2 ? (
        <Empty
          icon={Layers}
          title={segments.length < 2 ? "There are fewer than two segments" : "Choose two segments or more"}
          description="The matrix then shows what each pair shares, the chart who is in which combination."
        />
      ) : error ? (
        <Problem text={error.message} retry={() => void refetch()} />
      ) : !data ? (
        <div aria-busy className="grid gap-4">
          <span className="sr-only">Loading</span>
          <Skeleton className="h-56" />
          <Skeleton className="h-72" />
        </div>
      ) : (
        <div className={cn("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", isFetching && "opacity-55")} aria-busy={isFetching}>
          <Card>
            <CardContent className="pt-4">
              <OverlapMatrix overlap={data} />
            </CardContent>
          </Card>
          <Card>
            <CardContent className="pt-4">
              <OverlapUpset overlap={data} />
            </CardContent>
          </Card>
        </div>
      )}
    </div>
  );
}
