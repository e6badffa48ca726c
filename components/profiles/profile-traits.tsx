"use client";

import { useQuery } from "@tanstack/react-query";
import { ListTree } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ProfileView, TraitView } from "@/domain/profiles/schemas";
import { AgoCell, ExpandableRow, waiting } from "./expandable-row";
import { formatTime } from "./format";
import { fetchHistory, profileKeys } from "./queries";
import { TraitValue, valueText } from "./trait-value";

/** Every trait with where it came from and when; opening one tells its history. */
export function ProfileTraits({ profile, now }: { profile: ProfileView; now: number }) {
  const [find, setFind] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const text = find.trim().toLowerCase();
  const shown = profile.traits.filter(
    (trait) => trait.key.toLowerCase().includes(text) || valueText(trait.value).toLowerCase().includes(text),
  );
  if (profile.traits.length === 0) {
    return (
      <Empty
        icon={ListTree}
        title="No traits yet"
        description="Traits come with identify calls, with the context of other calls and with imports."
      />
    );
  }
  return (
    <section aria-label="Traits" className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Input
          type="search"
          aria-label="Find a trait"
          placeholder="Find a trait or value"
          className="max-w-64"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
        <p role="status" className="text-xs text-muted-foreground">
          {shown.length} of {profile.traits.length} traits
        </p>
      </div>
      <Table aria-label="Traits" className="min-w-[44rem] table-fixed">
        <TableCaption className="sr-only">Traits with value, source and time of the last change</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead className="w-[26%]">Trait</TableHead>
            <TableHead>Value</TableHead>
            <TableHead className="w-[18%]">Source</TableHead>
            <TableHead className="w-[16%]">Last set</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {shown.map((trait) => (
            <ExpandableRow
              key={trait.key}
              label={
                <span className="truncate font-mono text-xs" title={trait.key}>
                  {trait.key}
                </span>
              }
              open={open === trait.key}
              onToggle={() => setOpen(open === trait.key ? null : trait.key)}
              detail={<TraitHistory profile={profile} trait={trait} />}
              columns={4}
            >
              <TableCell>
                <span className="flex min-w-0 items-center gap-2">
                  <span className="line-clamp-2 min-w-0 font-medium">
                    <TraitValue value={trait.value} />
                  </span>
                  {trait.masked ? <Badge>masked</Badge> : null}
                  {trait.otherValues > 0 ? (
                    <Badge variant="info">
                      {trait.otherValues} other {trait.otherValues === 1 ? "value" : "values"}
                    </Badge>
                  ) : null}
                </span>
              </TableCell>
              <TableCell className="truncate text-muted-foreground">
                {trait.sourceId === null ? "–" : (profile.sources[trait.sourceId]?.name ?? trait.sourceId)}
              </TableCell>
              <AgoCell at={trait.at} now={now} />
            </ExpandableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}

function TraitHistory({ profile, trait }: { profile: ProfileView; trait: TraitView }) {
  const query = useQuery({
    queryKey: profileKeys.history(profile.id, trait.key),
    queryFn: ({ signal }) => fetchHistory(profile.id, trait.key, signal),
  });
  if (!query.data) return waiting(query);
  return (
    <div className="px-4 py-3 pl-10">
      <p className="mb-2 text-xs text-muted-foreground">
        {trait.messageId === null ? null : (
          <>
            Set by message <span className="font-mono break-all">{trait.messageId}</span>
            {profile.fragments.length > 1 && trait.profileId !== null ? `, kept on fragment ${trait.profileId}` : ""}.{" "}
          </>
        )}
        {query.data.length === 0
          ? "No identify call has set it: it came with the context of another call, or from an import."
          : "Changes by identify calls, newest first:"}
      </p>
      {query.data.length > 0 ? (
        <ol className="grid gap-1.5 border-l pl-4 text-sm">
          {query.data.map((change) => (
            <li key={`${change.messageId}-${change.at}`} className="grid gap-x-4 sm:grid-cols-[minmax(0,1fr)_10rem_12rem]">
              <span className="min-w-0 font-medium">
                <TraitValue value={change.value} />
              </span>
              <span className="truncate text-muted-foreground">{profile.sources[change.sourceId]?.name ?? change.sourceId}</span>
              <time className="text-muted-foreground tabular-nums" dateTime={change.at}>
                {formatTime(change.at)}
              </time>
            </li>
          ))}
        </ol>
      ) : null}
    </div>
  );
}
