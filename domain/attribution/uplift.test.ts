import { describe, expect, it } from "vitest";
import { seededRandom } from "@/domain/kernel";
import { qini, upliftAt } from "./uplift";

describe("Qini", () => {
  it("gives the curve and area worked out by hand", () => {
    const rows = ["1/1", "0/0", "1/1", "0/1", "1/0", "0/0", "1/0", "0/1"].map((row, i) => ({
      score: 10 - i,
      treated: row.startsWith("1"),
      outcome: Number(row.slice(2)),
    }));
    const result = qini(rows);
    expect(result.points.slice(1).map((point) => Math.round(point.gain * 1e6) / 1e6)).toEqual([1, 1, 2, 1, 0.5, 1, 0.666667, 0]);
    expect(result.coefficient).toBeCloseTo(0.223958, 6);
    expect(upliftAt(rows, 0.5)).toBeCloseTo(1 - 0.5, 12);
    expect(upliftAt(rows, 0.1)).toBeNull();
  });

  it("is about nothing for a score that knows nothing, and large for one that knows", () => {
    const random = seededRandom(3);
    const people = Array.from({ length: 20_000 }, () => {
      const persuadable = random.chance(0.3);
      const treated = random.chance(0.5);
      return { persuadable, treated, outcome: random.chance(0.1 + (persuadable && treated ? 0.4 : 0)) ? 1 : 0, noise: random.next() };
    });
    const knowing = qini(people.map((p) => ({ ...p, score: (p.persuadable ? 1 : 0) + p.noise / 10 })));
    const guessing = qini(people.map((p) => ({ ...p, score: p.noise })));
    expect(Math.abs(guessing.coefficient)).toBeLessThan(0.01);
    expect(knowing.coefficient).toBeGreaterThan(0.03);
  });
});
