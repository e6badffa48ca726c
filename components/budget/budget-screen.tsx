"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Scale, TriangleAlert } from "lucide-react";
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Skeleton } from "@/components/ui/skeleton";
import { MIX_MEASURES, type MediaMix } from "@/domain/attribution/mmm/model";
import { BudgetPlanner } from "./budget-planner";
import { FitCharts } from "./fit-charts";
import { fetchMix } from "./queries";

const WEEKS = [52, 104, 156, 260];

/** The media mix with its question in the address: a link shows the same figures. */
export function BudgetScreen({ conversions }: { conversions: readonly { id: string; name: string }[] }) {
  const [question, setQuestion] = useQueryStates({
    conversion: parseAsString.withDefault(conversions[0]?.id ?? ""),
    measure: parseAsStringLiteral(MIX_MEASURES).withDefault("value"),
    weeks: parseAsInteger.withDefault(156),
  });
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["media-mix", question],
    queryFn: ({ signal }) => fetchMix(question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div role="group" aria-label="What the model explains" className="grid items-end gap-3 sm:grid-cols-3">
        <Field label="Outcome">
          <NativeSelect value={question.conversion} onChange={(event) => void setQuestion({ conversion: event.target.value })}>
            {conversions.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field label="Measured as">
          <NativeSelect
            value={question.measure}
            onChange={(event) => void setQuestion({ measure: event.target.value === "conversions" ? "conversions" : "value" })}
          >
            <option value="value">Value</option>
            <option value="conversions">Conversions</option>
          </NativeSelect>
        </Field>
        <Field label="Look back">
          <NativeSelect value={String(question.weeks)} onChange={(event) => void setQuestion({ weeks: Number(event.target.value) })}>
            {[...new Set([...WEEKS, question.weeks])]
              .toSorted((a, b) => a - b)
              .map((weeks) => (
                <option key={weeks} value={weeks}>
                  {weeks} weeks
                </option>
              ))}
          </NativeSelect>
        </Field>
      </div>
      {error ? (
        <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md border px-4 py-3 text-sm">
          <TriangleAlert aria-hidden className="size-4 text-destructive" />
          <span className="min-w-0 flex-1">{error.message}</span>
          <Button variant="outline" size="sm" onClick={() => void refetch()}>
            Try again
          </Button>
        </div>
      ) : !data ? (
        <div aria-busy className="grid gap-4">
          <span className="sr-only">Fitting the model</span>
          <Skeleton className="h-24" />
          <Skeleton className="h-72" />
          <Skeleton className="h-72" />
        </div>
      ) : (
        <div aria-busy={isFetching} className={cn("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", isFetching && "opacity-60")}>
          <Trust mix={data} />
          {data.fit === null ? (
            <Empty
              icon={Scale}
              title="Too little to fit a model"
              description={`There are ${data.weeks} whole weeks with costs; a stable answer needs ${data.needed} besides those held out. Import older cost reports under Campaigns, or come back later.`}
            />
          ) : (
            <>
              <BudgetPlanner key={`${question.conversion} ${question.measure} ${question.weeks}`} mix={data} channels={data.fit.channels} />
              <FitCharts mix={data} fit={data.fit} />
            </>
          )}
          <p className="text-xs text-pretty text-muted-foreground">
            {`${data.conversion}, whole weeks from Monday (${data.timezone}), in ${data.currency}. ${data.merged.length > 0 ? `"Other channels" are ${data.merged.join(", ")}. ` : ""}As of ${new Date(data.asOf).toLocaleString("en-GB")}.`}
          </p>
        </div>
      )}
    </div>
  );
}

/** How far the model can be believed, before anything that it says. */
function Trust({ mix }: { mix: MediaMix }) {
  const thin = mix.weeks - mix.heldOut < mix.needed;
  const error = mix.fit?.holdoutError ?? null;
  const notes = [
    ...(thin && mix.fit !== null
      ? [
          `The data are too thin: ${mix.weeks - mix.heldOut} weeks to learn from, and ${mix.needed} are needed for this many channels. Take what follows as a guess.`,
        ]
      : []),
    ...mix.warnings.filter((warning) => !(thin && warning.includes("weeks are too few"))),
  ];
  return (
    <>
      {notes.length > 0 ? (
        <div role="status" className="flex items-start gap-2 rounded-md border border-warning/40 px-4 py-3 text-sm">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
          <ul className="grid gap-1">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {mix.fit === null ? null : (
        <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-3">
          <Figure
            label="Weeks learnt from"
            value={String(mix.weeks - mix.heldOut)}
            note={`${mix.needed} are needed, ${mix.heldOut} more were held out`}
          />
          <Figure
            label="Error on weeks held out"
            value={error === null ? "–" : `${(error.nrmse * 100).toFixed(1)} %`}
            note={error === null ? "too few weeks to hold any out" : "of the outcome's range in those weeks"}
          />
          <Figure
            label="Explained, held out"
            value={error === null ? "–" : `${(Math.max(0, error.r2) * 100).toFixed(0)} %`}
            note={`${(mix.fit.trainingR2 * 100).toFixed(0)} % of the variance in the weeks learnt from`}
          />
        </dl>
      )}
      <p className="text-sm text-pretty text-muted-foreground">
        This is correlation: what was spent in weeks that went well. Where an experiment measured a channel, believe the experiment.
      </p>
    </>
  );
}

function Figure({ label, value, note }: { label: string; value: string; note: string }) {
  return (
    <div className="grid content-start gap-0.5 bg-card px-4 py-3">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="text-lg font-semibold tabular-nums">{value}</dd>
      <dd className="text-xs text-pretty text-muted-foreground">{note}</dd>
    </div>
  );
}
