"use client";

import { useSyncExternalStore } from "react";

const STEPS: readonly [limitSeconds: number, divisor: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [86_400 * 60, 86_400, "day"],
  [Infinity, 86_400 * 30, "month"],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** `5 minutes ago`; a few seconds are "just now", so that a clock that runs ahead shows no future. */
export function ago(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (seconds > -10) return "just now";
  const [, divisor, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 86_400 * 30, "month" as const];
  return relative.format(Math.trunc(seconds / divisor), unit);
}

const TICK_MS = 5_000;
const everyFiveSeconds = (notify: () => void) => {
  const timer = setInterval(notify, TICK_MS);
  return () => clearInterval(timer);
};
// The same number until the next tick: a snapshot that changes with every read would render for ever.
const currentTick = (): number => Math.ceil(Date.now() / TICK_MS) * TICK_MS;

/** A time as distance from now, kept up to date, with the exact time on hover. Rendered after mount: it depends on the clock. */
export function Ago({ at, none = "Never" }: { at: string | null; none?: string }) {
  const now = useSyncExternalStore(everyFiveSeconds, currentTick, () => null);
  if (at === null) return <span className="text-muted-foreground">{none}</span>;
  return (
    <time dateTime={at} title={new Date(at).toISOString().replace("T", " ").slice(0, 19) + " UTC"} suppressHydrationWarning>
      {now === null ? "" : ago(at, now)}
    </time>
  );
}

/** Time of day with milliseconds, in the reader's zone. */
export const clockTime = (iso: string): string =>
  new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

export const dateTime = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
