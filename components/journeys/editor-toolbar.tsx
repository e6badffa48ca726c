"use client";

import {
  Check,
  CloudAlert,
  Ellipsis,
  History,
  ListTree,
  Redo2,
  Settings2,
  StickyNote,
  TriangleAlert,
  Undo2,
  Users,
  Workflow,
} from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Spinner } from "@/components/ui/spinner";
import { Hint } from "@/components/ui/tooltip";
import type { Problem } from "@/domain/journeys/graph";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { nodeOf } from "./edit";
import type { JourneyEditorProps } from "./journey-editor";
import { JourneyMenu } from "./journey-menu";
import { StatusBadge } from "./status-badge";
import type { SaveState } from "./use-autosave";
import { stepName } from "./words";

export interface ToolbarProps extends JourneyEditorProps {
  drawing: JourneyDefinition;
  view: "canvas" | "outline";
  live: boolean;
  saveState: SaveState;
  saveError: string | null;
  problems: readonly Problem[];
  canUndo: boolean;
  canRedo: boolean;
  /** Name of the step that is being moved. */
  moving: string | null;
  onView: (view: "canvas" | "outline") => void;
  onMode: (mode: "edit" | "live") => void;
  onUndo: () => void;
  onRedo: () => void;
  onRetry: () => void;
  onProblem: (node: string | null) => void;
  onCancelMove: () => void;
  onNote: () => void;
  onSettings: () => void;
  onVersions: () => void;
  onPeople: () => void;
  onPublish: () => void;
}

export function EditorToolbar(props: ToolbarProps) {
  const { journey, view, live, mayWrite, mayPublish, moving } = props;
  return (
    <div className="border-b px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="flex min-w-0 flex-1 basis-56 items-center gap-2">
          <h1 className="truncate text-lg font-semibold tracking-tight">{journey.name}</h1>
          <StatusBadge status={journey.status} />
          {mayWrite && !live && <Saved state={props.saveState} error={props.saveError} onRetry={props.onRetry} />}
        </div>
        <div className="flex flex-wrap items-center gap-1.5 print:hidden">
          {journey.published !== null && (
            <Switcher
              label="What is shown"
              value={live ? "live" : "edit"}
              options={[
                { value: "edit", label: mayWrite ? "Edit draft" : "Draft" },
                { value: "live", label: "Live numbers" },
              ]}
              onChange={(mode) => props.onMode(mode === "live" ? "live" : "edit")}
            />
          )}
          <Switcher
            label="View"
            value={view}
            options={[
              { value: "canvas", label: "Canvas", icon: Workflow },
              { value: "outline", label: "Outline", icon: ListTree },
            ]}
            onChange={(next) => props.onView(next === "outline" ? "outline" : "canvas")}
          />
          {mayWrite && !live && (
            <>
              <IconButton label="Undo" keys="Ctrl Z" disabled={!props.canUndo} onClick={props.onUndo} icon={Undo2} />
              <IconButton label="Redo" keys="Ctrl Shift Z" disabled={!props.canRedo} onClick={props.onRedo} icon={Redo2} />
              <IconButton label="Add a note" onClick={props.onNote} icon={StickyNote} />
            </>
          )}
          <IconButton label="Journey settings" onClick={props.onSettings} icon={Settings2} className="max-lg:hidden" />
          <IconButton label="Versions" onClick={props.onVersions} icon={History} />
          <IconButton label="People" onClick={props.onPeople} icon={Users} />
          {!live && mayWrite && <Problems problems={props.problems} drawing={props.drawing} onProblem={props.onProblem} />}
          <JourneyMenu {...props} trigger={<Ellipsis aria-hidden />} />
          {mayPublish && mayWrite && !live && <Button onClick={props.onPublish}>Publish …</Button>}
        </div>
      </div>
      {moving !== null && (
        <p
          role="status"
          className="mt-2 flex flex-wrap items-center gap-2 rounded-md bg-primary-soft px-3 py-1.5 text-sm text-primary-text print:hidden"
        >
          “{moving}” is being moved with all that only it leads to. Choose a step and press Ctrl V, or “Put here” in the outline.
          <Button variant="link" onClick={props.onCancelMove}>
            Do not move
          </Button>
        </p>
      )}
    </div>
  );
}

function Switcher<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V;
  options: readonly { value: V; label: string; icon?: typeof Workflow }[];
  onChange: (value: V) => void;
}) {
  return (
    <div role="group" aria-label={label} className="flex rounded-md border border-border-strong p-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={value === option.value}
          onClick={() => onChange(option.value)}
          className={cn(
            "flex h-6.5 items-center gap-1.5 rounded-sm px-2 text-xs font-medium",
            value === option.value ? "bg-secondary text-secondary-foreground" : "text-muted-foreground hover:text-foreground",
          )}
        >
          {option.icon && <option.icon aria-hidden className="size-3.5" />}
          {option.label}
        </button>
      ))}
    </div>
  );
}

function IconButton({
  label,
  keys,
  icon: Icon,
  className,
  ...props
}: {
  label: string;
  keys?: string;
  icon: typeof Workflow;
  disabled?: boolean;
  className?: string;
  onClick: () => void;
}) {
  return (
    <Hint text={keys ? `${label} (${keys})` : label}>
      <Button variant="ghost" size="icon" aria-label={label} className={className} {...props}>
        <Icon aria-hidden />
      </Button>
    </Hint>
  );
}

function Saved({ state, error, onRetry }: { state: SaveState; error: string | null; onRetry: () => void }) {
  return (
    <span role="status" className="flex items-center gap-1.5 text-xs whitespace-nowrap text-muted-foreground">
      {state === "saved" && (
        <>
          <Check aria-hidden className="size-3.5" />
          Draft saved
        </>
      )}
      {(state === "unsaved" || state === "saving") && (
        <>
          <Spinner className="size-3.5" />
          Saving draft…
        </>
      )}
      {(state === "failed" || state === "conflict") && (
        <span className="flex items-center gap-1.5 text-destructive-text">
          <CloudAlert aria-hidden className="size-4" />
          <span title={error ?? undefined}>Not saved</span>
          {state === "failed" && (
            <button type="button" className="underline" onClick={onRetry}>
              Try again
            </button>
          )}
        </span>
      )}
    </span>
  );
}

/** Everything unfinished; each leads to its step. */
function Problems({
  problems,
  drawing,
  onProblem,
}: {
  problems: readonly Problem[];
  drawing: JourneyDefinition;
  onProblem: (node: string | null) => void;
}) {
  const [open, setOpen] = useState(false);
  if (problems.length === 0)
    return (
      <span className="flex items-center gap-1 px-1 text-xs text-success-text">
        <Check aria-hidden className="size-3.5" />
        Complete
      </span>
    );
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button variant="outline" className="text-warning-text">
          <TriangleAlert aria-hidden />
          {problems.length} unfinished
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="Unfinished" align="end" className="w-88 p-1.5" onCloseAutoFocus={(event) => event.preventDefault()}>
        <ul className="grid">
          {problems.map((problem) => {
            const node = nodeOf(drawing, problem.node);
            return (
              <li key={`${problem.node ?? ""}:${problem.message}`}>
                <button
                  type="button"
                  className="w-full rounded-md px-2 py-1.5 text-left text-sm hover:bg-accent"
                  onClick={() => {
                    setOpen(false);
                    onProblem(problem.node);
                  }}
                >
                  <span className="font-medium">{node ? stepName(node) : "Entry and settings"}:</span> {problem.message}
                </button>
              </li>
            );
          })}
        </ul>
      </PopoverContent>
    </Popover>
  );
}
