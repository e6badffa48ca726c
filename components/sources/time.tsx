"use client";

import { useEffect, useState } from "react";

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
  if (Math.abs(seconds) < 5) return "just now";
  const [, divisor, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 86_400 * 30, "month" as const];
  return relative.format(Math.trunc(seconds / divisor), unit);
}

/** A time as distance from now, kept up to date, with the exact time on hover. Rendered after mount: it depends on the clock. */
export function Ago({ at, none = "Never" }: { at: string | null; none?: string }) {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
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
