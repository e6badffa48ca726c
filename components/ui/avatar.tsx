import type { ComponentProps } from "react";
import { cn } from "./cn";

/** First letters of the first and last word; "?" for nothing to show. Works by code point, so any script is fine. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = Array.from(words[0] ?? "")[0];
  const last = words.length > 1 ? Array.from(words.at(-1) ?? "")[0] : undefined;
  return `${first ?? "?"}${last ?? ""}`.toLocaleUpperCase();
}

const TONES = [
  "bg-[oklch(0.93_0.035_213)] text-[oklch(0.38_0.08_213)] dark:bg-[oklch(0.32_0.045_213)] dark:text-[oklch(0.87_0.06_205)]",
  "bg-[oklch(0.94_0.04_80)] text-[oklch(0.4_0.08_65)] dark:bg-[oklch(0.33_0.045_75)] dark:text-[oklch(0.88_0.08_80)]",
  "bg-[oklch(0.93_0.035_290)] text-[oklch(0.4_0.12_290)] dark:bg-[oklch(0.32_0.06_290)] dark:text-[oklch(0.86_0.07_290)]",
  "bg-[oklch(0.94_0.04_160)] text-[oklch(0.38_0.08_160)] dark:bg-[oklch(0.31_0.045_160)] dark:text-[oklch(0.87_0.08_160)]",
  "bg-[oklch(0.94_0.03_20)] text-[oklch(0.42_0.12_20)] dark:bg-[oklch(0.32_0.055_20)] dark:text-[oklch(0.87_0.06_20)]",
  "bg-[oklch(0.94_0.03_340)] text-[oklch(0.42_0.12_340)] dark:bg-[oklch(0.32_0.055_340)] dark:text-[oklch(0.87_0.06_340)]",
] as const;

function toneOf(text: string): string {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return TONES[sum % TONES.length] ?? TONES[0];
}

/** Initials on a tone that stays the same for the same name. Decorative: the name stands beside it. */
export function Avatar({
  name,
  size = "default",
  className,
  ...props
}: Omit<ComponentProps<"span">, "children"> & { name: string; size?: "sm" | "default" | "lg" | "xl" }) {
  return (
    <span
      data-slot="avatar"
      aria-hidden
      className={cn(
        "grid shrink-0 place-content-center rounded-full font-medium select-none",
        { sm: "size-5 text-[9px]", default: "size-7 text-2xs", lg: "size-9 text-sm", xl: "size-12 text-lg" }[size],
        toneOf(name),
        className,
      )}
      {...props}
    >
      {initials(name)}
    </span>
  );
}
