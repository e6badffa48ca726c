"use client";

import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup, RadioGroupItem } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import { JOURNEY_TEMPLATES } from "@/domain/journeys/journey-templates";
import type { Result } from "@/domain/kernel/model";

export interface CreateActions {
  create: (input: { name: string; description: string | null }) => Promise<Result<{ id: string }>>;
  createFromTemplate: (input: { template: string; name: string }) => Promise<Result<{ id: string }>>;
}

const EMPTY = "empty";
const BEGINNINGS = [
  { key: EMPTY, name: "Empty drawing", purpose: "Draw every step yourself.", steps: [], needs: [] },
  ...JOURNEY_TEMPLATES,
] as const;

/** A new journey: from nothing, or from a template with its steps and message templates. Opens its editor. */
export function CreateDialog({ create, createFromTemplate, onClose }: CreateActions & { onClose: () => void }) {
  const router = useRouter();
  const options = { inline: true, onSuccess: ({ id }: { id: string }) => router.push(`/journeys/${id}`) };
  const empty = useAction(create, options);
  const ready = useAction(createFromTemplate, options);
  const [from, setFrom] = useState<string>(EMPTY);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const picked = BEGINNINGS.find(({ key }) => key === from) ?? BEGINNINGS[0];
  const fields = from === EMPTY ? empty.fields : ready.fields;

  /** A name that somebody typed stays; one that came from a template follows the choice. */
  const choose = (key: string): void => {
    setFrom(key);
    if (name === "" || BEGINNINGS.some((one) => one.name === name))
      setName(key === EMPTY ? "" : (JOURNEY_TEMPLATES.find((one) => one.key === key)?.name ?? ""));
  };

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-2xl">
        <DialogHeader>
          <DialogTitle>New journey</DialogTitle>
          <DialogDescription>It begins as a draft. Nothing happens to anybody until you publish it.</DialogDescription>
        </DialogHeader>
        <form
          className="grid grid-cols-[minmax(0,1fr)] gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (from === EMPTY) void empty.run({ name, description: description.trim() === "" ? null : description.trim() });
            else void ready.run({ template: from, name });
          }}
        >
          <RadioGroup value={from} onValueChange={choose} aria-label="Begin with" className="grid-cols-1 sm:grid-cols-2">
            {BEGINNINGS.map((one) => (
              <Beginning key={one.key} value={one.key} name={one.name} purpose={one.purpose} chosen={one.key === from} />
            ))}
          </RadioGroup>
          {picked.steps.length > 0 && (
            <section aria-label={`Steps of ${picked.name}`} className="grid gap-2 rounded-lg bg-muted/60 px-3 py-2.5 text-sm">
              <ol className="flex flex-wrap gap-x-1.5 gap-y-1">
                {picked.steps.map((step, i) => (
                  <li key={step} className="flex items-baseline gap-1.5">
                    {i > 0 && (
                      <span aria-hidden className="text-muted-foreground">
                        →
                      </span>
                    )}
                    {step}
                  </li>
                ))}
              </ol>
              <p className="text-xs text-muted-foreground">
                Its messages get templates of their own, ready to be edited.
                {picked.needs.length > 0 && <> It needs: {picked.needs.join("; ")}.</>}
              </p>
            </section>
          )}
          <Field label="Name" error={fields["name"]}>
            <Input
              value={name}
              maxLength={120}
              required
              placeholder="Second purchase"
              onChange={(event) => setName(event.target.value)}
              autoComplete="off"
            />
          </Field>
          {from === EMPTY && (
            <Field label="Description" aside="Optional" error={fields["description"]}>
              <Textarea rows={2} maxLength={500} value={description} onChange={(event) => setDescription(event.target.value)} />
            </Field>
          )}
          <DialogFooter>
            <Button type="button" variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={empty.pending || ready.pending}>
              Create journey
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function Beginning({ value, name, purpose, chosen }: { value: string; name: string; purpose: string; chosen: boolean }) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className={cn(
        "flex cursor-pointer items-start gap-2.5 rounded-lg border bg-card px-3 py-2.5 hover:bg-accent",
        chosen && "border-primary ring-1 ring-primary",
      )}
    >
      <RadioGroupItem id={id} value={value} aria-label={name} aria-describedby={`${id}-purpose`} className="mt-0.5" />
      <span className="grid gap-0.5">
        <span className="text-sm font-medium">{name}</span>
        <span id={`${id}-purpose`} className="text-xs text-muted-foreground">
          {purpose}
        </span>
      </span>
    </label>
  );
}
