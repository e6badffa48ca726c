import { expect, test } from "vitest";
import { growthOf, spanOf, type DayCount } from "./growth";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const now = Date.parse("2026-05-10T12:30:00Z");
const days: DayCount[] = [
  { day: day("2025-01-31"), known: 5, anonymous: 1, events: 10 },
  { day: day("2026-04-11"), known: 2, anonymous: 3, events: 7 },
  { day: day("2026-05-10"), known: 1, anonymous: 0, events: 4 },
  { day: day("2026-05-11"), known: 9, anonymous: 9, events: 9 },
];

test("thirty days are thirty buckets, with the people from before in the running total", () => {
  const points = growthOf(days, spanOf("30d", now, day("2025-01-31")));
  expect(points).toHaveLength(30);
  expect(points[0]).toEqual({ at: "2026-04-11T00:00:00.000Z", newKnown: 2, newAnonymous: 3, people: 11, events: 7 });
  expect(points.at(-1)).toEqual({ at: "2026-05-10T00:00:00.000Z", newKnown: 1, newAnonymous: 0, people: 12, events: 4 });
});

test("months hold whole months, across a year's end and a short February", () => {
  const year = growthOf(days, spanOf("12m", now, null));
  expect(year).toHaveLength(12);
  expect(year[0]?.at).toBe("2025-06-01T00:00:00.000Z");
  expect(year[0]?.people).toBe(6);
  const all = growthOf(days, spanOf("all", now, day("2025-01-31")));
  expect(all).toHaveLength(17);
  expect(all[0]).toMatchObject({ at: "2025-01-01T00:00:00.000Z", people: 6, events: 10 });
});

test("all time of a young install is days; without data there is no bucket", () => {
  expect(spanOf("all", now, day("2026-05-01"))).toMatchObject({ bucket: "day", from: day("2026-05-01") });
  expect(growthOf([], spanOf("all", now, null))).toEqual([]);
});
