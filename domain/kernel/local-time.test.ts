import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inDailyWindow, inWeeklyWindow, instantOf, localMoment, nextLocalTime } from "./local-time";

interface Edge {
  zone: string;
  utc: string | null;
  from_min: number;
  to_min: number;
}
const edges = readFileSync(join(import.meta.dirname, "fixtures/time/dst_edges_2026_2027.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Edge);

const MINUTE = 60_000;

describe("every clock change of 21 zones in two years", () => {
  it("is in the fixture", () => {
    expect(edges).toHaveLength(63);
  });

  it.each(edges.filter((edge) => edge.utc !== null))("$zone at $utc", ({ zone, utc, from_min: before, to_min: after }) => {
    const change = Date.parse(utc ?? "");
    // Wall clock a minute before the change and at it.
    expect(localMoment(change - MINUTE, zone).minutes).toBe((((change / MINUTE - 1 + before) % 1440) + 1440) % 1440);
    expect(localMoment(change, zone).minutes).toBe((((change / MINUTE + after) % 1440) + 1440) % 1440);
    // Each quarter of an hour of the wall clock around the change.
    for (
      let wall = change + Math.min(before, after) * MINUTE - 120 * MINUTE;
      wall < change + Math.max(before, after) * MINUTE + 120 * MINUTE;
      wall += 15 * MINUTE
    ) {
      const at = instantOf(
        { year: new Date(wall).getUTCFullYear(), month: new Date(wall).getUTCMonth() + 1, day: new Date(wall).getUTCDate() },
        (wall / MINUTE) % 1440,
        zone,
      );
      // Both readings of the wall clock that exist.
      const readings = [wall - before * MINUTE, wall - after * MINUTE].filter((t) => (t < change ? before : after) * MINUTE + t === wall);
      expect(at).toBe(readings.length === 0 ? change : Math.min(...readings));
    }
  });
});

describe("the next local time", () => {
  it("is strictly later, on the weekday, and skips over a gap to its end", () => {
    // Sunday 29 March 2026, Berlin: 02:00 becomes 03:00.
    const saturday = Date.parse("2026-03-28T12:00:00Z");
    expect(new Date(nextLocalTime(saturday, "Europe/Berlin", [7], "02:30")).toISOString()).toBe("2026-03-29T01:00:00.000Z");
    expect(new Date(nextLocalTime(saturday, "Europe/Berlin", [1, 2, 3, 4, 5], "09:00")).toISOString()).toBe("2026-03-30T07:00:00.000Z");
    const nine = Date.parse("2026-03-30T07:00:00Z");
    expect(new Date(nextLocalTime(nine, "Europe/Berlin", [1], "09:00")).toISOString()).toBe("2026-04-06T07:00:00.000Z");
    expect(new Date(nextLocalTime(nine - 1, "Europe/Berlin", [1], "09:00")).toISOString()).toBe("2026-03-30T07:00:00.000Z");
    expect(() => nextLocalTime(nine, "UTC", [], "09:00")).toThrow(RangeError);
  });

  it("counts days of the person, not of the server", () => {
    const at = Date.parse("2026-11-23T23:30:00Z");
    expect(new Date(nextLocalTime(at, "Pacific/Auckland", [2], "18:00")).toISOString()).toBe("2026-11-24T05:00:00.000Z");
    expect(localMoment(at, "Pacific/Auckland")).toMatchObject({ year: 2026, month: 11, day: 24, weekday: 2, minutes: 750 });
  });

  it("knows 29 February", () => {
    expect(new Date(instantOf({ year: 2028, month: 2, day: 29 }, 540, "Europe/London")).toISOString()).toBe("2028-02-29T09:00:00.000Z");
    expect(localMoment(Date.parse("2027-02-28T23:30:00Z"), "Asia/Tokyo")).toMatchObject({ month: 3, day: 1 });
  });
});

describe("daily windows", () => {
  const at = (time: string): number => Date.parse(`2026-11-23T${time}:00Z`);
  it("include their beginning and not their end, and run over midnight", () => {
    expect(inDailyWindow(at("09:00"), "UTC", "09:00", "17:00")).toBe(true);
    expect(inDailyWindow(at("17:00"), "UTC", "09:00", "17:00")).toBe(false);
    expect(inDailyWindow(at("23:00"), "UTC", "22:00", "06:00")).toBe(true);
    expect(inDailyWindow(at("05:59"), "UTC", "22:00", "06:00")).toBe(true);
    expect(inDailyWindow(at("06:00"), "UTC", "22:00", "06:00")).toBe(false);
    expect(inDailyWindow(at("12:00"), "UTC", "08:00", "08:00")).toBe(true);
  });
  it("over midnight belong to the day on which they opened", () => {
    // Monday 23 November 2026.
    expect(inWeeklyWindow(at("05:00"), "UTC", [7], "22:00", "06:00")).toBe(true);
    expect(inWeeklyWindow(at("05:00"), "UTC", [1], "22:00", "06:00")).toBe(false);
    expect(inWeeklyWindow(at("23:00"), "UTC", [1], "22:00", "06:00")).toBe(true);
  });
});
