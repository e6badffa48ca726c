import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exitsOf, reachable } from "@/domain/journeys/graph";
import { definitionSchema, EMPTY_JOURNEY, type JourneyDefinition } from "@/domain/journeys/model";
import {
  canMove,
  connect,
  copyPart,
  ENTRY_SPOT,
  insertNode,
  joinTargets,
  movePart,
  nodeOf,
  partIds,
  pastePart,
  removeNode,
  removePart,
  spotBefore,
  stepsBefore,
  targetOf,
  type Spot,
} from "./edit";
import { STEP_CHOICES } from "./kinds";
import { layOut } from "./layout";

const ids = () => {
  let n = 0;
  return () => `i${n++}`;
};
const choice = (key: string) => STEP_CHOICES.find((one) => one.key === key) ?? STEP_CHOICES[0]!;
const spots = (definition: JourneyDefinition): Spot[] => [
  ENTRY_SPOT,
  ...definition.nodes.flatMap((node) =>
    exitsOf(node)
      .filter(({ branch }) => branch !== "back")
      .map(({ branch }) => ({ node: node.id, branch })),
  ),
];

/** A drawing made by random edits, as somebody at the canvas makes it. */
const edits = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 40 });
function draw(script: readonly (readonly [number, number, number, number])[]): { drawn: JourneyDefinition; newId: () => string } {
  const newId = ids();
  let drawn: JourneyDefinition = EMPTY_JOURNEY;
  for (const [what, where, which, more] of script) {
    const all = spots(drawn);
    const spot = all[where % all.length] ?? ENTRY_SPOT;
    const node = drawn.nodes[which % Math.max(1, drawn.nodes.length)];
    const op = what % 8;
    if (op < 4 || !node) {
      const kind = STEP_CHOICES[which % STEP_CHOICES.length] ?? choice("delay");
      if (kind.kind !== "exit" || targetOf(drawn, spot) === null) drawn = insertNode(drawn, spot, kind.make(newId(), newId));
    } else if (op === 4) drawn = removeNode(drawn, node.id);
    else if (op === 5) drawn = movePart(drawn, node.id, spot);
    else if (op === 6) drawn = pastePart(drawn, spot, copyPart(drawn, node.id, more % 2 === 0), newId);
    else if (targetOf(drawn, spot) === null) {
      const targets = joinTargets(drawn, spot);
      drawn = connect(drawn, spot, targets[more % Math.max(1, targets.length)]?.id ?? null);
    }
  }
  return { drawn, newId };
}

describe("edits of a drawing", () => {
  it("keep it whole: valid, every end there, nothing in a circle, nobody lost", () => {
    fc.assert(
      fc.property(edits, (script) => {
        const { drawn } = draw(script);
        expect(definitionSchema.parse(drawn)).toEqual(drawn);
        const there = new Set(drawn.nodes.map(({ id }) => id));
        for (const node of drawn.nodes) for (const { to } of exitsOf(node)) if (to !== null) expect(there.has(to)).toBe(true);
        for (const node of drawn.nodes) expect(stepsBefore(drawn, node.id).map(({ id }) => id)).not.toContain(node.id);
        for (const node of drawn.nodes)
          for (const before of stepsBefore(drawn, node.id))
            expect(stepsBefore(drawn, before.id).map(({ id }) => id)).not.toContain(node.id);
        // Nothing that was put in became unreachable by these edits.
        expect([...reachable(drawn)].toSorted()).toEqual([...there].toSorted());
      }),
      { numRuns: 150 },
    );
  });

  it("move a part whole, and back", () => {
    fc.assert(
      fc.property(edits, fc.nat(), fc.nat(), (script, which, where) => {
        const { drawn } = draw(script);
        const node = drawn.nodes[which % Math.max(1, drawn.nodes.length)];
        const spot = spots(drawn)[where % spots(drawn).length] ?? ENTRY_SPOT;
        if (!node || !canMove(drawn, node.id, spot)) return;
        const part = partIds(drawn, node.id);
        const moved = movePart(drawn, node.id, spot);
        expect(moved.nodes.map(({ id }) => id).toSorted()).toEqual(drawn.nodes.map(({ id }) => id).toSorted());
        expect(targetOf(moved, spot)).toBe(node.id);
        for (const id of part) expect(partIds(moved, node.id).has(id)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("insert on an edge, take out again, and the drawing is as before", () => {
    const newId = ids();
    const a = insertNode(EMPTY_JOURNEY, ENTRY_SPOT, choice("delay").make("a", newId));
    const b = insertNode(a, { node: "a", branch: "next" }, choice("set_trait").make("b", newId));
    const c = insertNode(b, { node: "a", branch: "next" }, choice("split").make("c", newId));
    expect(spotBefore(c, "b")).toMatchObject({ node: "c" });
    expect(removeNode(c, "c")).toEqual(b);
    expect(removePart(c, "c")).toEqual(a);
  });

  it("refuse a circle", () => {
    const newId = ids();
    const a = insertNode(EMPTY_JOURNEY, ENTRY_SPOT, choice("delay").make("a", newId));
    const b = insertNode(a, { node: "a", branch: "next" }, choice("delay").make("b", newId));
    expect(connect(b, { node: "b", branch: "next" }, "a")).toBe(b);
    expect(nodeOf(connect(b, { node: "b", branch: "next" }, null), "b")).toMatchObject({ next: null });
  });
});

describe("layout", () => {
  it("overlaps no boxes, leads every edge downwards, and loses nothing", () => {
    fc.assert(
      fc.property(edits, (script) => {
        const { drawn } = draw(script);
        const { nodes, edges } = layOut(drawn, 76);
        expect(
          nodes
            .filter(({ kind }) => kind === "step")
            .map(({ id }) => id)
            .toSorted(),
        ).toEqual(drawn.nodes.map(({ id }) => id).toSorted());
        for (const [i, a] of nodes.entries())
          for (const b of nodes.slice(i + 1)) {
            const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
            expect(apart, `${a.id} and ${b.id}`).toBe(true);
          }
        for (const edge of edges) expect(edge.end.y).toBeGreaterThan(edge.from.y);
        expect(edges.length).toBe(spots(drawn).length);
      }),
      { numRuns: 150 },
    );
  });

  it("draws what nobody gets to, and circles of others' making, as well", () => {
    const circle = definitionSchema.parse({
      ...EMPTY_JOURNEY,
      start: "a",
      nodes: [
        { kind: "delay", id: "a", duration: { n: 1, unit: "day" }, next: "b" },
        { kind: "delay", id: "b", duration: { n: 1, unit: "day" }, next: "a" },
        { kind: "delay", id: "c", duration: { n: 1, unit: "day" }, next: "b" },
      ],
    });
    expect(layOut(circle, 76).nodes.filter(({ kind }) => kind === "step")).toHaveLength(3);
  });
});
