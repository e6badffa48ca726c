"use client";

import { useSyncExternalStore } from "react";

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 hours ago", "in 2 days", "just now". */
export function ago(iso: string, now: number): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

const minute = () => Math.floor(Date.now() / 60_000) * 60_000;
const everyMinute = (notify: () => void) => {
  const timer = setInterval(notify, 30_000);
  return () => clearInterval(timer);
};
const absolute = (iso: string, timeZone?: string): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", ...(timeZone ? { timeZone } : {}) }).format(new Date(iso));

/** A moment, relative, with the exact one on hover and for machines. Before hydration it is absolute, in UTC. */
export function Time({ iso, className }: { iso: string; className?: string }) {
  const now = useSyncExternalStore(everyMinute, minute, () => 0);
  return (
    <time dateTime={iso} title={now ? absolute(iso) : `${absolute(iso, "UTC")} UTC`} className={className}>
      {now ? ago(iso, now) : absolute(iso, "UTC")}
    </time>
  );
}
