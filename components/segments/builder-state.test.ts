import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Group, Leaf, RuleNode } from "@/domain/segments/model";
import {
  type BuilderAction,
  builderReducer,
  canUnwrap,
  cloneNode,
  emptyRule,
  findNode,
  fits,
  nodesOf,
  place,
  startState,
} from "./builder-state";

const leaf = (id: string): Leaf => ({ kind: "known", id });
const group = (id: string, children: RuleNode[], match: Group["match"] = "all"): Group => ({ kind: "group", id, match, children });
const withChildren = (...children: RuleNode[]) => startState({ version: 1, root: group("root", children) });
/** Shape of a tree as nested ids. */
const shape = (node: RuleNode): unknown => (node.kind === "group" ? [node.id, ...node.children.map(shape)] : node.id);
const after = (state: ReturnType<typeof startState>, ...actions: BuilderAction[]) => actions.reduce(builderReducer, state);

describe("builder state", () => {
  it("adds, copies, removes", () => {
    const state = after(
      startState(emptyRule()),
      { type: "add", parent: "root", node: leaf("a") },
      { type: "add", parent: "root", node: leaf("b") },
      { type: "copy", id: "a", copy: leaf("a2") },
      { type: "remove", id: "b" },
    );
    expect(shape(state.rule.root)).toEqual(["root", "a", "a2"]);
  });

  it("moves up, down, into the group beside and out again", () => {
    const start = withChildren(leaf("a"), leaf("b"), group("g", [leaf("c")]));
    expect(shape(after(start, { type: "move", id: "b", to: "up" }).rule.root)).toEqual(["root", "b", "a", ["g", "c"]]);
    expect(shape(after(start, { type: "move", id: "a", to: "down" }).rule.root)).toEqual(["root", "b", "a", ["g", "c"]]);
    expect(shape(after(start, { type: "move", id: "b", to: "in" }).rule.root)).toEqual(["root", "a", ["g", "b", "c"]]);
    expect(shape(after(start, { type: "move", id: "c", to: "out" }).rule.root)).toEqual(["root", "a", "b", ["g"], "c"]);
    expect(after(start, { type: "move", id: "a", to: "up" })).toBe(start);
    expect(after(start, { type: "move", id: "a", to: "out" })).toBe(start);
  });

  it("never puts a group into itself", () => {
    const start = withChildren(group("g", [group("h", [leaf("c")])]));
    expect(after(start, { type: "place", id: "g", parent: "h", index: 0 })).toBe(start);
    expect(after(start, { type: "place", id: "g", parent: "g", index: 0 })).toBe(start);
  });

  it("takes a group's frame away only where that means the same", () => {
    const start = withChildren(leaf("a"), group("g", [leaf("b"), leaf("c")], "any"));
    expect(after(start, { type: "unwrap", id: "g" })).toBe(start);
    const same = after(start, { type: "match", id: "g", match: "all" }, { type: "unwrap", id: "g" });
    expect(shape(same.rule.root)).toEqual(["root", "a", "b", "c"]);
    expect(canUnwrap(group("p", []), { ...group("g", [leaf("a")]), negate: true })).toBe(false);
  });

  it("negating twice leaves no trace", () => {
    const start = withChildren(leaf("a"));
    const once = after(start, { type: "negate", id: "a" });
    expect(findNode(once.rule.root, "a")?.negate).toBe(true);
    expect(after(once, { type: "negate", id: "a" }).rule).toEqual(start.rule);
  });

  it("typing in one field is one step of undo; another field is another", () => {
    const trait = (text: string): Leaf => ({
      kind: "trait",
      id: "a",
      path: ["plan"],
      test: { type: "text", operator: "equals", value: text, ignoreCase: true },
    });
    const start = withChildren(trait(""));
    const typed = after(
      start,
      { type: "update", leaf: trait("p"), field: "value" },
      { type: "update", leaf: trait("pr"), field: "value" },
      { type: "update", leaf: trait("pro"), field: "other" },
    );
    expect(after(typed, { type: "undo" }).rule.root.children[0]).toEqual(trait("pr"));
    expect(after(typed, { type: "undo" }, { type: "undo" }).rule).toEqual(start.rule);
  });

  it("refuses what goes beyond the limits", () => {
    let state = withChildren(leaf("a"));
    for (let i = 0; i < 20; i++) state = builderReducer(state, { type: "wrap", id: "a", groupId: `g${i}`, match: "all" });
    expect(fits(state.rule)).toBe(true);
    expect(builderReducer(state, { type: "wrap", id: "a", groupId: "one-more", match: "any" })).toBe(state);
  });
});

describe("for any history of actions", () => {
  const ids = ["root", ..."abcdefghij"];
  const someId = fc.constantFrom(...ids);
  const match = fc.constantFrom("all", "any", "none") as fc.Arbitrary<Group["match"]>;
  /** Fresh ids come from the place in the history. */
  const actions = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant("add"), parent: someId, index: fc.nat(4) }),
      fc.record({ type: fc.constant("addGroup"), parent: someId, match }),
      fc.record({ type: fc.constantFrom("remove", "mute", "negate", "unwrap", "copy"), id: someId }),
      fc.record({ type: fc.constant("move"), id: someId, to: fc.constantFrom("up", "down", "in", "out") }),
      fc.record({ type: fc.constant("place"), id: someId, parent: someId, index: fc.nat(5) }),
      fc.record({ type: fc.constant("wrap"), id: someId, match }),
      fc.record({ type: fc.constant("match"), id: someId, match }),
    ),
    { maxLength: 40 },
  );
  type Recipe = Record<string, unknown> & { type: string; id?: string; parent?: string };
  let count = 0;
  const start = () =>
    withChildren(leaf("a"), leaf("b"), group("c", [leaf("d"), group("e", [leaf("f")], "any")], "none"), group("g", [leaf("h")]));
  function toAction(recipe: Recipe, root: Group): BuilderAction {
    const fresh = () => `x${count++}`;
    if (recipe.type === "add") return { ...recipe, node: leaf(fresh()) } as unknown as BuilderAction;
    if (recipe.type === "addGroup") return { type: "add", parent: recipe.parent!, node: group(fresh(), []) };
    if (recipe.type === "wrap") return { ...recipe, groupId: fresh() } as unknown as BuilderAction;
    if (recipe.type === "copy") return { type: "copy", id: recipe.id!, copy: cloneNode(findNode(root, recipe.id!) ?? leaf("none"), fresh) };
    return recipe as unknown as BuilderAction;
  }

  it("undo restores what was before, redo what was after; ids stay unique and the limits hold", () => {
    fc.assert(
      fc.property(actions, (recipes) => {
        let state = start();
        const steps: (typeof state)[] = [state];
        for (const recipe of recipes) {
          const next = builderReducer(state, toAction(recipe, state.rule.root));
          if (next !== state) {
            const undone = builderReducer(next, { type: "undo" });
            expect(undone.rule).toEqual(state.rule);
            expect(builderReducer(undone, { type: "redo" }).rule).toEqual(next.rule);
            steps.push(next);
          }
          state = next;
          const seen = [...nodesOf(state.rule.root)].map((node) => node.id);
          expect(new Set(seen).size).toBe(seen.length);
          expect(fits(state.rule)).toBe(true);
          for (const id of seen) if (id !== "root") expect(place(state.rule.root, id)).toBeDefined();
        }
        for (const step of steps.toReversed()) {
          expect(state.rule).toEqual(step.rule);
          state = builderReducer(state, { type: "undo" });
        }
        expect(state.past).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("moving keeps every row", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: someId, to: fc.constantFrom("up", "down", "in", "out") }), { maxLength: 30 }), (moves) => {
        const sorted = (root: Group) => [...nodesOf(root)].map((node) => node.id).toSorted();
        const first = start();
        const moved = after(first, ...moves.map((one) => ({ type: "move", ...one }) as BuilderAction));
        expect(sorted(moved.rule.root)).toEqual(sorted(first.rule.root));
      }),
    );
  });
});
