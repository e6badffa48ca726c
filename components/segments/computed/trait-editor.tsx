"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { useViewer } from "@/components/layout/viewer";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Result } from "@/domain/kernel/model";
import type { Definition, DefinitionKind } from "@/domain/segments/computed/model";
import { ZoneProvider } from "../builder-context";
import { DefinitionEditor, type TraitKey } from "./definition-editor";
import { definitionProblem, KINDS, STARTERS, startDefinition } from "./trait-drafts";
import { Preview } from "./trait-preview";

export interface SaveTrait {
  /** Absent for a new trait. */
  id?: string;
  basedOn?: number;
  name: string;
  description: string | null;
  definition: Definition;
  note: string | null;
}

interface Props {
  /** Absent for a new trait. */
  trait?: { id: string; version: number; name: string; description: string | null; definition: Definition };
  /** Computed traits that a formula may ask. */
  traits: readonly TraitKey[];
  zone: string;
  save: (input: SaveTrait) => Promise<Result<{ id: string }>>;
}

/** The definition in words on the left, what it gives on the right; nothing is kept before it is saved. */
export function TraitEditor({ trait, traits, zone, save }: Props) {
  const router = useRouter();
  const [definition, setDefinition] = useState<Definition>(trait?.definition ?? startDefinition("event"));
  const [form, setForm] = useState({ name: trait?.name ?? "", description: trait?.description ?? "", note: "" });
  const [tried, setTried] = useState(false);
  const problem = definitionProblem(definition);
  const action = useAction(save, {
    success: trait ? "Saved. Values are computed anew in the background." : "Saved. Values are computed in the background.",
    inline: true,
    onSuccess: ({ id }) => {
      router.push(`/segments/traits/${id}`);
      router.refresh();
    },
  });
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm((before) => ({ ...before, [key]: event.target.value }));
  const nameless = form.name.trim() === "" ? "Give the trait a name." : undefined;
  const refused = action.fields["expression"] ?? action.fields["definition"];
  return (
    <ZoneProvider value={zone}>
      <form
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (nameless || problem) return;
          void action.run({
            ...(trait ? { id: trait.id, basedOn: trait.version } : {}),
            name: form.name.trim(),
            description: form.description.trim() || null,
            definition,
            note: form.note.trim() || null,
          });
        }}
      >
        <div className="grid content-start gap-5">
          {!trait && (
            <section aria-labelledby="starters" className="grid gap-2">
              <h2 id="starters" className="text-sm font-medium">
                Begin with
              </h2>
              <div className="flex flex-wrap gap-2">
                {STARTERS.map((one) => (
                  <Button
                    key={one.name}
                    type="button"
                    variant="outline"
                    size="sm"
                    title={one.says}
                    onClick={() => {
                      setDefinition(one.definition);
                      setForm((before) => ({ ...before, name: one.name }));
                    }}
                  >
                    {one.name}
                  </Button>
                ))}
              </div>
            </section>
          )}
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              className="content-start"
              label="Name"
              error={action.fields["name"] ?? (tried ? nameless : undefined)}
              hint={
                trait
                  ? "The key stays, so that what asks for it keeps working."
                  : "Its key is made of it: how formulas and exports call it."
              }
            >
              <Input value={form.name} onChange={set("name")} maxLength={100} placeholder="Orders in 90 days" />
            </Field>
            <Field className="content-start" label="Description" aside="Optional" error={action.fields["description"]}>
              <Input value={form.description} onChange={set("description")} maxLength={1_000} />
            </Field>
          </div>
          <Kinds value={definition.kind} onChange={(kind) => setDefinition((before) => startDefinition(kind, before))} />
          <section aria-labelledby="definition" className="grid gap-2">
            <h2 id="definition" className="text-sm font-medium">
              What to compute for each person
            </h2>
            <Card>
              <CardContent className="pt-4">
                <DefinitionEditor definition={definition} traits={traits} put={setDefinition} />
              </CardContent>
            </Card>
            {((tried && problem) || refused) && (
              <p role="alert" className="text-sm text-destructive-text">
                {problem ?? refused}
              </p>
            )}
          </section>
          {trait && (
            <Field label="What changed" aside="Optional" hint={`Stands beside version ${trait.version + 1} in the history.`}>
              <Input value={form.note} onChange={set("note")} maxLength={500} />
            </Field>
          )}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" pending={action.pending}>
              {trait ? `Save version ${trait.version + 1}` : "Save computed trait"}
            </Button>
            <Button
              type="button"
              variant="outline"
              onClick={() => router.push(trait ? `/segments/traits/${trait.id}` : "/segments/traits")}
            >
              Cancel
            </Button>
          </div>
        </div>
        <aside aria-labelledby="preview" className="lg:sticky lg:top-16 lg:self-start">
          <Card>
            <CardContent className="grid gap-3 pt-4">
              <h2 id="preview" className="font-medium">
                Preview
              </h2>
              <Preview definition={definition} problem={problem} traitId={trait?.id} />
            </CardContent>
          </Card>
        </aside>
      </form>
    </ZoneProvider>
  );
}

function Kinds({ value, onChange }: { value: DefinitionKind; onChange: (kind: DefinitionKind) => void }) {
  const { can } = useViewer();
  // What SQL reads is everything: it is for those who may see personal data.
  const kinds = KINDS.filter(({ kind }) => kind !== "sql" || value === "sql" || (can("segments:sql") && can("personal_data:see")));
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-medium">Kind</legend>
      <div className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
        {kinds.map(({ kind, label, hint }) => (
          <label
            key={kind}
            className={cn(
              "flex cursor-pointer flex-col gap-0.5 rounded-lg border px-3 py-2 hover:bg-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
              value === kind && "border-primary bg-primary-soft",
            )}
          >
            <input type="radio" name="kind" value={kind} checked={value === kind} onChange={() => onChange(kind)} className="sr-only" />
            <span className={cn("text-sm font-medium", value === kind && "text-primary-text")}>{label}</span>
            <span className="text-xs text-muted-foreground">{hint}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
