"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";

export interface SaveDetails {
  name: string;
  description: string | null;
  folder: string | null;
  tags: string[];
  note: string | null;
}

const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());
export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

/** Name, description, folder, tags and a note of what changed. */
export function SaveDialog({
  open,
  initial,
  folders,
  isNew,
  pending,
  error,
  onOpenChange,
  onSave,
}: {
  open: boolean;
  initial: SaveDetails;
  folders: readonly string[];
  isNew: boolean;
  pending: boolean;
  error: { message: string; fields: Readonly<Record<string, string>> } | null;
  onOpenChange: (open: boolean) => void;
  onSave: (details: SaveDetails) => void;
}) {
  const [form, setForm] = useState({
    name: initial.name,
    description: initial.description ?? "",
    folder: initial.folder ?? "",
    tags: initial.tags.join(", "),
    note: "",
  });
  const [tried, setTried] = useState(false);
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm((before) => ({ ...before, [key]: event.target.value }));
  const nameless = tried && form.name.trim() === "" ? "Give the segment a name." : undefined;
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <form
          className="grid gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            setTried(true);
            if (form.name.trim() === "") return;
            onSave({
              name: form.name.trim(),
              description: orNull(form.description),
              folder: orNull(form.folder),
              tags: tagsOf(form.tags),
              note: orNull(form.note),
            });
          }}
        >
          <DialogHeader>
            <DialogTitle>{isNew ? "Save segment" : "Save changes"}</DialogTitle>
            <DialogDescription>
              {isNew
                ? "Who is in it is then kept up to date by itself."
                : "The rule becomes a new version; earlier ones stay. Only people whose membership changes enter or leave."}
            </DialogDescription>
          </DialogHeader>
          <Field label="Name" error={nameless ?? error?.fields.name}>
            <Input value={form.name} maxLength={200} onChange={set("name")} placeholder="Loyal buyers in Germany" />
          </Field>
          <Field label="Description" aside="Optional">
            <Textarea value={form.description} rows={2} onChange={set("description")} />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Folder" aside="Optional" error={error?.fields.folder}>
              <Input value={form.folder} list="segment-folders" onChange={set("folder")} />
            </Field>
            <Field label="Tags" aside="Optional" hint="Separated by commas" error={error?.fields.tags}>
              <Input value={form.tags} onChange={set("tags")} />
            </Field>
          </div>
          <datalist id="segment-folders">
            {folders.map((folder) => (
              <option key={folder} value={folder}>
                {folder}
              </option>
            ))}
          </datalist>
          {!isNew && (
            <Field label="What changed" aside="Optional" hint="Shown beside the version">
              <Input value={form.note} maxLength={500} onChange={set("note")} />
            </Field>
          )}
          {error && (
            <p role="alert" className="text-sm text-destructive-text">
              {error.message}
            </p>
          )}
          <DialogFooter>
            <Button variant="outline" onClick={() => onOpenChange(false)}>
              Cancel
            </Button>
            <Button type="submit" pending={pending}>
              {isNew ? "Save segment" : "Save changes"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
