"use client";

import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { formatCount } from "@/components/charts";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup, RadioGroupItem } from "@/components/ui/radio-group";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { INSIDE_CHOICES } from "@/domain/journeys/model";
import type { PublishPreview } from "@/domain/journeys/schemas";
import type { Result } from "@/domain/kernel/model";
import { nodeOf } from "./edit";
import { fetchPreview, journeyKeys } from "./queries";
import { stepName } from "./words";

type Inside = (typeof INSIDE_CHOICES)[number];
export type PublishAction = (input: {
  id: string;
  basedOn: number;
  note: string | null;
  inside: Inside;
}) => Promise<Result<{ version: number; moved: number; ended: number }>>;

const CHOICES: Record<Inside, { label: string; hint: string }> = {
  finish: { label: "They finish the version they are in", hint: "Only people who enter from now on take the new one." },
  move: { label: "They move to the new version where their step is still there", hint: "Others finish the version they are in." },
  exit: { label: "They leave the journey now", hint: "Messages that wait to be sent to them are not sent." },
};

/** What publishing means, why it is refused, and what happens to people who are inside. */
export function PublishDialog({
  journey,
  drawing,
  publish,
  onFocus,
  onPublished,
  onClose,
}: {
  journey: { id: string; name: string; version: number };
  drawing: JourneyDefinition;
  publish: PublishAction;
  onFocus: (node: string | null) => void;
  onPublished: () => void;
  onClose: () => void;
}) {
  const id = useId();
  const [inside, setInside] = useState<Inside>("finish");
  const [note, setNote] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const preview = useQuery({
    queryKey: journeyKeys.preview(journey.id),
    queryFn: ({ signal }) => fetchPreview(journey.id, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const { run, pending } = useAction(publish, {
    success: ({ version, moved, ended }) =>
      `Version ${version} is live.${moved > 0 ? ` ${formatCount(moved)} moved to it.` : ""}${ended > 0 ? ` ${formatCount(ended)} left.` : ""}`,
    onSuccess: onPublished,
    onError: (error) => {
      setRefusal(error.message);
      void preview.refetch();
    },
  });
  const data = preview.data;
  const people = data?.inside.reduce((sum, one) => sum + one.people, 0) ?? 0;
  const blocked = data === undefined || data.problems.length > 0;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-xl">
        <DialogHeader>
          <DialogTitle>{blocked && data ? "Not ready to publish" : `Publish version ${journey.version + 1}`}</DialogTitle>
          <DialogDescription>
            {blocked && data
              ? "Finish these first. Each leads to its step."
              : "People enter the new version from this moment. A published version never changes; the next edit makes a new draft."}
          </DialogDescription>
        </DialogHeader>
        {preview.isPending && (
          <div aria-busy className="grid gap-2">
            <span className="sr-only">Looking for problems</span>
            <Skeleton className="h-10" />
            <Skeleton className="h-10" />
          </div>
        )}
        {preview.error && (
          <p role="alert" className="text-sm text-destructive-text">
            {preview.error.message}{" "}
            <button type="button" className="underline" onClick={() => void preview.refetch()}>
              Try again
            </button>
          </p>
        )}
        {refusal !== null && (
          <p role="alert" className="text-sm text-destructive-text">
            {refusal}
          </p>
        )}
        {data && data.problems.length > 0 && (
          <ul aria-label="Why it cannot be published" className="grid max-h-80 gap-1 overflow-y-auto">
            {data.problems.map((problem) => {
              const node = nodeOf(drawing, problem.node);
              return (
                <li key={`${problem.node ?? ""}:${problem.message}`}>
                  <button
                    type="button"
                    className="flex min-h-8 w-full items-start gap-2 rounded-md px-2 py-1.5 text-left text-sm hover:bg-accent"
                    onClick={() => onFocus(problem.node)}
                  >
                    <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning-text" />
                    <span>
                      <span className="font-medium">{node ? stepName(node) : "Entry and settings"}:</span> {problem.message}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        )}
        {data && !blocked && (
          <>
            {people > 0 && (
              <fieldset className="grid gap-2">
                <legend className="mb-2 text-sm font-medium">
                  {formatCount(people)} {people === 1 ? "person is" : "people are"} inside. What happens to them?
                </legend>
                <RadioGroup value={inside} onValueChange={(value) => setInside(INSIDE_CHOICES.find((one) => one === value) ?? "finish")}>
                  {INSIDE_CHOICES.map((choice) => (
                    <div key={choice} className="flex items-start gap-2.5">
                      <RadioGroupItem id={`${id}${choice}`} value={choice} className="mt-0.5" />
                      <label htmlFor={`${id}${choice}`} className="grid text-sm">
                        <span className="font-medium">{CHOICES[choice].label}</span>
                        <span className="text-xs text-muted-foreground">{CHOICES[choice].hint}</span>
                      </label>
                    </div>
                  ))}
                </RadioGroup>
                <InsideTable preview={data} inside={inside} />
              </fieldset>
            )}
            <Field label="What is new" aside="Optional" hint="Stands in the list of versions.">
              <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
            </Field>
          </>
        )}
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            {blocked && data ? "Back to the drawing" : "Cancel"}
          </Button>
          {data && !blocked && (
            <Button
              pending={pending}
              onClick={() => void run({ id: journey.id, basedOn: data.revision, note: note.trim() === "" ? null : note.trim(), inside })}
            >
              Publish journey
            </Button>
          )}
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

function InsideTable({ preview, inside }: { preview: PublishPreview; inside: Inside }) {
  return (
    <div className="max-h-48 overflow-y-auto rounded-md border">
      <Table>
        <TableCaption className="sr-only">People inside by step, and what happens to them</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Step</TableHead>
            <TableHead className="text-right">People</TableHead>
            <TableHead>Then</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {preview.inside.map((one) => (
            <TableRow key={`${one.version}:${one.node ?? ""}`}>
              <TableCell>
                {one.label || one.node || "between steps"} <span className="text-xs text-muted-foreground">v{one.version}</span>
              </TableCell>
              <TableCell className="text-right tabular-nums">{formatCount(one.people)}</TableCell>
              <TableCell>{inside === "exit" ? "leave" : inside === "move" && one.movable ? "move" : "finish"}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
