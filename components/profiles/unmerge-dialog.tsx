"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Spinner } from "@/components/ui/spinner";
import type { GraphMerge, ProfileGraph } from "@/domain/profiles/schemas";
import { eventLabel, formatMinute, formatNumber, identifierLabel } from "./format";
import { sidesOf } from "./graph-layout";
import type { IdentityChanges } from "./identity-changes";
import { fetchShared, profileKeys } from "./queries";

/** What taking a merge back would give, before it is done: both sides, and the events that name both. */
export function UnmergeDialog({
  graph,
  merge,
  unmerge,
  onClose,
}: {
  graph: ProfileGraph;
  merge: GraphMerge;
  unmerge: IdentityChanges["unmerge"];
  onClose: () => void;
}) {
  const router = useRouter();
  const client = useQueryClient();
  const [never, setNever] = useState(true);
  const [reason, setReason] = useState("");
  const sides = sidesOf(graph, merge);
  const action = useAction(unmerge, {
    success: "Un-merged: they are two people again",
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: profileKeys.all(graph.id) });
      router.refresh();
    },
  });
  const describe = (fragments: readonly number[]) => {
    const events = graph.fragments.filter((one) => fragments.includes(one.id)).reduce((sum, one) => sum + one.events, 0);
    const ids = graph.identifiers.filter((item) => fragments.includes(item.profileId));
    return { events, ids };
  };
  return (
    <AlertDialog open onOpenChange={(open) => !open && onClose()}>
      <AlertDialogContent className="max-h-[90dvh] max-w-xl overflow-y-auto">
        <AlertDialogHeader>
          <AlertDialogTitle>Un-merge these two people?</AlertDialogTitle>
          <AlertDialogDescription>
            They become two people again, each with exactly what belongs to it. Nothing is lost: events, identifiers and traits never moved
            when they were merged. Segments, orders and value are counted anew for both.
          </AlertDialogDescription>
        </AlertDialogHeader>
        <div className="grid gap-3 sm:grid-cols-2">
          {[sides.survivor, sides.loser].map((fragments, side) => {
            const { events, ids } = describe(fragments);
            return (
              <div key={side} className="rounded-md border p-3 text-sm">
                <p className="font-medium">{side === 0 ? "Stays here" : "Becomes its own person"}</p>
                <p className="text-xs text-muted-foreground">
                  {fragments.length === 1 ? `Fragment ${fragments[0]}` : `Fragments ${fragments.join(", ")}`} · {formatNumber(events)}{" "}
                  {events === 1 ? "event" : "events"}
                </p>
                <ul className="mt-1.5 grid gap-0.5 text-xs">
                  {ids.slice(0, 5).map((item) => (
                    <li key={`${item.type}-${item.value}`} className="truncate" title={item.value}>
                      <span className="text-muted-foreground">{identifierLabel(item.type)}</span> {item.value}
                    </li>
                  ))}
                  {ids.length > 5 ? <li className="text-muted-foreground">and {ids.length - 5} more</li> : null}
                </ul>
              </div>
            );
          })}
        </div>
        <Shared mergeId={merge.id} />
        <div className="flex items-start gap-2">
          <Checkbox id="never-merge" className="mt-0.5" checked={never} onCheckedChange={(checked) => setNever(checked === true)} />
          <Label htmlFor="never-merge" className="leading-snug font-normal">
            Keep them apart for good. Otherwise the next message that names both joins them again.
          </Label>
        </div>
        <Field label="Reason" aside="Optional" hint="Stands in the merge ledger and the audit log: no personal data, please.">
          <Input
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
            placeholder="Two people share this e-mail address"
          />
        </Field>
        <AlertDialogFooter>
          <AlertDialogCancel />
          <Button
            variant="destructive"
            pending={action.pending}
            onClick={() => void action.run({ mergeId: merge.id, neverMerge: never, reason: reason.trim() === "" ? null : reason.trim() })}
          >
            Un-merge
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}

const SIDE = { survivor: "stays here", loser: "goes to the other person" } as const;

/** Events that carried identifiers of both sides: the only ones whose side is a matter of rule. */
function Shared({ mergeId }: { mergeId: string }) {
  const { data, error, isPending } = useQuery({
    queryKey: profileKeys.shared(mergeId),
    queryFn: ({ signal }) => fetchShared(mergeId, signal),
  });
  if (isPending)
    return (
      <p className="flex items-center gap-2 text-sm text-muted-foreground">
        <Spinner /> Looking for events that name both sides
      </p>
    );
  if (error) return <p className="text-sm text-destructive-text">{error.message}</p>;
  const { events, total, examined, complete } = data;
  const among = complete ? "" : ` Among the newest ${formatNumber(examined)} events since the merge.`;
  return (
    <section aria-label="Events that name both sides" className="grid gap-1.5 text-sm">
      <h3 className="font-medium">
        {total === 0
          ? "No event carried identifiers of both sides"
          : `${formatNumber(total)} ${total === 1 ? "event" : "events"} carried identifiers of both sides`}
      </h3>
      <p className="text-xs text-muted-foreground">
        {total === 0
          ? `Every event goes with the side that it names.${among}`
          : `Each goes with its identifier of the highest priority.${among}${total > events.length ? ` The newest ${events.length} are listed.` : ""}`}
      </p>
      {total === 0 ? null : (
        // A list that scrolls has to be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        <ul tabIndex={0} aria-label="Events and where they go" className="grid max-h-40 divide-y overflow-y-auto rounded-md border">
          {events.map((event) => (
            <li key={event.id} className="flex flex-wrap gap-x-2 px-3 py-1.5 text-xs">
              <span className="font-medium">{eventLabel(event.event)}</span>
              <span className="text-muted-foreground">
                {formatMinute(event.at)} UTC{event.source === null ? "" : ` · ${event.source}`}
              </span>
              <span className="ml-auto">{SIDE[event.side]}</span>
              <span className="basis-full truncate text-muted-foreground">
                {event.identifiers.map((item) => `${identifierLabel(item.type)} ${item.value}`).join(" and ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
