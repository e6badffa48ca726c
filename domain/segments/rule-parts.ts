import type { Compare, Duration, DurationUnit, Filter, Leaf, LeafOf, Match, Rule, RuleNode, Test, Window } from "./model";

/** Short ways to write a rule in code. Leaves have no ids here: `rule` numbers them. */
export const ORDER = "Order Completed";
export const amount = (n: number, unit: DurationUnit): Duration => ({ n, unit });
export const days = (n: number): Duration => amount(n, "day");
export const last = (n: number, unit: DurationUnit = "day"): Window => ({ kind: "last", duration: amount(n, unit) });
export const EVER: Window = { kind: "ever" };
export const atLeast = (n: number): Compare => ({ operator: "at_least", n });
const NONE: Compare = { operator: "exactly", n: 0 };

interface Did {
  where?: Filter[];
  window?: Window;
  compare?: Compare;
}
type Bare<T> = T extends { id: string } ? Omit<T, "id"> : never;
type BareLeaf = Bare<Leaf>;
type Part = BareLeaf | { match: Match; parts: Part[] };

export const did = (event: string | null, { where = [], window = EVER, compare = atLeast(1) }: Did = {}): Bare<LeafOf<"event">> => ({
  kind: "event",
  event,
  where,
  window,
  measure: { of: "count" },
  compare,
});
export const never = (event: string | null, window: Window = EVER, where: Filter[] = []): BareLeaf =>
  did(event, { window, where, compare: NONE });
export const spent = (n: number, window: Window = EVER, event = ORDER): BareLeaf => ({
  ...did(event, { window, compare: atLeast(n) }),
  measure: { of: "sum" },
});
export const on = (n: number, event: string, window: Window): BareLeaf => ({
  ...did(event, { window, compare: atLeast(n) }),
  measure: { of: "days" },
});
export const different = (n: number, path: string, event: string, window: Window = EVER): BareLeaf => ({
  ...did(event, { window, compare: atLeast(n) }),
  measure: { of: "distinct", path: [path] },
});
export const lastTime = (event: string | null, test: LeafOf<"event_time">["test"], which: "first" | "last" = "last"): BareLeaf => ({
  kind: "event_time",
  event,
  where: [],
  which,
  test,
});
export const ago = (n: number, unit: DurationUnit = "day"): LeafOf<"event_time">["test"] => ({
  type: "date_relative",
  operator: "before_last",
  duration: amount(n, unit),
});
export const trait = (path: string | string[], test: Test): BareLeaf => ({
  kind: "trait",
  path: typeof path === "string" ? [path] : path,
  test,
});
export const is = (value: string): Test => ({ type: "text", operator: "equals", value, ignoreCase: true });
export const TRUE: Test = { type: "boolean", operator: "is_true" };
export const next = (n: number): Test => ({ type: "date_relative", operator: "within_next", duration: days(n) });
export const property = (path: string, test: Test): Filter => ({ root: "properties", path: [path], test });
export const KNOWN: BareLeaf = { kind: "known" };
export const left = (event: string, then: string, n: number, unit: DurationUnit, window: Window): BareLeaf => ({
  kind: "sequence",
  steps: [{ event, where: [] }],
  window,
  thenNot: { event: then, where: [], within: amount(n, unit) },
});
export const followed = (event: string, then: string, within: Duration, window: Window): BareLeaf => ({
  kind: "sequence",
  steps: [
    { event, where: [] },
    { event: then, where: [], within },
  ],
  window,
});
export const anyOf = (...parts: Part[]): Part => ({ match: "any", parts });

export function rule(...parts: Part[]): Rule {
  let n = 0;
  const node = (part: Part): RuleNode => {
    const id = `t${++n}`;
    return "match" in part ? { kind: "group", id, match: part.match, children: part.parts.map(node) } : ({ ...part, id } as Leaf);
  };
  return { version: 1, root: { kind: "group", id: "root", match: "all", children: parts.map(node) } };
}
