"use client";

import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { formatCount } from "@/components/charts";
import { Time } from "@/components/layout/time";
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
  AlertDialogTrigger,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import type { Checklist } from "@/domain/broadcasts/model";

/** Asks once more: what has left does not come back. */
export function LaunchButton({
  name,
  now,
  reach,
  pending,
  disabled,
  onLaunch,
}: {
  name: string;
  now: boolean;
  /** People by the checklist; null: not counted yet. */
  reach: number | null;
  pending: boolean;
  disabled: boolean;
  onLaunch: () => void;
}) {
  const people = reach === null ? "" : ` to ${formatCount(reach)} ${reach === 1 ? "person" : "people"}`;
  return (
    <AlertDialog>
      <AlertDialogTrigger asChild>
        <Button pending={pending} disabled={disabled}>
          Launch{people}
        </Button>
      </AlertDialogTrigger>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>
            Launch &quot;{name}&quot;{people}?
          </AlertDialogTitle>
          <AlertDialogDescription>
            {now
              ? "Messages begin to leave at once. You can pause or cancel what has not left yet."
              : "Messages leave at their time. You can pause or cancel until then."}
          </AlertDialogDescription>
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel />
          <AlertDialogAction variant="default" onClick={onLaunch}>
            Launch broadcast
          </AlertDialogAction>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}

const ICONS = {
  ok: <CircleCheck aria-label="In order" className="mt-0.5 size-4 shrink-0 text-success-text" />,
  warning: <TriangleAlert aria-label="Warning" className="mt-0.5 size-4 shrink-0 text-warning-text" />,
  error: <CircleAlert aria-label="Missing" className="mt-0.5 size-4 shrink-0 text-destructive-text" />,
};

/** Reach step by step, and what stands in the way or should be known. */
export function ChecklistPanel({ checklist, error }: { checklist: Checklist | undefined; error: Error | null }) {
  return (
    <section aria-labelledby="checklist" className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-lg border bg-card p-4 lg:sticky lg:top-16">
      <h2 id="checklist" className="text-sm font-medium">
        Before you launch
      </h2>
      {error ? <p role="alert">{error.message}</p> : null}
      {checklist === undefined ? (
        <p className="text-sm text-muted-foreground">Counting…</p>
      ) : (
        <>
          <table className="w-full text-sm">
            <caption className="pb-1 text-left text-xs text-muted-foreground">
              Reach in people, as of <Time iso={checklist.asOf} />
            </caption>
            <tbody>
              {checklist.steps.map((step) => (
                <tr key={step.label}>
                  <th scope="row" className="py-0.5 text-left font-normal">
                    {step.label}
                  </th>
                  <td className="py-0.5 text-right tabular-nums">{formatCount(step.people)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <ul className="grid gap-2 text-sm">
            {checklist.items.map((item) => (
              <li key={`${item.title}${item.detail}`} className="flex gap-2">
                {ICONS[item.level]}
                <span>
                  {item.title}
                  {item.detail === "" ? null : <span className="block text-xs text-muted-foreground">{item.detail}</span>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
