"use client";

import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import Link from "next/link";
import { formatCount } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { fetchPersonJourneys, journeyKeys } from "./queries";
import { RUN_WORDS } from "./run-words";

/** Which journeys a person is and was in, and why others did not take them. */
export function PersonJourneys({ profileId }: { profileId: number }) {
  const query = useQuery({
    queryKey: journeyKeys.person(profileId),
    queryFn: ({ signal }) => fetchPersonJourneys(profileId, signal),
    refetchInterval: 15_000,
  });
  if (query.isPending)
    return (
      <div aria-busy>
        <span className="sr-only">Loading</span>
        <Skeleton className="h-40" />
      </div>
    );
  if (query.error)
    return (
      <Empty
        icon={Workflow}
        title="Journeys could not be read"
        description={query.error.message}
        actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
      />
    );
  const { runs, refusals } = query.data;
  if (runs.length === 0 && refusals.length === 0)
    return (
      <Empty icon={Workflow} title="In no journey" description="This person has not entered a journey so far, and none refused them." />
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {runs.length > 0 && (
        <Table aria-label="Journeys of this person">
          <TableCaption className="sr-only">Journeys of this person, the newest first</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>Journey</TableHead>
              <TableHead>Status</TableHead>
              <TableHead>Stands at</TableHead>
              <TableHead className="hidden sm:table-cell">Entered</TableHead>
              <TableHead className="hidden md:table-cell">Goes on</TableHead>
              <TableHead>
                <span className="sr-only">Trace</span>
              </TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {runs.map((run) => (
              <TableRow key={run.id}>
                <TableCell className="font-medium">
                  <Link href={`/journeys/${run.journeyId}`} className="hover:underline">
                    {run.journeyName}
                  </Link>
                  <span className="block text-xs font-normal text-muted-foreground">
                    Version {run.version}
                    {run.entryKey === "" ? "" : ` · ${run.entryKey}`}
                  </span>
                </TableCell>
                <TableCell>
                  <Badge variant={RUN_WORDS[run.status]?.look ?? "default"}>{RUN_WORDS[run.status]?.text ?? run.status}</Badge>
                  {run.reason !== null && <span className="block text-xs text-muted-foreground">{run.reason}</span>}
                </TableCell>
                <TableCell>{run.node === null ? "–" : run.step || "a step without a name"}</TableCell>
                <TableCell className="hidden whitespace-nowrap sm:table-cell">
                  <Time iso={run.enteredAt} />
                </TableCell>
                <TableCell className="hidden whitespace-nowrap md:table-cell">
                  {run.wakeAt === null ? "–" : <Time iso={run.wakeAt} />}
                </TableCell>
                <TableCell className="text-right">
                  <Button variant="outline" size="sm" asChild>
                    <Link href={`/journeys/${run.journeyId}/runs/${run.id}`} aria-label={`Step by step: ${run.journeyName}`}>
                      Step by step
                    </Link>
                  </Button>
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {refusals.length > 0 && (
        <section aria-label="Not let in" className="grid gap-2">
          <h2 className="text-sm font-semibold">Not let in</h2>
          <ul className="grid gap-1 text-sm">
            {refusals.map((one) => (
              <li key={`${one.journeyId}:${one.reason}`}>
                <Link href={`/journeys/${one.journeyId}`} className="font-medium hover:underline">
                  {one.journeyName}
                </Link>
                : {one.reason}{" "}
                <span className="text-xs text-muted-foreground">
                  ({formatCount(one.times)} {one.times === 1 ? "time" : "times"}, last <Time iso={one.at} />)
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
