"use client";

import { useMutation } from "@tanstack/react-query";
import { Footprints, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { NativeSelect } from "@/components/ui/native-select";
import { Textarea } from "@/components/ui/textarea";
import { PersonPicker } from "./person-picker";
import type { PickedPerson } from "./person-picker";
import { fetchWalk } from "./queries";
import type { WalkQuestion } from "./queries";
import type { RehearsalScreenProps } from "./rehearsal-screen";
import { WalkTimeline } from "./walk-timeline";
import { readPairs } from "./words";

const HOUR = 3_600_000;
const DAYS = [7, 30, 90, 365] as const;

interface SupposedEvent {
  readonly id: number;
  readonly hours: number;
  readonly name: string;
  readonly properties: string;
}

/** Events that the drawing waits for, ends by or counts: what one wants to suppose. */
function eventNames({ definition }: RehearsalScreenProps): string[] {
  return [
    ...new Set([
      ...definition.nodes.flatMap((node) => (node.kind === "hold_until" ? node.branches.map(({ event }) => event) : [])),
      ...definition.settings.exits.flatMap((rule) => (rule.kind === "event" ? [rule.event] : [])),
      ...(definition.settings.goal === null ? [] : [definition.settings.goal.event]),
    ]),
  ].filter((name) => name !== "");
}

/** Walks one person, real or made up, through the draft with a clock of its own. */
export function WalkRehearsal(props: RehearsalScreenProps) {
  const { id, definition, zone, mayPickPeople } = props;
  const known = eventNames(props);
  const keyed = definition.entry.kind === "event" && definition.entry.key !== null;
  const [who, setWho] = useState<"made_up" | "profile">("made_up");
  const [picked, setPicked] = useState<PickedPerson | null>(null);
  const [traits, setTraits] = useState("first_name = Ann\ncountry = DE");
  const [data, setData] = useState("");
  const [key, setKey] = useState("1");
  const [ownZone, setOwnZone] = useState(zone);
  const [agreed, setAgreed] = useState(true);
  const [start, setStart] = useState("");
  const [days, setDays] = useState<number>(90);
  const [events, setEvents] = useState<readonly SupposedEvent[]>([]);
  const walk = useMutation({ mutationFn: (question: WalkQuestion) => fetchWalk(id, question) });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const from = start === "" ? Date.now() : new Date(start).getTime();
    const path = definition.entry.kind === "event" ? (definition.entry.key?.join(".") ?? "") : "";
    // What lets in by a key carries it, and so do the events that match by it.
    const keyData = keyed && path !== "" ? { [path]: key } : {};
    walk.mutate({
      person:
        who === "profile" && picked !== null
          ? { kind: "profile", profileId: picked.id }
          : { kind: "made_up", traits: readPairs(traits), zone: ownZone.trim() || null, memberOf: [], agreed },
      start: new Date(from).toISOString(),
      key: keyed ? key : "",
      data: { ...keyData, ...readPairs(data) },
      events: events
        .filter(({ name }) => name.trim() !== "")
        .map((one) => ({
          at: new Date(from + one.hours * HOUR).toISOString(),
          name: one.name.trim(),
          properties: { ...keyData, ...readPairs(one.properties) },
        })),
      days,
    });
  };
  const change = (event: SupposedEvent, to: Partial<SupposedEvent>): void =>
    setEvents(events.map((one) => (one.id === event.id ? { ...one, ...to } : one)));

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[22rem_minmax(0,1fr)]">
      <form onSubmit={submit}>
        <Card>
          <CardHeader>
            <CardTitle>Who walks, and when</CardTitle>
          </CardHeader>
          <CardContent className="grid grid-cols-[minmax(0,1fr)] gap-4">
            {mayPickPeople && (
              <Field label="Person">
                <NativeSelect value={who} onChange={(event) => setWho(event.target.value as typeof who)}>
                  <option value="made_up">Somebody made up</option>
                  <option value="profile">A real person</option>
                </NativeSelect>
              </Field>
            )}
            {who === "profile" ? (
              <PersonPicker picked={picked} onPick={setPicked} />
            ) : (
              <>
                <Field label="Traits" hint="One a line: name = value.">
                  <Textarea rows={3} value={traits} onChange={(event) => setTraits(event.target.value)} className="font-mono text-xs" />
                </Field>
                <Field label="Time zone" error={walk.error?.message.includes("time zone") === true ? walk.error.message : undefined}>
                  <Input value={ownZone} onChange={(event) => setOwnZone(event.target.value)} autoComplete="off" />
                </Field>
                <Label className="flex cursor-pointer items-center gap-2">
                  <Checkbox checked={agreed} onCheckedChange={(on) => setAgreed(on === true)} />
                  Has agreed to be written to
                </Label>
              </>
            )}
            <Field label="Enters at" hint="By your clock. Empty: now.">
              <Input type="datetime-local" value={start} onChange={(event) => setStart(event.target.value)} />
            </Field>
            {keyed && (
              <Field label="Key of the entry" hint="Events that you suppose below carry the same, unless they name another.">
                <Input value={key} onChange={(event) => setKey(event.target.value)} />
              </Field>
            )}
            <Field label="Data of the entry" aside="Optional" hint="What messages find as event. One a line: name = value.">
              <Textarea rows={2} value={data} onChange={(event) => setData(event.target.value)} className="font-mono text-xs" />
            </Field>
            <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-2">
              <legend className="mb-1 text-sm font-medium">What else happens</legend>
              {events.map((event, i) => (
                <div key={event.id} className="grid grid-cols-[minmax(0,1fr)_5.5rem_auto] items-end gap-2 rounded-md border p-2">
                  <Field label={`Event ${i + 1}`}>
                    <Input
                      list={`${id}-events`}
                      value={event.name}
                      autoComplete="off"
                      onChange={(typed) => change(event, { name: typed.target.value })}
                    />
                  </Field>
                  <Field label="After hours">
                    <Input
                      type="number"
                      min={0}
                      step="any"
                      value={event.hours}
                      onChange={(typed) => change(event, { hours: Number(typed.target.value) })}
                    />
                  </Field>
                  <Button
                    type="button"
                    variant="ghost"
                    size="icon"
                    aria-label={`Remove event ${i + 1}`}
                    onClick={() => setEvents(events.filter((one) => one !== event))}
                  >
                    <Trash2 aria-hidden />
                  </Button>
                  <Field label="Properties" aside="Optional" className="col-span-3">
                    <Input
                      value={event.properties}
                      placeholder="name = value"
                      onChange={(typed) => change(event, { properties: typed.target.value })}
                    />
                  </Field>
                </div>
              ))}
              <datalist id={`${id}-events`}>
                {known.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </datalist>
              <Button
                type="button"
                variant="outline"
                onClick={() =>
                  setEvents([
                    ...events,
                    { id: Date.now(), hours: 1 + events.length, name: known[events.length] ?? known[0] ?? "", properties: "" },
                  ])
                }
              >
                <Plus aria-hidden />
                Suppose an event
              </Button>
            </fieldset>
            <Field label="Follow for">
              <NativeSelect value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {DAYS.map((n) => (
                  <option key={n} value={n}>
                    {n} days
                  </option>
                ))}
              </NativeSelect>
            </Field>
            <Button type="submit" pending={walk.isPending} disabled={who === "profile" && picked === null}>
              <Footprints aria-hidden />
              Walk through
            </Button>
          </CardContent>
        </Card>
      </form>
      <section aria-label="The walk" aria-live="polite" className="min-w-0">
        {walk.error !== null ? (
          <Empty title="The walk could not be made" description={walk.error.message} />
        ) : walk.data === undefined ? (
          <Empty
            icon={Footprints}
            title="Nobody has walked yet"
            description="Choose who walks and when. You will see each step with its time, the branch that was taken, and each message: sent, held by quiet hours, or stopped and why. Nothing is sent."
          />
        ) : (
          <WalkTimeline walk={walk.data} definition={definition} />
        )}
      </section>
    </div>
  );
}
