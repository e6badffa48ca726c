"use client";

import { Plus, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Textarea } from "@/components/ui/textarea";
import { ASSIGNMENT_LABELS, COVER_KINDS, MOST_ARMS, type Assignment, type ExperimentChoices } from "@/domain/experiments/model";
import type { ExperimentChanges, ExperimentDraft } from "./draft";

export interface ExperimentSheetProps {
  draft: ExperimentDraft;
  choices: ExperimentChoices;
  save: ExperimentChanges["save"];
  /** Null: there is nothing to archive yet. */
  archive: ExperimentChanges["archive"] | null;
  onClose(): void;
  onSaved(id: string): void;
}

export function ExperimentSheet({ draft, choices, save, archive, onClose, onSaved }: ExperimentSheetProps) {
  const router = useRouter();
  const [given, setGiven] = useState(draft);
  const change = (more: Partial<ExperimentDraft>): void => setGiven({ ...given, ...more });
  const saving = useAction(save, {
    inline: true,
    success: draft.id === null ? "Experiment created" : "Experiment saved",
    onSuccess: ({ id }) => {
      onClose();
      router.refresh();
      onSaved(id);
    },
  });
  const archiving = useAction(archive ?? save, {
    success: "Experiment archived",
    onSuccess: () => {
      onClose();
      router.push("/experiments");
    },
  });
  const { fields } = saving;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void saving.run({ ...given, arms: given.arms.map(({ key: _key, ...arm }) => arm) });
  };
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent className="w-[min(100vw,36rem)]">
        <SheetHeader>
          <SheetTitle>{draft.id === null ? "New experiment" : "Edit experiment"}</SheetTitle>
          <SheetDescription>
            Who was in which arm, and what the arms are judged by. Decide on the metric before the test begins.
          </SheetDescription>
        </SheetHeader>
        <form id="experiment" className="grid gap-4" onSubmit={submit}>
          <Field label="Name" error={fields["name"]}>
            <Input value={given.name} onChange={(event) => change({ name: event.target.value })} required maxLength={100} />
          </Field>
          <Field label="Hypothesis" aside="Optional" error={fields["hypothesis"]}>
            <Textarea value={given.hypothesis} rows={2} onChange={(event) => change({ hypothesis: event.target.value })} />
          </Field>
          <AssignmentFields given={given} choices={choices} errors={fields} onChange={change} />
          <Arms given={given} choices={choices} error={fields["arms"]} onChange={(arms) => change({ arms })} />
          <MetricFields given={given} choices={choices} errors={fields} onChange={change} />
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Starts" error={fields["startsOn"]}>
              <Input type="date" required value={given.startsOn} onChange={(event) => change({ startsOn: event.target.value })} />
            </Field>
            <Field label="Last day of assignment" aside="Optional" error={fields["endsOn"]}>
              <Input type="date" value={given.endsOn ?? ""} onChange={(event) => change({ endsOn: event.target.value || null })} />
            </Field>
            <Field label="Planned people, all arms" hint="Looks are sharpest at about this size." error={fields["plannedPeople"]}>
              <Input
                type="number"
                min={100}
                required
                value={String(given.plannedPeople)}
                onChange={(event) => change({ plannedPeople: Number(event.target.value) })}
              />
            </Field>
            <Field
              label="Event that shows who was reached"
              aside="Optional"
              hint="For the effect on those really treated."
              error={fields["exposureEvent"]}
            >
              <Input
                list="experiment-events"
                value={given.exposureEvent ?? ""}
                onChange={(event) => change({ exposureEvent: event.target.value || null })}
              />
            </Field>
          </div>
          <Covers given={given} choices={choices} error={fields["covers"]} onChange={change} />
          <datalist id="experiment-events">
            {choices.events.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </datalist>
        </form>
        <SheetFooter>
          {archive && draft.id !== null ? (
            <Button type="button" variant="outline" pending={archiving.pending} onClick={() => void archiving.run({ id: draft.id })}>
              Archive
            </Button>
          ) : null}
          <Button type="submit" form="experiment" pending={saving.pending}>
            {draft.id === null ? "Create experiment" : "Save experiment"}
          </Button>
        </SheetFooter>
      </SheetContent>
    </Sheet>
  );
}

interface PartProps {
  given: ExperimentDraft;
  choices: ExperimentChoices;
  errors: Readonly<Record<string, string>>;
  onChange(more: Partial<ExperimentDraft>): void;
}

function AssignmentFields({ given, choices, errors, onChange }: PartProps) {
  const { assignment } = given;
  const ofJourney = assignment.kind === "journey_holdout" || assignment.kind === "journey_node";
  const choose = (kind: string): void => {
    const next: Assignment = kind === "groups" ? { kind } : kind === "trait" ? { kind, trait: "" } : { kind: "events", experiment: "" };
    onChange({ assignment: next, arms: given.arms.map((arm) => ({ ...arm, group: null })) });
  };
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="How people came into the arms" error={errors["assignment"]}>
        <NativeSelect value={assignment.kind} disabled={ofJourney} onChange={(event) => choose(event.target.value)}>
          {(ofJourney ? ([assignment.kind] as const) : (["events", "groups", "trait"] as const)).map((kind) => (
            <option key={kind} value={kind}>
              {ASSIGNMENT_LABELS[kind]}
            </option>
          ))}
        </NativeSelect>
      </Field>
      {assignment.kind === "events" ? (
        <Field label="experiment_id" hint='Of the event "Experiment Viewed".' error={errors["assignment.experiment"]}>
          <Input
            required
            value={assignment.experiment}
            onChange={(event) => onChange({ assignment: { kind: "events", experiment: event.target.value } })}
          />
        </Field>
      ) : assignment.kind === "trait" ? (
        <Field label="Trait" hint="Its values are the arms." error={errors["assignment.trait"]}>
          <Input
            required
            list="experiment-traits"
            value={assignment.trait}
            onChange={(event) => onChange({ assignment: { kind: "trait", trait: event.target.value } })}
          />
        </Field>
      ) : null}
      <datalist id="experiment-traits">
        {choices.traits.map(({ key }) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </datalist>
    </div>
  );
}

function Arms({
  given,
  choices,
  error,
  onChange,
}: {
  given: ExperimentDraft;
  choices: ExperimentChoices;
  error: string | undefined;
  onChange(arms: ExperimentDraft["arms"]): void;
}) {
  const { arms, assignment } = given;
  const change = (key: number, more: Partial<ExperimentDraft["arms"][number]>): void =>
    onChange(arms.map((arm) => (arm.key === key ? { ...arm, ...more } : arm)));
  const idLabel = assignment.kind === "events" ? "variation_id" : assignment.kind === "trait" ? "Value of the trait" : "Id";
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-sm font-medium">Arms</legend>
      {arms.map((arm, i) => (
        <div
          key={arm.key}
          className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_4.5rem_auto_auto] items-end gap-2 rounded-md border p-2 max-sm:grid-cols-2"
        >
          <Field label="Name">
            <Input value={arm.name} required onChange={(event) => change(arm.key, { name: event.target.value })} />
          </Field>
          {assignment.kind === "groups" ? (
            <Field label="People">
              <NativeSelect
                required
                value={arm.group === null ? "" : `${arm.group.kind}:${arm.group.id}`}
                onChange={(event) => {
                  const [kind, id = ""] = event.target.value.split(":");
                  change(arm.key, { group: id === "" ? null : { kind: kind === "list" ? "list" : "segment", id } });
                }}
              >
                <option value="">Choose</option>
                <optgroup label="Lists">
                  {choices.lists.map(({ id, name }) => (
                    <option key={id} value={`list:${id}`}>
                      {name}
                    </option>
                  ))}
                </optgroup>
                <optgroup label="Segments">
                  {choices.segments.map(({ id, name }) => (
                    <option key={id} value={`segment:${id}`}>
                      {name}
                    </option>
                  ))}
                </optgroup>
              </NativeSelect>
            </Field>
          ) : (
            <Field label={idLabel}>
              <Input value={arm.id} required onChange={(event) => change(arm.key, { id: event.target.value })} />
            </Field>
          )}
          <Field label="Share">
            <Input
              type="number"
              min={0}
              step="any"
              value={String(arm.share)}
              onChange={(event) => change(arm.key, { share: Number(event.target.value) })}
            />
          </Field>
          <label className="flex h-8 items-center gap-1.5 text-sm">
            <input
              type="radio"
              name="control"
              className="size-4 accent-primary"
              checked={arm.control}
              onChange={() => onChange(arms.map((one) => ({ ...one, control: one.key === arm.key })))}
            />
            Control
          </label>
          <Button
            type="button"
            variant="ghost"
            size="icon"
            aria-label={`Remove arm ${i + 1}`}
            disabled={arms.length <= 2}
            onClick={() => onChange(arms.filter(({ key }) => key !== arm.key))}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      {error ? (
        <p role="alert" className="text-xs text-destructive-text">
          {error}
        </p>
      ) : (
        <p className="text-xs text-muted-foreground">
          Shares are the planned split. 0 in all of them: not known, and the split is not tested.
        </p>
      )}
      <Button
        type="button"
        variant="outline"
        size="sm"
        className="justify-self-start"
        disabled={arms.length >= MOST_ARMS}
        onClick={() => {
          const key = Math.max(...arms.map((arm) => arm.key)) + 1;
          onChange([...arms, { key, id: `arm_${key + 1}`, name: `Arm ${key + 1}`, control: false, share: 1, group: null }]);
        }}
      >
        <Plus aria-hidden />
        Add arm
      </Button>
    </fieldset>
  );
}

function MetricFields({ given, choices, errors, onChange }: PartProps) {
  const { metric } = given;
  const value = metric.kind === "conversion" ? metric.conversionId : "";
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Judged by" error={errors["metric.conversionId"]}>
        <NativeSelect
          value={value}
          onChange={(event) =>
            onChange({
              metric:
                event.target.value === ""
                  ? { kind: "event", event: "", property: null }
                  : { kind: "conversion", conversionId: event.target.value },
            })
          }
        >
          {choices.conversions.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value="">Another event</option>
        </NativeSelect>
      </Field>
      <Field label="Days after assignment" hint="Outcomes later than that do not count." error={errors["windowDays"]}>
        <Input
          type="number"
          min={1}
          max={365}
          required
          value={String(given.windowDays)}
          onChange={(event) => onChange({ windowDays: Number(event.target.value) })}
        />
      </Field>
      {metric.kind === "event" ? (
        <>
          <Field label="Event" error={errors["metric.event"]}>
            <Input
              required
              list="experiment-events"
              value={metric.event}
              onChange={(event) => onChange({ metric: { ...metric, event: event.target.value } })}
            />
          </Field>
          <Field label="Number in its properties" aside="Optional" hint="Empty: the event's value." error={errors["metric.property"]}>
            <Input
              value={metric.property ?? ""}
              onChange={(event) => onChange({ metric: { ...metric, property: event.target.value || null } })}
            />
          </Field>
        </>
      ) : null}
    </div>
  );
}

function Covers({
  given,
  choices,
  error,
  onChange,
}: {
  given: ExperimentDraft;
  choices: ExperimentChoices;
  error: string | undefined;
  onChange(more: Partial<ExperimentDraft>): void;
}) {
  const { covers } = given;
  const names = covers?.kind === "campaign" ? choices.campaigns : choices.channels;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Calibrates in attribution" aside="Optional" hint="The row that the arms are about." error={error}>
        <NativeSelect
          value={covers?.kind ?? ""}
          onChange={(event) => {
            const kind = COVER_KINDS.find((one) => one === event.target.value);
            onChange({
              covers: kind === undefined ? null : { kind, name: (kind === "campaign" ? choices.campaigns : choices.channels)[0] ?? "" },
            });
          }}
        >
          <option value="">Nothing</option>
          <option value="channel">A channel</option>
          <option value="campaign">A campaign</option>
        </NativeSelect>
      </Field>
      {covers ? (
        <Field label={covers.kind === "campaign" ? "Campaign" : "Channel"}>
          <NativeSelect value={covers.name} onChange={(event) => onChange({ covers: { ...covers, name: event.target.value } })}>
            {[...new Set([...names, covers.name])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </NativeSelect>
        </Field>
      ) : null}
    </div>
  );
}
