import type { Json } from "@/domain/events/model";

/** A trait's value as text; lists and objects as JSON. */
export function valueText(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function TraitValue({ value }: { value: Json }) {
  if (value === null) return <span className="text-muted-foreground">null</span>;
  if (typeof value === "object") return <code className="text-xs break-all">{JSON.stringify(value)}</code>;
  return <span className="break-words">{valueText(value)}</span>;
}
