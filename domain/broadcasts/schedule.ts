import { instantOf, minutesOf } from "@/domain/kernel/local-time";
import type { Schedule } from "./model";

/** The first zone of the world to see a date. */
const FIRST_ZONE = "Pacific/Kiritimati";

const dateOf = (date: string): { year: number; month: number; day: number } => {
  const [year = 1970, month = 1, day = 1] = date.split("-").map(Number);
  return { year, month, day };
};

/** The moment of a local schedule in a zone (milliseconds). */
export function localInstant(schedule: Extract<Schedule, { kind: "local" }>, zone: string): number {
  return instantOf(dateOf(schedule.date), minutesOf(schedule.time), zone);
}

/**
 * When planning begins (milliseconds), and whether it is too late to launch. A local schedule begins where the day begins
 * first; people for whom the time is past already get it at once. It is late when the time is past in the company's zone.
 */
export function startOf(schedule: Schedule, now: number, companyZone: string): { at: number; late: boolean } {
  if (schedule.kind === "now") return { at: now, late: false };
  if (schedule.kind === "at") {
    const at = Date.parse(schedule.at);
    return { at, late: at < now - 60_000 };
  }
  return { at: Math.max(now, localInstant(schedule, FIRST_ZONE)), late: localInstant(schedule, companyZone) < now };
}

const zones = new Map<string, boolean>();
/** A zone that this runtime knows, else the company's. */
export function zoneOr(zone: string | null, company: string): string {
  if (zone === null || zone === "") return company;
  let known = zones.get(zone);
  if (known === undefined) {
    try {
      known = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
    } catch {
      known = false;
    }
    if (zones.size > 1_000) zones.clear();
    zones.set(zone, known);
  }
  return known ? zone : company;
}

/** The moment of the k-th message (milliseconds): evenly, at most `perMinute` in each minute. */
export function placeOf(from: number, k: number, perMinute: number | null): number {
  return perMinute === null ? from : from + Math.floor((k * 60_000) / perMinute);
}
