import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flowOf, lagCounts, lengthCounts, MORE_STEPS, rolesOf, shapesOf } from "./path-shapes";
import { packPaths } from "./path-table";

const NAMES = ["A", "B", "C"];
const DAY = 86_400;

describe("shapes of paths", () => {
  it("reads repeats in a row as one step, or tells them apart", () => {
    const table = packPaths(NAMES, [
      { channels: [0, 0, 1], ages: [3 * DAY, 2 * DAY, 0], conversions: 1, value: 10, nulls: 0 },
      { channels: [0, 1], ages: [DAY, 0], conversions: 1, value: 20, nulls: 0 },
      { channels: [1, 0], conversions: 0, value: 0, nulls: 1 },
      { channels: [], conversions: 1, value: 5, nulls: 0 },
    ]);
    expect(shapesOf(table, { repeats: false })).toEqual([
      {
        steps: [
          { channel: 0, times: 1 },
          { channel: 1, times: 1 },
        ],
        paths: 2,
        conversions: 2,
        value: 30,
        touches: 5,
        days: 4,
      },
    ]);
    expect(shapesOf(table, { repeats: true }).map(({ steps }) => steps)).toEqual([
      [
        { channel: 0, times: 1 },
        { channel: 1, times: 1 },
      ],
      [
        { channel: 0, times: 2 },
        { channel: 1, times: 1 },
      ],
    ]);
    expect(rolesOf(table)[0]).toEqual({ initiated: 2, assisted: 1, closed: 0, alone: 0, paths: 2, value: 30 });
    expect(lengthCounts(table).map(({ conversions }) => conversions)).toEqual([0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(lagCounts(table).find(({ label }) => label === "2 to 3 days")?.conversions).toBe(1);
  });

  it("adds up to the conversions with a touch, whatever the paths; flows keep what comes in", () => {
    const path = fc.record({
      channels: fc.array(fc.nat(2), { maxLength: 9 }),
      conversions: fc.nat(1),
      value: fc.nat(100),
      nulls: fc.constant(0),
    });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 30 }), (paths) => {
        const table = packPaths(NAMES, paths);
        const touched = paths.filter(({ channels, conversions }) => channels.length > 0 && conversions > 0);
        const all = { conversions: touched.length, value: touched.reduce((sum, { value }) => sum + value, 0) };
        for (const counts of [
          shapesOf(table, { repeats: true }),
          shapesOf(table, { repeats: false }),
          lengthCounts(table),
          lagCounts(table),
        ]) {
          expect(counts.reduce((sum, one) => sum + one.conversions, 0)).toBe(all.conversions);
          expect(counts.reduce((sum, one) => sum + one.value, 0)).toBe(all.value);
        }
        const roles = rolesOf(table);
        expect(roles.reduce((sum, role) => sum + role.initiated + role.alone, 0)).toBe(all.conversions);
        expect(roles.reduce((sum, role) => sum + role.closed + role.alone, 0)).toBe(all.conversions);

        const { nodes, links } = flowOf(shapesOf(table, { repeats: false }), NAMES);
        for (const { source, target } of links) expect((nodes[target]?.step ?? 0) - (nodes[source]?.step ?? 0)).toBe(1);
        const end = nodes.findIndex(({ name }) => name === "Conversion");
        const into = (node: number): number => links.filter(({ target }) => target === node).reduce((sum, one) => sum + one.conversions, 0);
        if (end >= 0) expect(into(end)).toBe(all.conversions);
        nodes.forEach((_, node) => {
          const out = links.filter(({ source }) => source === node).reduce((sum, one) => sum + one.conversions, 0);
          if (node !== end) expect(out).toBeGreaterThanOrEqual(into(node));
        });
      }),
      { numRuns: 200 },
    );
  });

  it("draws the ends of a long path and what lies between as one step", () => {
    const steps = [0, 1, 2, 0, 1, 2, 0].map((channel) => ({ channel, times: 1 }));
    const { nodes } = flowOf([{ steps, conversions: 3 }], NAMES);
    expect(nodes.map(({ name }) => name)).toEqual(["A", "B", MORE_STEPS, "C", "A", "Conversion"]);
  });
});
