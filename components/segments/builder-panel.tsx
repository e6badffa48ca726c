"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatCount, formatShare } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { Estimate, TestedPerson } from "@/domain/segments/contracts";
import type { Rule } from "@/domain/segments/model";
import { CoverageList } from "./coverage-list";
import { ExplainTree, nameOf, PersonLink } from "./explain-tree";
import { Problem } from "./problem";
import { fetchDraftCoverage, fetchSample, fetchTest } from "./queries";
import { shortWords } from "./sentence";

interface PanelProps {
  rule: Rule;
  segmentId: string | undefined;
  names: Readonly<Record<string, string>>;
  estimate: Estimate | undefined;
  stale: boolean;
}

/** Beside the rule: how it narrows the base, who is in it, and a person to test it with. */
export function BuilderPanel(props: PanelProps) {
  return (
    <Tabs defaultValue="funnel" className="gap-3">
      <TabsList aria-label="About this rule">
        <TabsTrigger value="funnel">Steps</TabsTrigger>
        <TabsTrigger value="sample">Sample</TabsTrigger>
        <TabsTrigger value="identifiers">Identifiers</TabsTrigger>
        <TabsTrigger value="test">Test</TabsTrigger>
      </TabsList>
      <TabsContent value="funnel">
        <Funnel {...props} />
      </TabsContent>
      <TabsContent value="sample">
        <Sample {...props} />
      </TabsContent>
      <TabsContent value="identifiers">
        <CoverageList
          queryKey={["segments", "draft-coverage", props.segmentId ?? "", JSON.stringify(props.rule)]}
          read={(signal) => fetchDraftCoverage({ rule: props.rule, segmentId: props.segmentId }, signal)}
          enabled={!props.stale}
        />
      </TabsContent>
      <TabsContent value="test">
        <TestPerson {...props} />
      </TabsContent>
    </Tabs>
  );
}

function Funnel({ rule, names, estimate, stale }: PanelProps) {
  if (!estimate) return <Loading />;
  const { root } = rule;
  const live = root.children.filter((child) => !child.muted && estimate.nodes[child.id]);
  const all = root.match === "all" && !root.negate;
  const counts = live.map((child) => estimate.nodes[child.id]?.[all ? "after" : "alone"] ?? 0);
  const rows = live.map((child, i) => {
    const count = counts[i] ?? 0;
    return { id: child.id, words: shortWords(child, names, 90), count, lost: all ? (counts[i - 1] ?? estimate.base) - count : 0 };
  });
  return (
    <div className={cn("grid gap-3 transition-opacity", stale && "opacity-55")}>
      <p className="text-xs text-muted-foreground">
        {all
          ? "How many people are left after each row of the outermost group, in order."
          : "How many people each row of the outermost group holds by itself; they may overlap."}
      </p>
      <ol className="grid gap-2.5">
        <Bar words="Everybody" count={estimate.base} base={estimate.base} />
        {rows.map((row) => (
          <Bar key={row.id} words={`${all ? "and " : ""}${row.words}`} count={row.count} base={estimate.base} lost={row.lost} />
        ))}
        {!all && <Bar words={`${root.negate ? "not " : ""}${root.match} of these`} count={estimate.total} base={estimate.base} strong />}
      </ol>
    </div>
  );
}

function Bar({
  words,
  count,
  base,
  lost = 0,
  strong = false,
}: {
  words: string;
  count: number;
  base: number;
  lost?: number;
  strong?: boolean;
}) {
  return (
    <li className="grid gap-1 text-sm">
      <div className="flex items-baseline justify-between gap-3">
        <span className={cn("min-w-0 break-words", strong && "font-medium")}>{words}</span>
        <span className="shrink-0 tabular-nums">
          {lost > 0 && <span className="mr-2 text-xs text-muted-foreground">−{formatCount(lost)}</span>}
          <span className="font-medium">{formatCount(count)}</span>
        </span>
      </div>
      <div aria-hidden className="h-1.5 rounded-full bg-secondary">
        <div
          className="h-full rounded-full bg-chart-1"
          style={{ width: `${base === 0 ? 0 : Math.max(count > 0 ? 0.7 : 0, (100 * count) / base)}%` }}
        />
      </div>
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="grid gap-2">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-8" />
      <Skeleton className="h-8" />
      <Skeleton className="h-8" />
    </div>
  );
}

function Sample({ rule, segmentId, names, stale }: PanelProps) {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["segments", "sample", segmentId ?? "", JSON.stringify(rule)],
    queryFn: ({ signal }) => fetchSample({ rule, segmentId }, signal),
    enabled: !stale,
    placeholderData: (before) => before,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) return <p className="py-6 text-center text-sm text-muted-foreground">Nobody is in this segment.</p>;
  return (
    <ul className={cn("grid divide-y text-sm transition-opacity", (isFetching || stale) && "opacity-55")} aria-label="Sample of members">
      {data.map((member) => (
        <li key={member.profileId} className="flex items-center justify-between gap-3 py-1.5">
          <span className="grid min-w-0">
            <span className="truncate">
              <PersonLink person={member} />
            </span>
            <span className="truncate text-xs text-muted-foreground">
              {[member.name ? member.email : null, member.city, member.country].filter(Boolean).join(" · ")}
            </span>
          </span>
          <Popover>
            <PopoverTrigger asChild>
              <Button size="sm" variant="outline" aria-label={`Why in: ${nameOf(member)}`}>
                Why in
              </Button>
            </PopoverTrigger>
            <PopoverContent align="end" className="w-96" aria-label={`Why ${nameOf(member)} is in`}>
              <ExplainTree rule={rule} explained={member.explained} names={names} />
            </PopoverContent>
          </Popover>
        </li>
      ))}
    </ul>
  );
}

function TestPerson({ rule, segmentId, names }: PanelProps) {
  const [query, setQuery] = useState("");
  const [state, setState] = useState<{ tested?: TestedPerson; rule?: Rule; error?: string; pending?: boolean }>({});
  const run = () => {
    if (query.trim() === "") return;
    setState((before) => ({ ...before, pending: true }));
    fetchTest({ rule, segmentId }, query.trim()).then(
      (tested) => setState({ tested, rule }),
      (error: unknown) => setState({ error: error instanceof Error ? error.message : "The person could not be tested." }),
    );
  };
  return (
    <div className="grid gap-3">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <Field label="Person" hint="E-mail, phone, user id or profile id" error={state.error} className="flex-1">
          <Input value={query} onChange={(event) => setQuery(event.target.value)} autoComplete="off" placeholder="ada@example.com" />
        </Field>
        <Button type="submit" variant="outline" pending={state.pending ?? false} className="self-start mt-[1.625rem]">
          Test
        </Button>
      </form>
      <div role="status">
        {state.tested && state.rule && (
          <div className="grid gap-2">
            <p className="flex flex-wrap items-center gap-2 text-sm">
              <PersonLink person={state.tested.person} />
              <Badge variant={state.tested.met ? "success" : "destructive"}>{state.tested.met ? "In" : "Out"}</Badge>
              {state.rule !== rule && <span className="text-xs text-muted-foreground">for the rule as it was</span>}
            </p>
            <ExplainTree rule={state.rule} explained={state.tested.explained} names={names} />
          </div>
        )}
      </div>
    </div>
  );
}

/** What the counts cost: how long, and how many rows were really computed. */
function costOf({ took, computed }: Estimate): string {
  const rows = Object.values(computed);
  if (rows.length === 0) return "kept from before";
  const slow = rows.filter(({ by }) => by === "database").length;
  const parts = [rows.length - slow > 0 && `${rows.length - slow} from columns`, slow > 0 && `${slow} from the database`].filter(Boolean);
  return `${rows.length === 1 ? "1 row" : `${rows.length} rows`} counted in ${took} ms (${parts.join(", ")})`;
}

/** The total with the moment at which it is exact. */
export function Total({
  estimate,
  stale,
  error,
  retry,
}: {
  estimate: Estimate | undefined;
  stale: boolean;
  error: string | null;
  retry: () => void;
}) {
  if (error) return <Problem text={error} retry={retry} />;
  return (
    <div className={cn("flex flex-wrap items-baseline gap-x-2 gap-y-0.5 transition-opacity", stale && "opacity-55")}>
      <output data-total className="text-2xl font-semibold tracking-tight tabular-nums" data-stale={stale || undefined}>
        {estimate ? formatCount(estimate.total) : "…"}
      </output>
      <span className="text-sm">{estimate?.total === 1 ? "person" : "people"}</span>
      {estimate && (
        <span className="text-xs text-muted-foreground">
          {formatShare(estimate.total, estimate.base)} of {formatCount(estimate.base)} ·{" "}
          {stale ? (
            "counting…"
          ) : (
            <>
              exact, as of {new Date(estimate.asOf).toLocaleTimeString("en-GB")} · {costOf(estimate)}
            </>
          )}
        </span>
      )}
    </div>
  );
}
