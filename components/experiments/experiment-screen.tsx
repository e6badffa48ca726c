"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FlaskConical, Pencil, TriangleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Skeleton } from "@/components/ui/skeleton";
import { Switch } from "@/components/ui/switch";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import {
  ASSIGNMENT_LABELS,
  MEASURES,
  STATUS_LABELS,
  type Experiment,
  type ExperimentChoices,
  type ExperimentResult,
} from "@/domain/experiments/model";
import { ArmsTable } from "./arms-table";
import { draftOf, type ExperimentChanges } from "./draft";
import { ExperimentSheet } from "./experiment-sheet";
import { STATUS_VARIANTS } from "./experiments-screen";
import { LooksChart } from "./looks-chart";
import { Planner } from "./planner";
import { fetchResult } from "./queries";
import { ResultNotices } from "./result-notices";
import { SubgroupTable } from "./subgroup-table";
import { UpliftChart } from "./uplift-chart";
import { Verdict } from "./verdict";

const TABS = ["result", "subgroups", "uplift", "planner"] as const;

export interface ExperimentScreenProps {
  experiment: Experiment;
  choices: ExperimentChoices;
  /** Null for whoever may only read. */
  changes: ExperimentChanges | null;
}

/** One experiment with its question in the address: a link shows the same figures. */
export function ExperimentScreen({ experiment, choices, changes }: ExperimentScreenProps) {
  const router = useRouter();
  const [editing, setEditing] = useState(false);
  const [state, setState] = useQueryStates({
    tab: parseAsStringLiteral(TABS).withDefault("result"),
    measure: parseAsStringLiteral(MEASURES).withDefault("rate"),
    arm: parseAsString.withDefault(""),
    cuped: parseAsBoolean.withDefault(false),
    by: parseAsString.withDefault("country"),
    score: parseAsString.withDefault("before"),
  });
  const question = {
    id: experiment.id,
    measure: state.measure,
    arm: state.arm,
    cuped: state.cuped,
    by: state.tab === "subgroups" ? state.by : "",
    score: state.tab === "uplift" ? state.score : "",
  };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["experiment", question],
    queryFn: ({ signal }) => fetchResult(question, signal),
    placeholderData: keepPreviousData,
  });
  const treatments = experiment.arms.filter(({ control }) => !control);
  const until = experiment.endsOn === null ? "open end" : experiment.endsOn;
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-2">
            {experiment.name}
            <Badge variant={STATUS_VARIANTS[experiment.status]} dot>
              {STATUS_LABELS[experiment.status]}
            </Badge>
          </span>
        }
        description={`${experiment.hypothesis === "" ? "" : `${experiment.hypothesis} `}${ASSIGNMENT_LABELS[experiment.assignment.kind]}, ${experiment.startsOn} to ${until}, outcomes within ${experiment.windowDays} days.`}
        actions={
          changes ? (
            <Button variant="outline" onClick={() => setEditing(true)}>
              <Pencil aria-hidden />
              {experiment.registered ? "Edit" : "Set up"}
            </Button>
          ) : undefined
        }
      />
      <div role="group" aria-label="What the results show" className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <Field label="Measure">
          <NativeSelect
            value={state.measure}
            onChange={(event) => void setState({ measure: event.target.value === "value" ? "value" : "rate" })}
          >
            <option value="rate">Share of people who convert</option>
            <option value="value">Value per person</option>
          </NativeSelect>
        </Field>
        {treatments.length > 1 ? (
          <Field label="Compared with the control">
            <NativeSelect value={data?.arm ?? state.arm} onChange={(event) => void setState({ arm: event.target.value })}>
              {treatments.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          </Field>
        ) : null}
        <Field label="Adjust for behaviour before (CUPED)" orientation="horizontal">
          <Switch checked={state.cuped} onCheckedChange={(on) => void setState({ cuped: on })} />
        </Field>
      </div>
      <Tabs value={state.tab} onValueChange={(tab) => void setState({ tab: TABS.find((one) => one === tab) ?? "result" })}>
        <TabsList aria-label="Views of the experiment">
          <TabsTrigger value="result">Result</TabsTrigger>
          <TabsTrigger value="subgroups">Subgroups</TabsTrigger>
          <TabsTrigger value="uplift">Uplift</TabsTrigger>
          <TabsTrigger value="planner">Sample size</TabsTrigger>
        </TabsList>
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
            <span className="sr-only">Loading the results</span>
            <Skeleton className="h-24" />
            <Skeleton className="h-40" />
            <Skeleton className="h-72" />
          </div>
        ) : (
          <div aria-busy={isFetching} className={cn("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", isFetching && "opacity-60")}>
            <Views experiment={experiment} choices={choices} data={data} state={state} onChange={(next) => void setState(next)} />
            <p className="text-xs text-pretty text-muted-foreground">
              {`People count under the first arm they met. ${data.cuped.on ? `Adjusted by the same measure in the ${data.cuped.days} days before. ` : ""}As of ${new Date(data.asOf).toLocaleString("en-GB")}.`}
            </p>
          </div>
        )}
      </Tabs>
      {changes && editing ? (
        <ExperimentSheet
          draft={draftOf(experiment)}
          choices={choices}
          save={changes.save}
          archive={changes.archive}
          onClose={() => setEditing(false)}
          onSaved={(id) => router.push(`/experiments/${id}`)}
        />
      ) : null}
    </>
  );
}

interface ViewState {
  by: string;
  score: string;
}

function Views({
  experiment,
  choices,
  data,
  state,
  onChange,
}: {
  experiment: Experiment;
  choices: ExperimentChoices;
  data: ExperimentResult;
  state: ViewState;
  onChange(next: Partial<ViewState>): void;
}) {
  const control = data.arms.find((arm) => arm.control);
  if (data.arms.every(({ people }) => people === 0)) {
    return (
      <Empty
        icon={FlaskConical}
        title="Nobody is in an arm yet"
        description="As soon as people are assigned, their outcomes appear here. People who do not allow measurement are in no arm."
      />
    );
  }
  return (
    <>
      <ResultNotices experiment={experiment} data={data} />
      <TabsContent value="result" className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Verdict data={data} />
        <ArmsTable data={data} />
        <LooksChart data={data} />
      </TabsContent>
      <TabsContent value="subgroups" className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Field label="Divide people by" className="max-w-xs">
          <NativeSelect value={state.by} onChange={(event) => onChange({ by: event.target.value })}>
            <option value="country">Country</option>
            <optgroup label="Traits">
              {choices.traits
                .filter(({ numeric }) => !numeric)
                .map(({ key }) => (
                  <option key={key} value={`trait:${key}`}>
                    {key}
                  </option>
                ))}
            </optgroup>
            <optgroup label="Segments">
              {choices.segments.map(({ id, name }) => (
                <option key={id} value={`segment:${id}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          </NativeSelect>
        </Field>
        <SubgroupTable data={data} />
      </TabsContent>
      <TabsContent value="uplift" className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Field label="Rank people by" className="max-w-xs">
          <NativeSelect value={state.score} onChange={(event) => onChange({ score: event.target.value })}>
            <option value="before">Their value before the assignment</option>
            <optgroup label="Numeric traits">
              {choices.traits
                .filter(({ numeric }) => numeric)
                .map(({ key }) => (
                  <option key={key} value={key}>
                    {key}
                  </option>
                ))}
            </optgroup>
          </NativeSelect>
        </Field>
        <UpliftChart data={data} />
      </TabsContent>
      <TabsContent value="planner">
        <Planner currency={data.currency} base={control?.rate?.mean ?? null} deviation={deviationOf(control)} />
      </TabsContent>
    </>
  );
}

/** Standard deviation per person, back from the interval of the mean. */
function deviationOf(arm: ExperimentResult["arms"][number] | undefined): number | null {
  if (arm?.mean === null || arm === undefined || arm.people === null || arm.mean.interval.high === null) return null;
  return ((arm.mean.interval.high - arm.mean.mean) / 1.959964) * Math.sqrt(arm.people);
}
