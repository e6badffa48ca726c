"use client";

import { Archive, Copy, FileImage, Image as ImageIcon, Link2, Pause, PencilLine, Play, Printer } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { formatCount } from "@/components/charts";
import { formText } from "@/components/layout/form-text";
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
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/sonner";
import { Textarea } from "@/components/ui/textarea";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { downloadPng, downloadSvg } from "./export-image";
import type { JourneyEditorProps } from "./journey-editor";

/** Rename, copy, pause, archive, and the drawing as an image or on paper. */
export function JourneyMenu({
  journey,
  changes,
  names,
  drawing,
  links,
  mayWrite,
  mayPublish,
  trigger,
  onView,
}: JourneyEditorProps & { drawing: JourneyDefinition; trigger: ReactNode; onView: (view: "outline") => void }) {
  const router = useRouter();
  const [asked, setAsked] = useState<"rename" | "pause" | "archive" | null>(null);
  const duplicate = useAction(changes.duplicate, { success: "Copied as a draft.", onSuccess: ({ id }) => router.push(`/journeys/${id}`) });
  const resume = useAction(changes.resume, { success: "People enter again.", onSuccess: () => router.refresh() });
  const pause = useAction(changes.pause, {
    success: "Nobody enters any more.",
    onSuccess: () => {
      setAsked(null);
      router.refresh();
    },
  });
  const archive = useAction(changes.archive, {
    success: ({ ended }) => `Archived.${ended > 0 ? ` ${formatCount(ended)} people left.` : ""}`,
    onSuccess: () => router.push("/journeys"),
  });
  const stopped = journey.status === "paused" || journey.status === "draining";
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon" aria-label="More about this journey">
            {trigger}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {links.map(({ href, label }) => (
            <DropdownMenuItem key={href} asChild>
              <Link href={href}>
                <Link2 aria-hidden />
                {label}
              </Link>
            </DropdownMenuItem>
          ))}
          {mayWrite && (
            <>
              <DropdownMenuItem onSelect={() => setAsked("rename")}>
                <PencilLine aria-hidden />
                Name, description, tags
              </DropdownMenuItem>
              <DropdownMenuItem onSelect={() => void duplicate.run({ id: journey.id, name: `Copy of ${journey.name}`.slice(0, 120) })}>
                <Copy aria-hidden />
                Duplicate
              </DropdownMenuItem>
            </>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => downloadSvg(drawing, names, journey.name)}>
            <FileImage aria-hidden />
            Save as SVG
          </DropdownMenuItem>
          <DropdownMenuItem
            onSelect={() => {
              downloadPng(drawing, names, journey.name).catch(() => toast.error("The image could not be drawn. Save it as SVG instead."));
            }}
          >
            <ImageIcon aria-hidden />
            Save as PNG
          </DropdownMenuItem>
          <DropdownMenuItem
            onSelect={() => {
              onView("outline");
              // Once the outline stands.
              setTimeout(() => window.print(), 400);
            }}
          >
            <Printer aria-hidden />
            Print the outline
          </DropdownMenuItem>
          {mayPublish && journey.version > 0 && (
            <>
              <DropdownMenuSeparator />
              {stopped ? (
                <DropdownMenuItem onSelect={() => void resume.run({ id: journey.id })}>
                  <Play aria-hidden />
                  Resume
                </DropdownMenuItem>
              ) : (
                <DropdownMenuItem onSelect={() => setAsked("pause")}>
                  <Pause aria-hidden />
                  Pause …
                </DropdownMenuItem>
              )}
            </>
          )}
          {mayPublish && (
            <DropdownMenuItem onSelect={() => setAsked("archive")}>
              <Archive aria-hidden />
              Archive …
            </DropdownMenuItem>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      {asked === "rename" && <RenameDialog journey={journey} rename={changes.rename} onClose={() => setAsked(null)} />}
      <Dialog open={asked === "pause"} onOpenChange={(open) => !open && setAsked(null)}>
        <DialogContent>
          <DialogHeader>
            <DialogTitle>Pause “{journey.name}”?</DialogTitle>
            <DialogDescription>Nobody enters any more until you resume it. What about people who are inside?</DialogDescription>
          </DialogHeader>
          <DialogFooter>
            <Button variant="outline" pending={pause.pending} onClick={() => void pause.run({ id: journey.id, drain: false })}>
              They stay where they are
            </Button>
            <Button pending={pause.pending} onClick={() => void pause.run({ id: journey.id, drain: true })}>
              They finish
            </Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
      <AlertDialog open={asked === "archive"} onOpenChange={(open) => !open && setAsked(null)}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Archive “{journey.name}”?</AlertDialogTitle>
            <AlertDialogDescription>
              Everybody inside leaves at once, and messages that wait are not sent. What happened stays readable. This cannot be undone.
            </AlertDialogDescription>
          </AlertDialogHeader>
          <AlertDialogFooter>
            <AlertDialogCancel />
            <AlertDialogAction onClick={() => void archive.run({ id: journey.id })}>Archive journey</AlertDialogAction>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </>
  );
}

function RenameDialog({
  journey,
  rename,
  onClose,
}: {
  journey: JourneyEditorProps["journey"];
  rename: JourneyEditorProps["changes"]["rename"];
  onClose: () => void;
}) {
  const router = useRouter();
  const { run, pending, fields } = useAction(rename, {
    success: "Saved.",
    inline: true,
    onSuccess: () => {
      router.refresh();
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Name, description, tags</DialogTitle>
          <DialogDescription className="sr-only">How the journey is found in lists.</DialogDescription>
        </DialogHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = event.currentTarget;
            const description = formText(form, "description").trim();
            const tags = formText(form, "tags")
              .split(",")
              .map((tag) => tag.trim())
              .filter(Boolean);
            void run({
              id: journey.id,
              name: formText(form, "name"),
              description: description === "" ? null : description,
              tags: [...new Set(tags)],
            });
          }}
        >
          <Field label="Name" error={fields.name}>
            <Input name="name" defaultValue={journey.name} maxLength={120} required />
          </Field>
          <Field label="Description" aside="Optional" error={fields.description}>
            <Textarea name="description" defaultValue={journey.description ?? ""} maxLength={500} rows={3} />
          </Field>
          <Field label="Tags" aside="Optional" hint="Separated by commas." error={fields.tags}>
            <Input name="tags" defaultValue={journey.tags.join(", ")} />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={pending}>
              Save
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
