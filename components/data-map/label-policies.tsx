"use client";

import { ShieldBan, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import type { Result } from "@/domain/kernel/model";
import { CARRIER_LABELS, labelName, type LabelPolicy, type LabelsView, type Stopped } from "@/domain/labels/model";

type Target = { kind: "purpose" | "use"; id: string };
export interface LabelPolicyActions {
  preview: (input: { label: string; target: Target }) => Promise<Result<Stopped[]>>;
  create: (input: { name: string; label: string; target: Target }) => Promise<Result<{ id: string }>>;
  remove: (input: { id: string }) => Promise<Result<void>>;
}

/** Policies about labels: what each forbids, and what it stops as things stand. */
export function LabelPolicies({ view, mayWrite, actions }: { view: LabelsView; mayWrite: boolean; actions: LabelPolicyActions }) {
  return (
    <div className="grid max-w-4xl gap-4">
      {mayWrite ? <NewPolicy view={view} actions={actions} /> : null}
      {view.policies.length === 0 ? (
        <Empty
          icon={ShieldBan}
          title="No policy about labels"
          description="A policy keeps fields with a label, and everything made from them, from a purpose or a use: “no health data to advertising”."
        />
      ) : (
        view.policies.map((policy) => <PolicyCard key={policy.id} policy={policy} mayWrite={mayWrite} remove={actions.remove} />)
      )}
      <p className="text-xs text-muted-foreground">
        Checked when a journey is published, before a file is made and again before each message. As of <Time iso={view.asOf} />.
      </p>
    </div>
  );
}

function PolicyCard({
  policy,
  mayWrite,
  remove,
}: {
  policy: LabelPolicy & { stops: Stopped[] };
  mayWrite: boolean;
  remove: LabelPolicyActions["remove"];
}) {
  const router = useRouter();
  const { run, pending } = useAction(remove, { success: "Policy removed", onSuccess: () => router.refresh() });
  return (
    <Card>
      <CardHeader>
        <CardTitle>{policy.name}</CardTitle>
        <CardDescription>
          <Badge variant="warning">{labelName(policy.label)}</Badge> is never used for{" "}
          {policy.target.kind === "use" ? "the use" : "the purpose"} “{policy.target.name}”. Since <Time iso={policy.createdAt} />
          {policy.createdBy === null ? "" : `, by ${policy.createdBy}`}.
        </CardDescription>
        {mayWrite ? (
          <CardAction>
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove policy ${policy.name}`}
              pending={pending}
              onClick={() => void run({ id: policy.id })}
            >
              <Trash2 aria-hidden />
            </Button>
          </CardAction>
        ) : null}
      </CardHeader>
      <CardContent>
        <Stops stops={policy.stops} none="Nothing that stands now carries the label." lead="Stops:" />
      </CardContent>
    </Card>
  );
}

const HREFS: Record<Stopped["kind"], ((id: string) => string) | null> = {
  segment: (id) => `/segments/${id}`,
  computed: null,
  journey: null,
  template: null,
};

function Stops({ stops, lead, none }: { stops: Stopped[]; lead: string; none: string }) {
  if (stops.length === 0) return <p className="text-sm text-muted-foreground">{none}</p>;
  return (
    <div className="grid gap-1 text-sm">
      <p>
        {lead} {stops.length} {stops.length === 1 ? "thing" : "things"}
      </p>
      <ul aria-label={lead} className="grid gap-1">
        {stops.slice(0, 20).map(({ kind, id, name, field, path }) => {
          const href = HREFS[kind]?.(id);
          return (
            <li key={`${kind} ${id}`} className="break-words">
              {CARRIER_LABELS[kind].replace(/^./, (first) => first.toUpperCase())}{" "}
              {href ? (
                <Link href={href} className="underline underline-offset-2">
                  {name}
                </Link>
              ) : (
                <span className="font-medium">{name}</span>
              )}
              <span className="text-muted-foreground">
                : {field}
                {path.length === 0 ? "" : ` by way of ${path.join(", ")}`}
              </span>
            </li>
          );
        })}
      </ul>
      {stops.length > 20 ? <p className="text-muted-foreground">and {stops.length - 20} more</p> : null}
    </div>
  );
}

function NewPolicy({ view, actions }: { view: LabelsView; actions: LabelPolicyActions }) {
  const router = useRouter();
  const [label, setLabel] = useState(view.labels.includes("special_category") ? "special_category" : (view.labels[0] ?? ""));
  const [target, setTarget] = useState(`purpose:${view.purposes[0]?.id ?? ""}`);
  const [name, setName] = useState("");
  const [stops, setStops] = useState<Stopped[] | null>(null);
  const preview = useAction(actions.preview, { onSuccess: setStops });
  const create = useAction(actions.create, {
    inline: true,
    success: "Policy in force",
    onSuccess: () => {
      setName("");
      setStops(null);
      router.refresh();
    },
  });
  const at = target.indexOf(":");
  const chosen: Target = { kind: target.slice(0, at) === "use" ? "use" : "purpose", id: target.slice(at + 1) };
  return (
    <Card>
      <CardHeader>
        <CardTitle>New policy</CardTitle>
        <CardDescription>Look at what it would stop before you put it in force.</CardDescription>
      </CardHeader>
      <CardContent>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void create.run({ name, label, target: chosen });
          }}
        >
          <div className="grid gap-4 sm:grid-cols-3">
            <Field label="Name" error={create.fields["name"]}>
              <Input
                value={name}
                maxLength={120}
                required
                minLength={3}
                placeholder="No health data to advertising"
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
            <Field label="Label" error={create.fields["label"]}>
              <NativeSelect
                value={label}
                onChange={(event) => {
                  setLabel(event.target.value);
                  setStops(null);
                }}
              >
                {view.labels.map((one) => (
                  <option key={one} value={one}>
                    {labelName(one)}
                  </option>
                ))}
              </NativeSelect>
            </Field>
            <Field label="Is never used for" error={create.fields["target"]}>
              <NativeSelect
                value={target}
                onChange={(event) => {
                  setTarget(event.target.value);
                  setStops(null);
                }}
              >
                <optgroup label="Purposes">
                  {view.purposes.map((one) => (
                    <option key={one.id} value={`purpose:${one.id}`}>
                      {one.name}
                    </option>
                  ))}
                </optgroup>
                <optgroup label="Uses and destinations">
                  {view.uses.map((one) => (
                    <option key={one.id} value={`use:${one.id}`}>
                      {one.name}
                    </option>
                  ))}
                </optgroup>
              </NativeSelect>
            </Field>
          </div>
          {stops === null ? null : (
            <div role="status">
              <Stops stops={stops} lead="Would stop:" none="Nothing that stands now would be stopped." />
            </div>
          )}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" pending={create.pending}>
              Put in force
            </Button>
            <Button type="button" variant="outline" pending={preview.pending} onClick={() => void preview.run({ label, target: chosen })}>
              Show what it would stop
            </Button>
          </div>
        </form>
      </CardContent>
    </Card>
  );
}
