"use client";

import { Plus, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { NativeSelect } from "@/components/ui/native-select";
import { RadioGroup, RadioGroupItem } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import { ENTERED_KINDS, REGIMES, REQUEST_KIND_LABELS, type EnteredKind, type Regime, type RequestSummary } from "@/domain/governance/model";
import type { Result } from "@/domain/kernel/model";
import { typeName } from "./parts-text";

const SAYS: Record<EnteredKind, string> = {
  access: "A copy of everything held, with what was inferred",
  portability: "The data they gave, in a form for machines",
  erasure: "Take the person out of every table, file and count",
  rectification: "Set wrong values right",
  restriction: "Keep the data, use them for nothing but what the law demands",
  objection: "Stop what rests on legitimate interest or consent",
  opt_out: "No sale, no sharing, no targeted advertising",
  limit_sensitive: "Stop purposes that use sensitive data",
  suppression: "Keep what is there, store nothing more",
  unsuppression: "Let data of the person in again",
};
const REGIME_SAYS: Record<Regime, string> = { gdpr: "GDPR: one month", ccpa: "CCPA: 45 days", other: "Other: 30 days" };
const TYPES = ["email", "user_id", "phone", "anonymous_id"] as const;

export interface NewRequestInput {
  kind: EnteredKind;
  regime: Regime;
  identifiers: { type: string; value: string }[];
  note?: string;
  suppress?: boolean;
  traits?: Record<string, string>;
}

export interface NewRequestProps {
  create: (input: NewRequestInput) => Promise<Result<RequestSummary>>;
  kind: EnteredKind;
  identifiers: { type: string; value: string }[];
}

/** Entering a request: what the person asks for, under which law, and who they are. */
export function NewRequest({ create, kind: firstKind, identifiers: given }: NewRequestProps) {
  const router = useRouter();
  const [kind, setKind] = useState<EnteredKind>(firstKind);
  const [regime, setRegime] = useState<Regime>("gdpr");
  const [suppress, setSuppress] = useState(true);
  const [identifiers, setIdentifiers] = useState(given.length > 0 ? given : [{ type: "email", value: "" }]);
  const [corrections, setCorrections] = useState([{ key: "", value: "" }]);
  const { run, pending, fields } = useAction(create, {
    inline: true,
    success: "Request entered. Its clock runs.",
    onSuccess: ({ id }) => router.push(`/requests/${id}`),
  });
  const change = (index: number, part: Partial<{ type: string; value: string }>) =>
    setIdentifiers(identifiers.map((one, i) => (i === index ? { ...one, ...part } : one)));
  const correct = (index: number, part: Partial<{ key: string; value: string }>) =>
    setCorrections(corrections.map((one, i) => (i === index ? { ...one, ...part } : one)));
  return (
    <form
      className="grid gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        const note = new FormData(event.currentTarget).get("note");
        void run({
          kind,
          regime,
          identifiers,
          ...(typeof note === "string" && note.trim() !== "" ? { note } : {}),
          ...(kind === "erasure" ? { suppress } : {}),
          ...(kind === "rectification"
            ? {
                traits: Object.fromEntries(corrections.filter(({ key }) => key.trim() !== "").map(({ key, value }) => [key.trim(), value])),
              }
            : {}),
        });
      }}
    >
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-sm font-medium">What the person asks for</legend>
        <RadioGroup
          aria-label="What the person asks for"
          value={kind}
          onValueChange={(next) => setKind(next as EnteredKind)}
          className="grid gap-2 sm:grid-cols-2"
        >
          {ENTERED_KINDS.map((one) => (
            <Label
              key={one}
              className="flex cursor-pointer items-start gap-3 rounded-lg border bg-card p-3 font-normal has-data-[state=checked]:border-primary has-data-[state=checked]:bg-primary-soft"
            >
              <RadioGroupItem value={one} className="mt-0.5" />
              <span className="grid gap-0.5">
                <span className="font-medium">{REQUEST_KIND_LABELS[one]}</span>
                <span className="text-xs text-muted-foreground">{SAYS[one]}</span>
              </span>
            </Label>
          ))}
        </RadioGroup>
      </fieldset>
      <Field label="Law" hint="Sets the deadline; it can be extended once, with a reason." className="max-w-64">
        <NativeSelect value={regime} onChange={(event) => setRegime(REGIMES.find((one) => one === event.target.value) ?? "gdpr")}>
          {REGIMES.map((one) => (
            <option key={one} value={one}>
              {REGIME_SAYS[one]}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-sm font-medium">Who the person is</legend>
        {identifiers.map((one, index) => (
          <div key={index} className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-2">
            <NativeSelect
              aria-label={`Kind of identifier ${index + 1}`}
              className="w-36"
              value={one.type}
              onChange={(event) => change(index, { type: event.target.value })}
            >
              {[...new Set<string>([...TYPES, one.type])].map((type) => (
                <option key={type} value={type}>
                  {typeName(type)}
                </option>
              ))}
            </NativeSelect>
            <div className="grid gap-1">
              <Input
                aria-label={`Identifier ${index + 1}`}
                value={one.value}
                required
                maxLength={500}
                aria-invalid={fields[`identifiers.${index}.value`] ? true : undefined}
                onChange={(event) => change(index, { value: event.target.value })}
                placeholder={one.type === "email" ? "jane@example.com" : one.type === "phone" ? "+49 30 123456" : ""}
              />
              {fields[`identifiers.${index}.value`] ? (
                <p role="alert" className="text-xs text-destructive-text">
                  {fields[`identifiers.${index}.value`]}
                </p>
              ) : null}
            </div>
            <Button
              type="button"
              variant="ghost"
              size="icon"
              aria-label={`Remove identifier ${index + 1}`}
              disabled={identifiers.length === 1}
              onClick={() => setIdentifiers(identifiers.filter((_, i) => i !== index))}
            >
              <X aria-hidden />
            </Button>
          </div>
        ))}
        <Button
          type="button"
          variant="outline"
          size="sm"
          className="justify-self-start"
          onClick={() => setIdentifiers([...identifiers, { type: "user_id", value: "" }])}
        >
          <Plus aria-hidden /> Add an identifier
        </Button>
        <p className="text-xs text-muted-foreground">
          One is enough: every identifier, browser and profile that was merged with it belongs to the request.
        </p>
      </fieldset>
      {kind === "erasure" ? (
        <Label className="flex items-start gap-3 font-normal">
          <Checkbox checked={suppress} onCheckedChange={(checked) => setSuppress(checked === true)} className="mt-0.5" />
          <span className="grid gap-0.5">
            <span className="font-medium">Keep the person out</span>
            <span className="text-xs text-muted-foreground">
              Keyed hashes of the identifiers stay, so that later events, imports and aliases of the person store nothing.
            </span>
          </span>
        </Label>
      ) : null}
      {kind === "rectification" ? (
        <fieldset className="grid gap-2">
          <legend className="mb-2 text-sm font-medium">Values to set</legend>
          {corrections.map((one, index) => (
            <div key={index} className="grid grid-cols-2 gap-2">
              <Input
                aria-label={`Trait ${index + 1}`}
                placeholder="firstName"
                value={one.key}
                maxLength={200}
                onChange={(event) => correct(index, { key: event.target.value })}
              />
              <Input
                aria-label={`New value ${index + 1}`}
                placeholder="Jane"
                value={one.value}
                maxLength={2_000}
                onChange={(event) => correct(index, { value: event.target.value })}
              />
            </div>
          ))}
          {fields["traits"] ? (
            <p role="alert" className="text-xs text-destructive-text">
              {fields["traits"]}
            </p>
          ) : null}
          <Button
            type="button"
            variant="outline"
            size="sm"
            className="justify-self-start"
            onClick={() => setCorrections([...corrections, { key: "", value: "" }])}
          >
            <Plus aria-hidden /> Add a value
          </Button>
        </fieldset>
      ) : null}
      <Field label="Note" aside="Optional" hint="How the request came, for your own file. Removed when the person is erased.">
        <Textarea name="note" rows={3} maxLength={2_000} />
      </Field>
      <Button type="submit" pending={pending} className="justify-self-start">
        Enter request
      </Button>
    </form>
  );
}
