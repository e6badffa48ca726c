import type { Json } from "@/domain/events/model";
import { formatDay } from "./format";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** A trait's value as text; a flat object as its parts, deeper ones as JSON. */
export function valueText(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value !== "object") return String(value);
  const parts = Object.values(value);
  if (parts.length === 0) return Array.isArray(value) ? "empty list" : "empty";
  return parts.every((part) => part === null || typeof part !== "object")
    ? parts.filter((part) => part !== null).join(", ")
    : JSON.stringify(value);
}

/** A trait's value as people read it; the raw value on hover. */
export function TraitValue({ value }: { value: Json }) {
  if (value === null) return <span className="text-muted-foreground">null</span>;
  if (typeof value === "string" && ISO.test(value) && !Number.isNaN(Date.parse(value))) {
    return (
      <time dateTime={value} title={value}>
        {formatDay(value)}
      </time>
    );
  }
  return (
    <span className="break-words" {...(typeof value === "object" ? { title: JSON.stringify(value) } : {})}>
      {valueText(value)}
    </span>
  );
}
