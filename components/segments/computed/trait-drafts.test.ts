import { expect, test } from "vitest";
import { wholeDefinitionSchema, type Definition } from "@/domain/segments/computed/model";
import { definitionProblem, KINDS, MEASURES, STARTERS, startDefinition, withMeasure } from "./trait-drafts";

const orders = STARTERS[0]?.definition as Extract<Definition, { kind: "event" }>;

test("every starter is a whole definition", () => {
  for (const { definition } of STARTERS) {
    expect(wholeDefinitionSchema.safeParse(definition).error?.issues).toBeUndefined();
    expect(definitionProblem(definition)).toBeNull();
  }
});

test("a fresh draft says what is missing", () => {
  expect(Object.fromEntries(KINDS.map(({ kind }) => [kind, definitionProblem(startDefinition(kind))]))).toEqual({
    event: "Choose an event.",
    ratio: "Choose an event.",
    sessions: null,
    rfm: "Choose an event.",
    formula: "Write a formula.",
    sql: "Write the SQL.",
  });
  expect(definitionProblem({ kind: "formula", expression: "1 +" })).toBe("At character 4: the expression ends where a value is expected.");
});

test("another kind keeps event, filters and window where it has them", () => {
  expect(startDefinition("rfm", orders)).toMatchObject({ event: "Order Completed", window: orders.window });
  expect(startDefinition("event", startDefinition("ratio", orders))).toMatchObject({ event: "Order Completed", window: orders.window });
});

test("another measure keeps the property, and asks for one where it needs it", () => {
  const sum = { ...orders, measure: withMeasure("sum", { of: "distinct", path: ["price"] }) };
  expect(sum.measure).toEqual({ of: "sum", path: ["price"] });
  for (const { value } of MEASURES) {
    const measure = withMeasure(value, sum.measure);
    expect(definitionProblem({ ...orders, measure })).toBeNull();
    const needs = ["distinct", "most_frequent", "unique_list"].includes(value);
    expect(definitionProblem({ ...orders, measure: withMeasure(value, { of: "count" }) })).toBe(needs ? "Choose the property." : null);
  }
});
