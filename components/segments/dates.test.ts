import { expect, it } from "vitest";
import { dayToInstant, instantToDay } from "./dates";

it("begins days at midnight of the zone, also when the clocks change", () => {
  expect(dayToInstant("2026-01-15", "UTC")).toBe("2026-01-15T00:00:00.000Z");
  expect(dayToInstant("2026-03-29", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
  expect(dayToInstant("2026-03-30", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  expect(dayToInstant("2026-10-26", "Europe/Berlin")).toBe("2026-10-25T23:00:00.000Z");
  expect(dayToInstant("2026-06-01", "America/Los_Angeles")).toBe("2026-06-01T07:00:00.000Z");
  expect(dayToInstant("2026-06-01", "Pacific/Kiritimati")).toBe("2026-05-31T10:00:00.000Z");
  expect(dayToInstant("never", "UTC")).toBe("");
});

it("comes back to the same day", () => {
  for (const zone of ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"])
    for (const day of ["2024-02-29", "2026-03-29", "2026-10-25", "2026-11-01", "2026-12-31"])
      expect(instantToDay(dayToInstant(day, zone), zone)).toBe(day);
  expect(instantToDay("", "UTC")).toBe("");
});
