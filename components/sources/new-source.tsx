"use client";

import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Result } from "@/domain/kernel/errors";
import { SOURCE_TYPE_LABELS, SOURCE_TYPES, type CreatedSource, type SourceType } from "@/domain/sources/model";
import { ConnectPanel } from "./connect-panel";
import { SOURCE_TYPE_HINTS, SourceTypeIcon } from "./source-type";

type Create = (input: { name: string; type: SourceType }) => Promise<Result<CreatedSource>>;

/** Type, name; then the key, shown once, with snippets and a line that waits for the first event. */
export function NewSource({ create, origin }: { create: Create; origin: string | null }) {
  const [type, setType] = useState<SourceType>("website");
  const [name, setName] = useState("");
  const [made, setMade] = useState<(CreatedSource & { name: string; type: SourceType }) | null>(null);
  const [missing, setMissing] = useState(false);
  const { run, pending, fields } = useAction(create, { onSuccess: (data) => setMade({ ...data, name: name.trim(), type }) });

  if (made) return <ConnectPanel source={made} writeKey={made.writeKey} origin={origin} />;

  const submit = () => {
    setMissing(name.trim() === "");
    if (name.trim() !== "") void run({ name: name.trim(), type });
  };

  return (
    <form
      className="grid max-w-3xl gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-sm font-medium">What sends the events?</legend>
        <div className="grid grid-cols-1 gap-2 sm:grid-cols-2 lg:grid-cols-3">
          {SOURCE_TYPES.map((one) => (
            <label
              key={one}
              className={cn(
                "relative flex cursor-pointer items-start gap-3 rounded-lg border bg-card p-3 transition-colors hover:border-border-strong has-focus-visible:outline-2 has-focus-visible:outline-ring",
                type === one && "border-primary bg-primary-soft hover:border-primary",
              )}
            >
              <input
                type="radio"
                name="type"
                value={one}
                checked={type === one}
                onChange={() => setType(one)}
                className="absolute inset-0 cursor-pointer appearance-none rounded-lg outline-none"
              />
              <SourceTypeIcon
                type={one}
                className={cn("mt-0.5 size-4 shrink-0", type === one ? "text-primary-text" : "text-muted-foreground")}
              />
              <span className="grid">
                <span className="text-sm font-medium">{SOURCE_TYPE_LABELS[one]}</span>
                <span className="text-xs text-muted-foreground">{SOURCE_TYPE_HINTS[one]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="max-w-md">
        <NameField value={name} error={missing ? "Give the source a name" : fields["name"]} onChange={setName} />
      </div>
      <div>
        <Button type="submit" pending={pending}>
          Create source
        </Button>
      </div>
    </form>
  );
}

function NameField({ value, error, onChange }: { value: string; error: string | undefined; onChange: (value: string) => void }) {
  return (
    <Field label="Name" hint="Shown wherever an event or a trait says where it came from." error={error}>
      <Input
        name="name"
        value={value}
        maxLength={80}
        autoComplete="off"
        placeholder="Web shop"
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
