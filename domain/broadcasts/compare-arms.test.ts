import { expect, it } from "vitest";
import { compareWithFirst } from "./compare-arms";
import type { ArmNumbers } from "./model";

const arm = (id: string, sent: number, clicked: number): ArmNumbers => ({
  arm: id,
  templateId: null,
  template: "Letter",
  people: sent,
  sent,
  delivered: sent,
  opened: clicked,
  clicked,
  unsubscribed: 0,
  bounced: 0,
  complained: 0,
  converted: null,
});

it("says nothing of a difference as long as nobody in either variant clicked, and puts an interval around it then", () => {
  expect(compareWithFirst([arm("a", 120, 0), arm("b", 125, 0)], "click")[1]).toMatchObject({
    difference: null,
    low: null,
    high: null,
    p: null,
  });
  expect(compareWithFirst([arm("a", 12, 0), arm("b", 12, 12)], "click")[1]).toMatchObject({
    difference: 1,
    low: null,
    high: null,
    p: null,
  });
  const [, later] = compareWithFirst([arm("a", 1_000, 100), arm("b", 1_000, 150)], "click");
  expect(later?.difference).toBeCloseTo(0.05, 10);
  // Wald: 1.96 · sqrt(0.1·0.9/1000 + 0.15·0.85/1000) = 0.0289.
  expect(later?.low).toBeCloseTo(0.05 - 0.0289, 3);
  expect(later?.high).toBeCloseTo(0.05 + 0.0289, 3);
});
