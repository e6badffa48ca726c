"use client";

import {
  AlertDialog,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { diffJourneys } from "./diff";
import { DifferenceList } from "./difference-list";
import type { Conflict } from "./use-autosave";
import type { Names } from "./words";

/** Two people drew at once: what each changed, in words, and which of the two goes on. */
export function ConflictDialog({
  conflict,
  mine,
  names,
  onSettle,
}: {
  conflict: Conflict;
  mine: JourneyDefinition;
  names: Names;
  onSettle: (keep: "mine" | "theirs") => void;
}) {
  const who = conflict.by ?? "Somebody else";
  return (
    <AlertDialog open>
      <AlertDialogContent className="max-w-2xl">
        <AlertDialogHeader>
          <AlertDialogTitle>{who} saved this journey while you were editing</AlertDialogTitle>
          <AlertDialogDescription>Both began from the same drawing. Compare what changed, then take one of the two.</AlertDialogDescription>
        </AlertDialogHeader>
        <div className="grid max-h-[50vh] gap-4 overflow-y-auto sm:grid-cols-2">
          <section aria-label="Your changes">
            <h3 className="mb-1.5 text-sm font-semibold">Your changes</h3>
            <DifferenceList differences={diffJourneys(conflict.base, mine, names)} none="None." />
          </section>
          <section aria-label="Their changes">
            <h3 className="mb-1.5 text-sm font-semibold">{conflict.by === null ? "Their changes" : `Changes of ${conflict.by}`}</h3>
            <DifferenceList differences={diffJourneys(conflict.base, conflict.theirs, names)} none="None." />
          </section>
        </div>
        <AlertDialogFooter>
          <Button variant="outline" onClick={() => onSettle("mine")}>
            Keep mine
          </Button>
          <Button onClick={() => onSettle("theirs")}>Take theirs</Button>
        </AlertDialogFooter>
        <p className="text-xs text-muted-foreground">If you take theirs, Undo brings yours back in this window.</p>
      </AlertDialogContent>
    </AlertDialog>
  );
}
