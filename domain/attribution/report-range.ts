import { instantOf } from "@/domain/kernel";

/** Instants of a range of days (both included) in a time zone: [first midnight, midnight after the last). */
export function dayRange({ from, to }: { readonly from: string; readonly to: string }, timezone: string): { from: Date; to: Date } {
  return { from: midnight(from, 0, timezone), to: midnight(to, 1, timezone) };
}

function midnight(day: string, plusDays: number, timezone: string): Date {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return new Date(instantOf({ year, month, day: date + plusDays }, 0, timezone));
}
