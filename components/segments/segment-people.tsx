"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { causeWords } from "@/domain/segments/contracts";
import { Problem } from "./problem";
import { PersonLink } from "./explain-tree";
import { fetchMembers, fetchTransitions, segmentKeys } from "./queries";

function More({ has, pending, onMore }: { has: boolean; pending: boolean; onMore: () => void }) {
  return has ? (
    <div>
      <Button variant="outline" pending={pending} onClick={onMore}>
        Show more
      </Button>
    </div>
  ) : null;
}

/** Rows that stand for those to come. */
function Waiting({ columns }: { columns: number }) {
  return ["a", "b", "c", "d", "e"].map((key) => (
    <TableRow key={key}>
      <TableCell colSpan={columns}>
        <Skeleton className="h-8" />
      </TableCell>
    </TableRow>
  ));
}

export function Members({ id }: { id: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, isPending, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: segmentKeys.members(id),
    queryFn: ({ pageParam, signal }) => fetchMembers(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  if (!isPending && rows.length === 0)
    return <Empty title="Nobody is in this segment" description="People appear here as soon as they meet the rule." />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-busy={isPending}>
      <Table aria-label="Members">
        <TableCaption className="sr-only">People in this segment</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Person</TableHead>
            <TableHead className="hidden sm:table-cell">E-mail</TableHead>
            <TableHead className="hidden md:table-cell">Place</TableHead>
            <TableHead>Entered</TableHead>
            <TableHead className="hidden sm:table-cell">Last seen</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {isPending ? <Waiting columns={5} /> : null}
          {rows.map((member) => (
            <TableRow key={member.profileId}>
              <TableCell>
                <PersonLink person={member} />
              </TableCell>
              <TableCell className="hidden sm:table-cell">{member.email ?? "–"}</TableCell>
              <TableCell className="hidden md:table-cell">{[member.city, member.country].filter(Boolean).join(", ") || "–"}</TableCell>
              <TableCell className="whitespace-nowrap">
                <Time iso={member.enteredAt} />
              </TableCell>
              <TableCell className="hidden whitespace-nowrap sm:table-cell">
                <Time iso={member.lastSeenAt} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <More has={hasNextPage} pending={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </div>
  );
}

export function Changes({ id }: { id: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, isPending, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: segmentKeys.transitions(id),
    queryFn: ({ pageParam, signal }) => fetchTransitions(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  if (!isPending && rows.length === 0)
    return <Empty title="No entries or exits yet" description="Each is recorded with its time and cause." />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-busy={isPending}>
      <Table aria-label="Entries and exits">
        <TableCaption className="sr-only">Who entered and left, when and why</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Person</TableHead>
            <TableHead>What</TableHead>
            <TableHead className="hidden sm:table-cell">Cause</TableHead>
            <TableHead>When</TableHead>
            <TableHead className="hidden md:table-cell">Version</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {isPending ? <Waiting columns={5} /> : null}
          {rows.map((row) => (
            <TableRow key={row.id}>
              <TableCell>
                <PersonLink person={row.person} />
              </TableCell>
              <TableCell>
                <Badge variant={row.entered ? "success" : "default"}>{row.entered ? "Entered" : "Left"}</Badge>
                {/* Narrow screens have no column for it. */}
                <span className="mt-0.5 block text-xs text-muted-foreground sm:hidden">{causeWords(row)}</span>
              </TableCell>
              <TableCell className="hidden sm:table-cell">
                <span className="font-medium">{causeWords(row)}</span>
                {row.message ? (
                  <span className="block text-xs text-muted-foreground">
                    happened <Time iso={row.message.at} />
                  </span>
                ) : null}
              </TableCell>
              <TableCell className="whitespace-nowrap">
                <Time iso={row.at} />
              </TableCell>
              <TableCell className="hidden tabular-nums md:table-cell">{row.version}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <More has={hasNextPage} pending={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </div>
  );
}
