"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { fetchPeople, journeyKeys } from "./queries";
import { RUN_WORDS } from "./run-words";

/** People at a step now, or in the journey at all; each leads to its trace. */
export function PeopleSheet({
  journeyId,
  node,
  name,
  onClose,
}: {
  journeyId: string;
  node: string | null;
  name: string;
  onClose: () => void;
}) {
  const [status, setStatus] = useState<string>("");
  const asked = node === null ? (status === "" ? null : status) : "active";
  const query = useQuery({
    queryKey: journeyKeys.people(journeyId, node, asked),
    queryFn: ({ signal }) => fetchPeople(journeyId, node, asked, signal),
    refetchInterval: 15_000,
  });
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()}>
      <SheetContent>
        <SheetHeader>
          <SheetTitle>{node === null ? "People in this journey" : `At “${name}” now`}</SheetTitle>
          <SheetDescription>The newest 50 first. Each leads to what happened to the person, step by step.</SheetDescription>
        </SheetHeader>
        {node === null && (
          <NativeSelect aria-label="Which people" value={status} onChange={(event) => setStatus(event.target.value)}>
            <option value="">Everybody who entered</option>
            {Object.entries(RUN_WORDS).map(([value, { text }]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </NativeSelect>
        )}
        {query.isPending && <Skeleton className="h-40" />}
        {query.error && (
          <p role="alert" className="text-sm text-destructive-text">
            {query.error.message}{" "}
            <Button variant="link" onClick={() => void query.refetch()}>
              Try again
            </Button>
          </p>
        )}
        {query.data?.length === 0 && <p className="text-sm text-muted-foreground">Nobody {node === null ? "yet" : "stands here now"}.</p>}
        <ul className="grid">
          {query.data?.map((run) => (
            <li key={run.id} className="relative border-b py-2 last:border-0">
              <span className="flex items-center justify-between gap-3">
                <Link
                  href={`/journeys/${journeyId}/runs/${run.id}`}
                  className="min-w-0 truncate text-sm font-medium after:absolute after:inset-0 hover:underline"
                >
                  {run.name ?? `Person ${run.profileId}`}
                </Link>
                <Badge variant={RUN_WORDS[run.status]?.look ?? "default"}>{RUN_WORDS[run.status]?.text ?? run.status}</Badge>
              </span>
              <span className="block text-xs text-muted-foreground">
                Entered <Time iso={run.enteredAt} />
                {run.entryKey === "" ? "" : ` with ${run.entryKey}`} · version {run.version}
                {run.wakeAt === null ? (
                  ""
                ) : (
                  <>
                    {" "}
                    · goes on <Time iso={run.wakeAt} />
                  </>
                )}
                {run.reason === null ? "" : ` · ${run.reason}`}
              </span>
            </li>
          ))}
        </ul>
      </SheetContent>
    </Sheet>
  );
}
