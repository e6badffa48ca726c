import { expect, test } from "vitest";
import { formatBucket, formatShare, formatTick } from "./format";

test("a share never rounds something to nothing or nearly all to all", () => {
  expect(formatShare(1, 3)).toBe("33.3 %");
  expect(formatShare(1, 100_000)).toBe("< 0.1 %");
  expect(formatShare(99_999, 100_000)).toBe("> 99.9 %");
  expect(formatShare(5, 5)).toBe("100.0 %");
  expect(formatShare(0, 0)).toBe("–");
});

test("days and months are UTC whatever the reader's zone; hours of several days show their day", () => {
  expect(formatTick("2026-05-10T00:00:00.000Z", "day")).toBe("10 May");
  expect(formatBucket("2026-05-01T00:00:00.000Z", "month")).toBe("May 2026");
  expect(formatTick("2026-05-10T12:00:00.000Z", "hour")).toMatch(/^\d\d:\d\d$/);
  expect(formatTick("2026-05-10T12:00:00.000Z", "hour", true)).toBe("10 May");
  expect(formatTick("08:00", "hour_of_day")).toBe("08:00");
  expect(formatBucket("08:00", "hour_of_day")).toBe("08:00");
});
