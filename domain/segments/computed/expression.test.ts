import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "@/domain/events/model";
import { evaluateExpression, expressionProblem, keysIn, parseExpression, traitsIn, type ExpressionEnv } from "./expression";

const DAY = 86_400_000;
const NOW = Date.parse("2026-03-10T12:00:00Z");

function value(
  text: string,
  computed: Record<string, Json> = {},
  traits: Record<string, Json> = {},
  offers: number[] = [],
): Json | undefined {
  const env: ExpressionEnv = {
    now: NOW,
    computed: (key) => (Object.hasOwn(computed, key) ? computed[key] : undefined),
    trait: ([key]) => traits[key ?? ""],
    offer: (ms) => offers.push(ms),
  };
  return evaluateExpression(parseExpression(text), env);
}

test("arithmetic goes by precedence, from the left", () => {
  expect(value("2 + 3 * 4")).toBe(14);
  expect(value("(2 + 3) * 4")).toBe(20);
  expect(value("10 - 4 - 3")).toBe(3);
  expect(value("-2 * -3")).toBe(6);
  expect(value("7 % 4 / 2")).toBe(1.5);
  expect(value("0.1 + 0.2")).toBe(0.1 + 0.2);
});

test("what has no value: operands, division by zero, numbers beyond any", () => {
  expect(value("orders / visits", { orders: 4, visits: 8 })).toBe(0.5);
  expect(value("orders / visits", { orders: 4 })).toBeUndefined();
  expect(value("orders / visits", { orders: 4, visits: 0 })).toBeUndefined();
  expect(value("0 / 0")).toBeUndefined();
  expect(value("x + 1", { x: "9,90" })).toBeUndefined();
  expect(value("x + 1", { x: "9.90" })).toBe(10.9);
  expect(value("x * x", { x: 1e300 })).toBeUndefined();
  expect(value("x < 1")).toBeUndefined();
  expect(value('if(x < 1, "yes", "no")')).toBe("no");
  expect(value("coalesce(x, y, 3)", { y: "b" })).toBe("b");
  expect(value("missing(x) and not missing(y)", { y: 0 })).toBe(true);
  expect(Object.is(value("0 * -1"), 0)).toBe(true);
});

test("comparison and logic", () => {
  expect(value("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2 and not 1 = 2")).toBe(true);
  expect(value('"a" = "a" or x > 1')).toBe(true);
  expect(value('trait("plan") = "pro"', {}, { plan: "pro" })).toBe(true);
  expect(value('one_of(trait("plan"), "free", "pro")', {}, { plan: "pro" })).toBe(true);
  expect(value('1 = "1"')).toBe(true);
});

test("functions", () => {
  expect(value("round(2.5)")).toBe(3);
  expect(value("round(-2.5)")).toBe(-3);
  expect(value("round(1.005, 2)")).toBe(1.01);
  expect(value("min(3, x, 2)")).toBe(2);
  expect(value("max(x)")).toBeUndefined();
  expect(value('concat("a", x, 1, true)')).toBe("a1true");
  expect(value('lower(upper("Ab"))')).toBe("ab");
  expect(value('length("🎈é")')).toBe(2);
  expect(value("length(list)", { list: ["a", "b"] })).toBe(2);
  expect(value('contains(list, "b") and contains("abc", "bc")', { list: ["a", "b"] })).toBe(true);
});

test("days count whole periods of 24 hours and say when they change", () => {
  const offers: number[] = [];
  const at = new Date(NOW - 2.5 * DAY).toISOString();
  expect(value('days_since(trait("at"))', {}, { at }, offers)).toBe(2);
  expect(offers).toEqual([NOW + 0.5 * DAY]);
  offers.length = 0;
  const next = new Date(NOW + 2.5 * DAY).toISOString();
  expect(value('days_until(trait("next"))', {}, { next }, offers)).toBe(3);
  expect(offers).toEqual([NOW + 0.5 * DAY]);
  expect(value('days_since("no date")')).toBeUndefined();
});

test("what is asked: keys of computed traits and paths of collected ones, each once", () => {
  expect(keysIn('if(a > b, trait("x", "y"), a)')).toEqual(["a", "b"]);
  expect(traitsIn('coalesce(trait("x", "y"), trait("z"))')).toEqual([["x", "y"], ["z"]]);
  expect(keysIn("größe + 1")).toEqual(["größe"]);
});

test.each([
  ["", 0],
  ["1 +", 3],
  ["1 2", 2],
  ["(1", 2],
  ["nothing(1)", 0],
  ["round()", 0],
  ["round", 0],
  ["a < b < c", 6],
  ["trait(a)", 0],
  ['"open', 0],
  ["1 ; 2", 2],
  ["constructor.constructor", 11],
  ["a => b", 3],
  ["`x`", 0],
  [`${"(".repeat(60)}1${")".repeat(60)}`, 41],
  [Array.from({ length: 300 }, () => "1").join("+"), 201],
])("%s cannot be read, and the place is said", (text, position) => {
  expect(expressionProblem(text)?.position).toBe(position);
});

test("names of our own objects are keys like any other: nothing is reached through them", () => {
  expect(value("constructor")).toBeUndefined();
  expect(keysIn("__proto__ + toString")).toEqual(["__proto__", "toString"]);
});

test("whatever text comes, it is parsed or refused in bounded time, and evaluated without a throw", () => {
  const part = fc.constantFrom(
    "1",
    "2.5",
    "x",
    '"t"',
    "+",
    "-",
    "*",
    "/",
    "(",
    ")",
    ",",
    "and",
    "not",
    "if",
    "min",
    "<",
    "=",
    " ",
    "trait",
    "days_since",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 60 }),
        fc.array(part, { maxLength: 30 }).map((list) => list.join(" ")),
      ),
      (text) => {
        if (expressionProblem(text)) return;
        const out = value(text, { x: 3 });
        expect(out === undefined || ["number", "string", "boolean"].includes(typeof out)).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
});
