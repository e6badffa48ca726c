"use client";

import { Gauge, Plus } from "lucide-react";
import { useId, useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { JOURNEY_CHANNELS, type JourneyChannel } from "@/domain/journeys/model";
import type { CapInput, FrequencyCap } from "@/domain/journeys/schemas";
import type { Result } from "@/domain/kernel/model";
import { NumberControl } from "./forms/controls";
import { CHANNEL_NAMES } from "./kinds";

export interface CapChanges {
  save: (input: CapInput) => Promise<Result<{ id: string }>>;
  remove: (input: { id: string }) => Promise<Result<null>>;
}

const NEW: CapInput = { id: null, name: "", channels: [], count: 3, hours: 168 };

function windowWords(hours: number): string {
  if (hours % 168 === 0) return hours === 168 ? "any 7 days" : `any ${hours / 24} days`;
  if (hours % 24 === 0) return hours === 24 ? "any 24 hours" : `any ${hours / 24} days`;
  return hours === 1 ? "any hour" : `any ${hours} hours`;
}
const capWords = (cap: Pick<FrequencyCap, "channels" | "count" | "hours">): string =>
  `At most ${cap.count} ${cap.channels.length === 0 ? "" : `${cap.channels.map((channel) => CHANNEL_NAMES[channel]).join(" and ")} `}${cap.count === 1 ? "message" : "messages"} to a person in ${windowWords(cap.hours)}${cap.channels.length === 0 ? ", all channels together" : ""}.`;

/** How often a person may hear from the company at all. */
export function CapsScreen({ caps, changes }: { caps: readonly FrequencyCap[]; changes: CapChanges | null }) {
  const [edited, setEdited] = useState<CapInput | null>(null);
  const add = changes && (
    <Button onClick={() => setEdited(NEW)}>
      <Plus aria-hidden />
      New cap
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Frequency caps"
        description="How often a person may hear from you, over all journeys and broadcasts. Transactional messages are exempt."
        actions={caps.length > 0 ? add : undefined}
      />
      {caps.length === 0 ? (
        <Empty
          icon={Gauge}
          title="No cap yet"
          description="Without one, every message that a journey wants is sent, consent and quiet hours permitting."
          actions={add ?? undefined}
        />
      ) : (
        <ul className="grid gap-2" aria-label="Frequency caps">
          {caps.map((cap) => (
            <li key={cap.id} className="flex flex-wrap items-center justify-between gap-3 rounded-lg border bg-card px-4 py-3">
              <div className="min-w-0">
                <p className="font-medium">{cap.name}</p>
                <p className="text-sm text-muted-foreground">{capWords(cap)}</p>
              </div>
              {changes && (
                <Button
                  variant="outline"
                  size="sm"
                  aria-label={`Change ${cap.name}`}
                  onClick={() => setEdited({ ...cap, channels: [...cap.channels] })}
                >
                  Change
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="text-xs text-muted-foreground">
        Windows slide: the last 24 hours from the moment of sending, not a day of the calendar. A message that a cap stops is kept in the
        numbers with the cap&apos;s name.
      </p>
      {changes && edited && <CapDialog key={edited.id ?? "new"} cap={edited} changes={changes} onClose={() => setEdited(null)} />}
    </>
  );
}

function CapDialog({ cap, changes, onClose }: { cap: CapInput; changes: CapChanges; onClose: () => void }) {
  const id = useId();
  const [draft, setDraft] = useState(cap);
  const [unit, setUnit] = useState<"hour" | "day">(cap.hours % 24 === 0 ? "day" : "hour");
  const save = useAction(changes.save, { success: "Cap saved. It holds from the next message on.", onSuccess: onClose, inline: true });
  const remove = useAction(changes.remove, { success: "Cap deleted.", onSuccess: onClose });
  const size = unit === "day" ? 24 : 1;
  const toggle = (channel: JourneyChannel, on: boolean) =>
    setDraft({ ...draft, channels: on ? [...draft.channels, channel] : draft.channels.filter((one) => one !== channel) });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{cap.id === null ? "New cap" : "Change cap"}</DialogTitle>
          <DialogDescription>{capWords(draft)}</DialogDescription>
        </DialogHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void save.run(draft);
          }}
        >
          <Field label="Name" error={save.fields.name}>
            <Input
              value={draft.name}
              maxLength={80}
              required
              placeholder="Three a week"
              onChange={(event) => setDraft({ ...draft, name: event.target.value })}
            />
          </Field>
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">Channels that count</legend>
            <div className="grid grid-cols-2 gap-1.5 sm:grid-cols-3">
              {JOURNEY_CHANNELS.map((channel) => (
                <label key={channel} htmlFor={`${id}${channel}`} className="flex min-h-7 items-center gap-2 text-sm">
                  <Checkbox
                    id={`${id}${channel}`}
                    checked={draft.channels.includes(channel)}
                    onCheckedChange={(on) => toggle(channel, on === true)}
                  />
                  {CHANNEL_NAMES[channel]}
                </label>
              ))}
            </div>
            <p className="mt-1 text-xs text-muted-foreground">None chosen: all channels together.</p>
          </fieldset>
          <div className="grid grid-cols-3 gap-2">
            <Field label="Messages" error={save.fields.count}>
              <NumberControl value={draft.count} min={1} max={1000} onChange={(count) => setDraft({ ...draft, count })} />
            </Field>
            <Field label="In any" error={save.fields.hours}>
              <NumberControl
                value={Math.max(1, Math.round(draft.hours / size))}
                min={1}
                max={2160 / size}
                onChange={(n) => setDraft({ ...draft, hours: n * size })}
              />
            </Field>
            <Field label="Unit">
              <NativeSelect
                value={unit}
                onChange={(event) => {
                  const next = event.target.value === "hour" ? "hour" : "day";
                  const n = Math.max(1, Math.round(draft.hours / size));
                  setUnit(next);
                  setDraft({ ...draft, hours: Math.min(2160, next === "day" ? n * 24 : n) });
                }}
              >
                <option value="hour">hours</option>
                <option value="day">days</option>
              </NativeSelect>
            </Field>
          </div>
          <DialogFooter className="sm:justify-between">
            {cap.id === null ? (
              <span />
            ) : (
              <Button
                variant="destructive-outline"
                pending={remove.pending}
                onClick={() => cap.id !== null && void remove.run({ id: cap.id })}
              >
                Delete cap
              </Button>
            )}
            <span className="flex flex-col-reverse gap-2 sm:flex-row">
              <Button variant="outline" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" pending={save.pending}>
                Save cap
              </Button>
            </span>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
