import { describe, expect, it } from "vitest";
import { findProblems } from "@/domain/journeys/graph";
import { definitionSchema, EMPTY_JOURNEY, type JourneyDefinition } from "@/domain/journeys/model";
import { diffJourneys } from "./diff";
import { connect, ENTRY_SPOT, insertNode, removeNode, replaceNode } from "./edit";
import { editorReducer, startState } from "./editor-state";
import { STEP_CHOICES } from "./kinds";
import { storable } from "./storable";
import { entryWords, reentryWords, stepWords, weekdayWords } from "./words";

const make = (key: string, id: string) => {
  let n = 0;
  const choice = STEP_CHOICES.find((one) => one.key === key);
  if (!choice) throw new Error(key);
  return choice.make(id, () => `${id}_${n++}`);
};
const wait = make("delay", "a");
const base: JourneyDefinition = insertNode(EMPTY_JOURNEY, ENTRY_SPOT, wait);

describe("words", () => {
  it("say what every kind of step does, also while it is unfinished", () => {
    for (const choice of STEP_CHOICES) expect(stepWords(make(choice.key, "x"), {}).length, choice.key).toBeGreaterThan(3);
    expect(
      stepWords(
        {
          kind: "message",
          id: "m",
          label: "",
          channel: "email",
          templateId: "t",
          transactional: false,
          topicId: null,
          next: null,
          notSent: null,
        },
        { t: "Hello" },
      ),
    ).toBe("Hello");
    expect(weekdayWords([7, 6])).toBe("Saturday and Sunday");
    expect(weekdayWords([1, 3])).toBe("Mon, Wed");
  });

  it("say who enters and how often", () => {
    const entry = { kind: "event" as const, event: "Cart Updated", where: [], key: ["cart_id"] };
    expect(entryWords(entry, {})).toBe("When somebody does “Cart Updated”, once for each cart_id");
    const settings = { ...EMPTY_JOURNEY.settings, reentry: { kind: "after" as const, duration: { n: 30, unit: "day" as const } } };
    expect(reentryWords(settings, entry)).toBe("Each person enters again when the last time for each cart_id was at least 30 days ago.");
  });
});

describe("differences", () => {
  it("are none between equals, and name each added, removed and changed step", () => {
    expect(diffJourneys(base, base, {})).toEqual([]);
    const longer = replaceNode(base, { ...wait, duration: { n: 2, unit: "week" } } as typeof wait);
    expect(diffJourneys(base, longer, {})).toEqual([{ kind: "changed", node: "a", text: "Wait: “1 day” becomes “2 weeks”" }]);
    const more = insertNode(base, { node: "a", branch: "next" }, make("exit", "e"));
    expect(diffJourneys(base, more, {}).map(({ kind, text }) => [kind, text])).toEqual([
      ["added", "Exit: The journey ends here"],
      ["changed", "Wait: goes on to Exit, not to the end"],
    ]);
    expect(diffJourneys(more, removeNode(more, "e"), {})).toContainEqual({
      kind: "removed",
      node: "e",
      text: "Exit: The journey ends here",
    });
    const quiet = { ...base, settings: { ...base.settings, holdout: 10 } };
    expect(diffJourneys(base, quiet, {})).toEqual([{ kind: "added", node: null, text: "Setting: 10 % of people are held out." }]);
    expect(
      diffJourneys(
        base,
        { ...base, settings: { ...base.settings, exits: [{ kind: "event", id: "x", event: "Bought", where: [], match: null }] } },
        {},
      ),
    ).toMatchObject([{ text: "Setting: Leaves at once who did “Bought”." }]);
  });
});

describe("a drawing with half a condition", () => {
  const split = make("split", "s");
  const half = (children: object[]) => ({
    ...insertNode(EMPTY_JOURNEY, ENTRY_SPOT, {
      ...split,
      branches: [{ id: "b", label: "Yes", condition: { kind: "group", id: "root", match: "all", children }, next: null }],
    } as typeof split),
    entry: { kind: "event" as const, event: "Go", where: [], key: null },
  });
  const known = { kind: "known", id: "k" };

  it("is stored, and is unfinished wherever it is read", () => {
    const drawing = half([known, { kind: "trait", id: "t", path: [""], test: { type: "presence", operator: "exists" } }]);
    expect(definitionSchema.safeParse(drawing).success).toBe(false);
    const kept = storable(drawing);
    expect(definitionSchema.parse(kept)).toEqual(kept);
    expect(findProblems(kept)).toEqual([{ node: "s", message: 'Say who takes "Yes".' }]);
    expect(kept.nodes[0]).toMatchObject({ branches: [{ condition: { children: [known, { kind: "group", id: "t", children: [] }] } }] });
  });

  it("stays the same object where everything is whole", () => {
    const whole = half([known]);
    expect(storable(whole)).toBe(whole);
    expect(findProblems(whole)).toEqual([]);
  });

  it("keeps a filter without a property as one", () => {
    const drawing = {
      ...base,
      entry: {
        kind: "event" as const,
        event: "Go",
        key: null,
        where: [{ root: "properties" as const, path: [""], test: { type: "number" as const, operator: "gt" as const, value: Number.NaN } }],
      },
    };
    const kept = storable(drawing);
    expect(definitionSchema.parse(kept)).toEqual(kept);
    expect(findProblems(kept).map(({ message }) => message)).toEqual(["A filter of the entry has no property."]);
  });
});

describe("undo", () => {
  it("joins typing in one field, and goes back and forth", () => {
    const rename = (text: string) => (drawing: JourneyDefinition) => replaceNode(drawing, { ...wait, label: text });
    let state = startState(base);
    for (const text of ["A", "Ab", "Abc"]) state = editorReducer(state, { type: "edit", change: rename(text), field: "a:label" });
    state = editorReducer(state, { type: "edit", change: (drawing) => connect(drawing, ENTRY_SPOT, null) });
    expect(state.past).toHaveLength(2);
    state = editorReducer(editorReducer(state, { type: "undo" }), { type: "undo" });
    expect(state.drawing).toBe(base);
    state = editorReducer(state, { type: "redo" });
    expect(state.drawing.nodes[0]?.label).toBe("Abc");
    expect(editorReducer(state, { type: "edit", change: (drawing) => drawing })).toBe(state);
  });
});
