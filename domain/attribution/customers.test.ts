import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cohortsOf, paybackMonths, takenBy, takenIn } from "./customers";
import type { ConversionColumns } from "./paths";
import { bucketsOf, plusDays, rangeBefore } from "./report-range";

const day = (text: string): number => Date.parse(text) / 1_000;
function columns(rows: readonly { person: number; at: number; value: number }[]): ConversionColumns {
  const sorted = rows.toSorted((a, b) => a.person - b.person || a.at - b.at);
  return {
    person: Int32Array.from(sorted, (r) => r.person),
    at: Float64Array.from(sorted, (r) => r.at),
    event: Float64Array.from(sorted, (_, i) => i + 1),
    value: Float64Array.from(sorted, (r) => r.value),
  };
}

describe("customers", () => {
  const bought = columns([
    { person: 1, at: day("2026-01-10"), value: 30 },
    { person: 1, at: day("2026-01-20"), value: 10 },
    { person: 1, at: day("2026-03-01"), value: 50 },
    { person: 2, at: day("2026-01-31"), value: 20 },
    { person: 3, at: day("2026-02-05"), value: 100 },
  ]);
  const months = bucketsOf({ from: "2026-01-01", to: "2026-03-31" }, "UTC", 0);

  it("are new once, and come back in the months that they do", () => {
    expect(months.map((month) => month.day)).toEqual(["2026-01-01", "2026-02-01", "2026-03-01"]);
    expect(cohortsOf(bought, months)).toEqual([
      {
        people: 2,
        months: [
          { people: 2, value: 60 },
          { people: 0, value: 0 },
          { people: 1, value: 50 },
        ],
      },
      {
        people: 1,
        months: [
          { people: 1, value: 100 },
          { people: 0, value: 0 },
        ],
      },
      { people: 0, months: [{ people: 0, value: 0 }] },
    ]);
    expect(takenIn(bought, day("2026-02-01"), day("2026-04-01"), false)).toEqual({ conversions: 2, value: 150, newCustomers: 1 });
    expect(takenIn(bought, day("2026-01-01"), day("2026-04-01"), true)).toEqual({ conversions: 3, value: 150, newCustomers: 3 });
  });

  it("pay back in the month in which their margin reaches what they cost", () => {
    const cohorts = cohortsOf(bought, months);
    // First month: (60 + 100) / 3 people = 53.33 of value; second: nothing; third: 50 / 2.
    expect(paybackMonths(cohorts, 50, 1, 3)).toBe(1);
    expect(paybackMonths(cohorts, 60, 1, 3)).toBe(3);
    expect(paybackMonths(cohorts, 60, 0.5, 3)).toBeNull();
  });

  it("add up over buckets whatever the range, across clock changes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            person: fc.integer({ min: 1, max: 5 }),
            at: fc.integer({ min: day("2026-03-01"), max: day("2026-04-30") }),
            value: fc.nat(99),
          }),
        ),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, back, most) => {
          const range = { from: "2026-03-10", to: plusDays("2026-03-10", back) };
          const buckets = bucketsOf(range, "Europe/Berlin", most);
          const all = takenIn(columns(rows), buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 0, false);
          const by = takenBy(columns(rows), buckets, false);
          expect(by.reduce((sum, { value }) => sum + value, 0)).toBe(all.value);
          buckets.forEach((bucket, i) => i > 0 && expect(bucket.from).toBe(buckets[i - 1]?.to));
        },
      ),
    );
    expect(rangeBefore({ from: "2026-03-01", to: "2026-03-31" })).toEqual({ from: "2026-01-29", to: "2026-02-28" });
  });
});
