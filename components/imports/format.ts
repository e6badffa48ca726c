import type { ImportStatus } from "@/domain/imports/model";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const count = (n: number): string => whole.format(n);
/** "1 row", "2,000 rows". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
export const money = (n: number, currency: string | null): string =>
  new Intl.NumberFormat(
    "en",
    currency === null ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { style: "currency", currency },
  ).format(n);

export function bytesText(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let n = bytes;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 ? n : n.toFixed(n < 10 ? 1 : 0)} ${units[unit]}`;
}

/** In the reader's zone, on the server in UTC: give the element `suppressHydrationWarning`. */
export const when = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

export const STATUS_LABELS: Record<ImportStatus, string> = {
  uploading: "Not uploaded",
  ready: "Needs mapping",
  checking: "Checking",
  checked: "Ready to import",
  running: "Importing",
  done: "Imported",
  failed: "Stopped",
  cancelled: "Cancelled",
};

export const STATUS_VARIANTS: Record<ImportStatus, "default" | "primary" | "success" | "warning" | "destructive"> = {
  uploading: "default",
  ready: "warning",
  checking: "primary",
  checked: "primary",
  running: "primary",
  done: "success",
  failed: "destructive",
  cancelled: "default",
};

export const isUnderWay = (status: ImportStatus): boolean => status === "checking" || status === "running";

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g; // oxlint-disable-line no-control-regex

/** Text of a file as it may be shown: what is invisible or turns the text round is written out. */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "↵")
    .replaceAll(/[\r\n]/g, "↵")
    .replaceAll(CONTROLS, (char) => `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`);
}
