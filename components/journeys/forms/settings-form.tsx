"use client";

import { Plus } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { JOURNEY_CHANNELS, type ExitRule, type JourneyChannel, type JourneySettings } from "@/domain/journeys/model";
import { useEditor } from "../editor-context";
import { CHANNEL_NAMES, emptyCondition, newPartId } from "../kinds";
import { Card, ChoiceField, DurationControl, Named, NumberControl, TimeControl } from "./controls";

/** Purpose, goal, exit rules, quiet hours and what else holds for the whole journey. */
export function SettingsForm() {
  const { drawing, edit, parts, choices } = useEditor();
  const { settings, entry } = drawing;
  const put = (change: Partial<JourneySettings>, field?: string) =>
    edit((now) => ({ ...now, settings: { ...now.settings, ...change } }), field && `settings:${field}`);
  const { goal } = settings;
  return (
    <>
      <ChoiceField
        label="Purpose"
        none="Choose what people must have agreed to"
        value={settings.purposeId}
        options={choices.purposes}
        hint="Asked before each message: who may not be contacted for it gets none."
        onChange={(purposeId) => put({ purposeId })}
      />
      <Field label="Goal" orientation="horizontal" hint="What the journey is for; counted and shown.">
        <Switch
          checked={goal !== null}
          onCheckedChange={(on) => put({ goal: on ? { event: "", where: [], within: { n: 30, unit: "day" }, exits: true } : null })}
        />
      </Field>
      {goal && (
        <Card title="Goal" removeLabel="Remove the goal">
          <div className="grid gap-1.5">
            <parts.EventName label="Goal event" value={goal.event} onChange={(event) => put({ goal: { ...goal, event } })} />
            <parts.Filters
              event={goal.event}
              where={goal.where}
              onChange={(where, field) => put({ goal: { ...goal, where } }, field && `goal:${field}`)}
            />
          </div>
          <Named name="Within" hint="Of entering.">
            <DurationControl
              label="Goal within"
              value={goal.within}
              onChange={(within) => put({ goal: { ...goal, within } }, "goal:within")}
            />
          </Named>
          <Field label="Reaching it ends the journey" orientation="horizontal">
            <Switch checked={goal.exits} onCheckedChange={(exits) => put({ goal: { ...goal, exits } })} />
          </Field>
        </Card>
      )}
      <ExitRules
        rules={settings.exits}
        keyed={entry.kind === "event" && entry.key !== null}
        put={(exits, field) => put({ exits }, field)}
      />
      <QuietHoursForm settings={settings} put={put} />
      <Field
        label="Frequency caps apply"
        orientation="horizontal"
        hint={
          <>
            The company's limits on messages to one person.{" "}
            <Link href="/journeys/caps" className="underline underline-offset-2">
              See the caps
            </Link>
          </>
        }
      >
        <Switch checked={settings.capped} onCheckedChange={(capped) => put({ capped })} />
      </Field>
      <Field label="Priority (0 to 100)" hint="Where messages of several journeys compete, the higher one goes out.">
        <NumberControl value={settings.priority} min={0} max={100} onChange={(priority) => put({ priority }, "priority")} />
      </Field>
      <Field label="Holdout (%)" hint="This share of people is kept out for ever, to measure by.">
        <NumberControl value={settings.holdout} min={0} max={100} decimal onChange={(holdout) => put({ holdout }, "holdout")} />
      </Field>
      <Field label="Hold for review" orientation="horizontal" hint="Everything runs, but each message waits until somebody approves it.">
        <Switch checked={settings.review} onCheckedChange={(review) => put({ review })} />
      </Field>
      <p className="text-xs text-muted-foreground">
        To slow a journey down, add the step “Rate limit” where people should wait for a place.
      </p>
    </>
  );
}

function ExitRules({
  rules,
  keyed,
  put,
}: {
  rules: readonly ExitRule[];
  keyed: boolean;
  put: (rules: ExitRule[], field?: string) => void;
}) {
  const { parts } = useEditor();
  const change = (rule: ExitRule, field?: string) =>
    put(
      rules.map((one) => (one.id === rule.id ? rule : one)),
      field && `${rule.id}:${field}`,
    );
  return (
    <section aria-label="Exit rules" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Named name="Exit rules" hint="They end a run at once, also in the middle of a wait.">
        {null}
      </Named>
      {rules.map((rule, i) => (
        <Card
          key={rule.id}
          title={rule.kind === "event" ? "Leaves when this happens" : "Leaves when this holds"}
          removeLabel={`Remove exit rule ${i + 1}`}
          onRemove={() => put(rules.filter((one) => one !== rule))}
        >
          {rule.kind === "event" ? (
            <>
              <div className="grid gap-1.5">
                <parts.EventName
                  label={`Event of exit rule ${i + 1}`}
                  value={rule.event}
                  onChange={(event) => change({ ...rule, event })}
                />
                <parts.Filters event={rule.event} where={rule.where} onChange={(where, field) => change({ ...rule, where }, field)} />
              </div>
              {keyed && (
                <Named name="Has the entry's key in">
                  <parts.PropertyName
                    label={`Key property of exit rule ${i + 1}`}
                    event={rule.event}
                    value={rule.match}
                    onChange={(match) => change({ ...rule, match })}
                  />
                </Named>
              )}
            </>
          ) : (
            <parts.Condition
              label={`Condition of exit rule ${i + 1}`}
              value={rule.condition}
              onChange={(condition) => change({ ...rule, condition }, "condition")}
            />
          )}
        </Card>
      ))}
      {rules.length < 10 && (
        <div className="flex flex-wrap gap-1.5">
          <Button
            variant="outline"
            size="sm"
            onClick={() => put([...rules, { kind: "event", id: newPartId(), event: "", where: [], match: null }])}
          >
            <Plus aria-hidden />
            Exit by an event
          </Button>
          <Button
            variant="outline"
            size="sm"
            onClick={() => put([...rules, { kind: "condition", id: newPartId(), condition: emptyCondition() }])}
          >
            <Plus aria-hidden />
            Exit by a condition
          </Button>
        </div>
      )}
    </section>
  );
}

function QuietHoursForm({ settings, put }: { settings: JourneySettings; put: (change: Partial<JourneySettings>, field?: string) => void }) {
  const { quietHours } = settings;
  const free = JOURNEY_CHANNELS.filter((channel) => quietHours[channel] === undefined);
  const set = (channel: JourneyChannel, quiet: JourneySettings["quietHours"][JourneyChannel], field?: string) => {
    const { [channel]: _, ...rest } = quietHours;
    put({ quietHours: quiet ? { ...quietHours, [channel]: quiet } : rest }, field && `quiet:${channel}:${field}`);
  };
  return (
    <section aria-label="Quiet hours" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Named name="Quiet hours" hint="Of the person's own time. Consent and caps are looked at again when a held message is released.">
        {null}
      </Named>
      {JOURNEY_CHANNELS.map((channel) => {
        const quiet = quietHours[channel];
        if (!quiet) return null;
        const name = CHANNEL_NAMES[channel];
        return (
          <Card key={channel} title={name} removeLabel={`No quiet hours for ${name}`} onRemove={() => set(channel, undefined)}>
            <div className="grid grid-cols-2 gap-2">
              <Field label="From">
                <TimeControl value={quiet.from} onChange={(from) => set(channel, { ...quiet, from }, "from")} />
              </Field>
              <Field label="To">
                <TimeControl value={quiet.to} onChange={(to) => set(channel, { ...quiet, to }, "to")} />
              </Field>
            </div>
            <Field label="Messages that fall into them">
              <NativeSelect
                value={quiet.action}
                onChange={(event) => set(channel, { ...quiet, action: event.target.value === "drop" ? "drop" : "hold" })}
              >
                <option value="hold">are sent when they are over</option>
                <option value="drop">are not sent</option>
              </NativeSelect>
            </Field>
          </Card>
        );
      })}
      {free.length > 0 && (
        <NativeSelect
          aria-label="Add quiet hours for a channel"
          value=""
          onChange={(event) => {
            const channel = free.find((one) => one === event.target.value);
            if (channel) set(channel, { from: "21:00", to: "08:00", action: "hold" });
          }}
        >
          <option value="">Add quiet hours for …</option>
          {free.map((channel) => (
            <option key={channel} value={channel}>
              {CHANNEL_NAMES[channel]}
            </option>
          ))}
        </NativeSelect>
      )}
    </section>
  );
}
