import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markovCredits, transitions } from "./markov";
import { INVERSE_J, J_SHAPED, MARKOV_ORDERS, U_SHAPED } from "./model";
import type { Credits, PathTable, RuleModel } from "./model";
import { packPaths, pathTotals } from "./path-table";
import { ruleCredits, weighPath } from "./rule-models";
import { orderedShapley, shapleyCredits } from "./shapley";
import { fixture, handExample, pathData, reference } from "./test/path-data";

const table = pathData();
const CONVERSIONS = 19_785;
const VALUE = 74_802.9715872107;

const sum = (column: Float64Array): number => column.reduce((a, b) => a + b, 0);

function expectNear(actual: number | undefined, expected: number | undefined, tolerance: number, what: string): void {
  if (actual === undefined || expected === undefined) throw new Error(`${what}: missing`);
  expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected)), `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(
    tolerance,
  );
}

function expectColumn(
  of: PathTable,
  column: Float64Array,
  rows: Map<string, Record<string, number>>,
  name: string,
  tolerance: number,
): void {
  expect(rows.size).toBe(of.channels.length);
  of.channels.forEach((channel, c) => expectNear(column[c], rows.get(channel)?.[name], tolerance, `${name} of ${channel}`));
}

const RULES: readonly (readonly [string, RuleModel])[] = [
  ["first", { kind: "first" }],
  ["last", { kind: "last" }],
  ["linear", { kind: "linear" }],
  ["position_40_20_40", U_SHAPED],
  ["time_decay_halflife_1_step", { kind: "time_decay", halfLife: 1 }],
];

describe("10,000 published paths", () => {
  it("hold what their readme says", () => {
    const totals = pathTotals(table);
    expect(totals).toMatchObject({ paths: 10_000, touches: 59_454, conversions: CONVERSIONS, nulls: 68_602 });
    expectNear(totals.value, VALUE, 1e-12, "value");
  });

  it("give the reference credits of the rule models, conversions and value", () => {
    const rows = reference("exact_heuristics.csv");
    const credits = ruleCredits(
      table,
      RULES.map(([, model]) => model),
    );
    RULES.forEach(([name], m) => {
      expectColumn(table, credits[m]?.conversions ?? new Float64Array(), rows, `${name}_conversions`, 1e-9);
      expectColumn(table, credits[m]?.value ?? new Float64Array(), rows, `${name}_value`, 1e-9);
    });
  });

  it("give the exact Markov credits of order 1, with and without null paths", () => {
    const result = markovCredits(table, 1);
    const rows = reference("exact_markov_order1.csv");
    expectNear(result.probability, 0.2238451355968638, 1e-12, "P(conversion)");
    expectColumn(table, result.removal, rows, "removal_effect_conv", 1e-9);
    expectColumn(table, result.removalOfValue, rows, "removal_effect_value", 1e-9);
    expectColumn(table, result.credits.conversions, rows, "conversions", 1e-9);
    expectColumn(table, result.credits.value, rows, "value", 1e-9);
    expectNear(sum(result.removal), 2.0669863, 1e-7, "sum of removal effects");
    const converting = pathData({ nulls: false });
    const without = markovCredits(converting, 1);
    const rowsWithout = reference("exact_markov_order1_no_null.csv");
    expectColumn(converting, without.removal, rowsWithout, "removal_effect", 1e-9);
    expectColumn(converting, without.credits.conversions, rowsWithout, "conversions", 1e-9);
  });

  it("give the exact Shapley values", () => {
    const credits = shapleyCredits(table);
    const rows = reference("exact_shapley.csv");
    expectColumn(table, credits.conversions, rows, "shapley_conversions", 1e-9);
    expectColumn(table, credits.value, rows, "shapley_value", 1e-9);
  });

  it("give the reference transitions of order 1", () => {
    const lines = readFileSync(join(import.meta.dirname, "fixtures/exact_transition_matrix_order1.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1);
    const expected = new Map(
      lines.map((line) => line.trim().split(",")).map(([from = "", to = "", p = ""]) => [`${from} ${to}`, Number(p)]),
    );
    const steps = transitions(table);
    expect(steps.length).toBe([...expected.values()].filter((p) => p > 0).length);
    for (const { from, to, probability } of steps) expectNear(probability, expected.get(`${from} ${to}`), 1e-10, `${from} to ${to}`);
  });

  it.each(MARKOV_ORDERS)("keep the totals and P(conversion) in Markov order %i", (order) => {
    const result = markovCredits(table, order);
    expectNear(result.probability, CONVERSIONS / 88_387, 1e-11, "P(conversion)");
    expectNear(sum(result.credits.conversions), CONVERSIONS, 1e-9, "conversions");
    expectNear(sum(result.credits.value), VALUE, 1e-9, "value");
  });

  it("give the same removal effects when repeats of a channel are dropped", () => {
    const paths = Array.from({ length: table.conversions.length }, (_, p) => {
      const own = [...table.channel.subarray(table.offsets[p], table.offsets[p + 1])];
      return {
        channels: own.filter((channel, i) => i === 0 || own[i - 1] !== channel),
        conversions: table.conversions[p] ?? 0,
        value: table.value[p] ?? 0,
        nulls: table.nulls[p] ?? 0,
      };
    });
    const collapsed = markovCredits(packPaths(table.channels, paths), 1);
    const whole = markovCredits(table, 1);
    whole.removal.forEach((effect, c) => expectNear(collapsed.removal[c], effect, 1e-12, table.channels[c] ?? ""));
  });
});

describe("the example that can be checked by hand", () => {
  const example = handExample();
  const rounded = (column: Float64Array): number[] => [...column].map((x) => Math.round(x * 1e6) / 1e6);

  it("gives the credits worked out beside it", () => {
    const [first, last, linear, u] = ruleCredits(example, [{ kind: "first" }, { kind: "last" }, { kind: "linear" }, U_SHAPED]);
    expect(rounded(first?.conversions ?? new Float64Array())).toEqual([4, 2, 1]);
    expect(rounded(last?.conversions ?? new Float64Array())).toEqual([1, 5, 1]);
    expect(rounded(linear?.conversions ?? new Float64Array())).toEqual([3.166667, 2.833333, 1]);
    expect(rounded(u?.conversions ?? new Float64Array())).toEqual([2.9, 3.1, 1]);
    expect(rounded(shapleyCredits(example).conversions)).toEqual([3.5, 2.5, 1]);
    const markov = markovCredits(example, 1);
    expect(markov.probability).toBeCloseTo(0.4375, 12);
    expect(rounded(markov.removal)).toEqual([0.764286, 0.746939, 0.142857]);
    expect(rounded(markov.credits.conversions)).toEqual([3.234423, 3.161012, 0.604565]);
  });

  it("splits the Shapley value by place without losing any", () => {
    for (const places of [1, 2, 10]) {
      const byPlace = orderedShapley(example, places);
      expect(Math.max(...byPlace.map((credit) => credit.position))).toBeLessThanOrEqual(places);
      [3.5, 2.5, 1].forEach((whole, channel) => {
        const parts = byPlace.filter((credit) => credit.channel === channel);
        expect(parts.reduce((a, b) => a + b.conversions, 0)).toBeCloseTo(whole, 12);
      });
    }
    // B > A > B, two conversions: B has half of them, at places 1 and 3 alike.
    expect(orderedShapley(example).find((credit) => credit.channel === 1 && credit.position === 3)?.conversions).toBeCloseTo(0.5, 12);
  });
});

describe("Adobe's worked example", () => {
  const example = fixture("adobe_worked_example.json") as Record<string, Record<string, number>> & {
    conversion_value: number;
    touches: { channel: string; days_before: number }[];
  };
  const channels = example.touches.map((touch) => touch.channel);
  const path = packPaths(channels, [
    {
      channels: channels.map((_, i) => i),
      ages: example.touches.map((touch) => touch.days_before),
      conversions: 1,
      value: example.conversion_value,
      nulls: 0,
    },
  ]);
  it.each([
    ["first", { kind: "first" }],
    ["last", { kind: "last" }],
    ["linear", { kind: "linear" }],
    ["u_shaped_40_20_40", U_SHAPED],
    ["j_shaped", J_SHAPED],
    ["inverse_j", INVERSE_J],
    ["time_decay_exact", { kind: "time_decay", halfLife: 7 }],
    ["participation", { kind: "participation" }],
  ] as [string, RuleModel][])("%s", (name, model) => {
    const credits = ruleCredits(path, [model])[0];
    channels.forEach((channel, c) => expectNear(credits?.value[c], example[name]?.[channel] ?? 0, 1e-12, channel));
  });
});

describe("any paths", () => {
  const someChannels = ["direct", "e-mail", "search", "social", "display"];
  const anyTable = fc
    .array(
      fc.record({
        channels: fc.array(fc.nat(someChannels.length - 1), { maxLength: 9 }),
        conversions: fc.nat(4),
        nulls: fc.nat(4),
        price: fc.double({ min: 0, max: 500, noNaN: true }),
        lead: fc.integer({ min: -1, max: 8 }),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .map((paths) =>
      packPaths(
        someChannels,
        paths.map(({ price, ...path }) => ({ ...path, value: path.conversions * price })),
      ),
    );

  const additive: RuleModel[] = [
    { kind: "first" },
    { kind: "last" },
    { kind: "last_non_direct" },
    { kind: "linear" },
    U_SHAPED,
    J_SHAPED,
    INVERSE_J,
    { kind: "position", first: 0, middle: 1, last: 0 },
    { kind: "w" },
    { kind: "time_decay", halfLife: 0.01 },
  ];

  const total = (credits: Credits, measure: "conversions" | "value"): number => sum(credits[measure]) + credits.unattributed[measure];

  it("are credited whole by every model", () => {
    fc.assert(
      fc.property(anyTable, fc.constantFrom(...MARKOV_ORDERS), (any, order) => {
        const totals = pathTotals(any);
        const all = [...ruleCredits(any, additive, 0), shapleyCredits(any)];
        for (const credits of all) {
          expectNear(total(credits, "conversions"), totals.conversions, 1e-9, "conversions");
          expectNear(total(credits, "value"), totals.value, 1e-9, "value");
        }
        const markov = markovCredits(any, order);
        expectNear(total(markov.credits, "conversions"), totals.conversions, 1e-9, `conversions, Markov ${order}`);
        let touched = 0;
        let weight = 0;
        any.conversions.forEach((conversions, p) => {
          if (any.offsets[p] === any.offsets[p + 1]) return;
          touched += conversions;
          weight += conversions + (any.nulls[p] ?? 0);
        });
        expectNear(markov.probability, weight === 0 ? 0 : touched / weight, 1e-9, "P(conversion)");
      }),
      { numRuns: 300 },
    );
  });

  it("have the Shapley value of the game over all coalitions", () => {
    fc.assert(
      fc.property(anyTable, (any) => {
        const closed = shapleyCredits(any).conversions;
        const n = someChannels.length;
        const worth = Array.from({ length: 1 << n }, (_, coalition) => {
          let conversions = 0;
          any.conversions.forEach((c, p) => {
            const own = any.channel.subarray(any.offsets[p], any.offsets[p + 1]);
            if (own.length > 0 && own.every((channel) => (coalition & (1 << channel)) !== 0)) conversions += c;
          });
          return conversions;
        });
        const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
        for (let i = 0; i < n; i++) {
          let value = 0;
          for (let coalition = 0; coalition < 1 << n; coalition++) {
            if ((coalition & (1 << i)) !== 0) continue;
            const size = coalition.toString(2).replaceAll("0", "").length;
            const weight = (factorial(size) * factorial(n - size - 1)) / factorial(n);
            value += weight * ((worth[coalition | (1 << i)] ?? 0) - (worth[coalition] ?? 0));
          }
          expectNear(closed[i], value, 1e-9, someChannels[i] ?? "");
        }
      }),
      { numRuns: 60 },
    );
  });

  it("give direct nothing under last non-direct, but for paths of it alone", () => {
    const paths = packPaths(someChannels, [
      { channels: [2, 0, 0], conversions: 1, value: 10, nulls: 0 },
      { channels: [0, 0], conversions: 1, value: 5, nulls: 0 },
    ]);
    expect([...(ruleCredits(paths, [{ kind: "last_non_direct" }], 0)[0]?.value ?? [])]).toEqual([5, 0, 10, 0, 0]);
  });

  it("give the lead-creation touch its third in the W model", () => {
    const paths = packPaths(someChannels, [{ channels: [1, 2, 3, 4, 0], conversions: 1, value: 1, nulls: 0, lead: 1 }]);
    const weights = new Float64Array(5);
    weighPath(paths, 0, { kind: "w" }, -1, weights);
    expect([...weights].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([0.3, 0.3, 0.05, 0.05, 0.3]);
  });

  it("that are very old still decay to a sum of 1", () => {
    const paths = packPaths(someChannels, [{ channels: [1, 2], ages: [90_000, 80_000], conversions: 1, value: 1, nulls: 0 }]);
    expect([...(ruleCredits(paths, [{ kind: "time_decay", halfLife: 1 }])[0]?.conversions ?? [])]).toEqual([0, 0, 1, 0, 0]);
  });
});
