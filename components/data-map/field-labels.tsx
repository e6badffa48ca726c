"use client";

import { Tag } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { DataField } from "@/domain/governance/model";
import type { Result } from "@/domain/kernel/model";

export interface FieldLabelsProps {
  field: DataField;
  mayWrite: boolean;
  setLabels: (input: Pick<DataField, "kind" | "scope" | "key" | "labels">) => Promise<Result<{ labels: string[] }>>;
}

/** Labels of a field beside its class, with a dialog to change them. */
export function FieldLabels({ field, mayWrite, setLabels }: FieldLabelsProps) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const { run, pending, fields } = useAction(setLabels, {
    inline: true,
    success: "Labels saved",
    onSuccess: () => {
      setOpen(false);
      router.refresh();
    },
  });
  const { kind, scope, key, labels } = field;
  const name = scope === "" ? key : `${key} in ${scope}`;
  return (
    <div className="flex flex-wrap items-center gap-1">
      {labels.map((one) => (
        <Badge key={one}>{one}</Badge>
      ))}
      {mayWrite ? (
        <Dialog open={open} onOpenChange={setOpen}>
          <DialogTrigger asChild>
            <Button variant="ghost" size="icon" aria-label={`Labels of ${name}`}>
              <Tag aria-hidden />
            </Button>
          </DialogTrigger>
          <DialogContent>
            <DialogHeader>
              <DialogTitle>Labels of {name}</DialogTitle>
              <DialogDescription>
                Computed traits, segments, templates and journeys made from this field inherit them. Policies say what a label forbids.
              </DialogDescription>
            </DialogHeader>
            <form
              className="grid gap-4"
              onSubmit={(event) => {
                event.preventDefault();
                const text = new FormData(event.currentTarget).get("labels");
                const given = typeof text === "string" ? text.split(",").map((one) => one.trim()) : [];
                void run({ kind, scope, key, labels: given.filter((one) => one !== "") });
              }}
            >
              <Field
                label="Labels"
                hint="Separated by commas, such as no-ads, third-party:acme, contract:12."
                error={Object.entries(fields).find(([at]) => at.startsWith("labels"))?.[1]}
              >
                <Input name="labels" defaultValue={labels.join(", ")} maxLength={600} autoComplete="off" />
              </Field>
              <DialogFooter>
                <Button type="button" variant="outline" onClick={() => setOpen(false)}>
                  Back
                </Button>
                <Button type="submit" pending={pending}>
                  Save labels
                </Button>
              </DialogFooter>
            </form>
          </DialogContent>
        </Dialog>
      ) : null}
    </div>
  );
}
