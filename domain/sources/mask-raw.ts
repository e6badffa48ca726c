import type { Json } from "@/domain/events/model";
import { maskJson, maskText } from "@/domain/profiles";

const DOTS = "•••";

/**
 * Masks raw text that may be JSON, cut JSON or anything else. What cannot be parsed cannot be judged by key, so every
 * value is hidden there and only the structure and the keys stay.
 */
export function maskRaw(text: string): string {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" ? JSON.stringify(maskJson(value), null, 2) : DOTS;
  } catch {
    if (!text.trimStart().startsWith("{") && !text.trimStart().startsWith("[")) return DOTS;
    return text.replaceAll(/"((?:[^"\\]|\\.)*)("\s*:|"|$)|[^\s{}[\]:,"]+/g, (_, inner: string | undefined, end: string | undefined) => {
      if (inner === undefined) return DOTS;
      return end?.endsWith(":") ? `"${maskText(inner)}${end}` : `"${DOTS}"`;
    });
  }
}
