/** Numbers, money and times as the profile screens write them. One locale and one time zone (UTC) until members choose theirs. */
const LOCALE = "en-GB";
const integer = new Intl.NumberFormat(LOCALE);
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC" });
const shortClock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

export const formatNumber = (n: number): string => integer.format(n);
export const formatDay = (iso: string): string => day.format(new Date(iso));
export const formatWeekday = (iso: string): string => weekday.format(new Date(iso));
export const formatClock = (iso: string): string => clock.format(new Date(iso));
export const formatMinute = (iso: string): string => `${day.format(new Date(iso))}, ${shortClock.format(new Date(iso))}`;
export const formatTime = (iso: string): string => `${day.format(new Date(iso))}, ${clock.format(new Date(iso))} UTC`;

export { formatMoney, moneyTotal } from "@/components/layout/money";

const STEPS: readonly [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [86_400 * 45, 86_400, "day"],
  [86_400 * 548, 86_400 * 30.44, "month"],
  [Number.POSITIVE_INFINITY, 86_400 * 365.25, "year"],
];
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

/** "3 hours ago". `now` is given, so that server and browser agree within one render. */
export function formatAgo(iso: string, now: number): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? STEPS[5]!;
  return relative.format(Math.round(seconds / size), unit);
}

const names = new Intl.DisplayNames(["en"], { type: "region" });
/** Name of an ISO country code; any other text as it is. */
export function countryName(code: string): string {
  try {
    return /^[A-Za-z]{2}$/.test(code) ? (names.of(code.toUpperCase()) ?? code) : code;
  } catch {
    return code;
  }
}

export { identifierLabel } from "@/domain/profiles/model";

const CALLS: Record<string, string> = { $identify: "Identified", $group: "Joined an account", $alias: "Ids joined" };
/** Event name as people read it; the calls that carry none get words. */
export const eventLabel = (event: string): string => CALLS[event] ?? event;

/** A person's name for headings: the best that is known. */
export const personName = (person: {
  id: number;
  name: string | null;
  email: string | null;
  phone: string | null;
  userId?: string | null;
  known: boolean;
}): string =>
  person.name ?? person.email ?? person.phone ?? person.userId ?? (person.known ? `Person ${person.id}` : `Visitor ${person.id}`);
