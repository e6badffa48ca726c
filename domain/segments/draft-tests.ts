import type { Compare, Leaf, LeafOf, Test, Window } from "./model";

export type Bare<T> = T extends { id: string } ? Omit<T, "id"> : never;
/** A leaf without its id. */
export type BareLeaf = Bare<Leaf>;

export const exists: Test = { type: "presence", operator: "exists" };

/** The complement as a negative operator, where there is one. */
const NEGATIVE: Readonly<Record<string, string>> = {
  exists: "not_exists",
  not_exists: "exists",
  equals: "not_equals",
  contains: "not_contains",
  starts_with: "not_starts_with",
  ends_with: "not_ends_with",
  in: "not_in",
  between: "not_between",
  is_true: "is_not_true",
  is_false: "is_not_false",
  before: "not_before",
  after: "not_after",
  within_last: "not_within_last",
  within_next: "not_within_next",
  before_last: "not_before_last",
  after_next: "not_after_next",
  is: "is_not",
};

export function negateTest<T extends Test>(test: T): T;
export function negateTest(test: Test | null): Test | null;
export function negateTest(test: Test | null): Test | null {
  const operator = test && NEGATIVE[test.operator];
  return test && operator ? ({ ...test, operator } as Test) : null;
}

/** A leaf turned round: by the negative operator where there is one (it reads better), else as a whole. */
export function negated<T extends BareLeaf & { test: Test }>(leaf: T, none: boolean): T {
  if (!none) return leaf;
  const test = negateTest(leaf.test);
  // People without the event or the number are on the other side of both.
  return (test && leaf.kind !== "event_time" ? { ...(leaf as object), test } : { ...(leaf as object), negate: true }) as T;
}

/** Ways in which people write a trait's name: favouriteCategory, favourite category, favourite_category. */
export function spellings(path: readonly string[]): Set<string> {
  const key = path.at(-1) ?? "";
  const apart = key
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replaceAll(/[_.-]+/g, " ")
    .trim()
    .toLowerCase();
  const all = new Set([key.toLowerCase(), apart]);
  if (path.length > 1) all.add(path.join(".").toLowerCase()).add(path.join(" ").toLowerCase());
  return all;
}

export const eventLeaf = (event: string | null, window: Window, compare: Compare): Bare<LeafOf<"event">> => ({
  kind: "event",
  event,
  where: [],
  window,
  measure: { of: "count" },
  compare,
});

export const location = (field: "country" | "city", values: string[], none: boolean): BareLeaf => ({
  kind: "location",
  field,
  test:
    values.length === 1
      ? { type: "text", operator: none ? "not_equals" : "equals", value: values[0] ?? "", ignoreCase: true }
      : { type: "text_list", operator: none ? "not_in" : "in", values, ignoreCase: true },
});
