import type { JsonObject } from "@/domain/events/model";

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);
const MAX_PARAMETERS = 500;
const MAX_PARTS = 16;

/**
 * The message of a tracking pixel: every query parameter set under its dotted name (`properties.total=12` or
 * `context.page.url=…`), values as text. The write key is none of them.
 */
export function pixelMessage(query: URLSearchParams, type: "track" | "page", now: Date): JsonObject {
  const message: JsonObject = {};
  let n = 0;
  for (const [name, value] of query) {
    if (name === "writeKey" || ++n > MAX_PARAMETERS) continue;
    const parts = name.split(".");
    if (parts.length > MAX_PARTS || parts.some((part) => part === "" || FORBIDDEN.has(part))) continue;
    let at = message;
    for (const part of parts.slice(0, -1)) {
      const next = Object.hasOwn(at, part) ? at[part] : undefined;
      at = typeof next === "object" && next !== null && !Array.isArray(next) ? next : ((at[part] = {}) as JsonObject);
    }
    at[parts.at(-1) as string] = value;
  }
  const time = now.toISOString();
  return { ...message, type, channel: "web", originalTimestamp: time, sentAt: time };
}
