"use client";

import { useState } from "react";
import { formatCount } from "@/components/charts";
import { DeleteButton } from "@/components/layout/delete-button";
import { useAction } from "@/components/layout/use-action";
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
  const [form, setForm] = useState({
    name: segment.name,
    description: segment.description ?? "",
    folder: segment.folder ?? "",
    tags: segment.tags.join(", "),
  });
  const save = useAction(change, { success: "Saved", inline: true, onSuccess: onChanged });
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
        <DeleteButton
          id={segment.id}
          name={segment.name}
          noun="segment"
          loses={`${formatCount(segment.size)} ${segment.size === 1 ? "person is" : "people are"} in it now.`}
          remove={remove}
          leadsTo="/segments"
        />
      </section>
    </div>
  );
}
