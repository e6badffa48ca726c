"use client";

import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Leaf, LeafOf, Step } from "@/domain/segments/model";
import { Filters, WindowInput } from "./event-parts";
import { DurationInput, WordSelect } from "./inline";
import { pathText, SuggestInput, textPath } from "./suggest";

type Put = (leaf: Leaf, field?: string) => void;

export function SequenceEditor({ leaf, put }: { leaf: LeafOf<"sequence">; put: Put }) {
  const putStep = (i: number, step: Step, field?: string) =>
    put({ ...leaf, steps: leaf.steps.map((one, at) => (at === i ? step : one)) }, field && `${i}:${field}`);
  const { thenNot, ...rest } = leaf;
  return (
    <span className="grid w-full gap-1.5">
      {leaf.steps.map((step, i) => (
        // A step has no identity but its place.
        // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
        <span key={i} className="flex flex-wrap items-center gap-1.5">
          <span className="w-14 text-muted-foreground">{i === 0 ? "first did" : "then did"}</span>
          <SuggestInput
            label={`Step ${i + 1}: event`}
            value={step.event}
            source={{ of: "events" }}
            placeholder="event"
            invalid={step.event === ""}
            onChange={(event) => putStep(i, { ...step, event })}
          />
          {i > 0 && <StepLimits step={step} i={i} leaf={leaf} onChange={(next, field) => putStep(i, next, field)} />}
          {leaf.steps.length > (thenNot ? 1 : 2) && (
            <Remove label={`Take step ${i + 1} away`} onClick={() => put({ ...leaf, steps: withoutStep(leaf.steps, i) })} />
          )}
          <Filters event={step.event} where={step.where} onChange={(where, field) => putStep(i, { ...step, where }, field)} />
        </span>
      ))}
      <span className="flex flex-wrap items-center gap-1.5">
        {thenNot && (
          <>
            <span>and after that did not do</span>
            <SuggestInput
              label="Event that did not follow"
              value={thenNot.event}
              source={{ of: "events" }}
              placeholder="event"
              invalid={thenNot.event === ""}
              onChange={(event) => put({ ...leaf, thenNot: { ...thenNot, event } })}
            />
            <span>within</span>
            <DurationInput
              label="Time in which it did not follow"
              value={thenNot.within}
              onChange={(within) => put({ ...leaf, thenNot: { ...thenNot, within } }, "thenNot")}
            />
            {leaf.steps.length > 1 && <Remove label="Take the event that did not follow away" onClick={() => put(rest)} />}
            <Filters
              event={thenNot.event}
              where={thenNot.where}
              onChange={(where, field) => put({ ...leaf, thenNot: { ...thenNot, where } }, field && `thenNot:${field}`)}
            />
          </>
        )}
      </span>
      <span className="flex flex-wrap items-center gap-1.5">
        <span className="text-muted-foreground">the first step</span>
        <WindowInput value={leaf.window} onChange={(window, field) => put({ ...leaf, window }, field)} />
        {leaf.steps.length < 8 && (
          <Add onClick={() => put({ ...leaf, steps: [...leaf.steps, { event: "", where: [], within: { n: 7, unit: "day" } }] })}>step</Add>
        )}
        {!thenNot && (
          <Add onClick={() => put({ ...leaf, thenNot: { event: "", where: [], within: { n: 7, unit: "day" } } })}>and then did not</Add>
        )}
      </span>
    </span>
  );
}

/** Links to the steps behind the removed one follow their step; links to it go. The first step has nothing before it. */
function withoutStep(steps: readonly Step[], gone: number): Step[] {
  return steps
    .filter((_, i) => i !== gone)
    .map((step, i) => {
      const { same, within, without, ...rest } = step;
      const links = same?.filter((link) => link.step !== gone).map((link) => (link.step > gone ? { ...link, step: link.step - 1 } : link));
      return {
        ...rest,
        ...(i > 0 && within ? { within } : {}),
        ...(i > 0 && without ? { without } : {}),
        ...(i > 0 && links?.length ? { same: links } : {}),
      };
    });
}

function StepLimits({
  step,
  i,
  leaf,
  onChange,
}: {
  step: Step;
  i: number;
  leaf: LeafOf<"sequence">;
  onChange: (step: Step, field?: string) => void;
}) {
  const { within, without, same, ...rest } = step;
  const keep = { ...rest, ...(within ? { within } : {}), ...(without ? { without } : {}), ...(same ? { same } : {}) };
  const link = same?.[0];
  return (
    <>
      {within ? (
        <>
          <span>within</span>
          <DurationInput
            label={`Step ${i + 1}: within`}
            value={within}
            onChange={(next) => onChange({ ...keep, within: next }, "within")}
          />
          <Remove
            label={`Take the time limit of step ${i + 1} away`}
            onClick={() => onChange({ ...rest, ...(without ? { without } : {}), ...(same ? { same } : {}) })}
          />
        </>
      ) : (
        <Add onClick={() => onChange({ ...keep, within: { n: 7, unit: "day" } })}>within</Add>
      )}
      {without ? (
        <>
          <span>without</span>
          <SuggestInput
            label={`Step ${i + 1}: not in between`}
            value={without.event}
            source={{ of: "events" }}
            placeholder="event"
            invalid={without.event === ""}
            onChange={(event) => onChange({ ...keep, without: { ...without, event } })}
          />
          <span>in between</span>
          <Filters
            event={without.event}
            where={without.where}
            onChange={(where, field) => onChange({ ...keep, without: { ...without, where } }, field && `without:${field}`)}
          />
          <Remove
            label={`Take “without” of step ${i + 1} away`}
            onClick={() => onChange({ ...rest, ...(within ? { within } : {}), ...(same ? { same } : {}) })}
          />
        </>
      ) : (
        <Add onClick={() => onChange({ ...keep, without: { event: "", where: [] } })}>without</Add>
      )}
      {link ? (
        <>
          <span>with the same</span>
          <SuggestInput
            label={`Step ${i + 1}: same property`}
            value={pathText(link.path)}
            source={{ of: "properties", event: step.event }}
            placeholder="property"
            onChange={(text, chosen) => {
              const path = chosen?.path ?? textPath(text);
              // The name is mostly the same on both sides: the other follows until it was chosen by itself.
              const stepPath = pathText(link.stepPath) === pathText(link.path) ? path : link.stepPath;
              onChange({ ...keep, same: [{ path, step: link.step, stepPath }, ...(same ?? []).slice(1)] });
            }}
          />
          <span>as</span>
          <SuggestInput
            label={`Step ${i + 1}: same as property`}
            value={pathText(link.stepPath)}
            source={{ of: "properties", event: leaf.steps[link.step]?.event ?? "" }}
            placeholder="property"
            onChange={(text, chosen) =>
              onChange({ ...keep, same: [{ ...link, stepPath: chosen?.path ?? textPath(text) }, ...(same ?? []).slice(1)] })
            }
          />
          <span>of step</span>
          <WordSelect
            label={`Step ${i + 1}: same as step`}
            value={String(link.step)}
            options={leaf.steps.slice(0, i).map((_, at) => ({ value: String(at), label: String(at + 1) }))}
            onChange={(at) => onChange({ ...keep, same: [{ ...link, step: Number(at) }, ...(same ?? []).slice(1)] })}
          />
          <Remove
            label={`Take “same” of step ${i + 1} away`}
            onClick={() => onChange({ ...rest, ...(within ? { within } : {}), ...(without ? { without } : {}) })}
          />
        </>
      ) : (
        <Add onClick={() => onChange({ ...keep, same: [{ path: ["product_id"], step: i - 1, stepPath: ["product_id"] }] })}>same…</Add>
      )}
    </>
  );
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onClick}
      className="grid size-7 place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground"
    >
      <X aria-hidden className="size-3.5" />
    </button>
  );
}

function Add({ children, onClick }: { children: string; onClick: () => void }) {
  return (
    <Button variant="ghost" size="sm" className="text-muted-foreground" onClick={onClick}>
      <Plus aria-hidden />
      {children}
    </Button>
  );
}
