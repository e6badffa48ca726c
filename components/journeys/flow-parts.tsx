"use client";

import { BaseEdge, EdgeLabelRenderer, Handle, Position, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import { DoorOpen, Plus, TriangleAlert, Zap } from "lucide-react";
import { createContext, memo, useContext } from "react";
import { formatCount } from "@/components/charts";
import { cn } from "@/components/ui/cn";
import type { JourneyNode } from "@/domain/journeys/model";
import type { Spot } from "./edit";
import { GROUP_TINT, lookOf } from "./kinds";
import { edgePath, type PlacedEdge } from "./layout";
import type { NodeFigures } from "./numbers";

/** What boxes and edges may do. The value never changes while the canvas lives, so that nothing is drawn again for it. */
export interface CanvasActions {
  select: (id: string) => void;
  add: (spot: Spot) => void;
  editNote: (id: string, text: string) => void;
  removeNote: (id: string) => void;
  moveNote: (id: string, dx: number, dy: number) => void;
}
const Actions = createContext<CanvasActions | null>(null);
export const CanvasActionsProvider = Actions.Provider;
function useActions(): CanvasActions {
  const actions = useContext(Actions);
  if (!actions) throw new Error("useActions outside a canvas");
  return actions;
}

export interface StepData extends Record<string, unknown> {
  /** Null: the entry. */
  node: JourneyNode | null;
  title: string;
  words: string;
  problem: string | null;
  selected: boolean;
  /** The one box that Tab leads to. */
  tabbable: boolean;
  moving: boolean;
  figures: NodeFigures | null;
}
export type StepBox = Node<StepData, "step">;
export type EndBox = Node<{ spot: Spot; name: string; selected: boolean; tabbable: boolean; readOnly: boolean }, "end">;
export type NoteBox = Node<{ text: string; readOnly: boolean }, "note">;
export type CanvasBox = StepBox | EndBox | NoteBox;
export type WayEdge = Edge<{ placed: PlacedEdge; readOnly: boolean; name: string }, "way">;

const anchor = "!pointer-events-none !size-0 !min-h-0 !min-w-0 !border-0 !bg-transparent";

const StepView = memo(function StepView({ id, data }: NodeProps<StepBox>) {
  const { select } = useActions();
  const { node, figures } = data;
  const look = node ? lookOf(node) : null;
  const Icon = look?.icon ?? Zap;
  return (
    <>
      <Handle type="target" position={Position.Top} className={anchor} isConnectable={false} />
      <button
        type="button"
        data-step={id}
        tabIndex={data.tabbable ? 0 : -1}
        aria-pressed={data.selected}
        onClick={() => select(id)}
        className={cn(
          "nodrag nopan pointer-events-auto flex size-full flex-col justify-center rounded-lg border bg-card px-3 text-left shadow-sm outline-offset-2 hover:border-[color-mix(in_oklch,var(--border-strong)_60%,var(--foreground))]",
          data.selected && "border-primary ring-2 ring-primary/40",
          data.moving && "border-dashed opacity-60",
          node === null && "bg-primary-soft",
        )}
      >
        <span className="flex w-full min-w-0 items-center gap-2.5">
          <span
            className={cn(
              "grid size-8 shrink-0 place-content-center rounded-md",
              look ? GROUP_TINT[look.group] : "bg-primary text-primary-foreground",
            )}
          >
            <Icon aria-hidden className="size-4" />
          </span>
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm font-semibold">{data.title}</span>
            <span className="line-clamp-2 text-xs leading-4 text-muted-foreground">{data.words}</span>
          </span>
          {data.problem !== null && (
            <span className="grid size-5 shrink-0 place-content-center rounded-full bg-warning-soft text-warning-text" title={data.problem}>
              <TriangleAlert aria-hidden className="size-3.5" />
              <span className="sr-only">, unfinished: {data.problem}</span>
            </span>
          )}
        </span>
        {figures && <Figures figures={figures} />}
      </button>
      <Handle type="source" position={Position.Bottom} className={anchor} isConnectable={false} />
    </>
  );
});

function Figures({ figures }: { figures: NodeFigures }) {
  const bad = figures.notSent + figures.failed;
  return (
    <span className="mt-1.5 flex w-full items-center gap-2 border-t pt-1.5 text-xs whitespace-nowrap tabular-nums">
      <span>
        <span className="font-semibold">{formatCount(figures.entered)}</span>
        <span className="text-muted-foreground"> in{figures.share === null ? "" : `, ${figures.share}`}</span>
      </span>
      <span
        className={cn(
          "ml-auto rounded-full px-1.5",
          figures.here > 0 ? "bg-primary-soft font-medium text-primary-text" : "text-muted-foreground",
        )}
      >
        {formatCount(figures.here)} here
      </span>
      {bad > 0 && <span className="rounded-full bg-warning-soft px-1.5 font-medium text-warning-text">{formatCount(bad)} not sent</span>}
    </span>
  );
}

const EndView = memo(function EndView({ id, data }: NodeProps<EndBox>) {
  const { add, select } = useActions();
  return (
    <>
      <Handle type="target" position={Position.Top} className={anchor} isConnectable={false} />
      {data.readOnly ? (
        <span className="flex size-full items-center justify-center gap-1.5 rounded-full border border-dashed text-xs text-muted-foreground">
          <DoorOpen aria-hidden className="size-3.5" />
          End
        </span>
      ) : (
        <button
          type="button"
          data-step={id}
          tabIndex={data.tabbable ? 0 : -1}
          aria-label={`Add a step ${data.name}`}
          onFocus={() => select(id)}
          onClick={() => add(data.spot)}
          className={cn(
            "nodrag nopan pointer-events-auto flex size-full items-center justify-center gap-1.5 rounded-full border border-dashed border-border-strong bg-card text-xs font-medium text-muted-foreground outline-offset-2 hover:border-primary hover:text-primary-text",
            data.selected && "border-primary text-primary-text",
          )}
        >
          <Plus aria-hidden className="size-3.5" />
          Add step
        </button>
      )}
    </>
  );
});

const NoteView = memo(function NoteView({ id, data }: NodeProps<NoteBox>) {
  const { editNote, removeNote, moveNote } = useActions();
  return (
    <div className="pointer-events-auto flex size-full flex-col overflow-hidden rounded-md border border-warning/50 bg-warning-soft shadow-sm">
      <div className="flex h-6 shrink-0 cursor-grab items-center justify-between px-2 text-2xs font-medium text-warning-text">
        Note
        {!data.readOnly && (
          <button
            type="button"
            className="nodrag grid size-6 place-content-center rounded-sm hover:underline"
            aria-label="Delete note"
            onClick={() => removeNote(id.slice(5))}
          >
            ×
          </button>
        )}
      </div>
      <textarea
        aria-label="Note. Alt and arrows move it"
        className="nodrag nowheel min-h-0 flex-1 resize-none bg-transparent px-2 pb-1 text-xs leading-4 text-foreground outline-none focus-visible:outline-2 focus-visible:-outline-offset-2"
        value={data.text}
        readOnly={data.readOnly}
        maxLength={2000}
        onChange={(event) => editNote(id.slice(5), event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          const step = { ArrowUp: [0, -20], ArrowDown: [0, 20], ArrowLeft: [-20, 0], ArrowRight: [20, 0] }[event.key];
          if (!event.altKey || !step || data.readOnly) return;
          event.preventDefault();
          moveNote(id.slice(5), step[0] ?? 0, step[1] ?? 0);
        }}
      />
    </div>
  );
});

const WayView = memo(function WayView({ data }: EdgeProps<WayEdge>) {
  const { add } = useActions();
  if (!data) return null;
  const { placed, readOnly, name } = data;
  const toEnd = placed.to.startsWith("end:");
  const plusY = (placed.label === "" ? placed.from.y : placed.labelY) + 27;
  return (
    <>
      <BaseEdge path={edgePath(placed)} style={{ stroke: "var(--border-strong)", strokeWidth: 1.5 }} interactionWidth={0} />
      <EdgeLabelRenderer>
        {placed.label !== "" && (
          <span
            style={{ transform: `translate(-50%, -50%) translate(${placed.column}px, ${placed.labelY}px)` }}
            className="absolute max-w-[136px] truncate rounded-full border bg-card px-2 text-xs leading-5 font-medium"
          >
            {placed.label}
          </span>
        )}
        {!readOnly && !toEnd && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`Add a step ${name}`}
            style={{ transform: `translate(-50%, -50%) translate(${placed.column}px, ${plusY}px)`, pointerEvents: "all" }}
            className="nodrag nopan absolute grid size-6 place-content-center rounded-full border border-border-strong bg-card text-muted-foreground shadow-xs hover:border-primary hover:bg-primary hover:text-primary-foreground"
            onClick={() => add({ node: placed.node, branch: placed.branch })}
          >
            <Plus aria-hidden className="size-3.5" />
          </button>
        )}
      </EdgeLabelRenderer>
    </>
  );
});

// The library gives no pointer events to boxes that it neither drags nor selects: each takes its own back.
export const nodeTypes = { step: StepView, end: EndView, note: NoteView };
export const edgeTypes = { way: WayView };
