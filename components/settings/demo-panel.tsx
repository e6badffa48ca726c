"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Database } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import type { DemoStatus } from "@/domain/demo/model";
import type { Result } from "@/domain/kernel/model";

export interface DemoPanelProps {
  initial: DemoStatus;
  load: (input: void) => Promise<Result<DemoStatus>>;
  remove: (input: void) => Promise<Result<DemoStatus>>;
  /** Shown once the demo data are there, e.g. a link to them. */
  whenLoaded?: React.ReactNode;
}

const number = new Intl.NumberFormat("en");
const KEY = ["demo"];

async function fetchStatus({ signal }: { signal: AbortSignal }): Promise<DemoStatus> {
  const response = await fetch("/api/demo", { signal });
  if (!response.ok) throw new Error(`demo status: ${response.status}`);
  return ((await response.json()) as { data: DemoStatus }).data;
}

/** Loads and removes the demo data, with its progress. */
export function DemoPanel({ initial, load, remove, whenLoaded }: DemoPanelProps) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { data: status } = useQuery({
    queryKey: KEY,
    queryFn: fetchStatus,
    initialData: initial,
    refetchInterval: (query) => (isMoving(query.state.data) ? 1_000 : false),
  });
  const show = (next: DemoStatus) => client.setQueryData(KEY, next);
  const loading = useAction(load, { onSuccess: show });
  const removing = useAction(remove, {
    onSuccess: (next) => {
      setAsking(false);
      show(next);
    },
  });
  const share = status.wanted > 0 ? Math.round((100 * status.people) / status.wanted) : null;

  return (
    <div className="grid gap-3">
      <div role="status" className="text-sm">
        {status.error ? <p className="text-destructive-text">{status.error}</p> : null}
        {status.phase === "none" ? <p className="text-muted-foreground">Not loaded.</p> : null}
        {status.phase === "loading" && !status.error ? (
          <p>
            Loading: {number.format(status.people)} of {number.format(status.wanted)} people, {number.format(status.messages)} messages
          </p>
        ) : null}
        {status.phase === "loaded" ? (
          <p>
            Loaded: {number.format(status.people)} people, {number.format(status.messages)} messages.
          </p>
        ) : null}
        {status.phase === "removing" && !status.error ? <p>Removing the demo data</p> : null}
      </div>
      {isMoving(status) ? <Progress value={status.phase === "loading" ? share : null} aria-label="Demo data" /> : null}
      <div className="flex flex-wrap gap-2">
        {status.phase === "none" || (status.phase === "loading" && status.error) ? (
          <Button variant="outline" pending={loading.pending} onClick={() => void loading.run()}>
            <Database aria-hidden />
            Load demo data
          </Button>
        ) : null}
        {status.phase === "loaded" ? whenLoaded : null}
        {status.phase === "loaded" || (status.phase === "removing" && status.error) ? (
          <Button variant="destructive-outline" onClick={() => setAsking(true)}>
            Remove demo data
          </Button>
        ) : null}
      </div>
      <AlertDialog open={asking} onOpenChange={setAsking}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Remove the demo data?</AlertDialogTitle>
            <AlertDialogDescription>
              The demo sources, their {number.format(status.people)} people and everything these did are deleted. Your own data stay as they
              are. You can load the demo data again.
            </AlertDialogDescription>
          </AlertDialogHeader>
          <AlertDialogFooter>
            <AlertDialogCancel />
            <Button variant="destructive" pending={removing.pending} onClick={() => void removing.run()}>
              Remove demo data
            </Button>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </div>
  );
}

const isMoving = (status: DemoStatus | undefined): boolean =>
  status !== undefined && (status.phase === "loading" || status.phase === "removing") && !status.error;
