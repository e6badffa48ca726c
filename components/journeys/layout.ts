import { exitsOf } from "@/domain/journeys/graph";
import type { JourneyDefinition, JourneyNode } from "@/domain/journeys/model";

/**
 * Top-to-bottom layout. A step's branches stand side by side below it, in their order; a step that several branches lead
 * to stands below all of them, under the step that they part at (its immediate dominator). Boxes never overlap, since
 * each step's block holds the blocks of what belongs to it. Deterministic, linear in steps and edges.
 */
const NODE_WIDTH = 236;
const GAP_X = 28;
const STUB_WIDTH = 112;
const STUB_HEIGHT = 36;
const PASS_WIDTH = 72;

export interface PlacedNode {
  readonly id: string;
  readonly kind: "entry" | "step" | "end";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
/** An edge runs down from its source, across to `column`, down, and across to its target. */
export interface PlacedEdge {
  readonly id: string;
  /** Null: the entry. */
  readonly node: string | null;
  readonly branch: string;
  readonly label: string;
  /** Id of the box it leads to: a step, or an open end. */
  readonly to: string;
  readonly column: number;
  readonly from: { readonly x: number; readonly y: number };
  readonly end: { readonly x: number; readonly y: number };
  /** Middle of the place for the branch's name. */
  readonly labelY: number;
}
export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const ENTRY_ID = "entry";
export const endId = (node: string | null, branch: string): string => `end:${node ?? ENTRY_ID}:${branch}`;

interface Exit {
  readonly branch: string;
  readonly label: string;
  readonly to: string | null;
}

/** Ways forward: a jump's way back is words in its box, and an end that is not there is open. */
function exitsForward(node: JourneyNode, there: ReadonlyMap<string, JourneyNode>): Exit[] {
  return exitsOf(node)
    .filter(({ branch }) => branch !== "back")
    .map((exit) => ({ ...exit, to: exit.to !== null && there.has(exit.to) ? exit.to : null }));
}

/** A drawing as nested blocks: a step, its branches, and the steps at which its branches come together again. */
export interface Block {
  readonly id: string;
  readonly branches: readonly {
    readonly branch: string;
    readonly label: string;
    /** Step that the branch leads to; null: an open end. */
    readonly to: string | null;
    /** Null where the way leads to a step that several branches lead to: that one stands under `joins` of a block around it. */
    readonly block: Block | null;
  }[];
  readonly joins: readonly Block[];
}

/** The drawing as blocks: the entry's first, then whatever nobody gets to. */
export function blocksOf(definition: JourneyDefinition): Block[] {
  return trees(definition, 0).map((tree) => tree.block(tree.root));
}

/** `height`: of a step's box; the entry's box is as high. */
export function layOut(definition: JourneyDefinition, height: number): Layout {
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  let right = 0;
  for (const tree of trees(definition, height)) {
    tree.place(right, 0, nodes, edges);
    right += tree.width + 3 * GAP_X;
  }
  return { nodes, edges };
}

function trees(definition: JourneyDefinition, height: number): Tree[] {
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));
  const entry: Exit[] = [
    { branch: "next", label: "", to: definition.start !== null && byId.has(definition.start) ? definition.start : null },
  ];
  const exits = new Map<string, Exit[]>([[ENTRY_ID, entry]]);
  for (const node of definition.nodes) exits.set(node.id, exitsForward(node, byId));
  const done = new Set<string>();
  const out: Tree[] = [];
  for (const root of [ENTRY_ID, ...definition.nodes.map(({ id }) => id)]) {
    if (done.has(root)) continue;
    const tree = new Tree(root, exits, done, height);
    out.push(tree);
    for (const id of tree.order) done.add(id);
  }
  return out;
}

/** All that one root leads to, and that no root before it had. */
class Tree {
  /** Every step after all that lead to it. */
  readonly order: string[];
  private readonly exits = new Map<string, Exit[]>();
  private readonly parents = new Map<string, string[]>();
  private readonly joins = new Map<string, string[]>();
  private readonly sizes = new Map<string, { width: number; height: number }>();

  constructor(
    readonly root: string,
    all: ReadonlyMap<string, readonly Exit[]>,
    taken: ReadonlySet<string>,
    private readonly box: number,
  ) {
    this.order = this.sort(all, taken);
    this.dominate();
    for (const id of this.order.toReversed()) this.measure(id);
  }

  get width(): number {
    return this.sizes.get(this.root)?.width ?? 0;
  }

  /** Reverse postorder; an edge that closes a circle is drawn as an open end. */
  private sort(all: ReadonlyMap<string, readonly Exit[]>, taken: ReadonlySet<string>): string[] {
    const out: string[] = [];
    const open = new Set<string>();
    const closed = new Set<string>();
    const visit = (id: string): void => {
      open.add(id);
      const own = (all.get(id) ?? []).map((exit) =>
        exit.to !== null && (open.has(exit.to) || taken.has(exit.to)) ? { ...exit, to: null } : exit,
      );
      this.exits.set(id, own);
      for (const { to } of own) {
        if (to === null) continue;
        this.parents.set(to, [...(this.parents.get(to) ?? []), id]);
        if (!closed.has(to)) visit(to);
      }
      open.delete(id);
      closed.add(id);
      out.push(id);
    };
    visit(this.root);
    return out.reverse();
  }

  /** Immediate dominators of the steps that several edges lead to (Cooper, Harvey, Kennedy; one pass, since there is no circle). */
  private dominate(): void {
    const at = new Map(this.order.map((id, i) => [id, i]));
    const dominator = new Map<string, string>([[this.root, this.root]]);
    for (const id of this.order.slice(1)) {
      const [first = this.root, ...rest] = this.parents.get(id) ?? [];
      let found = first;
      for (const other of rest) {
        let a = found;
        let b = other;
        while (a !== b) {
          if ((at.get(a) ?? 0) > (at.get(b) ?? 0)) a = dominator.get(a) ?? this.root;
          else b = dominator.get(b) ?? this.root;
        }
        found = a;
      }
      dominator.set(id, found);
      if (rest.length > 0) this.joins.set(found, [...(this.joins.get(found) ?? []), id]);
    }
  }

  block(id: string): Block {
    return {
      id,
      branches: (this.exits.get(id) ?? []).map((exit) => ({
        ...exit,
        block: exit.to === null || this.isJoin(exit.to) ? null : this.block(exit.to),
      })),
      joins: (this.joins.get(id) ?? []).map((join) => this.block(join)),
    };
  }

  private isJoin(id: string): boolean {
    return (this.parents.get(id)?.length ?? 0) > 1;
  }

  /** Width and height of what stands in a branch's column. */
  private slot({ to }: Exit): { width: number; height: number } {
    if (to === null) return { width: STUB_WIDTH, height: STUB_HEIGHT };
    if (this.isJoin(to)) return { width: PASS_WIDTH, height: 0 };
    return this.sizes.get(to) ?? { width: 0, height: 0 };
  }

  private gap(id: string): number {
    return (this.exits.get(id)?.length ?? 0) > 1 || this.exits.get(id)?.some(({ label }) => label !== "") ? 84 : 56;
  }

  private measure(id: string): void {
    const slots = (this.exits.get(id) ?? []).map((exit) => this.slot(exit));
    const joins = (this.joins.get(id) ?? []).map((join) => this.sizes.get(join) ?? { width: 0, height: 0 });
    const row = slots.reduce((sum, { width }) => sum + width, 0) + GAP_X * Math.max(0, slots.length - 1);
    const tall = Math.max(0, ...slots.map((slot) => slot.height));
    this.sizes.set(id, {
      width: Math.max(NODE_WIDTH, row, ...joins.map(({ width }) => width)),
      height: this.box + (slots.length > 0 ? this.gap(id) + tall : 0) + joins.reduce((sum, join) => sum + 56 + join.height, 0),
    });
  }

  place(left: number, top: number, nodes: PlacedNode[], edges: PlacedEdge[]): void {
    const tops = new Map<string, { x: number; y: number }>();
    const late: { id: string; exit: Exit; column: number; from: { x: number; y: number }; labelY: number }[] = [];
    const put = (id: string, x: number, y: number): void => {
      const size = this.sizes.get(id) ?? { width: NODE_WIDTH, height: this.box };
      const centre = x + size.width / 2;
      nodes.push({
        id,
        kind: id === ENTRY_ID ? "entry" : "step",
        x: Math.round(centre - NODE_WIDTH / 2),
        y,
        width: NODE_WIDTH,
        height: this.box,
      });
      tops.set(id, { x: centre, y });
      const exits = this.exits.get(id) ?? [];
      const slots = exits.map((exit) => this.slot(exit));
      const row = slots.reduce((sum, { width }) => sum + width, 0) + GAP_X * Math.max(0, slots.length - 1);
      const rowTop = y + this.box + this.gap(id);
      let slotLeft = centre - row / 2;
      exits.forEach((exit, i) => {
        const width = slots[i]?.width ?? 0;
        const column = slotLeft + width / 2;
        const source = id === ENTRY_ID ? null : id;
        if (exit.to === null) {
          nodes.push({
            id: endId(source, exit.branch),
            kind: "end",
            x: Math.round(column - STUB_WIDTH / 2),
            y: rowTop,
            width: STUB_WIDTH,
            height: STUB_HEIGHT,
          });
          tops.set(endId(source, exit.branch), { x: column, y: rowTop });
        } else if (!this.isJoin(exit.to)) put(exit.to, slotLeft, rowTop);
        late.push({ id, exit, column, from: { x: centre, y: y + this.box }, labelY: y + this.box + 34 });
        slotLeft += width + GAP_X;
      });
      let below = rowTop + Math.max(0, ...slots.map((slot) => slot.height));
      for (const join of this.joins.get(id) ?? []) {
        const inner = this.sizes.get(join) ?? { width: 0, height: 0 };
        put(join, centre - inner.width / 2, below + 56);
        below += 56 + inner.height;
      }
    };
    put(this.root, left, top);
    for (const { id, exit, column, from, labelY } of late) {
      const source = id === ENTRY_ID ? null : id;
      const to = exit.to ?? endId(source, exit.branch);
      const end = tops.get(to) ?? from;
      edges.push({ id: `${id}:${exit.branch}`, node: source, branch: exit.branch, label: exit.label, to, column, from, end, labelY });
    }
  }
}

/** SVG path of an edge: down, across to its column, down, across to its target, with round corners. */
export function edgePath({ from, column, end }: Pick<PlacedEdge, "from" | "column" | "end">): string {
  const turns = [
    { x: from.x, y: from.y },
    { x: from.x, y: from.y + 16 },
    { x: column, y: from.y + 16 },
    { x: column, y: end.y - 20 },
    { x: end.x, y: end.y - 20 },
    { x: end.x, y: end.y },
  ].filter((point, i, all) => i === 0 || point.x !== all[i - 1]?.x || point.y !== all[i - 1]?.y);
  let path = `M${turns[0]?.x ?? 0} ${turns[0]?.y ?? 0}`;
  for (let i = 1; i < turns.length - 1; i++) {
    const [a, b, c] = [turns[i - 1], turns[i], turns[i + 1]];
    if (!a || !b || !c) continue;
    const r = Math.min(8, Math.hypot(b.x - a.x, b.y - a.y) / 2, Math.hypot(c.x - b.x, c.y - b.y) / 2);
    const near = (to: { x: number; y: number }) => `${b.x + Math.sign(to.x - b.x) * r} ${b.y + Math.sign(to.y - b.y) * r}`;
    path += `L${near(a)}Q${b.x} ${b.y} ${near(c)}`;
  }
  const last = turns.at(-1);
  return `${path}L${last?.x ?? 0} ${last?.y ?? 0}`;
}
