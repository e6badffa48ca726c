import type { Json } from "@/domain/events/model";
import type { ValueType } from "@/domain/segments/computed/model";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

/** A value in words. Instants are written in UTC. */
export function valueText(value: Json, type: ValueType): string {
  if (value === null) return "no value";
  if (typeof value === "number") return number.format(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string")
    return type === "date" || (type === "any" && ISO.test(value)) ? dateText(value) : value === "" ? "(empty)" : value;
  if (Array.isArray(value)) return value.length === 0 ? "(empty list)" : value.map((item) => valueText(item, "any")).join(", ");
  return JSON.stringify(value);
}

function dateText(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : `${moment.format(at)} UTC`;
}

export const numberText = (n: number): string => number.format(n);
