import { describe, expect, it } from "vitest";
import { layFlow } from "./flow-layout";

describe("flows", () => {
  it("keep their place inside the drawing and their ribbons inside their nodes", () => {
    const nodes = [
      { name: "A", step: 0 },
      { name: "B", step: 0 },
      { name: "A", step: 1 },
      { name: "Conversion", step: 2 },
    ];
    const links = [
      { source: 0, target: 2, value: 6 },
      { source: 1, target: 2, value: 2 },
      { source: 2, target: 3, value: 10 },
    ];
    const out = layFlow(nodes, links, { width: 500, height: 200, bar: 10, gap: 20 });
    for (const { y, height } of out.nodes) {
      expect(y).toBeGreaterThanOrEqual(-1e-9);
      expect(y + height).toBeLessThanOrEqual(200 + 1e-9);
    }
    expect(out.nodes.map(({ x }) => x)).toEqual([0, 0, 245, 490]);
    for (const link of out.links) {
      const from = out.nodes[link.source];
      const to = out.nodes[link.target];
      expect(link.y0 - link.thickness / 2).toBeGreaterThanOrEqual((from?.y ?? 0) - 1e-9);
      expect(link.y0 + link.thickness / 2).toBeLessThanOrEqual((from?.y ?? 0) + (from?.height ?? 0) + 1e-9);
      expect(link.y1 + link.thickness / 2).toBeLessThanOrEqual((to?.y ?? 0) + (to?.height ?? 0) + 1e-9);
    }
    // One scale for all: thickness is to value as everywhere.
    expect(new Set(out.links.map(({ thickness, value }) => (thickness / value).toFixed(9))).size).toBe(1);
    expect(layFlow([], [], { width: 1, height: 1, bar: 1, gap: 1 })).toEqual({ nodes: [], links: [] });
  });
});
