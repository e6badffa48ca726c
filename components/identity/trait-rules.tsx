"use client";

import { ArrowDown, ArrowUp, Plus, Trash2, X } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { type IdentityRules, type IdentityRulesView, type OwnTraitRule, TRAIT_RULES, type TraitRule } from "@/domain/identity/model";
import type { FieldErrors } from "@/domain/kernel/model";

const LABELS: Record<TraitRule, string> = {
  last_updated: "The newest",
  first: "The oldest",
  source_priority: "That of the most trusted source",
};

/** How one value of a trait is chosen: for all traits, and for some by a rule of their own. */
export function TraitRules(props: {
  rules: IdentityRules;
  sources: IdentityRulesView["sources"];
  traitKeys: readonly string[];
  canWrite: boolean;
  errors: FieldErrors;
  onChange: (part: Partial<IdentityRules>) => void;
}) {
  const { rules, sources, canWrite, errors, onChange } = props;
  const id = useId();
  const [added, setAdded] = useState("");
  const key = added.trim();
  const taken = rules.traitRules.some((own) => own.key === key);
  const change = (index: number, part: Partial<OwnTraitRule>) =>
    onChange({ traitRules: rules.traitRules.map((own, at) => (at === index ? { ...own, ...part } : own)) });
  const add = () => {
    if (key === "" || taken) return;
    onChange({ traitRules: [...rules.traitRules, { key, rule: "source_priority", sourcePriority: rules.sourcePriority }] });
    setAdded("");
  };
  return (
    <Card>
      <CardHeader>
        <CardTitle>Which value of a trait wins</CardTitle>
        <CardDescription>
          When sources disagree. A change shows at once on people of several fragments, and on everybody once it is applied to history.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="All traits">
            <RuleSelect value={rules.traitRule} disabled={!canWrite} onChange={(traitRule) => onChange({ traitRule })} />
          </Field>
          {rules.traitRule === "source_priority" ? (
            <SourceOrder
              label="Order of trust"
              order={rules.sourcePriority}
              sources={sources}
              canWrite={canWrite}
              error={errors["rules.sourcePriority"]}
              onChange={(sourcePriority) => onChange({ sourcePriority })}
            />
          ) : null}
        </div>
        {rules.traitRules.length > 0 ? (
          <ul className="grid divide-y rounded-md border" aria-label="Traits with a rule of their own">
            {rules.traitRules.map((own, index) => (
              <li key={own.key} className="grid items-start gap-4 p-3 md:grid-cols-2">
                <div className="flex items-end gap-2">
                  <Field label={own.key} className="min-w-0 flex-1" error={errors[`rules.traitRules.${index}.key`]}>
                    <RuleSelect value={own.rule} disabled={!canWrite} onChange={(rule) => change(index, { rule })} />
                  </Field>
                  {canWrite ? (
                    <Button
                      variant="ghost"
                      size="icon"
                      aria-label={`Remove the rule of ${own.key}`}
                      onClick={() => onChange({ traitRules: rules.traitRules.filter((_, at) => at !== index) })}
                    >
                      <Trash2 aria-hidden />
                    </Button>
                  ) : null}
                </div>
                {own.rule === "source_priority" ? (
                  <SourceOrder
                    label={`Order of trust for ${own.key}`}
                    order={own.sourcePriority}
                    sources={sources}
                    canWrite={canWrite}
                    error={errors[`rules.traitRules.${index}.sourcePriority`]}
                    onChange={(sourcePriority) => change(index, { sourcePriority })}
                  />
                ) : null}
              </li>
            ))}
          </ul>
        ) : null}
        {canWrite ? (
          <form
            className="flex flex-wrap items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              add();
            }}
          >
            <Field label="A trait with a rule of its own" error={taken ? `${key} has one already` : undefined} className="w-full sm:w-72">
              <Input
                list={`${id}-keys`}
                value={added}
                maxLength={255}
                placeholder="email"
                onChange={(event) => setAdded(event.target.value)}
              />
            </Field>
            <datalist id={`${id}-keys`}>
              {props.traitKeys.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </datalist>
            <Button type="submit" variant="outline" disabled={key === "" || taken}>
              <Plus aria-hidden />
              Add rule
            </Button>
          </form>
        ) : null}
      </CardContent>
    </Card>
  );
}

/** Takes the id and description that a Field gives its control. */
function RuleSelect({ value, onChange, ...control }: { value: TraitRule; disabled: boolean; onChange: (rule: TraitRule) => void }) {
  return (
    <NativeSelect {...control} value={value} onChange={(event) => onChange(event.target.value as TraitRule)}>
      {TRAIT_RULES.map((rule) => (
        <option key={rule} value={rule}>
          {LABELS[rule]}
        </option>
      ))}
    </NativeSelect>
  );
}

function SourceOrder(props: {
  label: string;
  order: readonly string[];
  sources: IdentityRulesView["sources"];
  canWrite: boolean;
  error: string | undefined;
  onChange: (order: string[]) => void;
}) {
  const { label, order, sources, canWrite, onChange } = props;
  const nameOf = (id: string): string => sources.find((source) => source.id === id)?.name ?? id;
  const rest = sources.filter((source) => !order.includes(source.id));
  const move = (index: number, by: number): void => {
    const next = [...order];
    const [moved] = next.splice(index, 1);
    if (moved !== undefined) next.splice(index + by, 0, moved);
    onChange(next);
  };
  return (
    <div className="grid gap-1.5">
      <p className="text-sm font-medium">{label}</p>
      {order.length > 0 ? (
        <ol className="grid divide-y rounded-md border" aria-label={label}>
          {order.map((id, index) => (
            <li key={id} className="flex min-h-9 items-center gap-2 px-3 text-sm">
              <span className="w-5 text-muted-foreground tabular-nums">{index + 1}</span>
              <span className="min-w-0 flex-1 truncate">{nameOf(id)}</span>
              {canWrite ? (
                <>
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    disabled={index === 0}
                    aria-label={`Trust ${nameOf(id)} more`}
                    onClick={() => move(index, -1)}
                  >
                    <ArrowUp aria-hidden />
                  </Button>
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    disabled={index === order.length - 1}
                    aria-label={`Trust ${nameOf(id)} less`}
                    onClick={() => move(index, 1)}
                  >
                    <ArrowDown aria-hidden />
                  </Button>
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={`Take ${nameOf(id)} out of the order`}
                    onClick={() => onChange(order.filter((one) => one !== id))}
                  >
                    <X aria-hidden />
                  </Button>
                </>
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
      {canWrite && rest.length > 0 ? (
        <NativeSelect aria-label={`Add a source: ${label}`} value="" onChange={(event) => onChange([...order, event.target.value])}>
          <option value="" disabled>
            Add a source
          </option>
          {rest.map((source) => (
            <option key={source.id} value={source.id}>
              {source.name}
            </option>
          ))}
        </NativeSelect>
      ) : null}
      {props.error ? (
        <p role="alert" className="text-xs text-destructive-text">
          {props.error}
        </p>
      ) : (
        <p className="text-xs text-muted-foreground">
          {order.length === 0
            ? "No source is in the order yet: the newest value wins."
            : "Sources that are not listed come last, the newest value first."}
        </p>
      )}
    </div>
  );
}
