import { expect, test } from "vitest";
import { addBusinessDays, dueDate, extendedDate } from "./deadlines";
import { daysLeft, DEFAULT_REQUEST_SETTINGS as SETTINGS } from "./model";

const at = (text: string): Date => new Date(`${text}T10:00:00Z`);
const day = (date: Date): string => date.toISOString().slice(0, 10);

test("a month under GDPR ends on the same day number, or on the last day of a shorter month", () => {
  for (const [from, to] of [
    ["2026-11-23", "2026-12-23"],
    ["2026-01-31", "2026-02-28"],
    ["2028-01-31", "2028-02-29"],
    ["2026-12-31", "2027-01-31"],
  ] as const)
    expect(day(dueDate("gdpr", "erasure", at(from), SETTINGS))).toBe(to);
  expect(day(extendedDate("gdpr", at("2026-12-31"), SETTINGS))).toBe("2027-02-28");
});

test("California gives 45 days, and 15 business days for an opt-out", () => {
  expect(day(dueDate("ccpa", "access", at("2026-11-23"), SETTINGS))).toBe("2027-01-07");
  expect(day(dueDate("ccpa", "opt_out", at("2026-11-23"), SETTINGS))).toBe("2026-12-14");
  expect(day(addBusinessDays(at("2026-11-27"), 1))).toBe("2026-11-30");
});

test("days left are told in words, red when they are over, amber in the last quarter", () => {
  const [from, due] = [at("2026-11-01"), at("2026-12-01")];
  expect(daysLeft(from, due, at("2026-11-05"))).toEqual({ days: 26, says: "26 days left", tone: "fine" });
  expect(daysLeft(from, due, at("2026-11-27"))).toEqual({ days: 4, says: "4 days left", tone: "soon" });
  expect(daysLeft(from, due, new Date("2026-12-01T09:00:00Z"))).toMatchObject({ days: 0, says: "due today" });
  expect(daysLeft(from, due, at("2026-12-04"))).toEqual({ days: -3, says: "3 days overdue", tone: "late" });
});
