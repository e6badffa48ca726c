/** Days of a calendar to instants and back, in an IANA zone. */

/** Milliseconds that the zone's clocks are ahead of UTC at an instant. */
function offsetAt(at: number, zone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(at / 1000) * 1000;
}

/** The instant at which a day ("2026-03-29") begins in the zone; "" for what is no day. */
export function dayToInstant(day: string, zone: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return "";
  const wall = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(wall)) return "";
  // The offset at the guess may be that of the other side of a change of the clocks: look twice.
  const guess = wall - offsetAt(wall, zone);
  return new Date(wall - offsetAt(guess, zone)).toISOString();
}

/** The day in the zone that an instant lies in; "" for what is no instant. */
export function instantToDay(instant: string, zone: string): string {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? "" : new Date(at + offsetAt(at, zone)).toISOString().slice(0, 10);
}
