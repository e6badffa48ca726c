"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { formatCount } from "@/components/charts";
import { useDebounced } from "@/components/layout/use-debounced";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import type { SampleValue, TraitPreview } from "@/domain/segments/computed/contracts";
import type { Definition } from "@/domain/segments/computed/model";
import { Problem } from "../problem";
import { Sentence } from "../sentence";
import { fetchPreview } from "./trait-queries";
import { Spread } from "./trait-stats";
import { valueText } from "./trait-value";

/** What a draft would give, once it has stood still: the sentence, the spread over everybody, some people. */
export function Preview({ definition, problem, traitId }: { definition: Definition; problem: string | null; traitId: string | undefined }) {
  const key = useDebounced(JSON.stringify(definition), 400);
  const settled = key === JSON.stringify(definition);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["segments", "traits", "preview", traitId ?? "", key],
    queryFn: ({ signal }) => fetchPreview({ definition: JSON.parse(key) as Definition, traitId }, signal),
    enabled: problem === null && settled,
    placeholderData: (before) => before,
    retry: false,
  });
  if (problem) return <p className="text-sm text-muted-foreground">{problem} The values show up here as soon as they can be computed.</p>;
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  if (!data)
    return (
      <div aria-busy className="grid gap-2">
        <span className="sr-only">Computing</span>
        <Skeleton className="h-10" />
        <Skeleton className="h-24" />
        <Skeleton className="h-8" />
      </div>
    );
  return (
    <div className={cn("grid gap-4 transition-opacity", (isFetching || !settled) && "opacity-55")}>
      <div>
        <h3 className="text-xs font-medium text-muted-foreground">What it computes</h3>
        <Sentence phrases={data.phrases} className="mt-0.5 text-base text-pretty" />
      </div>
      {data.stats ? (
        <Spread stats={data.stats} label="this trait" />
      ) : (
        <p className="text-xs text-muted-foreground">
          How the values are spread over everybody shows once the trait is computed. Below, some people.
        </p>
      )}
      <Sample preview={data} />
      <p className="text-xs text-muted-foreground">
        Computed in {formatCount(data.took)} ms, exact as of {new Date(data.asOf).toLocaleTimeString("en-GB")}. Nothing is kept before you
        save.
      </p>
    </div>
  );
}

const nameOf = ({ name, email, known, profileId }: SampleValue): string => name ?? email ?? `${known ? "Person" : "Visitor"} ${profileId}`;

function Sample({ preview }: { preview: TraitPreview }) {
  if (preview.sample.length === 0) return <p className="text-sm text-muted-foreground">There are no people yet.</p>;
  return (
    <div>
      <h3 className="text-xs font-medium text-muted-foreground">Some people</h3>
      <ul aria-label="Values of some people" className="mt-1 grid divide-y text-sm">
        {preview.sample.map((one) => (
          <li key={one.profileId} className="flex items-baseline justify-between gap-4 py-1.5">
            <Link href={`/profiles/${one.profileId}`} className="min-w-0 truncate hover:underline">
              {nameOf(one)}
            </Link>
            <span
              className={cn(
                "max-w-[60%] text-right break-words",
                one.value === null ? "text-muted-foreground" : "font-medium tabular-nums",
              )}
            >
              {valueText(one.value, preview.valueType)}
              {one.rowsTotal > 0 && (
                <span className="block text-xs font-normal text-muted-foreground">
                  from {formatCount(one.rowsTotal)} {one.rowsTotal === 1 ? "event" : "events"}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
