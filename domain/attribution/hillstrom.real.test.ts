import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { compareArms, sampleRatio } from "@/domain/kernel";
import type { Arm } from "@/domain/kernel";
import { realData } from "@/server/test/real-data";

const MEASURES = ["visit", "conversion", "spend"] as const;

/** 64,000 customers of a published randomised e-mail test, against the published results of each arm. */
it("gives the arm rates, lifts, standard errors and z values of the e-mail test", () => {
  const [header = "", ...lines] = gunzipSync(readFileSync(realData("hillstrom", "hillstrom.csv.gz")))
    .toString()
    .trim()
    .split("\n");
  const columns = header.trim().split(",");
  const arms = new Map<string, Record<(typeof MEASURES)[number], Arm>>();
  for (const line of lines) {
    const row = line.trim().split(",");
    // From the end: a column before these holds quoted commas.
    const cell = (name: string): string => row.at(columns.indexOf(name) - columns.length) ?? "";
    const segment = cell("segment");
    const arm = arms.get(segment) ?? { visit: empty(), conversion: empty(), spend: empty() };
    for (const measure of MEASURES) {
      const y = Number(cell(measure));
      arm[measure] = { n: arm[measure].n + 1, sum: arm[measure].sum + y, sumOfSquares: arm[measure].sumOfSquares + y * y };
    }
    arms.set(segment, arm);
  }
  const [head = "", ...published] = readFileSync(realData("hillstrom", "ref_arm_results.csv"), "utf8").trim().split("\n");
  const names = head.trim().split(",");
  const control = arms.get("No E-Mail");
  expect(published).toHaveLength(3);
  for (const line of published) {
    const values = line.trim().split(",");
    const value = (name: string): number => Number(values[names.indexOf(name)]);
    const arm = arms.get(values[0] ?? "");
    expect(arm?.visit.n).toBe(value("n"));
    expect(arm?.spend.sum).toBeCloseTo(value("spend"), 2);
    if (values[0] === "No E-Mail") continue;
    for (const measure of MEASURES) {
      const result = compareArms(control?.[measure] ?? empty(), arm?.[measure] ?? empty());
      expect(result?.lift, measure).toBeCloseTo(value(`${measure}_lift_abs`), 10);
      expect(result?.standardError, measure).toBeCloseTo(value(`${measure}_lift_se`), 10);
      expect(result?.relative?.lift, measure).toBeCloseTo(value(`${measure}_lift_rel`), 8);
      expect(result?.z, measure).toBeCloseTo(value(`${measure}_z`), 6);
    }
  }
  const ratio = sampleRatio(
    [...arms.values()].map((arm) => arm.visit.n),
    [1, 1, 1],
  );
  expect(ratio.chiSquare).toBeCloseTo(0.2025, 4);
  expect(ratio.p).toBeCloseTo(0.9037, 4);
});

function empty(): Arm {
  return { n: 0, sum: 0, sumOfSquares: 0 };
}
