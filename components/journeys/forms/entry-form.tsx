"use client";

import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import type { Entry, EntryKind } from "@/domain/journeys/model";
import { useEditor } from "../editor-context";
import { reentryWords } from "../words";
import { ChoiceField, DurationControl, MomentControl, Named, NumberControl, TimeControl, WeekdaysControl } from "./controls";

const KINDS: readonly { kind: EntryKind; label: string; make: () => Entry }[] = [
  { kind: "event", label: "somebody does something", make: () => ({ kind: "event", event: "", where: [], key: null }) },
  { kind: "segment_entered", label: "somebody enters a segment", make: () => ({ kind: "segment_entered", segmentId: "" }) },
  { kind: "segment_left", label: "somebody leaves a segment", make: () => ({ kind: "segment_left", segmentId: "" }) },
  {
    kind: "date_trait",
    label: "a date of the person comes",
    make: () => ({ kind: "date_trait", path: ["birthday"], days: 0, time: "09:00", yearly: true }),
  },
  {
    kind: "schedule",
    label: "a time comes, for a whole segment",
    make: () => ({ kind: "schedule", segmentId: null, at: null, recurring: { weekdays: [1], time: "09:00" }, local: true }),
  },
  { kind: "api", label: "your system calls the API", make: () => ({ kind: "api" }) },
  { kind: "manual", label: "somebody of the team adds them", make: () => ({ kind: "manual" }) },
];

/** Who comes in, and how often. */
export function EntryForm() {
  const { drawing, edit, parts, choices } = useEditor();
  const { entry, settings } = drawing;
  const put = (next: Entry, field?: string) => edit((now) => ({ ...now, entry: next }), field && `entry:${field}`);
  const putReentry = (reentry: typeof settings.reentry, field?: string) =>
    edit((now) => ({ ...now, settings: { ...now.settings, reentry } }), field && `reentry:${field}`);
  return (
    <>
      <Field label="People enter when">
        <NativeSelect
          value={entry.kind}
          onChange={(event) => {
            const made = KINDS.find(({ kind }) => kind === event.target.value)?.make();
            if (made) put(made);
          }}
        >
          {KINDS.map(({ kind, label }) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </NativeSelect>
      </Field>
      {entry.kind === "event" && (
        <>
          <div className="grid gap-1.5">
            <p className="text-sm font-medium">Event</p>
            <parts.EventName label="Entry event" value={entry.event} onChange={(event) => put({ ...entry, event })} />
            <parts.Filters event={entry.event} where={entry.where} onChange={(where, field) => put({ ...entry, where }, field)} />
          </div>
          <Named
            name="Separate runs by"
            hint="A property such as cart_id: each cart runs by itself, and later events are matched by it. None: one run a person."
          >
            <parts.PropertyName label="Key property" event={entry.event} value={entry.key} onChange={(key) => put({ ...entry, key })} />
          </Named>
        </>
      )}
      {(entry.kind === "segment_entered" || entry.kind === "segment_left") && (
        <ChoiceField
          label="Segment"
          none="Choose a segment"
          value={entry.segmentId}
          options={choices.segments}
          hint="People who are in it already when the journey is published do not enter."
          onChange={(segmentId) => put({ ...entry, segmentId: segmentId ?? "" })}
        />
      )}
      {entry.kind === "date_trait" && (
        <>
          <Named name="Date trait">
            <parts.TraitName label="Entry date trait" value={entry.path} onChange={(path) => put({ ...entry, path })} />
          </Named>
          <div className="grid grid-cols-2 gap-2">
            <Field label="Days" hint="Negative: before.">
              <NumberControl value={entry.days} min={-365} max={365} onChange={(days) => put({ ...entry, days }, "days")} />
            </Field>
            <Field label="At" hint="The person's time.">
              <TimeControl value={entry.time} onChange={(time) => put({ ...entry, time }, "time")} />
            </Field>
          </div>
          <Field label="Every year" orientation="horizontal" hint="A birthday, an anniversary.">
            <Switch checked={entry.yearly} onCheckedChange={(yearly) => put({ ...entry, yearly })} />
          </Field>
        </>
      )}
      {entry.kind === "schedule" && <Schedule entry={entry} put={put} />}
      {entry.kind === "api" && (
        <p className="text-xs text-muted-foreground">
          A call names the journey and the person; its data can be used in messages as event data.
        </p>
      )}
      <Field label="The same person again" hint={reentryWords(settings, entry)}>
        <NativeSelect
          value={settings.reentry.kind}
          onChange={(event) => {
            const kind = event.target.value;
            putReentry(kind === "after" ? { kind, duration: { n: 30, unit: "day" } } : { kind: kind === "always" ? "always" : "once" });
          }}
        >
          <option value="once">never</option>
          <option value="always">every time</option>
          <option value="after">after some time</option>
        </NativeSelect>
      </Field>
      {settings.reentry.kind === "after" && (
        <DurationControl
          label="Enter again after"
          value={settings.reentry.duration}
          onChange={(duration) => putReentry({ kind: "after", duration }, "duration")}
        />
      )}
    </>
  );
}

function Schedule({ entry, put }: { entry: Extract<Entry, { kind: "schedule" }>; put: (entry: Entry, field?: string) => void }) {
  const { choices } = useEditor();
  const { recurring } = entry;
  return (
    <>
      <ChoiceField
        label="Who"
        none="Everybody"
        value={entry.segmentId}
        options={choices.segments}
        onChange={(segmentId) => put({ ...entry, segmentId })}
      />
      <Field label="When">
        <NativeSelect
          value={recurring === null ? "once" : "weekly"}
          onChange={(event) =>
            put(
              event.target.value === "once"
                ? { ...entry, recurring: null, at: entry.at ?? tomorrow() }
                : { ...entry, recurring: { weekdays: [1], time: "09:00" }, at: null },
            )
          }
        >
          <option value="weekly">on weekdays, again and again</option>
          <option value="once">once</option>
        </NativeSelect>
      </Field>
      {recurring === null ? (
        <Field label="Moment" hint={entry.local ? "This clock time of each person's own zone." : "In UTC."}>
          <MomentControl value={entry.at} onChange={(at) => put({ ...entry, at }, "at")} />
        </Field>
      ) : (
        <>
          <WeekdaysControl value={recurring.weekdays} onChange={(weekdays) => put({ ...entry, recurring: { ...recurring, weekdays } })} />
          <Field label="At">
            <TimeControl value={recurring.time} onChange={(time) => put({ ...entry, recurring: { ...recurring, time } }, "time")} />
          </Field>
        </>
      )}
      <Field label="Each person's own time" orientation="horizontal" hint="Off: the company's time zone.">
        <Switch checked={entry.local} onCheckedChange={(local) => put({ ...entry, local })} />
      </Field>
    </>
  );
}

function tomorrow(): string {
  const at = new Date(Date.now() + 86_400_000);
  at.setUTCHours(9, 0, 0, 0);
  return at.toISOString();
}
