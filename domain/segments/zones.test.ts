import { expect, test } from "vitest";
import { localTime } from "./zones";

/** Asked of the calendar itself. */
function byCalendar(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit" }).format(
    ms,
  );
}

const text = (ms: number, zone: string): string => {
  const { year, month, day, hour } = localTime(ms, zone);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}`;
};

test.each([
  // Forward and back, half an hour, over midnight, a whole day left out, and another change of the same zone before.
  ["Europe/London", "2026-03-29T01:00:00Z"],
  ["Europe/London", "2026-10-25T01:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["America/Santiago", "2026-04-05T03:00:00Z"],
  ["Pacific/Apia", "2011-12-30T10:00:00Z"],
  ["Asia/Kathmandu", "1985-12-31T18:30:00Z"],
])("the hours around a change of the clock in %s", (zone, instant) => {
  const change = Date.parse(instant);
  for (let minutes = -26 * 60; minutes <= 26 * 60; minutes += 7)
    for (const ms of [0, 1, 59_999]) {
      const at = change + minutes * 60_000 + ms;
      expect({ at, local: text(at, zone) }).toEqual({ at, local: byCalendar(at, zone) });
    }
  for (const at of [change - 1, change, change + 1]) expect(text(at, zone)).toBe(byCalendar(at, zone));
});
