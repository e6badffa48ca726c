import { expect, test } from "vitest";
import { mentionsIn } from "./mentions";

const traits = (json: unknown): string[] => mentionsIn(json).fields.map(({ kind, scope, key }) => `${kind}:${scope}:${key}`);

test("conditions of segments: traits, properties of events and their steps, places, references, muted rows", () => {
  const rule = {
    version: 1,
    root: {
      kind: "group",
      match: "all",
      children: [
        { kind: "trait", id: "a", path: ["health", "diagnosis"], test: { type: "text", operator: "equals", values: ["flu"] } },
        { kind: "trait", id: "m", muted: true, path: ["muted"], test: {} },
        {
          kind: "event",
          id: "b",
          event: "Order Completed",
          where: [
            { root: "properties", path: ["drug"], test: {} },
            { root: "context", path: ["ip"], test: {} },
          ],
          measure: { of: "sum", path: ["total"] },
        },
        {
          kind: "sequence",
          id: "c",
          steps: [
            { event: "Seen", where: [] },
            {
              event: "Bought",
              where: [],
              same: [{ path: ["sku"], step: 0, stepPath: ["product"] }],
              without: { event: "Left", where: [{ root: "properties", path: ["why"] }] },
            },
          ],
        },
        { kind: "location", id: "d", field: "city", test: {} },
        { kind: "segment", id: "e", segmentId: "seg_1" },
        { kind: "computed", id: "f", traitId: "trt_1", test: {} },
        { kind: "sql", id: "g", sql: "select 1" },
      ],
    },
  };
  expect(traits(rule).toSorted()).toEqual([
    "event:Bought:product",
    "event:Bought:sku",
    "event:Left:why",
    "event:Order Completed:drug",
    "event:Order Completed:total",
    "trait::address.city",
    "trait::city",
    "trait::health.diagnosis",
    "trait::muted",
  ]);
  expect(mentionsIn(rule)).toMatchObject({
    names: [
      { kind: "segment", id: "seg_1" },
      { kind: "computed", id: "trt_1" },
    ],
    untraced: true,
  });
});

test("any event: the property of every event of that name", () => {
  expect(traits({ kind: "event", event: null, where: [{ root: "properties", path: ["drug"] }] })).toEqual(["event::drug"]);
});

test.each([
  ["Hello {{ profile.first_name }}", ["trait::first_name"]],
  ['{{ profile["first name"] | default: "you" }}', ["trait::first name"]],
  ["{% if profile.address.city == 'Kiel' %}x{% endif %}", ["trait::address.city"]],
  ["{{ event.properties.total }} and {{event.sku}}", ["event::total", "event::sku"]],
  // What is not named by a constant may be anything.
  ["{% assign p = profile %}{{ p.diagnosis }}", ["trait::"]],
  ["{{ profile[key] }}", ["trait::"]],
  ["profile.first_name outside of Liquid", []],
  ['{{ "profile.secret" }}', []],
])("templates: %s", (text, expected) => {
  expect(traits({ subject: text })).toEqual(expected);
});

test("templates name segments and computed traits, formulas both kinds of traits", () => {
  expect(mentionsIn({ a: "{% if segments.vip %}{{ profile.ltv }}{% endif %}" })).toMatchObject({
    segmentKeys: ["vip"],
    computedKeys: ["ltv"],
  });
  const formula = mentionsIn({ kind: "formula", expression: 'if(trait("address", "zip") = "x", orders_90 * 2, "trait")' });
  expect(formula.fields).toEqual([{ kind: "trait", scope: "", key: "address.zip" }]);
  expect(formula.computedKeys).toContain("orders_90");
});
