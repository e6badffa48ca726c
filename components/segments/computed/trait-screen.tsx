"use client";

import { useQuery } from "@tanstack/react-query";
import { Pause, Pencil, RefreshCw, UserSearch } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { formatCount } from "@/components/charts";
import { DeleteButton } from "@/components/layout/delete-button";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import type { ComputedTraitDetail } from "@/domain/segments/computed/contracts";
import type { Result } from "@/domain/kernel/model";
import { Problem } from "../problem";
import { Sentence } from "../sentence";
import { FactList, RefsCard } from "../side-cards";
import { fetchTrait, traitKeys } from "./trait-queries";
import { Spread } from "./trait-stats";
import { costText, millisText, TraitStatus } from "./trait-status";

type IdAction = (input: { id: string }) => Promise<Result<null>>;

interface Props {
  initial: ComputedTraitDetail;
  mayWrite: boolean;
  pause: IdAction;
  recompute: IdAction;
  remove: IdAction;
}

export function TraitScreen({ initial, mayWrite, ...actions }: Props) {
  const { data: trait, refetch } = useQuery({
    queryKey: [...traitKeys.one(initial.id), initial.version],
    queryFn: ({ signal }) => fetchTrait(initial.id, signal),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data?.status === "preparing" || state.data?.progress ? 1_000 : 10_000),
  });
  const again = () => void refetch();
  const pause = useAction(actions.pause, { success: "Paused. Values stand still.", onSuccess: again });
  const recompute = useAction(actions.recompute, { success: "It is computed afresh in the background.", onSuccess: again });
  const paused = trait.status === "paused";
  return (
    <>
      <PageHeader
        title={trait.name}
        description={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <TraitStatus status={trait.status} progress={trait.progress} />
            <span>
              Version {trait.version} · {trait.ownerName ?? "no owner"} · changed <Time iso={trait.updatedAt} />
            </span>
          </span>
        }
        actions={
          mayWrite ? (
            <>
              {!paused && (
                <Button variant="outline" pending={pause.pending} onClick={() => void pause.run({ id: trait.id })}>
                  <Pause aria-hidden />
                  Pause
                </Button>
              )}
              <Button variant="outline" pending={recompute.pending} onClick={() => void recompute.run({ id: trait.id })}>
                <RefreshCw aria-hidden />
                {paused ? "Resume" : "Recompute"}
              </Button>
              <Button asChild>
                <Link href={`/segments/traits/${trait.id}/edit`}>
                  <Pencil aria-hidden />
                  Edit definition
                </Link>
              </Button>
            </>
          ) : undefined
        }
      />
      {trait.status === "failed" && (
        <Problem text={trait.error ?? "The last computation failed."} retry={() => void recompute.run({ id: trait.id })} />
      )}
      {(trait.status === "preparing" || trait.progress) && (
        <div className="grid gap-1.5 text-sm" role="status">
          <span>
            Computing the values of everybody
            {trait.progress ? `: ${formatCount(trait.progress.done)} of ${formatCount(trait.progress.total)} people` : ""}. The trait can be
            used and edited meanwhile.
          </span>
          <Progress
            aria-label="Computation"
            value={trait.progress && trait.progress.total > 0 ? (100 * trait.progress.done) / trait.progress.total : 0}
          />
        </div>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid content-start gap-4">
          <Card>
            <CardContent className="pt-4">
              <h2 className="text-xs font-medium text-muted-foreground">What it computes</h2>
              <Sentence phrases={trait.phrases} className="mt-1 text-base text-pretty" />
              {trait.description && <p className="mt-2 text-sm text-muted-foreground">{trait.description}</p>}
            </CardContent>
          </Card>
          <Card>
            <CardContent className="grid gap-2 pt-4">
              <div className="flex flex-wrap items-baseline justify-between gap-2">
                <h2 className="font-medium">Values</h2>
                {trait.statsAt && (
                  <span className="text-xs text-muted-foreground">
                    as of <Time iso={trait.statsAt} />
                  </span>
                )}
              </div>
              {trait.stats ? (
                <Spread stats={trait.stats} label={trait.name} />
              ) : (
                <p className="py-6 text-center text-sm text-muted-foreground">The values are counted once everybody has been computed.</p>
              )}
            </CardContent>
          </Card>
          <Versions trait={trait} />
        </div>
        <div className="grid content-start gap-4">
          <Card>
            <CardContent className="pt-4">
              <Facts trait={trait} />
            </CardContent>
          </Card>
          <RefsCard title="Used by" none="Nothing uses this trait yet." refs={trait.usedByList} />
          {trait.kind === "formula" && <RefsCard title="Computed from" none="It asks no other computed trait." refs={trait.uses} />}
          <Card>
            <CardContent className="grid gap-2 pt-4 text-sm">
              <h2 className="font-medium">See it on a person</h2>
              <p className="text-muted-foreground">Every profile shows its value with the events that made it, under Traits.</p>
              <Button variant="outline" size="sm" asChild className="justify-self-start">
                <Link href={`/profiles?columns=name,kind,lastSeen,computed:${encodeURIComponent(trait.key)}`}>
                  <UserSearch aria-hidden />
                  People with this column
                </Link>
              </Button>
            </CardContent>
          </Card>
          {mayWrite && (
            <DeleteButton
              id={trait.id}
              name={trait.name}
              noun="computed trait"
              loses="Its values and versions go with it, and its key is never given again."
              remove={actions.remove}
              leadsTo="/segments/traits"
            />
          )}
        </div>
      </div>
    </>
  );
}

function Facts({ trait }: { trait: ComputedTraitDetail }) {
  const rows: [string, ReactNode][] = [
    [
      "Key",
      <code key="key" className="text-xs break-all">
        {trait.key}
      </code>,
    ],
    [
      "Freshness",
      trait.status === "paused"
        ? "paused: values stand still"
        : trait.kind === "sql"
          ? "read by schedule"
          : trait.nextRunAt
            ? "live between two schedules"
            : "live: follows every event",
    ],
    ["Last value changed", trait.changedAt ? <Time key="changed" iso={trait.changedAt} /> : "not since it was computed"],
    ["Computed for everybody", trait.computedAt ? <Time key="computed" iso={trait.computedAt} /> : "not yet"],
    ...(trait.nextRunAt
      ? ([[trait.kind === "sql" ? "Read again" : "Borders taken anew", <Time key="next" iso={trait.nextRunAt} />]] as [string, ReactNode][])
      : []),
    ["That took", trait.computeMs === null ? "–" : millisText(trait.computeMs)],
    ["Live work", costText(trait)],
    [
      "Background check",
      trait.checkedAt === null ? (
        "none yet"
      ) : trait.checkDifference === 0 ? (
        <>
          equal, <Time iso={trait.checkedAt} />
        </>
      ) : (
        <span key="check" className="text-destructive-text">
          {formatCount(trait.checkDifference ?? 0)} of the sample differ: recompute it
        </span>
      ),
    ],
  ];
  return <FactList rows={rows} />;
}

function Versions({ trait }: { trait: ComputedTraitDetail }) {
  return (
    <section aria-labelledby="versions" className="grid gap-2">
      <h2 id="versions" className="font-medium">
        Versions
      </h2>
      <ol className="grid gap-2">
        {trait.versions.map((version) => (
          <li key={version.version} className="rounded-lg border bg-card px-4 py-3 text-sm">
            <p className="flex flex-wrap items-center gap-x-2">
              <span className="font-medium">Version {version.version}</span>
              {version.version === trait.version && <Badge variant="primary">in force</Badge>}
              <span className="text-muted-foreground">
                {version.createdByName ?? "the system"}, <Time iso={version.createdAt} />
              </span>
            </p>
            {version.note && <p className="mt-1">{version.note}</p>}
            <p className="mt-1 text-muted-foreground">{version.sentence}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
