"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatCount } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { EMPTY_JOURNEY, type JourneyDefinition } from "@/domain/journeys/model";
import { diffJourneys } from "./diff";
import { DifferenceList } from "./difference-list";
import { fetchVersion, journeyKeys } from "./queries";
import type { Names } from "./words";

export interface VersionRow {
  version: number;
  note: string | null;
  by: string | null;
  at: string;
  active: number;
}

/** Every published version with what it changed, in words, and how many people are still in it. */
export function VersionsSheet({
  journeyId,
  current,
  versions,
  drawing,
  names,
  onRestore,
  onClose,
}: {
  journeyId: string;
  current: number;
  versions: readonly VersionRow[];
  drawing: JourneyDefinition;
  names: Names;
  /** Null for whoever may only read. */
  onRestore: ((definition: JourneyDefinition, version: number) => void) | null;
  onClose: () => void;
}) {
  const [open, setOpen] = useState<number | "draft">("draft");
  return (
    <Sheet open onOpenChange={(next) => !next && onClose()}>
      <SheetContent className="w-[min(100vw,32rem)]">
        <SheetHeader>
          <SheetTitle>Versions</SheetTitle>
          <SheetDescription>A published version never changes; people stay on the one that they entered.</SheetDescription>
        </SheetHeader>
        {versions.length === 0 && <p className="text-sm text-muted-foreground">Nothing was published yet.</p>}
        <ol className="grid gap-2">
          {versions.length > 0 && (
            <li className="rounded-lg border p-3">
              <Toggle open={open === "draft"} onClick={() => setOpen("draft")} title="Draft" aside="against the newest version" />
              {open === "draft" && <Changes journeyId={journeyId} before={versions[0]?.version ?? 0} after={drawing} names={names} />}
            </li>
          )}
          {versions.map((one, i) => (
            <li key={one.version} className="rounded-lg border p-3">
              <Toggle
                open={open === one.version}
                onClick={() => setOpen(one.version)}
                title={
                  <>
                    Version {one.version} {one.version === current && <Badge variant="success">entered now</Badge>}
                  </>
                }
                aside={
                  <>
                    <Time iso={one.at} />
                    {one.by === null ? "" : `, ${one.by}`} · {formatCount(one.active)} inside
                  </>
                }
              />
              {one.note !== null && <p className="mt-1 text-sm">{one.note}</p>}
              {open === one.version && (
                <Changes
                  journeyId={journeyId}
                  before={versions[i + 1]?.version ?? 0}
                  after={one.version}
                  names={names}
                  onRestore={onRestore}
                />
              )}
            </li>
          ))}
        </ol>
      </SheetContent>
    </Sheet>
  );
}

function Toggle({ open, onClick, title, aside }: { open: boolean; onClick: () => void; title: React.ReactNode; aside: React.ReactNode }) {
  return (
    <button type="button" aria-expanded={open} onClick={onClick} className="grid w-full rounded-sm text-left">
      <span className="flex items-center gap-2 text-sm font-semibold">{title}</span>
      <span className="text-xs text-muted-foreground">{aside}</span>
    </button>
  );
}

function Changes({
  journeyId,
  before,
  after,
  names,
  onRestore = null,
}: {
  journeyId: string;
  /** 0: nothing was there. */
  before: number;
  after: number | JourneyDefinition;
  names: Names;
  onRestore?: ((definition: JourneyDefinition, version: number) => void) | null;
}) {
  const old = useQuery({
    queryKey: journeyKeys.version(journeyId, before),
    queryFn: ({ signal }) => fetchVersion(journeyId, before, signal),
    enabled: before > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const version = typeof after === "number" ? after : 0;
  const now = useQuery({
    queryKey: journeyKeys.version(journeyId, version),
    queryFn: ({ signal }) => fetchVersion(journeyId, version, signal),
    enabled: version > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const from = before === 0 ? EMPTY_JOURNEY : old.data?.definition;
  const to = typeof after === "number" ? now.data?.definition : after;
  const error = old.error ?? now.error;
  if (error) return <p className="mt-2 text-sm text-destructive-text">{error.message}</p>;
  if (!from || !to) return <Skeleton className="mt-2 h-16" />;
  return (
    <div className="mt-2 grid gap-3 border-t pt-2">
      <DifferenceList differences={diffJourneys(from, to, names)} none={before === 0 ? "An empty journey." : "No difference."} />
      {onRestore && (
        <Button variant="outline" size="sm" className="w-fit" onClick={() => onRestore(to, version)}>
          Make it the draft
        </Button>
      )}
    </div>
  );
}
