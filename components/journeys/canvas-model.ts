import { exitsOf } from "@/domain/journeys/graph";
import type { JourneyDefinition, JourneyNode } from "@/domain/journeys/model";
import { nodeOf } from "./edit";
import type { CanvasBox, EndBox, NoteBox, StepBox, WayEdge } from "./flow-parts";
import { ENTRY_ID, endId, type Layout, type PlacedEdge } from "./layout";
import type { NodeFigures } from "./numbers";
import { entryWords, stepName, stepWords, type Names } from "./words";

export interface CanvasView {
  readonly definition: JourneyDefinition;
  readonly names: Names;
  readonly problems: ReadonlyMap<string, string>;
  readonly selected: string | null;
  readonly moving: ReadonlySet<string>;
  readonly figures: ReadonlyMap<string, NodeFigures> | null;
  readonly readOnly: boolean;
}

const words = new WeakMap<JourneyNode, { names: Names; text: string }>();
/** Words of a step, made anew only when it, or a name, changed. A jump names another step, so it is made each time. */
function wordsOf(node: JourneyNode, view: CanvasView): string {
  if (node.kind === "jump")
    return stepWords(node, view.names, (id) => {
      const target = nodeOf(view.definition, id);
      return target ? stepName(target) : "a step that is gone";
    });
  const known = words.get(node);
  if (known?.names === view.names) return known.text;
  const text = stepWords(node, view.names);
  words.set(node, { names: view.names, text });
  return text;
}

/**
 * Boxes and edges of the canvas. Those that are as before are the same objects, so that an edit draws only what it
 * changed: React Flow and memo compare by identity.
 */
export class CanvasModel {
  private boxes = new Map<string, CanvasBox>();
  private edges = new Map<string, WayEdge>();

  boxesOf(layout: Layout, view: CanvasView): CanvasBox[] {
    const byId = new Map(view.definition.nodes.map((node) => [node.id, node]));
    const tabbable = layout.nodes.some(({ id }) => id === view.selected) ? view.selected : ENTRY_ID;
    const ends = new Map(layout.edges.map((edge) => [edge.to, edge]));
    const next = new Map<string, CanvasBox>();
    for (const placed of layout.nodes) {
      const frame = { position: { x: placed.x, y: placed.y }, width: placed.width, height: placed.height };
      const selected = placed.id === view.selected;
      if (placed.kind === "end") {
        const edge = ends.get(placed.id);
        const spot = { node: edge?.node ?? null, branch: edge?.branch ?? "next" };
        const name = whereWords(edge, byId);
        this.keep(next, {
          id: placed.id,
          type: "end",
          ...frame,
          data: { spot, name, selected, tabbable: tabbable === placed.id, readOnly: view.readOnly },
        });
      } else {
        const node = byId.get(placed.id) ?? null;
        this.keep(next, {
          id: placed.id,
          type: "step",
          ...frame,
          data: {
            node,
            title: node ? stepName(node) : "Entry",
            words: node ? wordsOf(node, view) : entryWords(view.definition.entry, view.names),
            problem: view.problems.get(placed.id) ?? null,
            selected,
            tabbable: tabbable === placed.id,
            moving: view.moving.has(placed.id),
            figures: view.figures?.get(placed.id) ?? null,
          },
        });
      }
    }
    for (const note of view.definition.notes)
      this.keep(next, {
        id: `note:${note.id}`,
        type: "note",
        position: { x: note.x, y: note.y },
        width: 180,
        height: 112,
        draggable: !view.readOnly,
        data: { text: note.text, readOnly: view.readOnly },
      });
    this.boxes = next;
    return [...next.values()];
  }

  edgesOf(layout: Layout, view: Pick<CanvasView, "definition" | "readOnly">): WayEdge[] {
    const byId = new Map(view.definition.nodes.map((node) => [node.id, node]));
    const next = new Map<string, WayEdge>();
    for (const placed of layout.edges) {
      const name = whereWords(placed, byId);
      const before = this.edges.get(placed.id);
      const same = before?.data && before.data.readOnly === view.readOnly && before.data.name === name && equal(before.data.placed, placed);
      next.set(
        placed.id,
        same && before
          ? before
          : {
              id: placed.id,
              type: "way",
              source: placed.node ?? ENTRY_ID,
              target: placed.to,
              data: { placed, readOnly: view.readOnly, name },
            },
      );
    }
    this.edges = next;
    return [...next.values()];
  }

  private keep(next: Map<string, CanvasBox>, box: StepBox | EndBox | NoteBox): void {
    const before = this.boxes.get(box.id);
    next.set(box.id, before && equal(before, box) ? before : box);
  }
}

/** "after Wait, branch Yes". */
function whereWords(edge: PlacedEdge | undefined, byId: ReadonlyMap<string, JourneyNode>): string {
  if (!edge || edge.node === null) return "after the entry";
  const node = byId.get(edge.node);
  return `after ${node ? stepName(node) : "this step"}${edge.label === "" ? "" : `, branch ${edge.label}`}`;
}

/** Of plain data; parts of the drawing are compared by identity first. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // A step is one object as long as it is the same.
  if ("kind" in a && "id" in a && "label" in a && !("x" in a)) return false;
  const keys = Object.keys(b);
  return Object.keys(a).length === keys.length && keys.every((key) => equal(a[key as keyof typeof a], b[key as keyof typeof b]));
}

/** Where the arrow keys lead from a box. */
export function neighbour(layout: Layout, id: string, key: "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight"): string | null {
  const above = layout.edges.find((edge) => edge.to === id);
  const parent = above ? (above.node ?? ENTRY_ID) : null;
  if (key === "ArrowUp") return parent;
  const childrenOf = (of: string) => layout.edges.filter((edge) => (edge.node ?? ENTRY_ID) === of).map((edge) => edge.to);
  if (key === "ArrowDown") return childrenOf(id)[0] ?? null;
  const row = parent === null ? layout.nodes.filter((node) => node.y === 0).map((node) => node.id) : childrenOf(parent);
  const at = row.indexOf(id);
  return row[at + (key === "ArrowLeft" ? -1 : 1)] ?? null;
}

/** The edge at which "+" adds from a box: after a step, by its first open branch, else its first; or an open end's own. */
export function spotAfter(definition: JourneyDefinition, id: string): { node: string | null; branch: string } | null {
  if (id === ENTRY_ID) return { node: null, branch: "next" };
  const node = nodeOf(definition, id);
  if (!node) {
    if (id === endId(null, "next")) return { node: null, branch: "next" };
    for (const one of definition.nodes)
      for (const { branch } of exitsOf(one)) if (endId(one.id, branch) === id) return { node: one.id, branch };
    return null;
  }
  const exits = exitsOf(node).filter(({ branch }) => branch !== "back");
  const spot = exits[0];
  return spot ? { node: node.id, branch: spot.branch } : null;
}
