"use client";

import { GitMerge, Unlink } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/sonner";
import { Switch } from "@/components/ui/switch";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { MergeCause, MergePage, MergeView } from "@/domain/identity/model";
import type { Result } from "@/domain/kernel/model";
import { formatTime } from "./format-time";
import type { Unmerge } from "./identity-tabs";

const CAUSES: Record<MergeCause, string> = { event: "A message named both", alias: "An alias call", operator: "By hand" };

/** Every merge with what caused it, newest first; each can be un-merged. */
export function MergeLedger({ first, canUnmerge, unmerge }: { first: MergePage; canUnmerge: boolean; unmerge: Unmerge }) {
  const [more, setMore] = useState<MergePage[]>([]);
  const [chosen, setChosen] = useState<MergeView | null>(null);
  const [undone, setUndone] = useState<ReadonlySet<string>>(new Set());
  const pages = [first, ...more];
  const rows = pages.flatMap((page) => page.rows);
  const next = pages.at(-1)?.next ?? null;
  const loadMore = async () => {
    const answer = await fetch(`/api/identity/merges?before=${encodeURIComponent(next ?? "")}`, { cache: "no-store" }).catch(() => null);
    const body = (await answer?.json().catch(() => null)) as Result<MergePage> | null;
    if (body?.ok) setMore((held) => [...held, body.data]);
    else toast.error(body?.error.message ?? "The server did not answer. Check the connection, then try again.");
  };
  if (rows.length === 0)
    return (
      <Empty
        icon={GitMerge}
        title="No merges yet"
        description="When one message names two people, they become one, and the reason stands here."
      />
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Table aria-label="Merges">
        <TableHeader>
          <TableRow>
            <TableHead>When</TableHead>
            <TableHead>People</TableHead>
            <TableHead>Cause</TableHead>
            <TableHead>Identifiers that met</TableHead>
            <TableHead className="text-right">Rules</TableHead>
            <TableHead className="text-right">State</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.id}>
              <TableCell className="whitespace-nowrap text-muted-foreground">{formatTime(row.at)}</TableCell>
              <TableCell className="whitespace-nowrap">
                {row.loserId} into{" "}
                <Link
                  href={`/profiles/${row.profileId}`}
                  className="inline-flex min-h-6 min-w-6 items-center text-primary-text underline underline-offset-2"
                >
                  {row.survivorId}
                </Link>
              </TableCell>
              <TableCell className="min-w-44">
                {CAUSES[row.cause]}
                <span className="block text-xs text-muted-foreground">
                  {row.actor ??
                    (row.sourceId === null
                      ? ""
                      : (pages.find((page) => page.sources[row.sourceId ?? ""])?.sources[row.sourceId]?.name ?? row.sourceId))}
                </span>
              </TableCell>
              <TableCell>
                <span className="flex flex-wrap gap-1">
                  {row.evidence.map((entry) => (
                    <Badge
                      key={`${entry.type}:${entry.value}:${entry.profileId}`}
                      variant="outline"
                      className="max-w-64"
                      title={`${entry.type} ${entry.value}`}
                    >
                      <span className="font-normal text-muted-foreground">{entry.type}</span>
                      <span className="truncate">{entry.value}</span>
                    </Badge>
                  ))}
                </span>
              </TableCell>
              <TableCell className="text-right whitespace-nowrap tabular-nums">v{row.rulesVersion}</TableCell>
              <TableCell className="text-right">
                {row.undoneAt !== null || undone.has(row.id) ? (
                  <Badge title={row.undoneReason ?? undefined}>Un-merged</Badge>
                ) : canUnmerge ? (
                  <Button
                    size="sm"
                    variant="outline"
                    aria-label={`Un-merge ${row.loserId} and ${row.survivorId}`}
                    onClick={() => setChosen(row)}
                  >
                    <Unlink aria-hidden />
                    Un-merge
                  </Button>
                ) : (
                  <Badge variant="success">Active</Badge>
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {next === null ? null : (
        <Button variant="outline" className="justify-self-start" onClick={() => void loadMore()}>
          Show older merges
        </Button>
      )}
      <UnmergeDialog
        merge={chosen}
        unmerge={unmerge}
        onClose={() => setChosen(null)}
        onDone={(id) => setUndone((held) => new Set(held).add(id))}
      />
    </div>
  );
}

function UnmergeDialog(props: { merge: MergeView | null; unmerge: Unmerge; onClose: () => void; onDone: (id: string) => void }) {
  const [apart, setApart] = useState(true);
  const [reason, setReason] = useState("");
  const { merge } = props;
  const { run, pending } = useAction(props.unmerge, {
    success: ({ survivorId, loserId }) => `${survivorId} and ${loserId} are two people again`,
    onSuccess: () => {
      if (merge) props.onDone(merge.id);
      setReason("");
      props.onClose();
    },
  });
  return (
    <Dialog open={merge !== null} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>
            Un-merge {merge?.loserId} and {merge?.survivorId}?
          </DialogTitle>
          <DialogDescription>
            Both people are there again with their own events, identifiers and traits. What came since goes where its own identifiers
            belong.
          </DialogDescription>
        </DialogHeader>
        <Field
          label="Keep them apart"
          hint="Otherwise the next message that names both joins them again."
          orientation="horizontal"
          className="rounded-md border p-3"
        >
          <Switch checked={apart} onCheckedChange={setApart} />
        </Field>
        <Field label="Reason" aside="Optional">
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <DialogFooter>
          <Button variant="outline" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            variant="destructive"
            pending={pending}
            onClick={() => {
              if (merge) void run({ mergeId: merge.id, neverMerge: apart, reason: reason.trim() === "" ? null : reason.trim() });
            }}
          >
            Un-merge
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
