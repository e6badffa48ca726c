"use client";

import { Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { JOURNEY_LIMITS, type NodeOf } from "@/domain/journeys/model";
import { useEditor } from "../editor-context";
import { newPartId } from "../kinds";
import { Card, DurationControl, MomentControl, Named, NumberControl, TimeControl, WeekdaysControl } from "./controls";

/** `field` names what is typed in, so that typing makes one step of undo. */
export type Put<T> = (node: T, field?: string) => void;

export function DelayForm({ node, put }: { node: NodeOf<"delay">; put: Put<NodeOf<"delay">> }) {
  return (
    <Named name="How long" hint="A day is 24 hours, whatever the clocks do. For a time of day, use “Wait until a time”.">
      <DurationControl label="How long" value={node.duration} onChange={(duration) => put({ ...node, duration }, "duration")} />
    </Named>
  );
}

function nextHour(): string {
  const at = new Date(Date.now() + 3_600_000);
  at.setUTCMinutes(0, 0, 0);
  return at.toISOString();
}

export function WaitUntilForm({ node, put }: { node: NodeOf<"wait_until">; put: Put<NodeOf<"wait_until">> }) {
  const { parts } = useEditor();
  const { until } = node;
  return (
    <>
      <Field label="Until">
        <NativeSelect
          value={until.kind}
          onChange={(event) => {
            const kind = event.target.value;
            if (kind === "date") put({ ...node, until: { kind, at: nextHour() } });
            else if (kind === "trait") put({ ...node, until: { kind, path: ["birthday"], days: 0, time: "09:00" } });
            else put({ ...node, until: { kind: "local_time", weekdays: [1, 2, 3, 4, 5], time: "09:00" } });
          }}
        >
          <option value="local_time">the next time of day, on weekdays of your choice</option>
          <option value="date">a fixed moment</option>
          <option value="trait">a date of the person</option>
        </NativeSelect>
      </Field>
      {until.kind === "local_time" && (
        <>
          <WeekdaysControl value={until.weekdays} onChange={(weekdays) => put({ ...node, until: { ...until, weekdays } })} />
          <Field label="At" hint="In the person's own time zone.">
            <TimeControl value={until.time} onChange={(time) => put({ ...node, until: { ...until, time } }, "time")} />
          </Field>
        </>
      )}
      {until.kind === "date" && (
        <Field label="Moment" hint="In UTC.">
          <MomentControl value={until.at} onChange={(at) => put({ ...node, until: { ...until, at } }, "at")} />
        </Field>
      )}
      {until.kind === "trait" && (
        <>
          <Named name="Date trait">
            <parts.TraitName label="Date trait" value={until.path} onChange={(path) => put({ ...node, until: { ...until, path } })} />
          </Named>
          <div className="grid grid-cols-2 gap-2">
            <Field label="Days" hint="Negative: before.">
              <NumberControl
                value={until.days}
                min={-365}
                max={365}
                onChange={(days) => put({ ...node, until: { ...until, days } }, "days")}
              />
            </Field>
            <Field label="At" hint="The person's time.">
              <TimeControl value={until.time} onChange={(time) => put({ ...node, until: { ...until, time } }, "time")} />
            </Field>
          </div>
        </>
      )}
      {until.kind !== "local_time" && (
        <Field
          label="Where the time lies behind already"
          hint={until.kind === "trait" ? "People without the date always take a branch of their own." : undefined}
        >
          <NativeSelect value={node.past} onChange={(event) => put({ ...node, past: event.target.value === "skip" ? "skip" : "continue" })}>
            <option value="continue">go on at once</option>
            <option value="skip">take a branch of their own</option>
          </NativeSelect>
        </Field>
      )}
    </>
  );
}

export function TimeWindowForm({ node, put }: { node: NodeOf<"time_window">; put: Put<NodeOf<"time_window">> }) {
  return (
    <>
      <WeekdaysControl value={node.weekdays} onChange={(weekdays) => put({ ...node, weekdays })} />
      <div className="grid grid-cols-2 gap-2">
        <Field label="From">
          <TimeControl value={node.from} onChange={(from) => put({ ...node, from }, "from")} />
        </Field>
        <Field label="To">
          <TimeControl value={node.to} onChange={(to) => put({ ...node, to }, "to")} />
        </Field>
      </div>
      <p className="text-xs text-muted-foreground">
        In the person's own time zone. Outside these hours people wait for the next beginning.
      </p>
    </>
  );
}

export function HoldUntilForm({ node, put }: { node: NodeOf<"hold_until">; put: Put<NodeOf<"hold_until">> }) {
  const { parts, drawing } = useEditor();
  const keyed = drawing.entry.kind === "event" && drawing.entry.key !== null;
  const change = (branch: NodeOf<"hold_until">["branches"][number], field?: string) =>
    put({ ...node, branches: node.branches.map((one) => (one.id === branch.id ? branch : one)) }, field && `${branch.id}:${field}`);
  return (
    <>
      {node.branches.map((branch, i) => (
        <Card
          key={branch.id}
          title={`Event ${i + 1}`}
          removeLabel={`Remove event ${i + 1}`}
          onRemove={node.branches.length > 1 ? () => put({ ...node, branches: node.branches.filter((one) => one !== branch) }) : undefined}
        >
          <div className="grid gap-1.5">
            <parts.EventName label={`Event ${i + 1}`} value={branch.event} onChange={(event) => change({ ...branch, event })} />
            <parts.Filters event={branch.event} where={branch.where} onChange={(where, field) => change({ ...branch, where }, field)} />
          </div>
          <Field label="Then">
            <NativeSelect
              value={branch.action}
              onChange={(event) => change({ ...branch, action: event.target.value === "restart" ? "restart" : "go" })}
            >
              <option value="go">go on by this branch</option>
              <option value="restart">begin the wait again, with this event's data</option>
            </NativeSelect>
          </Field>
          {keyed && (
            <Named name="Has the entry's key in" hint="For example the same cart. None: any such event counts.">
              <parts.PropertyName
                label={`Key property of event ${i + 1}`}
                event={branch.event}
                value={branch.match}
                onChange={(match) => change({ ...branch, match })}
              />
            </Named>
          )}
          {branch.action === "go" && (
            <Field label="Name of the branch">
              <Input
                value={branch.label}
                maxLength={100}
                placeholder={branch.event}
                onChange={(event) => change({ ...branch, label: event.target.value }, "label")}
              />
            </Field>
          )}
        </Card>
      ))}
      {node.branches.length < JOURNEY_LIMITS.branches && (
        <Button
          variant="outline"
          size="sm"
          className="w-fit"
          onClick={() =>
            put({
              ...node,
              branches: [...node.branches, { id: newPartId(), label: "", event: "", where: [], match: null, action: "go", next: null }],
            })
          }
        >
          <Plus aria-hidden />
          Another event
        </Button>
      )}
      <Named name="Wait at most">
        <DurationControl
          label="Wait at most"
          value={node.timeout.after}
          onChange={(after) => put({ ...node, timeout: { ...node.timeout, after } }, "timeout")}
        />
      </Named>
    </>
  );
}

export function WaitConditionForm({ node, put }: { node: NodeOf<"wait_condition">; put: Put<NodeOf<"wait_condition">> }) {
  const { parts } = useEditor();
  return (
    <>
      <Named name="Until the people">
        <parts.Condition
          label="Condition to wait for"
          value={node.condition}
          onChange={(condition) => put({ ...node, condition }, "condition")}
        />
      </Named>
      <Named name="Wait at most">
        <DurationControl
          label="Wait at most"
          value={node.timeout.after}
          onChange={(after) => put({ ...node, timeout: { ...node.timeout, after } }, "timeout")}
        />
      </Named>
    </>
  );
}

export function RateLimitForm({ node, put }: { node: NodeOf<"rate_limit">; put: Put<NodeOf<"rate_limit">> }) {
  return (
    <>
      <div className="grid grid-cols-2 gap-2">
        <Field label="People">
          <NumberControl value={node.people} min={1} max={10_000_000} onChange={(people) => put({ ...node, people }, "people")} />
        </Field>
        <Field label="In each">
          <NativeSelect value={node.per} onChange={(event) => put({ ...node, per: event.target.value as typeof node.per })}>
            {["minute", "hour", "day"].map((per) => (
              <option key={per} value={per}>
                {per}
              </option>
            ))}
          </NativeSelect>
        </Field>
      </div>
      <p className="text-xs text-muted-foreground">Places are given out evenly over the time. Others wait for the next one.</p>
    </>
  );
}
