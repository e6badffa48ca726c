import type { Regime, RequestKind, RequestSettings } from "./model";

const DAY = 86_400_000;

/** Opt-outs of the California law, which have a shorter time. */
const OPT_OUTS: readonly RequestKind[] = ["opt_out", "limit_sensitive"];

/**
 * Until when a request has to be answered. A month ends on the day of the same number, or on the last day of a shorter
 * month (Regulation 1182/71); business days leave out Saturday and Sunday. UTC.
 */
export function dueDate(regime: Regime, kind: RequestKind, received: Date, settings: RequestSettings): Date {
  if (regime === "gdpr") return addMonths(received, settings.gdprMonths);
  if (regime === "other") return new Date(received.getTime() + settings.otherDays * DAY);
  if (OPT_OUTS.includes(kind)) return addBusinessDays(received, settings.optOutBusinessDays);
  return new Date(received.getTime() + settings.ccpaDays * DAY);
}

/** The longest extension that the law allows once, told to the person with its reason. */
export function extendedDate(regime: Regime, due: Date, settings: RequestSettings): Date {
  if (regime === "gdpr") return addMonths(due, 2);
  return new Date(due.getTime() + (regime === "ccpa" ? settings.ccpaDays : settings.otherDays) * DAY);
}

export function addMonths(from: Date, months: number): Date {
  const out = new Date(from);
  const day = out.getUTCDate();
  out.setUTCDate(1);
  out.setUTCMonth(out.getUTCMonth() + months);
  const last = new Date(Date.UTC(out.getUTCFullYear(), out.getUTCMonth() + 1, 0)).getUTCDate();
  out.setUTCDate(Math.min(day, last));
  return out;
}

export function addBusinessDays(from: Date, days: number): Date {
  const out = new Date(from);
  for (let left = days; left > 0;) {
    out.setUTCDate(out.getUTCDate() + 1);
    if (out.getUTCDay() !== 0 && out.getUTCDay() !== 6) left -= 1;
  }
  return out;
}
