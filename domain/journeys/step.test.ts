import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findProblems } from "./graph";
import { definitionSchema } from "./model";
import type { JourneyDefinition } from "./model";
import type { RunState, StepInput, StepResult } from "./run-model";
import { newRun, step } from "./step";
import { condition, event, fakeEnv } from "./test/fake-env";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.parse("2026-03-02T10:00:00Z");
const days = (n: number) => ({ n, unit: "day" as const });

function journey(nodes: unknown[], settings: unknown = {}, start = "a"): JourneyDefinition {
  return definitionSchema.parse({
    version: 1,
    entry: { kind: "event", event: "Cart Updated", key: ["cart_id"] },
    start,
    nodes,
    settings: { purposeId: "marketing", ...(settings as object) },
  });
}

const message = (id: string, next: string | null, more: object = {}) => ({
  kind: "message",
  id,
  channel: "email",
  templateId: "tpl_1",
  next,
  ...more,
});

function run(
  definition: JourneyDefinition,
  inputs: readonly (readonly [StepInput, number, Parameters<typeof fakeEnv>[1]?])[],
  entryKey = "c1",
): StepResult[] {
  let state: RunState = newRun({ cart_id: entryKey }, entryKey, T0);
  return inputs.map(([input, at, answers]) => {
    const result = step(definition, state, input, fakeEnv(at, answers));
    state = result.state;
    return result;
  });
}
const START: StepInput = { kind: "start" };
const TIME: StepInput = { kind: "time" };
const sent = (result: StepResult | undefined): string[] =>
  result?.effects.filter((effect) => effect.kind === "message").map((effect) => effect.node) ?? [];

describe("an abandoned cart", () => {
  const definition = journey(
    [
      {
        kind: "hold_until",
        id: "a",
        branches: [
          { id: "bought", label: "Bought", event: "Order Completed", match: ["cart_id"], next: null },
          { id: "changed", label: "Changed", event: "Cart Updated", match: ["cart_id"], action: "restart", next: null },
        ],
        timeout: { after: { n: 4, unit: "hour" }, next: "m" },
      },
      message("m", "w"),
      { kind: "delay", id: "w", duration: days(2), next: "m2" },
      message("m2", null),
    ],
    { reentry: { kind: "always" }, exits: [{ kind: "event", id: "paid", event: "Order Completed", match: ["cart_id"] }] },
  );

  it("is a drawing without problems", () => {
    expect(findProblems(definition)).toEqual([]);
  });

  it("sends nothing to somebody who buys in time", () => {
    const results = run(definition, [
      [START, T0],
      [{ kind: "event", event: event("Order Completed", T0 + HOUR, { cart_id: "c1" }) }, T0 + HOUR],
    ]);
    expect(results.flatMap(sent)).toEqual([]);
    expect(results.at(-1)?.state).toMatchObject({ status: "exited", reason: "rule:paid" });
  });

  it("does not mistake another cart's order for this one's", () => {
    const results = run(definition, [
      [START, T0],
      [{ kind: "event", event: event("Order Completed", T0 + HOUR, { cart_id: "c2" }) }, T0 + HOUR],
      [TIME, T0 + 4 * HOUR],
    ]);
    expect(results.flatMap(sent)).toEqual(["m"]);
  });

  it("begins to wait again when the cart changes", () => {
    const results = run(definition, [
      [START, T0],
      [{ kind: "event", event: event("Cart Updated", T0 + 3 * HOUR, { cart_id: "c1", total: 5 }) }, T0 + 3 * HOUR],
      [TIME, T0 + 4 * HOUR],
      [TIME, T0 + 7 * HOUR],
    ]);
    expect(results.map(sent)).toEqual([[], [], [], ["m"]]);
    expect(results.at(-1)?.state.context["changed"]).toEqual({ cart_id: "c1", total: 5 });
  });

  it("ends at once in the middle of the two days", () => {
    const results = run(definition, [
      [START, T0],
      [TIME, T0 + 4 * HOUR],
      [{ kind: "event", event: event("Order Completed", T0 + 5 * HOUR, { cart_id: "c1" }) }, T0 + 5 * HOUR],
      [TIME, T0 + 3 * DAY],
    ]);
    expect(results.flatMap(sent)).toEqual(["m"]);
    expect(results[2]?.moves.at(-1)).toMatchObject({ node: "w", what: "left", branch: "rule:paid" });
    expect(results[3]?.moves).toEqual([]);
  });
});

describe("nodes", () => {
  it("split takes the first branch that holds, and one only", () => {
    const definition = journey([
      {
        kind: "split",
        id: "a",
        branches: [
          { id: "x", label: "X", condition: condition("cx"), next: "m" },
          { id: "y", label: "Y", condition: condition("cy"), next: "m2" },
        ],
        otherwise: null,
      },
      message("m", null),
      message("m2", null),
    ]);
    expect(sent(run(definition, [[START, T0, { holding: ["cx", "cy"] }]])[0])).toEqual(["m"]);
    expect(sent(run(definition, [[START, T0, { holding: ["cy"] }]])[0])).toEqual(["m2"]);
    const nobody = run(definition, [[START, T0]])[0];
    expect(nobody?.state.status).toBe("completed");
    expect(nobody?.moves.at(-1)).toMatchObject({ node: "a", branch: "otherwise" });
  });

  it("random splits keep their shares, stay with a person, and may draw anew", () => {
    const branches = [
      { id: "x", label: "", share: 20, next: null },
      { id: "y", label: "", share: 80, next: null },
    ];
    const sticky = journey([{ kind: "random_split", id: "a", branches }]);
    const taken = (definition: JourneyDefinition, person: string, at: number) =>
      step(definition, newRun({}, "", at), START, fakeEnv(at, { person })).moves.at(-1)?.branch;
    const people = Array.from({ length: 4_000 }, (_, i) => `p${i}`);
    const first = people.map((person) => taken(sticky, person, T0));
    const x = first.filter((branch) => branch === "x").length / people.length;
    expect(Math.abs(x - 0.2)).toBeLessThan(0.03);
    expect(people.map((person) => taken(sticky, person, T0 + DAY))).toEqual(first);
    const free = journey([{ kind: "random_split", id: "a", sticky: false, branches }]);
    expect(people.map((person) => taken(free, person, T0))).not.toEqual(people.map((person) => taken(free, person, T0 + DAY)));
  });

  it("experiments expose once, and hold the arm through a loop", () => {
    const definition = journey([
      {
        kind: "experiment",
        id: "a",
        metric: { event: "Order Completed", value: "rate", within: days(7) },
        arms: [
          { id: "one", label: "", share: 50, next: "w" },
          { id: "two", label: "", share: 50, control: true, next: "w" },
        ],
      },
      { kind: "delay", id: "w", duration: days(1), next: "j" },
      { kind: "jump", id: "j", target: "a", times: 3, next: null },
    ]);
    expect(findProblems(definition)).toEqual([]);
    const results = run(definition, [
      [START, T0],
      [TIME, T0 + DAY],
      [TIME, T0 + 2 * DAY],
      [TIME, T0 + 3 * DAY],
      [TIME, T0 + 4 * DAY],
    ]);
    expect(results.flatMap((r) => r.effects.filter((e) => e.kind === "exposure"))).toHaveLength(1);
    const arms = results.flatMap((r) => r.moves.filter((m) => m.node === "a" && m.what === "left").map((m) => m.branch));
    expect(arms).toHaveLength(4);
    expect(new Set(arms).size).toBe(1);
    expect(results.at(-1)?.state.status).toBe("completed");
    expect(results.at(-1)?.state.visits).toMatchObject({ a: 4, w: 4, j: 4 });
  });

  it("bandits follow what was learnt and keep their floor", () => {
    const definition = journey([
      {
        kind: "optimise",
        id: "a",
        floor: 20,
        metric: { event: "Order Completed", value: "rate", within: days(7) },
        arms: [
          { id: "good", label: "", share: 50, next: null },
          { id: "bad", label: "", share: 50, next: null },
        ],
      },
    ]);
    const people = Array.from({ length: 4_000 }, (_, i) => `p${i}`);
    const bad = people.filter(
      (person) => step(definition, newRun({}, "", T0), START, fakeEnv(T0, { person, arms: { good: 100 } })).moves.at(-1)?.branch === "bad",
    ).length;
    expect(Math.abs(bad / people.length - 0.1)).toBeLessThan(0.02);
  });

  it("wait until a local time, over a clock change", () => {
    const definition = journey([
      { kind: "wait_until", id: "a", until: { kind: "local_time", weekdays: [7], time: "02:30" }, next: "m", skip: null },
      message("m", null),
    ]);
    const at = Date.parse("2026-03-28T12:00:00Z");
    const result = step(definition, newRun({}, "", at), START, fakeEnv(at, { zone: "Europe/Berlin" }));
    expect(result.state.wait).toEqual({ kind: "time", at: Date.parse("2026-03-29T01:00:00Z"), next: "m", branch: "next" });
  });

  it("wait for a trait's date, and take the visible way where it is past or missing", () => {
    const node = (past: string) =>
      journey([
        { kind: "wait_until", id: "a", until: { kind: "trait", path: ["renewal"], days: -3, time: "09:00" }, past, next: "m", skip: null },
        message("m", null),
      ]);
    const begin = (past: string, traits: Record<string, string>) =>
      step(node(past), newRun({}, "", T0), START, fakeEnv(T0, { traits, zone: "America/New_York" }));
    expect(begin("skip", { renewal: "2026-03-10" }).state.wait).toMatchObject({ at: Date.parse("2026-03-07T14:00:00Z") });
    expect(begin("skip", { renewal: "2026-02-01" }).state.status).toBe("completed");
    expect(sent(begin("skip", { renewal: "2026-02-01" }))).toEqual([]);
    expect(sent(begin("continue", { renewal: "2026-02-01" }))).toEqual(["m"]);
    expect(sent(begin("continue", { renewal: "soon" }))).toEqual([]);
    expect(begin("continue", {}).moves.at(-1)?.branch).toBe("skip");
  });

  it("wait for a condition, which may hold already, or time out", () => {
    const definition = journey([
      { kind: "wait_condition", id: "a", condition: condition("c"), next: "m", timeout: { after: days(1), next: null } },
      message("m", null),
    ]);
    expect(sent(run(definition, [[START, T0, { holding: ["c"] }]])[0])).toEqual(["m"]);
    expect(
      sent(
        run(definition, [
          [START, T0],
          [{ kind: "changed" }, T0 + HOUR, { holding: ["c"] }],
        ])[1],
      ),
    ).toEqual(["m"]);
    const late = run(definition, [
      [START, T0],
      [{ kind: "changed" }, T0 + HOUR],
      [TIME, T0 + DAY],
    ]);
    expect(late.flatMap(sent)).toEqual([]);
    expect(late.at(-1)?.state.status).toBe("completed");
  });

  it("let people through a window of their own day only", () => {
    const definition = journey([
      { kind: "time_window", id: "a", from: "09:00", to: "17:00", weekdays: [1, 2, 3, 4, 5], next: "m" },
      message("m", null),
    ]);
    expect(sent(run(definition, [[START, T0]])[0])).toEqual(["m"]);
    const night = Date.parse("2026-03-06T18:00:00Z");
    const result = run(definition, [
      [START, night],
      [TIME, Date.parse("2026-03-09T09:00:00Z")],
    ]);
    expect(result.map(sent)).toEqual([[], ["m"]]);
  });

  it("wait for what became of a message only where it decides the way", () => {
    const definition = journey([message("a", "m", { notSent: "n" }), message("m", null), message("n", null, { channel: "sms" })]);
    const outcome = (isSent: boolean): StepInput => ({
      kind: "outcome",
      node: "a",
      visit: 1,
      sent: isSent,
      outcome: isSent ? "sent" : "capped",
    });
    expect(
      run(definition, [
        [START, T0],
        [outcome(true), T0],
      ]).map(sent),
    ).toEqual([["a"], ["m"]]);
    expect(
      run(definition, [
        [START, T0],
        [outcome(false), T0],
      ]).map(sent),
    ).toEqual([["a"], ["n"]]);
    expect(
      run(definition, [
        [START, T0],
        [{ ...outcome(false), visit: 2 } as StepInput, T0],
      ]).map(sent),
    ).toEqual([["a"], []]);
  });

  it("hold back a share of people, for ever", () => {
    const definition = journey([message("a", null)], { holdout: 10 });
    const held = Array.from(
      { length: 4_000 },
      (_, i) => step(definition, newRun({}, "", T0), START, fakeEnv(T0, { person: `p${i}` })).state.reason,
    ).filter((reason) => reason === "held_out");
    expect(Math.abs(held.length / 4_000 - 0.1)).toBeLessThan(0.02);
  });

  it("count a goal once, inside its time, and may end by it", () => {
    const goal = { event: "Order Completed", where: [], within: days(7), exits: true };
    const definition = journey([{ kind: "delay", id: "a", duration: days(30), next: null }], { goal });
    const inTime = run(definition, [
      [START, T0],
      [{ kind: "event", event: event("Order Completed", T0 + DAY) }, T0 + DAY],
    ]);
    expect(inTime[1]?.state).toMatchObject({ status: "exited", reason: "goal", goalAt: T0 + DAY });
    const late = run(definition, [
      [START, T0],
      [{ kind: "event", event: event("Order Completed", T0 + 8 * DAY) }, T0 + 8 * DAY],
    ]);
    expect(late[1]?.state).toMatchObject({ status: "active", goalAt: null });
  });

  it("do not take an event that came after the time was up", () => {
    const definition = journey([
      { kind: "hold_until", id: "a", branches: [{ id: "b", label: "", event: "X", next: "m" }], timeout: { after: days(1), next: null } },
      message("m", null),
    ]);
    const results = run(definition, [
      [START, T0],
      [{ kind: "event", event: event("X", T0 + 2 * DAY) }, T0 + 2 * DAY],
      [TIME, T0 + 2 * DAY],
    ]);
    expect(results.flatMap(sent)).toEqual([]);
    expect(results.at(-1)?.moves[0]).toMatchObject({ node: "a", branch: "timeout" });
  });
});

describe("problems", () => {
  it("name what is unfinished, unreachable, endless or circular", () => {
    const say = (nodes: unknown[], settings: unknown = {}) => findProblems(journey(nodes, settings)).map((problem) => problem.message);
    expect(say([message("a", null, { templateId: null })])).toEqual(["Choose a template."]);
    expect(say([message("a", null), message("b", null)])).toEqual(["Nobody can get here. Connect the step or delete it."]);
    expect(say([message("a", "zz")])).toEqual([`"next" leads to a step that is not there.`]);
    expect(say([message("a", "j"), { kind: "jump", id: "j", target: "a", times: 5, next: null }])[0]).toMatch(/no wait/u);
    expect(say([message("a", "d"), { kind: "delay", id: "d", duration: days(1), next: "a" }])[0]).toMatch(/leads back/u);
    expect(
      say([
        {
          kind: "random_split",
          id: "a",
          branches: [
            { id: "x", label: "", share: 50, next: null },
            { id: "y", label: "", share: 40, next: null },
          ],
        },
      ])[0],
    ).toMatch(/90 %/u);
    expect(say([message("a", null)], { purposeId: null })[0]).toMatch(/purpose/u);
    expect(
      findProblems(definitionSchema.parse({ version: 1, entry: { kind: "event", event: "" }, start: null, nodes: [], settings: {} }))
        .length,
    ).toBe(2);
  });
});

describe("any drawing and any inputs", () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  /** Forward edges only, and jumps back. */
  const anyNode = (i: number): fc.Arbitrary<unknown> => {
    const id = ids[i] ?? "a";
    const next = fc.constantFrom(...ids.slice(i + 1), null);
    return fc.oneof(
      next.map((to) => message(id, to)),
      fc.tuple(next, next).map(([to, not]) => message(id, to, { notSent: not })),
      fc.tuple(next, fc.integer({ min: 1, max: 3 })).map(([to, n]) => ({ kind: "delay", id, duration: days(n), next: to })),
      fc.tuple(next, next).map(([x, y]) => ({
        kind: "split",
        id,
        branches: [{ id: `${id}x`, label: "", condition: condition("c1"), next: x }],
        otherwise: y,
      })),
      fc.tuple(next, next).map(([x, y]) => ({
        kind: "random_split",
        id,
        branches: [
          { id: `${id}x`, label: "", share: 50, next: x },
          { id: `${id}y`, label: "", share: 50, next: y },
        ],
      })),
      fc.tuple(next, next).map(([x, y]) => ({
        kind: "hold_until",
        id,
        branches: [{ id: `${id}b`, label: "", event: "X", next: x }],
        timeout: { after: days(2), next: y },
      })),
      fc
        .tuple(next, next)
        .map(([x, y]) => ({ kind: "wait_condition", id, condition: condition("c2"), next: x, timeout: { after: days(1), next: y } })),
      next.map((to) => ({ kind: "rate_limit", id, people: 10, per: "minute", next: to })),
      next.map((to) => ({ kind: "jump", id, target: ids[0], times: 2, next: to })),
    );
  };
  const anyJourney = fc.tuple(...ids.map((_, i) => anyNode(i))).map((nodes) => journey(nodes));
  const anyInput = fc.oneof(
    fc.constant({ kind: "time" } as const),
    fc.constant({ kind: "changed" } as const),
    fc.constant({ kind: "place" } as const),
    fc.constantFrom("X", "Y").map((name) => ({ kind: "event", name }) as const),
    fc.tuple(fc.constantFrom(...ids), fc.boolean()).map(([node, isSent]) => ({ kind: "outcome", node, isSent }) as const),
  );

  it("keep the trace whole: what is entered is left once, the run stands where the trace ends", () => {
    fc.assert(
      fc.property(
        anyJourney,
        fc.array(fc.tuple(anyInput, fc.integer({ min: 0, max: 40 }), fc.subarray(["c1", "c2"])), { maxLength: 25 }),
        (definition, inputs) => {
          let state = newRun({}, "k", T0);
          let now = T0;
          const open = new Map<string, number>();
          let messages = 0;
          const apply = (input: StepInput, holding: readonly string[]): void => {
            const env = fakeEnv(now, { holding });
            const result = step(definition, state, input, env);
            // Pure: the same again gives the same, and the given state is as it was.
            expect(step(definition, state, input, env)).toEqual(result);
            for (const move of result.moves) {
              if (move.what === "entered") {
                expect(open.size).toBe(0);
                open.set(move.node, move.visit);
              } else {
                expect(open.get(move.node)).toBe(move.visit);
                open.delete(move.node);
              }
            }
            messages += result.effects.filter((effect) => effect.kind === "message").length;
            const keys = result.effects.map((effect) => `${effect.kind}:${effect.node}:${effect.visit}`);
            expect(new Set(keys).size).toBe(keys.length);
            state = result.state;
            expect(state.status === "active").toBe(state.wait !== null);
            expect([...open.keys()]).toEqual(state.node === null ? [] : [state.node]);
          };
          apply({ kind: "start" }, []);
          for (const [input, hours, holding] of inputs) {
            now += hours * HOUR;
            if (input.kind === "event") apply({ kind: "event", event: event(input.name, now) }, holding);
            else if (input.kind === "outcome")
              apply({ kind: "outcome", node: input.node, visit: state.visits[input.node] ?? 0, sent: input.isSent, outcome: "" }, holding);
            else apply(input, holding);
          }
          const entered = definition.nodes
            .filter((node) => node.kind === "message")
            .reduce((sum, node) => sum + (state.visits[node.id] ?? 0), 0);
          expect(messages).toBe(entered);
          expect(state.status).not.toBe("failed");
          // Any wait can be ended: nobody is stuck for ever.
          for (let i = 0; i < 500 && state.status === "active"; i++) {
            now += 4 * DAY;
            const wait = state.wait;
            if (wait?.kind === "place") apply({ kind: "place" }, []);
            else if (wait?.kind === "outcome")
              apply({ kind: "outcome", node: state.node ?? "", visit: wait.visit, sent: true, outcome: "sent" }, []);
            else apply({ kind: "time" }, []);
          }
          expect(state.status).toBe("completed");
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("what is not filled in yet", () => {
  const group = (children: object[]) => ({ kind: "group", id: "root", match: "all", children });
  const open = (nodes: unknown[], settings: unknown = {}) => findProblems(journey(nodes, settings)).map(({ message }) => message);

  it("is an empty group inside a condition, and a filter without a property", () => {
    const known = { kind: "known", id: "k" };
    const split = (condition: object) => [
      { kind: "split", id: "a", branches: [{ id: "yes", label: "Yes", condition, next: null }], otherwise: null },
    ];
    expect(open(split(group([known])))).toEqual([]);
    expect(open(split(group([known, { kind: "group", id: "g", match: "any", children: [] }])))).toEqual(['Say who takes "Yes".']);
    expect(open(split(group([known, { kind: "group", id: "g", match: "any", muted: true, children: [] }])))).toEqual([]);
    const where = [{ root: "properties", path: [" "], test: { type: "presence", operator: "exists" } }];
    const wait = { kind: "delay", id: "a", duration: days(1), next: null };
    expect(open([wait], { exits: [{ kind: "event", id: "x", event: "Bought", where }] })).toEqual([
      "A filter of an exit rule has no property.",
    ]);
  });
});
