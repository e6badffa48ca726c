"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { History, Play, Square } from "lucide-react";
import { useState } from "react";
import { formatCount, formatShare } from "@/components/charts";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { HistoryResult } from "./history-result";
import { fetchRehearsal } from "./queries";
import type { RehearsalWire } from "./queries";
import type { RehearsalScreenProps } from "./rehearsal-screen";

const SPANS = [1, 7, 30, 90] as const;
const DAY = 86_400_000;

/** "As if it had been live": starts a rehearsal, shows how far it is and what it counted. */
export function HistoryRehearsal({ id, revision, zone, mayStart, actions }: RehearsalScreenProps) {
  const client = useQueryClient();
  const queryKey = ["journey-rehearsal", id];
  const { data, error, isPending, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => fetchRehearsal(id, signal),
    refetchInterval: (query) => (query.state.data?.status === "running" ? 1_000 : false),
  });
  const [days, setDays] = useState<number>(30);
  const again = (): void => void client.invalidateQueries({ queryKey });
  const start = useAction(actions.start, { onSuccess: again });
  const stop = useAction(actions.stop, { onSuccess: again });
  const running = data?.status === "running";

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      {mayStart && (
        <Card>
          <CardHeader>
            <CardTitle>What would it have done?</CardTitle>
            <CardDescription>
              The saved draft meets what really happened, by the rules of the live engine. Nothing is sent, nothing but these numbers is
              kept.
            </CardDescription>
          </CardHeader>
          <CardContent className="flex flex-wrap items-end gap-3">
            <Field label="As if live for the last" className="w-48">
              <NativeSelect value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {SPANS.map((n) => (
                  <option key={n} value={n}>
                    {n === 1 ? "24 hours" : `${n} days`}
                  </option>
                ))}
              </NativeSelect>
            </Field>
            {running ? (
              <Button variant="outline" pending={stop.pending} onClick={() => void stop.run({ id: data.id })}>
                <Square aria-hidden />
                Stop rehearsal
              </Button>
            ) : (
              <Button
                pending={start.pending}
                onClick={() => {
                  const to = Date.now();
                  void start.run({ id, from: new Date(to - days * DAY).toISOString(), to: new Date(to).toISOString() });
                }}
              >
                <Play aria-hidden />
                Rehearse over {days === 1 ? "24 hours" : `${days} days`}
              </Button>
            )}
          </CardContent>
        </Card>
      )}
      {error !== null ? (
        <Empty
          title="The rehearsal could not be read"
          description={error.message}
          actions={
            <Button variant="outline" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        />
      ) : isPending ? (
        <div className="grid gap-3" aria-busy>
          <Skeleton className="h-20" />
          <Skeleton className="h-64" />
        </div>
      ) : data === null ? (
        <Empty
          icon={History}
          title="No rehearsal yet"
          description="Choose a span and start one: you will see who would have entered, what would have been sent at which hour, and what would have been held back and why."
        />
      ) : (
        <Found view={data} revision={revision} zone={zone} />
      )}
    </div>
  );
}

function Found({ view, revision, zone }: { view: RehearsalWire; revision: number; zone: string }) {
  const percent = Math.round(view.progress * 100);
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  return (
    <section aria-label="Result of the rehearsal" className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted-foreground">
        <span>
          {when.format(Date.parse(view.from))} to {when.format(Date.parse(view.to))} ({zone})
        </span>
        {view.status === "running" && <Badge variant="info">Running</Badge>}
        {view.status === "stopped" && <Badge variant="warning">Stopped: {formatShare(view.progress, 1)} of people looked at</Badge>}
        {view.status === "failed" && <Badge variant="destructive">Failed</Badge>}
        {view.revision !== revision && <Badge variant="warning">Of an older draft: rehearse again</Badge>}
      </div>
      {view.status === "running" && (
        <div className="grid gap-1.5">
          <Progress value={percent} aria-label="People looked at" />
          <p className="text-sm text-muted-foreground" role="status">
            {percent} % of people looked at; {formatCount(view.result.entries)} would have entered so far.
          </p>
        </div>
      )}
      {view.error !== null && (
        <p role="alert" className="text-sm text-destructive-text">
          {view.error}
        </p>
      )}
      <HistoryResult view={view} zone={zone} />
    </section>
  );
}
