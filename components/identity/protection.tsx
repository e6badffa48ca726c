"use client";

import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Switch } from "@/components/ui/switch";
import type { IdentityRules } from "@/domain/identity/model";
import type { FieldErrors } from "@/domain/kernel/model";

type NumberKey = "maxMerges" | "maxIdentifiers" | "sharedDeviceThreshold" | "collapsePerDay" | "collapsePerType";
const NUMBERS: readonly { key: NumberKey; label: string; hint: string; min: number; max: number }[] = [
  { key: "maxMerges", label: "Merges per person", hint: "Beyond it a person joins no others.", min: 0, max: 10_000 },
  {
    key: "maxIdentifiers",
    label: "Identifiers per person",
    hint: "Beyond it nothing is attached; events still find the person.",
    min: 1,
    max: 10_000,
  },
  {
    key: "sharedDeviceThreshold",
    label: "User ids until a device is shared",
    hint: "A shared device attaches to nobody any more.",
    min: 2,
    max: 1_000,
  },
  { key: "collapsePerDay", label: "People a value may name in a day", hint: "A value beyond it is quarantined.", min: 1, max: 100_000 },
  {
    key: "collapsePerType",
    label: "Values of one type in a year",
    hint: "A person beyond it takes no more of the type.",
    min: 1,
    max: 10_000,
  },
];
const SWITCHES: readonly { key: "holdNewTypes" | "foldEmailAliases" | "ignoreEmptyTraits"; label: string; hint: string }[] = [
  { key: "holdNewTypes", label: "Hold new identifier types", hint: "A type never seen before joins nobody until an admin accepts it." },
  { key: "foldEmailAliases", label: "Fold e-mail aliases", hint: "jane+shop@… and j.ane@gmail.com count as jane@…" },
  { key: "ignoreEmptyTraits", label: "Ignore empty traits", hint: "An empty text or null never replaces a value." },
];

/** Limits that protect people from growing together. */
export function Protection(props: {
  rules: IdentityRules;
  canWrite: boolean;
  errors: FieldErrors;
  onChange: (part: Partial<IdentityRules>) => void;
}) {
  const { rules, canWrite, onChange } = props;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Protection</CardTitle>
        <CardDescription>What keeps one bad value from joining half of your customers.</CardDescription>
      </CardHeader>
      <CardContent className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <div className="grid items-start gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {NUMBERS.map(({ key, label, hint, min, max }) => (
            <Field key={key} label={label} hint={hint} error={props.errors[`rules.${key}`]}>
              <Input
                type="number"
                min={min}
                max={max}
                disabled={!canWrite}
                value={rules[key]}
                onChange={(event) => onChange({ [key]: Math.max(min, Math.min(max, Math.round(event.target.valueAsNumber) || min)) })}
              />
            </Field>
          ))}
        </div>
        <div className="grid gap-4 lg:grid-cols-3">
          {SWITCHES.map(({ key, label, hint }) => (
            <Field key={key} label={label} hint={hint} orientation="horizontal" className="rounded-md border p-3">
              <Switch checked={rules[key]} disabled={!canWrite} onCheckedChange={(checked) => onChange({ [key]: checked })} />
            </Field>
          ))}
        </div>
      </CardContent>
    </Card>
  );
}
