"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useId, useState, type ReactNode } from "react";
import { formatCount } from "@/components/charts";
import { postJson } from "@/components/layout/fetch-json";
import { PageHeader } from "@/components/layout/page-header";
import { useAction } from "@/components/layout/use-action";
import { useDebounced } from "@/components/layout/use-debounced";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { MOST_ARMS, WINNER_METRICS } from "@/domain/broadcasts/model";
import type { BroadcastDefinition, BroadcastDetail, Checklist, Schedule } from "@/domain/broadcasts/model";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS, isChannel } from "@/domain/templates/model";
import { StatusBadge } from "./broadcasts-screen";
import { ChecklistPanel, LaunchButton } from "./launch";

export interface ManageBroadcast {
  launch(input: unknown): Promise<Result<unknown>>;
  pause(input: unknown): Promise<Result<unknown>>;
  resume(input: unknown): Promise<Result<unknown>>;
  cancel(input: unknown): Promise<Result<unknown>>;
  archive(input: unknown): Promise<Result<unknown>>;
  duplicate(input: unknown): Promise<Result<{ id: string }>>;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Props {
  broadcast: BroadcastDetail;
  segments: readonly (Named & { size: number })[];
  templates: readonly (Named & { channel: JourneyChannel })[];
  purposes: readonly Named[];
  save: ((input: unknown) => Promise<Result<{ revision: number }>>) | null;
  manage: ManageBroadcast | null;
}

const METRIC_LABELS = { open: "opens", click: "clicks", conversion: "a conversion" } as const;
const never = (): Promise<Result<never>> => Promise.resolve({ ok: false, error: { code: "FORBIDDEN", message: "You may not do this." } });

/** A draft: who, what and when on one side, the checklist on the other. */
export function BroadcastDraft({ broadcast, segments, templates, purposes, save, manage }: Props) {
  const router = useRouter();
  const [given, setGiven] = useState(broadcast.definition);
  const [saved, setSaved] = useState({ revision: broadcast.revision, text: JSON.stringify(broadcast.definition) });
  const changed = JSON.stringify(given) !== saved.text;
  const set = (more: Partial<BroadcastDefinition>): void => setGiven({ ...given, ...more });
  const saving = useAction(save ?? never, {
    success: "Broadcast saved",
    onSuccess: ({ revision }) => setSaved({ revision, text: JSON.stringify(given) }),
  });
  const launching = useAction(manage?.launch ?? never, { success: "Broadcast launched", onSuccess: () => router.refresh() });
  const draft = useDebounced(JSON.stringify(given), 400);
  const { data: checklist, error } = useQuery({
    queryKey: ["broadcasts", "check", draft],
    queryFn: ({ signal }) => postJson<Checklist>("/api/broadcasts/check", JSON.parse(draft), signal),
    placeholderData: keepPreviousData,
  });
  const blocked = checklist === undefined || checklist.items.some(({ level }) => level === "error");
  return (
    <>
      <PageHeader
        title={broadcast.name}
        description={
          <span className="flex flex-wrap items-center gap-2">
            <StatusBadge status={broadcast.status} />
            {changed ? <span>{manage ? "Not saved yet: save the draft to launch it." : "Not saved yet."}</span> : null}
          </span>
        }
        actions={
          <>
            {save ? (
              <Button
                variant="outline"
                pending={saving.pending}
                disabled={!changed}
                onClick={() => void saving.run({ id: broadcast.id, basedOn: saved.revision, name: broadcast.name, definition: given })}
              >
                Save draft
              </Button>
            ) : null}
            {manage ? (
              <LaunchButton
                name={broadcast.name}
                now={given.schedule.kind === "now"}
                reach={checklist?.reach ?? null}
                pending={launching.pending}
                disabled={changed || blocked}
                onLaunch={() => void launching.run({ id: broadcast.id, basedOn: saved.revision })}
              />
            ) : null}
          </>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <fieldset disabled={save === null} className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <Part title="Who">
            <div className="grid items-start gap-4 sm:grid-cols-2">
              <SegmentBoxes
                legend="In any of these segments"
                segments={segments}
                chosen={given.audience.segments}
                onChange={(ids) => set({ audience: { ...given.audience, segments: ids } })}
              />
              <SegmentBoxes
                legend="And in none of these"
                segments={segments}
                chosen={given.audience.except}
                onChange={(ids) => set({ audience: { ...given.audience, except: ids } })}
              />
            </div>
            <Field label="Holdout, per cent" hint="Kept out at random, to measure by.">
              <Input
                type="number"
                min={0}
                max={100}
                className="w-28"
                value={given.holdout}
                onChange={(event) => set({ holdout: Math.min(100, Math.max(0, Number(event.target.value) || 0)) })}
              />
            </Field>
          </Part>
          <Part title="What">
            <div className="grid items-start gap-4 sm:grid-cols-2">
              <Field label="Channel">
                <NativeSelect
                  value={given.channel}
                  onChange={({ target: { value } }) =>
                    isChannel(value) ? set({ channel: value, arms: given.arms.map((arm) => ({ ...arm, templateId: null })) }) : undefined
                  }
                >
                  {Object.entries(CHANNEL_LABELS).map(([channel, label]) => (
                    <option key={channel} value={channel}>
                      {label}
                    </option>
                  ))}
                </NativeSelect>
              </Field>
              <Field label="Purpose" hint="Consent is asked for it before anything leaves.">
                <NativeSelect
                  value={given.purposeId ?? ""}
                  onChange={({ target: { value } }) => set({ purposeId: value === "" ? null : value })}
                >
                  <option value="">Choose</option>
                  {purposes.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </NativeSelect>
              </Field>
            </div>
            <Arms given={given} templates={templates.filter(({ channel }) => channel === given.channel)} onChange={set} />
            {given.arms.length > 1 ? <Winner given={given} onChange={set} /> : null}
          </Part>
          <Part title="When">
            <When given={given} onChange={set} />
          </Part>
        </fieldset>
        <ChecklistPanel checklist={checklist} error={error} />
      </div>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid grid-cols-[minmax(0,1fr)] gap-4 rounded-lg border bg-card p-4">
      <h2 id={id} className="text-sm font-medium">
        {title}
      </h2>
      {children}
    </section>
  );
}

function SegmentBoxes({
  legend,
  segments,
  chosen,
  onChange,
}: {
  legend: string;
  segments: Props["segments"];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}) {
  const id = useId();
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <ul className="grid max-h-56 overflow-y-auto rounded-md border p-1">
        {segments.map((segment) => (
          <li key={segment.id}>
            <label htmlFor={`${id}${segment.id}`} className="flex min-h-8 items-center gap-2 rounded-sm px-1.5 text-sm hover:bg-accent">
              <Checkbox
                id={`${id}${segment.id}`}
                checked={chosen.includes(segment.id)}
                onCheckedChange={(on) => onChange(on === true ? [...chosen, segment.id] : chosen.filter((one) => one !== segment.id))}
              />
              <span className="min-w-0 flex-1 truncate">{segment.name}</span>
              <span className="text-xs text-muted-foreground tabular-nums">{formatCount(segment.size)}</span>
            </label>
          </li>
        ))}
        {segments.length === 0 ? <li className="px-1.5 py-2 text-sm text-muted-foreground">There are no segments yet.</li> : null}
      </ul>
    </fieldset>
  );
}

type Change = (more: Partial<BroadcastDefinition>) => void;

function Arms({ given, templates, onChange }: { given: BroadcastDefinition; templates: readonly Named[]; onChange: Change }) {
  const { arms } = given;
  const free = "abcdefghij".split("").find((letter) => !arms.some(({ id }) => id === letter)) ?? "z";
  const put = (id: string, more: Partial<(typeof arms)[number]>): void =>
    onChange({ arms: arms.map((arm) => (arm.id === id ? { ...arm, ...more } : arm)) });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      {arms.map((arm) => {
        const label = arms.length > 1 ? `Template of variant ${arm.id.toUpperCase()}` : "Template";
        return (
          <div key={arm.id} className="flex flex-wrap items-end gap-2">
            <Field label={label} className="min-w-0 flex-1 basis-60">
              <NativeSelect
                value={arm.templateId ?? ""}
                onChange={({ target: { value } }) => put(arm.id, { templateId: value === "" ? null : value })}
              >
                <option value="">Choose</option>
                {templates.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </NativeSelect>
            </Field>
            {arms.length > 1 ? (
              <>
                <Field label="Weight" className="w-20">
                  <Input
                    type="number"
                    min={1}
                    max={100}
                    aria-label={`Weight of variant ${arm.id.toUpperCase()}`}
                    value={arm.weight}
                    onChange={(event) => put(arm.id, { weight: Math.min(100, Math.max(1, Math.round(Number(event.target.value)) || 1)) })}
                  />
                </Field>
                <Button
                  type="button"
                  variant="ghost"
                  size="icon"
                  aria-label={`Take variant ${arm.id.toUpperCase()} out`}
                  onClick={() => onChange({ arms: arms.filter(({ id }) => id !== arm.id), ...(arms.length === 2 ? { winner: null } : {}) })}
                >
                  <Trash2 aria-hidden />
                </Button>
              </>
            ) : null}
          </div>
        );
      })}
      {arms.length < MOST_ARMS ? (
        <Button
          type="button"
          variant="outline"
          className="justify-self-start"
          onClick={() => onChange({ arms: [...arms, { id: free, templateId: null, weight: 1 }] })}
        >
          <Plus aria-hidden />
          Add variant
        </Button>
      ) : null}
    </div>
  );
}

function Winner({ given, onChange }: { given: BroadcastDefinition; onChange: Change }) {
  const { winner } = given;
  const id = useId();
  return (
    <div className="grid gap-3 rounded-md border p-3">
      <label htmlFor={id} className="flex items-center gap-2 text-sm">
        <Switch
          id={id}
          checked={winner !== null}
          onCheckedChange={(on) => onChange({ winner: on ? { metric: "click", event: "", afterHours: 4, testShare: 20 } : null })}
        />
        Try the variants on a part first, and send the best to the rest
      </label>
      {winner === null ? null : (
        <div className="grid items-start gap-3 sm:grid-cols-3">
          <Field label="Try on, per cent">
            <Input
              type="number"
              min={1}
              max={100}
              value={winner.testShare}
              onChange={(event) =>
                onChange({ winner: { ...winner, testShare: Math.min(100, Math.max(1, Number(event.target.value) || 1)) } })
              }
            />
          </Field>
          <Field label="Decide after, hours">
            <Input
              type="number"
              min={1}
              max={168}
              value={winner.afterHours}
              onChange={(event) =>
                onChange({ winner: { ...winner, afterHours: Math.min(168, Math.max(1, Math.round(Number(event.target.value)) || 1)) } })
              }
            />
          </Field>
          <Field label="By">
            <NativeSelect
              value={winner.metric}
              onChange={({ target: { value } }) =>
                onChange({ winner: { ...winner, metric: WINNER_METRICS.find((one) => one === value) ?? "click" } })
              }
            >
              {WINNER_METRICS.map((metric) => (
                <option key={metric} value={metric}>
                  {METRIC_LABELS[metric]}
                </option>
              ))}
            </NativeSelect>
          </Field>
          {winner.metric === "conversion" ? (
            <Field label="Event of the conversion">
              <Input
                value={winner.event}
                placeholder="Order Completed"
                onChange={(event) => onChange({ winner: { ...winner, event: event.target.value } })}
              />
            </Field>
          ) : null}
        </div>
      )}
    </div>
  );
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

function When({ given, onChange }: { given: BroadcastDefinition; onChange: Change }) {
  const { schedule } = given;
  const choose = (kind: string): Schedule => {
    const tomorrow = new Date(Date.now() + 86_400_000);
    if (kind === "at") return { kind, at: tomorrow.toISOString() };
    return kind === "local" ? { kind, date: dayOf(new Date(Date.now() + 2 * 86_400_000)), time: "09:00" } : { kind: "now" };
  };
  const local =
    schedule.kind === "at"
      ? new Date(Date.parse(schedule.at) - new Date(schedule.at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
      : "";
  const id = useId();
  return (
    <div className="grid gap-4">
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <Field label="Start">
          <NativeSelect value={schedule.kind} onChange={(event) => onChange({ schedule: choose(event.target.value) })}>
            <option value="now">when launched</option>
            <option value="at">at a time</option>
            <option value="local">at their local time</option>
          </NativeSelect>
        </Field>
        {schedule.kind === "at" ? (
          <Field label="Time, by your clock">
            <Input
              type="datetime-local"
              value={local}
              onChange={({ target: { value } }) =>
                Number.isNaN(Date.parse(value)) ? undefined : onChange({ schedule: { kind: "at", at: new Date(value).toISOString() } })
              }
            />
          </Field>
        ) : null}
        {schedule.kind === "local" ? (
          <>
            <Field label="Day">
              <Input
                type="date"
                value={schedule.date}
                onChange={({ target: { value } }) => (value === "" ? undefined : onChange({ schedule: { ...schedule, date: value } }))}
              />
            </Field>
            <Field label="Time">
              <Input
                type="time"
                value={schedule.time}
                onChange={({ target: { value } }) => (value === "" ? undefined : onChange({ schedule: { ...schedule, time: value } }))}
              />
            </Field>
          </>
        ) : null}
        <Field label="At most, messages a minute" hint="Empty: as fast as they go.">
          <Input
            type="number"
            min={1}
            value={given.perMinute ?? ""}
            onChange={({ target: { value } }) =>
              onChange({ perMinute: value === "" ? null : Math.min(1_000_000, Math.max(1, Math.round(Number(value)) || 1)) })
            }
          />
        </Field>
        <Field label="utm_campaign" hint="Empty: made from the name.">
          <Input value={given.utmCampaign} onChange={(event) => onChange({ utmCampaign: event.target.value })} />
        </Field>
      </div>
      <div className="grid gap-2">
        {(
          [
            ["capped", "Obey and count against frequency caps"],
            ["review", "Hold for review: everything but sending"],
            ["transactional", "Not marketing: part of a service people use"],
          ] as const
        ).map(([name, label]) => (
          <label key={name} htmlFor={`${id}${name}`} className="flex items-center gap-2 text-sm">
            <Switch id={`${id}${name}`} checked={given[name]} onCheckedChange={(on) => onChange({ [name]: on })} />
            {label}
          </label>
        ))}
      </div>
    </div>
  );
}
