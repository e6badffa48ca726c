"use client";

import { useQuery } from "@tanstack/react-query";
import { Archive, Copy, Ellipsis, Gauge, Plus, Search, Workflow } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { formatCount } from "@/components/charts";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { JOURNEY_STATUSES, type JourneySummary } from "@/domain/journeys/model";
import type { Result } from "@/domain/kernel/model";
import { CreateDialog, type CreateActions } from "./create-dialog";
import { fetchJourneys, journeyKeys, type Wire } from "./queries";
import { StatusBadge } from "./status-badge";
import { STATUS_WORDS } from "./words";

export interface ListChanges extends CreateActions {
  duplicate: (input: { id: string; name: string }) => Promise<Result<{ id: string }>>;
  /** Null for whoever may not publish. */
  archive: ((input: { id: string }) => Promise<Result<{ ended: number }>>) | null;
}
type Row = Wire<JourneySummary>;

const STATUSES = JOURNEY_STATUSES.filter((status) => status !== "archived");
const params = {
  q: parseAsString.withDefault(""),
  status: parseAsStringLiteral(STATUSES),
  tag: parseAsString.withDefault(""),
  create: parseAsBoolean.withDefault(false),
};
const POLL_MS = 10_000;

/** All journeys with how many people are in them; the numbers renew themselves. */
export function JourneyList({ initial, changes }: { initial: readonly Row[]; changes: ListChanges | null }) {
  const [state, setState] = useQueryStates(params, { clearOnDefault: true });
  const { data } = useQuery({
    queryKey: journeyKeys.list,
    queryFn: ({ signal }) => fetchJourneys(signal),
    initialData: initial,
    refetchInterval: POLL_MS,
  });
  const tags = [...new Set(data.flatMap((one) => one.tags))].toSorted();
  const wanted = state.q.trim().toLowerCase();
  const rows = data.filter(
    (one) =>
      (wanted === "" || [one.name, one.description ?? ""].some((text) => text.toLowerCase().includes(wanted))) &&
      (state.status === null || one.status === state.status) &&
      (state.tag === "" || one.tags.includes(state.tag)),
  );
  const create = changes && (
    <Button onClick={() => void setState({ create: true })}>
      <Plus aria-hidden />
      New journey
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Journeys"
        description="What happens to people step by step: who comes in, what they wait for, what they get, and when they leave."
        actions={
          <>
            <Button variant="outline" asChild>
              <Link href="/journeys/caps">
                <Gauge aria-hidden />
                Frequency caps
              </Link>
            </Button>
            {data.length > 0 && create}
          </>
        }
      />
      {data.length === 0 ? (
        <Empty
          icon={Workflow}
          title="No journey yet"
          description={
            changes
              ? "Draw one: an event lets people in, steps wait, split and send. Nothing happens to anybody until you publish it."
              : "Nobody has drawn a journey here yet."
          }
          actions={create ?? undefined}
        />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <div className="flex flex-wrap items-center gap-2">
            <span className="relative min-w-48 flex-1 sm:max-w-xs">
              <Search
                aria-hidden
                className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted-foreground"
              />
              <Input
                type="search"
                aria-label="Search journeys"
                placeholder="Name, description"
                className="pl-8"
                value={state.q}
                onChange={(event) => void setState({ q: event.target.value })}
              />
            </span>
            {(tags.length > 0 || state.tag !== "") && (
              <NativeSelect
                aria-label="Tag"
                className="w-auto max-w-44"
                value={state.tag}
                onChange={(event) => void setState({ tag: event.target.value })}
              >
                <option value="">Any tag</option>
                {tags.map((tag) => (
                  <option key={tag} value={tag}>
                    {tag}
                  </option>
                ))}
              </NativeSelect>
            )}
            <NativeSelect
              aria-label="Status"
              className="w-auto"
              value={state.status ?? ""}
              onChange={(event) => void setState({ status: STATUSES.find((one) => one === event.target.value) ?? null })}
            >
              <option value="">Any status</option>
              {STATUSES.map((status) => (
                <option key={status} value={status}>
                  {STATUS_WORDS[status]}
                </option>
              ))}
            </NativeSelect>
          </div>
          {rows.length === 0 ? (
            <Empty
              icon={Search}
              title="No journey matches"
              actions={
                <Button variant="outline" onClick={() => void setState(null)}>
                  Show all
                </Button>
              }
            />
          ) : (
            <Rows rows={rows} changes={changes} />
          )}
          <p role="status" className="text-xs text-muted-foreground">
            {formatCount(rows.length)} of {formatCount(data.length)} {data.length === 1 ? "journey" : "journeys"}
          </p>
        </div>
      )}
      {changes && state.create && (
        <CreateDialog
          create={changes.create}
          createFromTemplate={changes.createFromTemplate}
          onClose={() => void setState({ create: false })}
        />
      )}
    </>
  );
}

function Rows({ rows, changes }: { rows: readonly Row[]; changes: ListChanges | null }) {
  const router = useRouter();
  const [archived, setArchived] = useState<Row | null>(null);
  const duplicate = useAction(changes?.duplicate ?? refuse<{ id: string }>, {
    success: "Copied as a draft.",
    onSuccess: ({ id }) => router.push(`/journeys/${id}`),
  });
  const archive = useAction(changes?.archive ?? refuse<{ ended: number }>, { success: "Archived.", onSuccess: () => router.refresh() });
  return (
    <>
      <Table aria-label="Journeys">
        <TableCaption className="sr-only">
          Journeys with their state, people and owner. Numbers are of all time; “here now” is of this moment.
        </TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Journey</TableHead>
            <TableHead>Status</TableHead>
            <TableHead className="text-right">Entered</TableHead>
            <TableHead className="text-right">Here now</TableHead>
            <TableHead className="hidden text-right md:table-cell">Reached the goal</TableHead>
            <TableHead className="hidden text-right md:table-cell">Sent</TableHead>
            <TableHead className="hidden lg:table-cell">Tags</TableHead>
            <TableHead className="hidden lg:table-cell">Owner</TableHead>
            <TableHead className="hidden xl:table-cell">Updated</TableHead>
            {changes && (
              <TableHead>
                <span className="sr-only">Actions</span>
              </TableHead>
            )}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((one) => (
            <TableRow key={one.id} className="relative">
              <TableCell className="max-w-0 min-w-36 sm:w-2/5">
                <Link href={`/journeys/${one.id}`} className="font-medium after:absolute after:inset-0 hover:underline">
                  {one.name}
                </Link>
                {one.description !== null && <span className="block truncate text-xs text-muted-foreground">{one.description}</span>}
              </TableCell>
              <TableCell>
                <StatusBadge status={one.status} />
              </TableCell>
              <TableCell className="text-right tabular-nums">{formatCount(one.entered)}</TableCell>
              <TableCell className="text-right font-medium tabular-nums">{formatCount(one.active)}</TableCell>
              <TableCell className="hidden text-right tabular-nums md:table-cell">{formatCount(one.goals)}</TableCell>
              <TableCell className="hidden text-right tabular-nums md:table-cell">{formatCount(one.sent)}</TableCell>
              <TableCell className="hidden lg:table-cell">
                <span className="flex flex-wrap gap-1">
                  {one.tags.map((tag) => (
                    <Badge key={tag} variant="outline">
                      {tag}
                    </Badge>
                  ))}
                </span>
              </TableCell>
              <TableCell className="hidden lg:table-cell">{one.owner ?? "–"}</TableCell>
              <TableCell className="hidden whitespace-nowrap xl:table-cell">
                <Time iso={one.updatedAt} />
              </TableCell>
              {changes && (
                <TableCell className="relative text-right">
                  <DropdownMenu>
                    <DropdownMenuTrigger asChild>
                      <Button variant="ghost" size="icon-sm" aria-label={`More about ${one.name}`}>
                        <Ellipsis aria-hidden />
                      </Button>
                    </DropdownMenuTrigger>
                    <DropdownMenuContent align="end">
                      <DropdownMenuItem onSelect={() => void duplicate.run({ id: one.id, name: `Copy of ${one.name}`.slice(0, 120) })}>
                        <Copy aria-hidden />
                        Duplicate
                      </DropdownMenuItem>
                      {changes.archive && (
                        <DropdownMenuItem onSelect={() => setArchived(one)}>
                          <Archive aria-hidden />
                          Archive …
                        </DropdownMenuItem>
                      )}
                    </DropdownMenuContent>
                  </DropdownMenu>
                </TableCell>
              )}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <AlertDialog open={archived !== null} onOpenChange={(open) => !open && setArchived(null)}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Archive “{archived?.name}”?</AlertDialogTitle>
            <AlertDialogDescription>
              {archived && archived.active > 0 ? `${formatCount(archived.active)} people inside leave at once. ` : ""}Messages that wait are
              not sent. What happened stays readable. This cannot be undone.
            </AlertDialogDescription>
          </AlertDialogHeader>
          <AlertDialogFooter>
            <AlertDialogCancel />
            <AlertDialogAction onClick={() => archived && void archive.run({ id: archived.id })}>Archive journey</AlertDialogAction>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </>
  );
}

const refuse = async <T,>(): Promise<Result<T>> => ({ ok: false, error: { code: "FORBIDDEN", message: "Your role cannot do this." } });
