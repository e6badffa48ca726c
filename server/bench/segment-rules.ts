import type { Compare, Leaf, Rule, Test, Window } from "@/domain/segments/model";

/** The questions of the bench in the product's own rule language. */
type Bare<T> = T extends unknown ? Omit<T, "id"> : never;
export type Part = Bare<Leaf>;

const last = (n: number): Window => ({ kind: "last", duration: { n, unit: "day" } });
const atLeast = (n: number): Compare => ({ operator: "at_least", n });
const NONE: Compare = { operator: "exactly", n: 0 };

type EventPart = Extract<Part, { kind: "event" }>;
export const did = (event: string | null, window: Window, compare: Compare, where: EventPart["where"] = []): EventPart => ({
  kind: "event",
  event,
  where,
  window,
  measure: { of: "count" },
  compare,
});
const spent = (event: string, window: Window, more: number): EventPart => ({
  ...did(event, window, { operator: "more_than", n: more }),
  measure: { of: "sum" },
});
const COUNTRY: Part = {
  kind: "location",
  field: "country",
  test: { type: "text_list", operator: "in", values: ["DE", "FR", "GB"], ignoreCase: false },
};
const property = (path: string, test: Test): EventPart["where"] => [{ root: "properties", path: [path], test }];
const EVER: Window = { kind: "ever" };

export function rule(...parts: Part[]): Rule {
  return {
    version: 1,
    root: { kind: "group", id: "root", match: "all", children: parts.map((part, i) => ({ ...part, id: `n${i}` }) as Leaf) },
  };
}

/** By the names of the other engines' queries. */
export const QUESTIONS: Record<string, { title: string; rule: Rule }> = {
  a: {
    title: "(a) country, bought 3 times for over 100 in 30 days, no ticket in 7",
    rule: rule(
      COUNTRY,
      did("Order Completed", last(30), atLeast(3)),
      spent("Order Completed", last(30), 100),
      did("Support Ticket Created", last(7), NONE),
    ),
  },
  b: {
    title: "(b) country, 5 pages in 90 days, added in 30, not bought in 90",
    rule: rule(
      COUNTRY,
      did("Page Viewed", last(90), atLeast(5)),
      did("Product Added", last(30), atLeast(1)),
      did("Order Completed", last(90), NONE),
    ),
  },
  c: { title: "(c) 10 pages ever", rule: rule(did("Page Viewed", EVER, atLeast(10))) },
  d: { title: "(d) nothing at all in 30 days", rule: rule(did(null, last(30), NONE)) },
  text: {
    title: "property filter: a category twice in 90 days",
    rule: rule(
      did(
        "Product Viewed",
        last(90),
        atLeast(2),
        property("category", { type: "text", operator: "equals", value: "category 3", ignoreCase: false }),
      ),
    ),
  },
  number: {
    title: "property filter: revenue over 50 in 180 days",
    rule: rule(did("Order Completed", last(180), atLeast(1), property("revenue", { type: "number", operator: "gt", value: 50 }))),
  },
  sequence: {
    title: "sequence: viewed, then bought within 7 days, in 90 days",
    rule: rule({
      kind: "sequence",
      steps: [
        { event: "Product Viewed", where: [] },
        { event: "Order Completed", where: [], within: { n: 7, unit: "day" } },
      ],
      window: last(90),
    }),
  },
};

/** Ten rows; `n` changes one of them. */
export function tenRows(n: number): Rule {
  return rule(
    COUNTRY,
    did("Page Viewed", last(90), atLeast(2)),
    did("Order Completed", last(20 + n), atLeast(1)),
    did("Product Added", last(60), atLeast(1)),
    did("Support Ticket Created", last(14), NONE),
    did("Event 8", last(120), atLeast(1)),
    did("Event 9", last(90), { operator: "at_most", n: 3 }),
    spent("Order Completed", last(180), 10),
    did("Product Viewed", last(45), atLeast(1)),
    did(null, last(10), atLeast(1)),
  );
}
