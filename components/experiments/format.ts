import { formatMoney } from "@/components/layout/money";
import type { Measure, Range } from "@/domain/experiments/model";

const whole = new Intl.NumberFormat("en-GB");
const percent = new Intl.NumberFormat("en-GB", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 2 });
const signedPercent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
const points = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 2, signDisplay: "exceptZero" });
const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });

export const count = (n: number | null): string => (n === null ? "fewer than 10" : whole.format(n));
export const share = (n: number): string => percent.format(n);
export const relative = (n: number): string => signedPercent.format(n);

/** A mean of a measure: a rate in per cent, a value in its currency. */
export function amount(n: number, measure: Measure, currency: string | null): string {
  return measure === "rate" ? share(n) : currency === null ? number.format(n) : formatMoney(n.toFixed(2), currency);
}

/** A difference of two such means: rates in percentage points. */
export function difference(n: number, measure: Measure, currency: string | null): string {
  if (measure === "rate") return `${points.format(n * 100)} pp`;
  const text = currency === null ? number.format(Math.abs(n)) : formatMoney(Math.abs(n).toFixed(2), currency);
  return n === 0 ? text : `${n > 0 ? "+" : "−"}${text}`;
}

/** "from to", or "not bounded yet" where an end is open. */
export function range({ low, high }: Range, text: (n: number) => string): string {
  if (low === null && high === null) return "not known yet";
  return `${low === null ? "open" : text(low)} to ${high === null ? "open" : text(high)}`;
}

/** A total that the lift adds up to: outcomes or money. */
export function total(n: number, measure: Measure, currency: string | null): string {
  if (measure === "value") return difference(n, measure, currency);
  return `${n > 0 ? "+" : n < 0 ? "−" : ""}${whole.format(Math.round(Math.abs(n)))}`;
}

export function chance(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
