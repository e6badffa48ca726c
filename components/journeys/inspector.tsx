"use client";

import { Copy, GitBranch, Scissors, Trash2, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { exitsOf, type Problem } from "@/domain/journeys/graph";
import type { JourneyNode } from "@/domain/journeys/model";
import { connect, joinTargets, nodeOf, partIds, replaceNode, targetOf, type Spot } from "./edit";
import { useEditor, type StepActions } from "./editor-context";
import {
  DestinationForm,
  ExitForm,
  JumpForm,
  ListForm,
  MessageForm,
  SendEventForm,
  SetTraitForm,
  StartJourneyForm,
} from "./forms/act-forms";
import { EntryForm } from "./forms/entry-form";
import { SettingsForm } from "./forms/settings-form";
import { ExperimentForm, RandomSplitForm, SplitForm } from "./forms/split-forms";
import { DelayForm, HoldUntilForm, RateLimitForm, TimeWindowForm, WaitConditionForm, WaitUntilForm, type Put } from "./forms/wait-forms";
import { KindIcon } from "./kind-icon";
import { lookOf } from "./kinds";
import { ENTRY_ID } from "./layout";
import { stepName } from "./words";

function NodeForm({ node, put }: { node: JourneyNode; put: Put<JourneyNode> }) {
  switch (node.kind) {
    case "message":
      return <MessageForm node={node} put={put} />;
    case "delay":
      return <DelayForm node={node} put={put} />;
    case "wait_until":
      return <WaitUntilForm node={node} put={put} />;
    case "time_window":
      return <TimeWindowForm node={node} put={put} />;
    case "hold_until":
      return <HoldUntilForm node={node} put={put} />;
    case "wait_condition":
      return <WaitConditionForm node={node} put={put} />;
    case "split":
      return <SplitForm node={node} put={put} />;
    case "random_split":
      return <RandomSplitForm node={node} put={put} />;
    case "experiment":
    case "optimise":
      return <ExperimentForm node={node} put={put} />;
    case "rate_limit":
      return <RateLimitForm node={node} put={put} />;
    case "set_trait":
      return <SetTraitForm node={node} put={put} />;
    case "list":
      return <ListForm node={node} put={put} />;
    case "send_event":
      return <SendEventForm node={node} put={put} />;
    case "destination":
      return <DestinationForm node={node} put={put} />;
    case "start_journey":
      return <StartJourneyForm node={node} put={put} />;
    case "jump":
      return <JumpForm node={node} put={put} />;
    case "exit":
      return <ExitForm node={node} put={put} />;
  }
}

/** What is chosen, as a form: the entry, a step, or (nothing chosen) the whole journey's settings. */
export function Inspector({
  selected,
  problems,
  actions,
  live,
  onClose,
}: {
  selected: string | null;
  problems: readonly Problem[];
  actions: StepActions;
  /** Numbers of the step, above its form. */
  live?: ReactNode;
  onClose: () => void;
}) {
  const { drawing, edit, readOnly } = useEditor();
  const node = nodeOf(drawing, selected) ?? null;
  const own = problems.filter((problem) => (node ? problem.node === node.id : problem.node === null));
  const title = node ? stepName(node) : selected === ENTRY_ID ? "Entry" : "Journey settings";
  return (
    <section aria-label={title} data-inspector className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
      <header className="flex items-center gap-2">
        {node && <KindIcon node={node} />}
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{title}</h2>
        {node && !readOnly && <StepMenu node={node} actions={actions} />}
        {selected !== null && (
          <Button variant="ghost" size="icon-sm" aria-label="Close" onClick={onClose}>
            <X aria-hidden />
          </Button>
        )}
      </header>
      {live}
      {own.length > 0 && !readOnly && (
        <ul
          aria-label="Unfinished"
          className="grid gap-1 rounded-md border border-warning/50 bg-warning-soft px-3 py-2 text-sm text-warning-text"
        >
          {own.map(({ message }) => (
            <li key={message} className="flex items-start gap-2">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              {message}
            </li>
          ))}
        </ul>
      )}
      <fieldset disabled={readOnly} className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <legend className="sr-only">{title}</legend>
        {node ? (
          <>
            <Field label="Name" aside="Optional">
              <Input
                value={node.label}
                maxLength={100}
                placeholder={lookOf(node).label}
                onChange={(event) => edit((now) => replaceNode(now, { ...node, label: event.target.value }), `${node.id}:label`)}
              />
            </Field>
            <NodeForm
              key={node.id}
              node={node}
              put={(next, field) => edit((now) => replaceNode(now, next), field && `${node.id}:${field}`)}
            />
            <Ways node={node} />
          </>
        ) : selected === ENTRY_ID ? (
          <EntryForm />
        ) : (
          <SettingsForm />
        )}
      </fieldset>
    </section>
  );
}

/** Where each branch goes on: the end, or any step that would not make a circle. */
function Ways({ node }: { node: JourneyNode }) {
  const { drawing, edit } = useEditor();
  const exits = exitsOf(node).filter(({ branch }) => branch !== "back");
  if (exits.length === 0) return null;
  return (
    <details className="group rounded-lg border px-3 py-2">
      <summary className="flex min-h-6 cursor-pointer items-center gap-2 text-sm font-medium">
        <GitBranch aria-hidden className="size-4 text-muted-foreground" />
        Where it goes on
      </summary>
      <div className="mt-2 grid gap-3 pb-1">
        {exits.map((exit) => {
          const spot: Spot = { node: node.id, branch: exit.branch };
          const to = targetOf(drawing, spot);
          const targets = joinTargets(drawing, spot);
          return (
            <Field key={exit.branch} label={exit.label === "" ? "Next" : exit.label}>
              <NativeSelect
                value={to ?? ""}
                onChange={(event) => edit((now) => connect(now, spot, event.target.value === "" ? null : event.target.value))}
              >
                <option value="">The end</option>
                {to !== null && !targets.some(({ id }) => id === to) && <option value={to}>a step that is not there</option>}
                {targets.map((target) => (
                  <option key={target.id} value={target.id}>
                    {stepName(target)}
                  </option>
                ))}
              </NativeSelect>
            </Field>
          );
        })}
        <p className="text-xs text-muted-foreground">Several branches may come together at one step.</p>
      </div>
    </details>
  );
}

/** Copy, move and delete: the step alone, or with all that only it leads to. */
export function StepMenu({ node, actions, label }: { node: JourneyNode; actions: StepActions; label?: string }) {
  const { drawing } = useEditor();
  const below = partIds(drawing, node.id).size - 1;
  const steps = `${below} ${below === 1 ? "step" : "steps"} below`;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="sm" aria-label={label ?? `Copy, move or delete ${stepName(node)}`}>
          Edit
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => actions.copy(node.id, false)}>
          <Copy aria-hidden />
          Copy this step
        </DropdownMenuItem>
        {below > 0 && (
          <DropdownMenuItem onSelect={() => actions.copy(node.id, true)}>
            <Copy aria-hidden />
            Copy with the {steps}
          </DropdownMenuItem>
        )}
        <DropdownMenuItem onSelect={() => actions.cut(node.id)}>
          <Scissors aria-hidden />
          Move{below > 0 ? ` with the ${steps}` : ""}
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => actions.remove(node.id, false)}>
          <Trash2 aria-hidden />
          Delete this step
        </DropdownMenuItem>
        {below > 0 && (
          <DropdownMenuItem onSelect={() => actions.remove(node.id, true)}>
            <Trash2 aria-hidden />
            Delete with the {steps}
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
