"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
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
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { CHANNEL_LABELS, LEGAL_BASIS_LABELS, type PurposeView } from "@/domain/consent/model";
import type { ConsentActions } from "./consent-tabs";
import { formatMinute, formatNumber } from "./format";
import { PurposeSheet } from "./purpose-sheet";

/** What data are used for: one row a purpose, with the terms in force and the draft of the next. */
export function Purposes(props: { purposes: PurposeView[]; people: number; asOf: string; canWrite: boolean; actions: ConsentActions }) {
  const { purposes, people, asOf, canWrite, actions } = props;
  const [open, setOpen] = useState<string | null>(null);
  const [publishing, setPublishing] = useState<PurposeView | null>(null);
  const publish = useAction(actions.publishPurpose, {
    success: ({ version }) => `Version ${version} is published.`,
    onSuccess: () => setPublishing(null),
  });
  const archive = useAction(actions.archivePurpose);
  const edited = purposes.find(({ id }) => id === open);
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-muted-foreground">
          {formatNumber(people)} people in all, counted {formatMinute(asOf)}.
        </p>
        {canWrite ? (
          <Button onClick={() => setOpen("")}>
            <Plus aria-hidden />
            Add purpose
          </Button>
        ) : null}
      </div>
      <Table aria-label="Purposes">
        <TableCaption className="sr-only">Purposes with legal basis, channels, version and reach</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Purpose</TableHead>
            <TableHead>Legal basis</TableHead>
            <TableHead>Channels</TableHead>
            <TableHead>Version</TableHead>
            <TableHead>Languages</TableHead>
            <TableHead className="text-right">May be used now</TableHead>
            {canWrite ? <TableHead className="text-right">Change</TableHead> : null}
          </TableRow>
        </TableHeader>
        <TableBody>
          {purposes.map((purpose) => {
            const inForce = purpose.versions.find(({ publishedAt }) => publishedAt !== null);
            const draft = purpose.versions.find(({ publishedAt }) => publishedAt === null);
            const shown = inForce ?? draft;
            return (
              <TableRow key={purpose.id}>
                <TableCell className="min-w-56">
                  <button
                    type="button"
                    className="rounded-sm text-left font-medium underline-offset-4 hover:underline"
                    onClick={() => setOpen(purpose.id)}
                  >
                    {purpose.name}
                  </button>
                  <span className="block text-xs text-muted-foreground">
                    <code>{purpose.id}</code>
                    {purpose.listed ? "" : " · not in the preference centre"}
                  </span>
                </TableCell>
                <TableCell className="whitespace-nowrap">{shown ? LEGAL_BASIS_LABELS[shown.terms.legalBasis] : "–"}</TableCell>
                <TableCell className="min-w-36">{shown?.terms.channels.map((channel) => CHANNEL_LABELS[channel]).join(", ")}</TableCell>
                <TableCell>
                  <span className="flex flex-wrap items-center gap-1.5">
                    {purpose.status === "archived" ? (
                      <Badge>Archived</Badge>
                    ) : inForce ? (
                      <Badge variant="success">Version {inForce.version}</Badge>
                    ) : null}
                    {draft ? <Badge variant="warning">Draft of {draft.version}</Badge> : null}
                  </span>
                </TableCell>
                <TableCell className="text-xs">{shown?.notices.map(({ locale }) => locale).join(", ")}</TableCell>
                <TableCell className="text-right whitespace-nowrap tabular-nums">
                  {purpose.people === null ? "–" : formatNumber(purpose.people)}
                  {purpose.people === null || people === 0 ? null : (
                    <span className="ml-1.5 text-xs text-muted-foreground">{Math.round((purpose.people / people) * 100)} %</span>
                  )}
                </TableCell>
                {canWrite ? (
                  <TableCell>
                    <span className="flex justify-end gap-1.5">
                      {draft && purpose.status !== "archived" ? (
                        <Button size="sm" onClick={() => setPublishing(purpose)} aria-label={`Publish the draft of ${purpose.name}`}>
                          Publish
                        </Button>
                      ) : null}
                      <Button size="sm" variant="outline" onClick={() => setOpen(purpose.id)} aria-label={`Edit ${purpose.name}`}>
                        Edit
                      </Button>
                      <Button
                        size="sm"
                        variant="ghost"
                        pending={archive.pending}
                        aria-label={`${purpose.status === "archived" ? "Restore" : "Archive"} ${purpose.name}`}
                        onClick={() => void archive.run({ id: purpose.id, archived: purpose.status !== "archived" })}
                      >
                        {purpose.status === "archived" ? "Restore" : "Archive"}
                      </Button>
                    </span>
                  </TableCell>
                ) : null}
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
      {open === null ? null : (
        <PurposeSheet key={open} purpose={edited} canWrite={canWrite} save={actions.savePurpose} onClose={() => setOpen(null)} />
      )}
      <AlertDialog open={publishing !== null} onOpenChange={(next) => (next ? undefined : setPublishing(null))}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Publish “{publishing?.name}”?</AlertDialogTitle>
            <AlertDialogDescription>
              The new terms decide from this moment on, for everybody. The versions before stay on record, word for word.
            </AlertDialogDescription>
          </AlertDialogHeader>
          <AlertDialogFooter>
            <AlertDialogCancel />
            <AlertDialogAction variant="default" onClick={() => publishing && void publish.run({ id: publishing.id })}>
              Publish version
            </AlertDialogAction>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </div>
  );
}
