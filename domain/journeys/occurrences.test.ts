import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { localMoment } from "@/domain/kernel/local-time";
import { datesDueOn, nextOccurrence, occurrencesIn } from "./occurrences";
import type { TimedEntry } from "./occurrences";

const HOUR = 3_600_000;
const birthday: TimedEntry = { kind: "date_trait", path: ["birthday"], days: 0, time: "09:00", yearly: true };
const weekly: TimedEntry = {
  kind: "schedule",
  segmentId: null,
  at: null,
  recurring: { weekdays: [1, 5], time: "02:30" },
  local: true,
};
const at = (ms: number): string => new Date(ms).toISOString();

describe("occurrences", () => {
  it("come by the wall clock of the zone, once a day, over changes of the clock", () => {
    // Berlin goes to summer time on 29 March 2026 at 02:00: 02:30 is skipped, and becomes 03:00.
    const from = Date.UTC(2026, 2, 26);
    const daily: TimedEntry = { ...weekly, recurring: { weekdays: [1, 2, 3, 4, 5, 6, 7], time: "02:30" } };
    expect(occurrencesIn(daily, "Europe/Berlin", from, from + 5 * 24 * HOUR).map((one) => [one.date, at(one.at)])).toEqual([
      ["2026-03-26", "2026-03-26T01:30:00.000Z"],
      ["2026-03-27", "2026-03-27T01:30:00.000Z"],
      ["2026-03-28", "2026-03-28T01:30:00.000Z"],
      ["2026-03-29", "2026-03-29T01:00:00.000Z"],
      ["2026-03-30", "2026-03-30T00:30:00.000Z"],
    ]);
    expect(occurrencesIn(weekly, "UTC", from, from + 5 * 24 * HOUR).map(({ date }) => date)).toEqual(["2026-03-27", "2026-03-30"]);
    expect(nextOccurrence(weekly, "UTC", from)?.date).toBe("2026-03-27");
  });

  it("of a single start are one moment, or everybody's own", () => {
    const once: TimedEntry = { kind: "schedule", segmentId: null, at: "2026-12-01T09:00:00+01:00", recurring: null, local: false };
    expect(nextOccurrence(once, "Asia/Tokyo", 0)).toEqual({ date: "2026-12-01", at: Date.parse("2026-12-01T08:00:00Z") });
    expect(nextOccurrence({ ...once, local: true }, "Asia/Tokyo", 0)?.at).toBe(Date.parse("2026-12-01T00:00:00Z"));
    expect(nextOccurrence({ ...once, local: true }, "America/New_York", 0)?.at).toBe(Date.parse("2026-12-01T14:00:00Z"));
    expect(nextOccurrence(once, "UTC", Date.parse("2026-12-01T08:00:00Z"))).toBeNull();
  });

  it("cut at any moments give each occurrence to exactly one part", () => {
    const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"];
    fc.assert(
      fc.property(
        fc.constantFrom(birthday, weekly),
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 1) }),
        fc.array(fc.integer({ min: 1, max: 40 * HOUR }), { minLength: 1, maxLength: 8 }),
        (entry, zone, from, parts) => {
          const cuts = parts.reduce((all, part) => [...all, (all.at(-1) ?? from) + part], [from]);
          const whole = occurrencesIn(entry, zone, from, cuts.at(-1) ?? from);
          const pieces = cuts.slice(1).flatMap((to, i) => occurrencesIn(entry, zone, cuts[i] ?? from, to));
          expect(pieces).toEqual(whole);
          expect(new Set(whole.map(({ date }) => date)).size).toBe(whole.length);
          for (const one of whole) {
            const { year, month, day } = localMoment(one.at, zone);
            expect(one.date).toBe(new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("dates that are due on a day", () => {
  it("are the day before or after, over the ends of months and years", () => {
    expect(datesDueOn("2026-03-01", { days: 1, yearly: false })).toEqual({ upTo: "2026-02-28", days: null });
    expect(datesDueOn("2025-12-28", { days: -7, yearly: true })).toEqual({ upTo: "2026-01-04", days: ["01-04"] });
  });
  it("hold 29 February on the 28th in other years, and on the day itself in leap years", () => {
    expect(datesDueOn("2026-02-28", { days: 0, yearly: true }).days).toEqual(["02-28", "02-29"]);
    expect(datesDueOn("2028-02-28", { days: 0, yearly: true }).days).toEqual(["02-28"]);
    expect(datesDueOn("2028-02-29", { days: 0, yearly: true }).days).toEqual(["02-29"]);
    // Every birthday has one day in every year.
    for (const year of [2026, 2027, 2028]) {
      const held = new Map<string, number>();
      for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 24 * HOUR)
        for (const one of datesDueOn(new Date(day).toISOString().slice(0, 10), { days: 0, yearly: true }).days ?? [])
          held.set(one, (held.get(one) ?? 0) + 1);
      expect(held.size).toBe(366);
      expect([...held.values()].every((n) => n === 1)).toBe(true);
    }
  });
});
