"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatCount } from "@/components/charts";
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
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import type { Result } from "@/domain/kernel/model";
import type { ChangeSegmentInput, SegmentDetail } from "@/domain/segments/contracts";
import { tagsOf } from "./save-dialog";

interface Props {
  segment: SegmentDetail;
  change: (input: ChangeSegmentInput) => Promise<Result<null>>;
  remove: (input: { id: string }) => Promise<Result<null>>;
  onChanged: () => void;
}

export function Settings({ segment, change, remove, onChanged }: Props) {
  const router = useRouter();
  const [form, setForm] = useState({
    name: segment.name,
    description: segment.description ?? "",
    folder: segment.folder ?? "",
    tags: segment.tags.join(", "),
  });
  const [asked, setAsked] = useState(false);
  const save = useAction(change, { success: "Saved", inline: true, onSuccess: onChanged });
  const deletion = useAction(remove, {
    success: `${segment.name} deleted`,
    onSuccess: () => {
      router.push("/segments");
      router.refresh();
    },
    onError: () => undefined,
  });
  const [refused, setRefused] = useState<string | null>(null);
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm((before) => ({ ...before, [key]: event.target.value }));
  return (
    <div className="grid max-w-2xl gap-6">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run({
            id: segment.id,
            name: form.name.trim(),
            description: form.description.trim() || null,
            folder: form.folder.trim() || null,
            tags: tagsOf(form.tags),
          });
        }}
      >
        <Field label="Name" error={save.fields.name} hint={`The key ${segment.key} stays, so that what listens to it keeps working.`}>
          <Input value={form.name} onChange={set("name")} maxLength={200} />
        </Field>
        <Field label="Description" error={save.fields.description}>
          <Textarea rows={2} value={form.description} onChange={set("description")} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Folder" error={save.fields.folder}>
            <Input value={form.folder} onChange={set("folder")} />
          </Field>
          <Field label="Tags" error={save.fields.tags} hint="Separated by commas">
            <Input value={form.tags} onChange={set("tags")} />
          </Field>
        </div>
        <div>
          <Button type="submit" pending={save.pending}>
            Save settings
          </Button>
        </div>
      </form>
      <section aria-labelledby="delete" className="grid gap-2 rounded-lg border p-4">
        <h2 id="delete" className="font-medium">
          Delete this segment
        </h2>
        <p className="text-sm text-muted-foreground">
          Members, versions and history go with it; its key is never given again. What still uses it must let go of it first.
        </p>
        <div>
          <Button
            variant="destructive-outline"
            onClick={() => {
              setRefused(null);
              setAsked(true);
            }}
          >
            <Trash2 aria-hidden />
            Delete segment
          </Button>
        </div>
      </section>
      <AlertDialog open={asked} onOpenChange={setAsked}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Delete {segment.name}?</AlertDialogTitle>
            <AlertDialogDescription>
              {formatCount(segment.size)} {segment.size === 1 ? "person is" : "people are"} in it now. This cannot be undone.
            </AlertDialogDescription>
          </AlertDialogHeader>
          {refused && (
            <p role="alert" className="text-sm text-destructive-text">
              {refused}
            </p>
          )}
          <AlertDialogFooter>
            <AlertDialogCancel />
            <Button
              variant="destructive"
              pending={deletion.pending}
              onClick={() => {
                void deletion.run({ id: segment.id }).then((result) => setRefused(result.ok ? null : result.error.message));
              }}
            >
              Delete
            </Button>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </div>
  );
}
