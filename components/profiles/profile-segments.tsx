"use client";

import { useQuery } from "@tanstack/react-query";
import { LogIn, LogOut } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { causeWords, type PersonSegments } from "@/domain/segments/contracts";
import { formatAgo, formatTime } from "./format";
import { fetchSegments, profileKeys } from "./queries";

/** Segments shown before the rest is only counted. */
const SHOWN = 12;

/** Which segments somebody is in, and what moved them in or out of late. */
export function ProfileSegments({ profileId, now }: { profileId: number; now: number }) {
  const { data, error, refetch } = useQuery({
    queryKey: profileKeys.segments(profileId),
    queryFn: ({ signal }) => fetchSegments(profileId, signal),
    refetchInterval: 15_000,
  });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Segments</CardTitle>
      </CardHeader>
      <CardContent>
        {error ? (
          <p className="text-sm text-destructive-text">
            The segments could not be read.{" "}
            <Button variant="link" onClick={() => void refetch()}>
              Try again
            </Button>
          </p>
        ) : data ? (
          <Held data={data} now={now} />
        ) : (
          <Skeleton className="h-16" />
        )}
      </CardContent>
    </Card>
  );
}

function Held({ data: { member, moves }, now }: { data: PersonSegments; now: number }) {
  if (member.length === 0 && moves.length === 0)
    return <p className="py-2 text-sm text-muted-foreground">In no segment, and never was in one.</p>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {member.length === 0 ? (
        <p className="text-sm text-muted-foreground">In no segment now.</p>
      ) : (
        <ul className="flex flex-wrap gap-1.5" aria-label="In these segments now">
          {member.slice(0, SHOWN).map(({ id, name, since }) => (
            <li key={id} className="max-w-full">
              <Link href={`/segments/${id}`} className="block max-w-full rounded-full" title={`since ${formatTime(since)}`}>
                <Badge variant="primary" className="max-w-full truncate hover:underline">
                  {name}
                </Badge>
              </Link>
            </li>
          ))}
          {member.length > SHOWN ? <li className="text-xs text-muted-foreground">and {member.length - SHOWN} more</li> : null}
        </ul>
      )}
      {moves.length > 0 ? (
        <ol className="grid grid-cols-[minmax(0,1fr)] gap-2" aria-label="Latest entries and exits">
          {moves.map((move) => {
            const Icon = move.entered ? LogIn : LogOut;
            return (
              <li key={move.id} className="flex items-start gap-2.5 text-sm">
                <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate">
                    {move.entered ? "Entered" : "Left"}{" "}
                    <Link href={`/segments/${move.segmentId}`} className="font-medium hover:underline">
                      {move.segment}
                    </Link>
                  </span>
                  <span className="block truncate text-xs text-muted-foreground">{causeWords(move)}</span>
                </span>
                <time className="shrink-0 text-xs text-muted-foreground" dateTime={move.at} title={formatTime(move.at)}>
                  {formatAgo(move.at, now)}
                </time>
              </li>
            );
          })}
        </ol>
      ) : null}
    </div>
  );
}
