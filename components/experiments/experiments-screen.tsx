"use client";

import { FlaskConical, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import {
  ASSIGNMENT_LABELS,
  STATUS_LABELS,
  type ExperimentChoices,
  type ExperimentStatus,
  type ExperimentSummary,
} from "@/domain/experiments/model";
import { newDraft, type ExperimentChanges } from "./draft";
import { ExperimentSheet } from "./experiment-sheet";
import { Planner } from "./planner";

export const STATUS_VARIANTS: Record<ExperimentStatus, "success" | "info" | "default"> = {
  running: "success",
  planned: "info",
  ended: "default",
};

export interface ExperimentsScreenProps {
  experiments: readonly ExperimentSummary[];
  choices: ExperimentChoices;
  /** Null for whoever may only read. */
  save: ExperimentChanges["save"] | null;
  today: string;
}

export function ExperimentsScreen({ experiments, choices, save, today }: ExperimentsScreenProps) {
  const router = useRouter();
  const [creating, setCreating] = useState(false);
  const create = save ? (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      New experiment
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="Experiments"
        description="What really made a difference: holdouts, journey experiments and tests of your own, judged alike and safe to look at on any day."
        actions={create}
      />
      <Tabs defaultValue="list">
        <TabsList aria-label="Experiments">
          <TabsTrigger value="list">Experiments</TabsTrigger>
          <TabsTrigger value="planner">Sample size</TabsTrigger>
        </TabsList>
        <TabsContent value="list">
          {experiments.length === 0 ? (
            <Empty
              icon={FlaskConical}
              title="No experiments yet"
              description='Give a journey a holdout or an experiment step, send the event "Experiment Viewed", or set up a test over segments and lists: it appears here.'
              actions={create}
            />
          ) : (
            <List experiments={experiments} />
          )}
        </TabsContent>
        <TabsContent value="planner">
          <Planner currency={choices.currency} base={0.05} deviation={null} />
        </TabsContent>
      </Tabs>
      {creating && save ? (
        <ExperimentSheet
          draft={newDraft(today, choices.conversions[0]?.id ?? "")}
          choices={choices}
          save={save}
          archive={null}
          onClose={() => setCreating(false)}
          onSaved={(id) => router.push(`/experiments/${id}`)}
        />
      ) : null}
    </>
  );
}

function List({ experiments }: { experiments: readonly ExperimentSummary[] }) {
  return (
    <Table aria-label="Experiments">
      <TableHeader>
        <TableRow>
          <TableHead>Experiment</TableHead>
          <TableHead>Status</TableHead>
          <TableHead>Assigned by</TableHead>
          <TableHead>Runs</TableHead>
          <TableHead className="text-right">Arms</TableHead>
          <TableHead>Calibrates</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {experiments.map((one) => (
          <TableRow key={one.id}>
            <TableCell className="max-w-96">
              <Link
                href={`/experiments/${encodeURIComponent(one.id)}`}
                className="rounded-sm font-medium underline-offset-4 hover:underline focus-visible:outline-2 focus-visible:outline-ring"
              >
                {one.name}
              </Link>
              {one.registered ? null : (
                <span className="block text-xs text-muted-foreground">
                  Found by itself, judged by the default conversion or its own metric
                </span>
              )}
            </TableCell>
            <TableCell>
              <Badge variant={STATUS_VARIANTS[one.status]} dot>
                {STATUS_LABELS[one.status]}
              </Badge>
            </TableCell>
            <TableCell className="whitespace-nowrap">{ASSIGNMENT_LABELS[one.kind]}</TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground tabular-nums">
              {one.startsOn === null ? "–" : `${one.startsOn} to ${one.endsOn ?? "open"}`}
            </TableCell>
            <TableCell className="text-right tabular-nums">{one.arms}</TableCell>
            <TableCell className="text-muted-foreground">{one.covers === null ? "–" : one.covers.name}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
