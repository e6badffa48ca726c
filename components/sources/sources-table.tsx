"use client";

import { useQuery } from "@tanstack/react-query";
import { Plug, Plus } from "lucide-react";
import Link from "next/link";
import { formatCount, Sparkline } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { receivedOf, SOURCE_TYPE_LABELS, type SourceListItem } from "@/domain/sources/model";
import { fetchJson } from "./fetch-json";
import { HealthBadge } from "./health-badge";
import { SourceTypeIcon } from "./source-type";
import { Ago } from "./time";

/** All sources with volume, last message and health; renews itself every ten seconds. */
export function SourcesTable({ initial, canWrite }: { initial: SourceListItem[]; canWrite: boolean }) {
  const { data } = useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => fetchJson<SourceListItem[]>("/api/sources", signal),
    initialData: initial,
    refetchInterval: 10_000,
  });
  if (data.length === 0) {
    return (
      <Empty
        icon={Plug}
        title="No source yet"
        description={
          canWrite
            ? "A source is a system that sends events here: a website, an app, a server, a till. It gets a write key that an SDK or a curl call sends with."
            : "No system sends events here yet. An admin of this install can connect one."
        }
        actions={
          canWrite ? (
            <Button asChild>
              <Link href="/sources/new">
                <Plus aria-hidden />
                Connect your first source
              </Link>
            </Button>
          ) : undefined
        }
      />
    );
  }
  return (
    <Table aria-label="Sources">
      <TableCaption className="sr-only">Sources with their health and the messages of the last 24 hours</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>Source</TableHead>
          <TableHead>Health</TableHead>
          <TableHead className="hidden sm:table-cell">Last message</TableHead>
          <TableHead className="hidden md:table-cell">Messages, 24 h</TableHead>
          <TableHead className="hidden text-right sm:table-cell">Accepted, 24 h</TableHead>
          <TableHead className="hidden text-right sm:table-cell">Duplicates, 24 h</TableHead>
          <TableHead className="hidden text-right sm:table-cell">Rejected, 24 h</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {data.map((source) => (
          <SourceLine key={source.id} source={source} />
        ))}
      </TableBody>
    </Table>
  );
}

function SourceLine({ source }: { source: SourceListItem }) {
  const received = receivedOf(source.last24h);
  return (
    <TableRow className="relative">
      <TableCell>
        <div className="flex items-center gap-3">
          <span className="grid size-7 shrink-0 place-content-center rounded-md border bg-muted text-muted-foreground">
            <SourceTypeIcon type={source.type} />
          </span>
          <div className="min-w-0">
            {/* The link covers the row; it stays one stop for the keyboard. */}
            <Link href={`/sources/${source.id}`} className="font-medium after:absolute after:inset-0 hover:underline">
              {source.name}
            </Link>
            <div className="flex items-center gap-1.5 text-xs text-muted-foreground">
              {SOURCE_TYPE_LABELS[source.type]}
              <span className="sm:hidden">
                · <Ago at={source.lastSeenAt} none="never" />
              </span>
              {source.isDemo && <Badge variant="outline">Demo</Badge>}
            </div>
          </div>
        </div>
      </TableCell>
      <TableCell>
        <HealthBadge health={source.health} />
      </TableCell>
      <TableCell className="hidden whitespace-nowrap sm:table-cell">
        <Ago at={source.lastSeenAt} />
      </TableCell>
      <TableCell className="hidden md:table-cell">
        <Sparkline
          values={source.hours.map(receivedOf)}
          alert={source.hours.map((hour) => hour.rejected)}
          label={`${formatCount(received)} messages received in the last 24 hours, by hour`}
        />
      </TableCell>
      <TableCell className="hidden text-right tabular-nums sm:table-cell">{formatCount(source.last24h.accepted)}</TableCell>
      <TableCell className="hidden text-right tabular-nums sm:table-cell">{formatCount(source.last24h.duplicates)}</TableCell>
      <TableCell className={`hidden text-right tabular-nums sm:table-cell ${source.last24h.rejected > 0 ? "text-destructive-text" : ""}`}>
        {formatCount(source.last24h.rejected)}
      </TableCell>
    </TableRow>
  );
}
