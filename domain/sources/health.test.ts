import { expect, test } from "vitest";
import { healthOf, type HealthInput } from "./health";

const now = new Date("2026-05-10T12:00:00Z");
const HOUR = 3_600_000;
const base: HealthInput = {
  status: "enabled",
  type: "website",
  now,
  lastSeenAt: new Date(now.getTime() - 60_000),
  longestGapMs: HOUR,
  activeQuarters: 400,
  lastHour: { accepted: 100, duplicates: 0, rejected: 0 },
  refused: 0,
};
const silentFor = (hours: number, more: Partial<HealthInput> = {}) =>
  healthOf({ ...base, lastSeenAt: new Date(now.getTime() - hours * HOUR), lastHour: { accepted: 0, duplicates: 0, rejected: 0 }, ...more });

test("a source without a message is neither healthy nor quiet", () => {
  expect(healthOf({ ...base, lastSeenAt: null, activeQuarters: 0, longestGapMs: null }).state).toBe("no_data");
});

test("quiet is judged against the source's own rhythm", () => {
  expect(healthOf(base)).toEqual({ state: "live", sentence: "Last message 1 min ago." });
  expect(silentFor(1).state).toBe("live");
  expect(silentFor(5)).toEqual({
    state: "quiet",
    sentence: "Last message 5 h ago; in the last 7 days it was never silent for more than 60 min.",
  });
  // A shop that closes for the night is not quiet in the morning.
  expect(silentFor(11, { longestGapMs: 12 * HOUR }).state).toBe("live");
  expect(silentFor(20, { longestGapMs: 12 * HOUR }).state).toBe("quiet");
});

test("too little to know a rhythm is said, and counts as quiet after a day only", () => {
  const few = { activeQuarters: 3, longestGapMs: HOUR };
  expect(silentFor(20, few).state).toBe("live");
  expect(silentFor(25, few)).toMatchObject({ state: "quiet", sentence: expect.stringContaining("too little") });
  expect(silentFor(24 * 30, { type: "csv" }).state).toBe("idle");
});

test("rejected messages and refused requests show with their figures", () => {
  expect(healthOf({ ...base, lastHour: { accepted: 176, duplicates: 0, rejected: 24 } })).toEqual({
    state: "errors",
    sentence: "12 % rejected in the last hour (24 of 200).",
  });
  expect(healthOf({ ...base, lastHour: { accepted: 1000, duplicates: 0, rejected: 2 } }).state).toBe("live");
  expect(healthOf({ ...base, lastSeenAt: null, lastHour: { accepted: 0, duplicates: 0, rejected: 0 }, refused: 3 })).toEqual({
    state: "errors",
    sentence: "3 requests refused in the last two hours.",
  });
  expect(healthOf({ ...base, status: "disabled", lastHour: { accepted: 0, duplicates: 0, rejected: 9 } }).state).toBe("disabled");
});
