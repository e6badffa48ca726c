import type { DebuggerItem } from "@/domain/sources/model";

export interface DebuggerFilter {
  text: string;
  /** "" for all; a call type. */
  type: string;
  /** "" for all. */
  kind: string;
}

/** Whether a message passes: every word of the text must stand somewhere in it, whatever the case. */
export function passes(item: DebuggerItem, filter: DebuggerFilter): boolean {
  if (filter.kind !== "" && item.kind !== filter.kind) return false;
  if (filter.type !== "" && item.type !== filter.type) return false;
  const words = filter.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [item.name, item.who, item.messageId, item.code, item.reason, item.type, item.payload].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}
