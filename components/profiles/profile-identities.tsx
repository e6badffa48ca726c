"use client";

import { useQuery } from "@tanstack/react-query";
import { GitMerge, Split, TriangleAlert } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { NOTE_CODES } from "@/domain/identity/model";
import type { GraphMerge, ProfileGraph } from "@/domain/profiles/schemas";
import { formatDay, formatMinute, identifierLabel } from "./format";
import { causeText, placeGraph } from "./graph-layout";
import type { IdentityChanges } from "./identity-changes";
import { MergeDialog } from "./merge-dialog";
import { StatusBadge } from "./profile-overview";
import { fetchGraph, profileKeys } from "./queries";
import { SplitDialog } from "./split-dialog";
import { UnmergeDialog } from "./unmerge-dialog";

const IdentityCanvas = dynamic(() => import("./identity-canvas").then((module) => module.IdentityCanvas), {
  ssr: false,
  loading: () => <Skeleton className="size-full rounded-none" />,
});

/** Who this person is made of, and why: drawn, listed, with every merge and a way back. */
export function ProfileIdentities({
  profileId,
  name,
  unmasked,
  changes,
}: {
  profileId: number;
  name: string;
  unmasked: boolean;
  /** Null for whoever may not change people. */
  changes: IdentityChanges | null;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [changing, setChanging] = useState<"merge" | "split" | null>(null);
  const [asking, setAsking] = useState<GraphMerge | null>(null);
  const query = useQuery({ queryKey: profileKeys.graph(profileId), queryFn: ({ signal }) => fetchGraph(profileId, signal) });
  if (query.isPending) return <Skeleton className="h-96" />;
  if (query.error) {
    return (
      <Empty
        icon={GitMerge}
        title="The identity graph could not be read"
        description={query.error.message}
        actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
      />
    );
  }
  const graph = query.data;
  const { height } = placeGraph(graph);
  const picked = graph.merges.find((merge) => merge.id === chosen);
  return (
    <section aria-label="Identities" className="grid gap-5">
      {changes ? (
        <div className="flex flex-wrap items-center justify-end gap-2">
          {unmasked ? null : (
            <p className="mr-auto text-sm text-muted-foreground">
              Identifiers are masked for your role, so that none can be chosen to be split off.
            </p>
          )}
          <Button variant="outline" onClick={() => setChanging("merge")}>
            <GitMerge aria-hidden />
            Merge with another person
          </Button>
          {unmasked ? (
            <Button variant="outline" disabled={graph.identifiers.length < 2} onClick={() => setChanging("split")}>
              <Split aria-hidden />
              Split off identifiers
            </Button>
          ) : null}
        </div>
      ) : null}
      <div className="relative overflow-hidden rounded-lg border bg-card" style={{ height: Math.max(240, Math.min(760, height + 60)) }}>
        <IdentityCanvas graph={graph} chosen={chosen} onChoose={setChosen} />
        {picked ? (
          <div className="absolute top-3 right-3 left-3 z-10 ml-auto grid max-w-sm gap-2 rounded-lg border bg-popover p-3 shadow-md">
            <p className="text-sm font-medium">{causeText(picked, identifierLabel)}</p>
            <Evidence merge={picked} graph={graph} />
            {changes && picked.undone === null ? (
              <Button variant="outline" size="sm" className="justify-self-start" onClick={() => setAsking(picked)}>
                <Split aria-hidden />
                Un-merge
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      <Ledger graph={graph} mayUnmerge={changes !== null} onUnmerge={setAsking} />
      <Identifiers graph={graph} />
      <Notes graph={graph} />
      {changes && asking ? (
        <UnmergeDialog key={asking.id} graph={graph} merge={asking} unmerge={changes.unmerge} onClose={() => setAsking(null)} />
      ) : null}
      {changes && changing === "merge" ? (
        <MergeDialog profileId={graph.id} name={name} merge={changes.merge} onClose={() => setChanging(null)} />
      ) : null}
      {changes && changing === "split" ? <SplitDialog graph={graph} split={changes.split} onClose={() => setChanging(null)} /> : null}
    </section>
  );
}

const heading = "text-base font-semibold tracking-tight";

function Evidence({ merge, graph }: { merge: GraphMerge; graph: ProfileGraph }) {
  return (
    <div className="text-xs text-muted-foreground">
      {merge.evidence.length > 0 ? (
        <ul className="grid gap-0.5">
          {merge.evidence.map((item) => (
            <li key={`${item.type}-${item.value}`} className="flex min-w-0 gap-1.5">
              <span className="shrink-0">{identifierLabel(item.type)}</span>
              <span className="truncate font-medium text-foreground">{item.value}</span>
              <span className="shrink-0">on fragment {item.profileId}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <p className="mt-0.5">
        {formatMinute(merge.at)} UTC
        {merge.sourceId === null ? "" : ` · ${graph.sources[merge.sourceId]?.name ?? merge.sourceId}`} · rules version {merge.rulesVersion}
      </p>
    </div>
  );
}

function Ledger({ graph, mayUnmerge, onUnmerge }: { graph: ProfileGraph; mayUnmerge: boolean; onUnmerge: (merge: GraphMerge) => void }) {
  const other = (fragment: number) => {
    const canonical = graph.elsewhere[fragment];
    return canonical === undefined ? (
      <>fragment {fragment}</>
    ) : (
      <Link href={`/profiles/${canonical}?tab=identities`} prefetch={false} className="text-primary-text hover:underline">
        profile {canonical}
      </Link>
    );
  };
  return (
    <div className="grid gap-2">
      <h3 className={heading}>Merges</h3>
      {graph.merges.length === 0 ? (
        <p className="text-sm text-muted-foreground">
          Nothing was ever merged into this person: all identifiers came with one another from the start.
        </p>
      ) : (
        <ol className="grid divide-y rounded-lg border bg-card">
          {graph.merges.map((merge) => (
            <li key={merge.id} className={cn("flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3", merge.undone && "bg-muted/50")}>
              <span className="mt-0.5 grid size-7 shrink-0 place-content-center rounded-full bg-info-soft text-info-text">
                {merge.undone ? <Split aria-hidden className="size-3.5" /> : <GitMerge aria-hidden className="size-3.5" />}
              </span>
              <div className="min-w-0 flex-1 basis-72">
                <p className="text-sm">
                  <span className="font-medium">{causeText(merge, identifierLabel)}</span> joined {other(merge.survivorFragment)} and{" "}
                  {other(merge.loserFragment)}
                </p>
                <Evidence merge={merge} graph={graph} />
                {merge.undone ? (
                  <p className="mt-1 text-xs text-muted-foreground">
                    Un-merged {formatMinute(merge.undone.at)} UTC{merge.undone.by === null ? "" : ` by ${merge.undone.by}`}
                    {merge.undone.reason === null ? "" : `: ${merge.undone.reason}`}
                  </p>
                ) : null}
              </div>
              {merge.undone ? (
                <Badge>Un-merged</Badge>
              ) : mayUnmerge ? (
                <Button variant="outline" size="sm" onClick={() => onUnmerge(merge)}>
                  <Split aria-hidden />
                  Un-merge
                </Button>
              ) : null}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Identifiers({ graph }: { graph: ProfileGraph }) {
  return (
    <div className="grid gap-2">
      <h3 className={heading}>Identifiers</h3>
      <Table aria-label="Identifiers" className="min-w-[44rem]">
        <TableCaption className="sr-only">Identifiers by fragment: which source linked what and when</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Type</TableHead>
            <TableHead>Value</TableHead>
            <TableHead>Fragment</TableHead>
            <TableHead>Linked by</TableHead>
            <TableHead>First seen</TableHead>
            <TableHead>Last seen</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {graph.identifiers.map((item) => (
            <TableRow key={`${item.type}-${item.value}-${item.profileId}-${item.messageId}`}>
              <TableCell className="whitespace-nowrap text-muted-foreground">{identifierLabel(item.type)}</TableCell>
              <TableCell>
                <span className="flex items-center gap-2">
                  <span className="max-w-72 truncate font-medium" title={item.value}>
                    {item.value}
                  </span>
                  <StatusBadge status={item.status} />
                </span>
              </TableCell>
              <TableCell className="tabular-nums">{item.profileId}</TableCell>
              <TableCell className="text-muted-foreground">{graph.sources[item.sourceId]?.name ?? item.sourceId}</TableCell>
              <TableCell className="whitespace-nowrap text-muted-foreground">{formatDay(item.firstSeenAt)}</TableCell>
              <TableCell className="whitespace-nowrap text-muted-foreground">{formatDay(item.lastSeenAt)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function Notes({ graph }: { graph: ProfileGraph }) {
  return (
    <div className="grid gap-2">
      <h3 className={heading}>Why not more</h3>
      <p className="text-sm text-muted-foreground">
        {graph.notes.length === 0
          ? "Identity resolution refused nothing about this person: no identifier was turned away, no merge was held back."
          : "What identity resolution held back: identifiers that were not attached, and people that were not merged with this one."}
      </p>
      {graph.notes.length > 0 ? (
        <ul className="grid divide-y rounded-lg border bg-card">
          {graph.notes.map((note) => (
            <li key={note.id} className="flex items-start gap-3 px-4 py-3">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning-text" />
              <div className="min-w-0 text-sm">
                <p className="font-medium">
                  {Object.hasOwn(NOTE_CODES, note.code) ? NOTE_CODES[note.code as keyof typeof NOTE_CODES] : note.code}
                </p>
                <p className="text-xs text-muted-foreground">
                  {note.type === null ? null : (
                    <>
                      {identifierLabel(note.type)} <span className="font-medium break-all text-foreground">{note.value}</span> ·{" "}
                    </>
                  )}
                  {note.otherProfileId === null || graph.fragments.some((fragment) => fragment.id === note.otherProfileId) ? null : (
                    <>
                      stays on{" "}
                      <Link
                        href={`/profiles/${note.otherProfileId}?tab=identities`}
                        prefetch={false}
                        className="text-primary-text hover:underline"
                      >
                        profile {note.otherProfileId}
                      </Link>{" "}
                      ·{" "}
                    </>
                  )}
                  {note.sourceId === null ? "" : `${graph.sources[note.sourceId]?.name ?? note.sourceId} · `}
                  {formatMinute(note.at)} UTC
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
