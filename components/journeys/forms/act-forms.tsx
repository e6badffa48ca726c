"use client";

import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { JOURNEY_CHANNELS, JOURNEY_LIMITS, type NodeOf } from "@/domain/journeys/model";
import { stepsBefore } from "../edit";
import { useEditor } from "../editor-context";
import { CHANNEL_NAMES } from "../kinds";
import { stepName } from "../words";
import { ChoiceField, Named, NumberControl } from "./controls";
import type { Put } from "./wait-forms";

export function MessageForm({ node, put }: { node: NodeOf<"message">; put: Put<NodeOf<"message">> }) {
  const { choices } = useEditor();
  const templates = choices.templates.filter(({ channel }) => channel === node.channel);
  return (
    <>
      <Field label="Channel">
        <NativeSelect
          value={node.channel}
          onChange={(event) =>
            put({ ...node, channel: JOURNEY_CHANNELS.find((one) => one === event.target.value) ?? node.channel, templateId: null })
          }
        >
          {JOURNEY_CHANNELS.map((channel) => (
            <option key={channel} value={channel}>
              {CHANNEL_NAMES[channel]}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <ChoiceField
        label="Template"
        none={templates.length === 0 ? `No template for ${CHANNEL_NAMES[node.channel]} yet` : "Choose a template"}
        value={node.templateId}
        options={templates}
        onChange={(templateId) => put({ ...node, templateId })}
      />
      <ChoiceField
        label="Topic"
        none="All messages of this channel"
        value={node.topicId}
        options={choices.purposes}
        hint="What the link to unsubscribe in this message is about."
        onChange={(topicId) => put({ ...node, topicId })}
      />
      <Field
        label="Transactional"
        orientation="horizontal"
        hint="An order confirmation, a password. Frequency caps and quiet hours do not apply; suppression does."
      >
        <Switch checked={node.transactional} onCheckedChange={(transactional) => put({ ...node, transactional })} />
      </Field>
      <Field
        label="Own way for people not reached"
        orientation="horizontal"
        hint={
          node.notSent === null && node.next === null
            ? "Add the next step first: the second way begins there."
            : "No consent, capped, suppressed or failed. Off: they go on like everybody."
        }
      >
        <Switch
          checked={node.notSent !== null}
          onCheckedChange={(on) => put({ ...node, notSent: on ? node.next : null })}
          disabled={node.notSent === null && node.next === null}
        />
      </Field>
    </>
  );
}

export function SetTraitForm({ node, put }: { node: NodeOf<"set_trait">; put: Put<NodeOf<"set_trait">> }) {
  return (
    <>
      <Field label="Trait">
        <Input value={node.trait} maxLength={200} onChange={(event) => put({ ...node, trait: event.target.value }, "trait")} />
      </Field>
      <Field label="Value" hint="Text, or Liquid such as {{ profile.plan }} or {{ event.total }}.">
        <Input
          value={node.value}
          maxLength={JOURNEY_LIMITS.textLength}
          onChange={(event) => put({ ...node, value: event.target.value }, "value")}
        />
      </Field>
    </>
  );
}

export function ListForm({ node, put }: { node: NodeOf<"list">; put: Put<NodeOf<"list">> }) {
  const { choices } = useEditor();
  return (
    <>
      <Field label="What to do">
        <NativeSelect
          value={node.action}
          onChange={(event) => put({ ...node, action: event.target.value === "remove" ? "remove" : "add" })}
        >
          <option value="add">add the person to</option>
          <option value="remove">remove the person from</option>
        </NativeSelect>
      </Field>
      <ChoiceField
        label="List"
        none={choices.lists.length === 0 ? "No list yet: make one under Segments" : "Choose a list"}
        value={node.listId}
        options={choices.lists}
        onChange={(listId) => put({ ...node, listId })}
      />
    </>
  );
}

export function SendEventForm({ node, put }: { node: NodeOf<"send_event">; put: Put<NodeOf<"send_event">> }) {
  const { parts } = useEditor();
  const change = (i: number, next: Partial<{ name: string; value: string }>) =>
    put({ ...node, properties: node.properties.map((one, at) => (at === i ? { ...one, ...next } : one)) }, `property:${i}`);
  return (
    <>
      <Named name="Event" hint="It goes into the inbox under the source “Tributary” and counts like any other event.">
        <parts.EventName label="Event to send" value={node.event} onChange={(event) => put({ ...node, event })} />
      </Named>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-sm font-medium">Properties</legend>
        {node.properties.map((property, i) => (
          // A property has no identity but its place.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={i} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] gap-1.5">
            <Input
              aria-label={`Name of property ${i + 1}`}
              value={property.name}
              maxLength={200}
              // A property without a name cannot be kept.
              onChange={(event) => event.target.value !== "" && change(i, { name: event.target.value })}
            />
            <Input
              aria-label={`Value of property ${i + 1}`}
              value={property.value}
              maxLength={JOURNEY_LIMITS.textLength}
              onChange={(event) => change(i, { value: event.target.value })}
            />
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove property ${i + 1}`}
              onClick={() => put({ ...node, properties: node.properties.filter((_, at) => at !== i) })}
            >
              <X aria-hidden />
            </Button>
          </div>
        ))}
        {node.properties.length < 50 && (
          <Button
            variant="outline"
            size="sm"
            className="w-fit"
            onClick={() =>
              put({ ...node, properties: [...node.properties, { name: `property_${node.properties.length + 1}`, value: "" }] })
            }
          >
            <Plus aria-hidden />
            Property
          </Button>
        )}
      </fieldset>
    </>
  );
}

export function StartJourneyForm({ node, put }: { node: NodeOf<"start_journey">; put: Put<NodeOf<"start_journey">> }) {
  const { choices } = useEditor();
  return (
    <ChoiceField
      label="Journey"
      none="Choose a journey"
      value={node.journeyId}
      options={choices.journeys.map(({ id, name, status }) => ({ id, name: status === "live" ? name : `${name} (${status})` }))}
      hint="The person enters it by its own rules, if it is live then. This journey goes on."
      onChange={(journeyId) => put({ ...node, journeyId })}
    />
  );
}

export function DestinationForm({ node, put }: { node: NodeOf<"destination">; put: Put<NodeOf<"destination">> }) {
  return (
    <ChoiceField
      label="Destination"
      none="No destination is connected yet"
      value={node.destinationId}
      options={[]}
      hint="Until one is connected, send a webhook message or an event instead."
      onChange={(destinationId) => put({ ...node, destinationId })}
    />
  );
}

export function JumpForm({ node, put }: { node: NodeOf<"jump">; put: Put<NodeOf<"jump">> }) {
  const { drawing } = useEditor();
  const before = stepsBefore(drawing, node.id);
  return (
    <>
      <ChoiceField
        label="Back to"
        none={before.length === 0 ? "There is no step before this one" : "Choose an earlier step"}
        value={node.target}
        options={before.map((step) => ({ id: step.id, name: stepName(step) }))}
        hint="There must be a wait on the way round."
        onChange={(target) => put({ ...node, target })}
      />
      <Field label="At most (times)" hint="After that people go on below.">
        <NumberControl value={node.times} min={1} max={JOURNEY_LIMITS.visits} onChange={(times) => put({ ...node, times }, "times")} />
      </Field>
    </>
  );
}

export function ExitForm({ node, put }: { node: NodeOf<"exit">; put: Put<NodeOf<"exit">> }) {
  return (
    <Field label="Why" hint="Stands in each person's trace.">
      <Input value={node.reason} maxLength={100} onChange={(event) => put({ ...node, reason: event.target.value }, "reason")} />
    </Field>
  );
}
