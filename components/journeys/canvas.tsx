"use client";

import "@xyflow/react/dist/base.css";
import {
  applyNodeChanges,
  Background,
  Controls,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type NodeChange,
} from "@xyflow/react";
import { useTheme } from "next-themes";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { CanvasModel, neighbour, spotAfter, type CanvasView } from "./canvas-model";
import type { StepActions } from "./editor-context";
import { CanvasActionsProvider, edgeTypes, nodeTypes, type CanvasActions, type CanvasBox } from "./flow-parts";
import { ENTRY_ID, layOut } from "./layout";

export interface CanvasProps {
  view: CanvasView;
  actions: StepActions;
  edit: (change: (drawing: JourneyDefinition) => JourneyDefinition, field?: string) => void;
  /** Counts up when the focus should go to the chosen box. */
  focusRequest: number;
}

const HEIGHT = 76;
const HEIGHT_WITH_FIGURES = 104;
const GROUP_COLOURS: Record<string, string> = { step: "var(--muted-foreground)", end: "var(--border-strong)", note: "var(--warning)" };

/** The drawing as a graph, top to bottom. Everything here can be done with the keyboard; the outline shows the same as a list. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

/** A second of frames. */
const MOST_FRAMES = 60;

/** A new box is hidden until it has been measured, and a closing dialog gives the focus back first: tried frame by frame. */
function focusWhenShown(find: () => HTMLElement | null): () => void {
  let frames = 0;
  let handle = 0;
  const attempt = (): void => {
    const box = find();
    box?.focus({ preventScroll: true });
    if ((box === null || document.activeElement !== box) && frames++ < MOST_FRAMES) handle = requestAnimationFrame(attempt);
  };
  attempt();
  return () => cancelAnimationFrame(handle);
}

function Flow({ actions, edit, focusRequest, view }: CanvasProps) {
  const { definition, selected, figures, readOnly } = view;
  const { resolvedTheme } = useTheme();
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const [model] = useState(() => new CanvasModel());
  const height = figures ? HEIGHT_WITH_FIGURES : HEIGHT;
  const layout = useMemo(() => layOut(definition, height), [definition, height]);
  const boxes = model.boxesOf(layout, view);
  const edges = model.edgesOf(layout, view);
  /** A note under the pointer, until it is let go. */
  const [dragged, setDragged] = useState<CanvasBox | null>(null);
  const shown = dragged ? boxes.map((box) => (box.id === dragged.id ? { ...box, position: dragged.position } : box)) : boxes;

  const latest = useRef({ actions, edit, definition });
  useEffect(() => {
    latest.current = { actions, edit, definition };
  });
  const stable = useMemo<CanvasActions>(
    () => ({
      select: (id) => latest.current.actions.select(id),
      add: (spot) => latest.current.actions.add(spot),
      editNote: (id, text) => latest.current.edit((now) => withNote(now, id, (note) => ({ ...note, text })), `note:${id}`),
      removeNote: (id) => latest.current.edit((now) => ({ ...now, notes: now.notes.filter((note) => note.id !== id) })),
      moveNote: (id, dx, dy) =>
        latest.current.edit((now) => withNote(now, id, (note) => ({ ...note, x: note.x + dx, y: note.y + dy })), `note:${id}:at`),
    }),
    [],
  );

  const onNodesChange = (changes: NodeChange<CanvasBox>[]) => {
    const moves = changes.filter((change) => change.type === "position" && change.id.startsWith("note:"));
    const last = moves.at(-1);
    if (last?.type !== "position") return;
    const current = dragged ?? boxes.find((box) => box.id === last.id);
    const [next] = current ? applyNodeChanges(moves, [current]) : [];
    if (!next) return;
    if (last.dragging !== false) {
      setDragged(next);
      return;
    }
    setDragged(null);
    const at = { x: Math.round(next.position.x), y: Math.round(next.position.y) };
    edit((now) => withNote(now, last.id.slice(5), (note) => ({ ...note, ...at })));
  };

  // The chosen box is in view, and has the focus where that was asked for.
  const answered = useRef(focusRequest);
  const letGo = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (answered.current === focusRequest) return;
    answered.current = focusRequest;
    const id = selected ?? ENTRY_ID;
    const box = layout.nodes.find((one) => one.id === id);
    const around = frame.current?.getBoundingClientRect();
    if (!box || !around) return;
    letGo.current();
    letGo.current = focusWhenShown(() => frame.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(id)}"]`) ?? null);
    const { x, y, zoom } = flow.getViewport();
    const left = box.x * zoom + x;
    const top = box.y * zoom + y;
    const inside = left >= 8 && top >= 8 && left + box.width * zoom <= around.width - 8 && top + box.height * zoom <= around.height - 8;
    if (!inside) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: Math.max(zoom, 0.6), duration: 0 });
  }, [focusRequest, selected, layout, flow]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-step]") : null;
    const id = target?.dataset.step;
    if (id === undefined || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const spot = spotAfter(definition, id);
    const isStep = definition.nodes.some((node) => node.id === id);
    const key = event.key;
    const done = (act: () => void) => {
      event.preventDefault();
      act();
    };
    if (key === "ArrowUp" || key === "ArrowDown" || key === "ArrowLeft" || key === "ArrowRight") {
      if (command || event.shiftKey) return;
      const next = neighbour(layout, id, key);
      done(() => next !== null && actions.select(next, "step"));
    } else if (key === "Home" && !command) done(() => actions.select(ENTRY_ID, "step"));
    else if (key === "Enter" && !command && !id.startsWith("end:")) done(() => actions.select(id, "inspector"));
    else if (readOnly) return;
    else if ((key === "+" || key === "=" || key === "Insert") && !command && spot) done(() => actions.add(spot));
    else if ((key === "Delete" || key === "Backspace") && isStep) done(() => actions.remove(id, event.shiftKey));
    else if (command && key.toLowerCase() === "c" && isStep) done(() => actions.copy(id, !event.shiftKey));
    else if (command && key.toLowerCase() === "x" && isStep) done(() => actions.cut(id));
    else if (command && key.toLowerCase() === "v" && spot) done(() => actions.paste(spot));
  };

  return (
    // Keys of the boxes inside, which have the focus.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={frame} className="size-full" onKeyDown={onKeyDown}>
      <CanvasActionsProvider value={stable}>
        <ReactFlow
          nodes={shown}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={onNodesChange}
          colorMode={resolvedTheme === "dark" ? "dark" : "light"}
          style={{ background: "transparent" }}
          fitView
          fitViewOptions={{ padding: 0.12, maxZoom: 1, minZoom: 0.4 }}
          minZoom={0.08}
          maxZoom={1.6}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panOnScroll
          zoomOnDoubleClick={false}
          onPaneClick={() => actions.select(null)}
          proOptions={{ hideAttribution: true }}
          aria-label="Canvas of the journey. Arrow keys go from step to step, Enter opens one, plus adds after it. The outline shows the same as a list."
        >
          <Background gap={24} size={1} color="var(--border)" bgColor="transparent" />
          <Controls
            showInteractive={false}
            position="bottom-left"
            className="overflow-hidden rounded-md border bg-card shadow-sm [&_button]:grid [&_button]:size-7 [&_button]:place-content-center [&_button]:border-b [&_button]:bg-card [&_button]:text-foreground [&_button:hover]:bg-accent [&_svg]:size-3 [&_svg]:fill-current"
          />
          <MiniMap
            pannable
            zoomable
            position="bottom-right"
            ariaLabel="Overview of the canvas"
            nodeColor={(box) => GROUP_COLOURS[box.type ?? ""] ?? "var(--border)"}
            maskColor="color-mix(in oklch, var(--background) 70%, transparent)"
            bgColor="var(--card)"
            className="overflow-hidden rounded-md border shadow-sm max-lg:hidden"
            style={{ width: 150, height: 104 }}
          />
        </ReactFlow>
      </CanvasActionsProvider>
    </div>
  );
}

function withNote(
  drawing: JourneyDefinition,
  id: string,
  change: (note: JourneyDefinition["notes"][number]) => JourneyDefinition["notes"][number],
): JourneyDefinition {
  return { ...drawing, notes: drawing.notes.map((note) => (note.id === id ? change(note) : note)) };
}
