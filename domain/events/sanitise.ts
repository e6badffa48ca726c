import { LIMITS, type Json, type JsonObject, type WarningCode } from "./model";

// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /\u0000|\p{Surrogate}/gu;
const REPLACEMENT = "\uFFFD";

export interface Sanitised {
  value: Json;
  /** Whether anything was changed; `value` is the given tree itself when not. */
  changed: boolean;
  failure?: "too_deep" | "too_many_keys";
}

/** The entries that come before `key`. */
function until(value: JsonObject, key: string): JsonObject {
  const out: JsonObject = {};
  for (const name in value) {
    if (name === key) break;
    const entry = value[name];
    if (entry !== undefined) out[name] = entry;
  }
  return out;
}

export interface Noted {
  add(code: WarningCode, field: string): void;
}

/** Whether PostgreSQL could not hold the text as it is (NUL, half a surrogate pair). */
export function isUnstorable(text: string): boolean {
  UNSTORABLE.lastIndex = 0;
  return UNSTORABLE.test(text);
}

/** Text without NUL and lone surrogates, U+FFFD in their place. */
export const storableText = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);

/** At most `max` UTF-16 units, never half a pair at the end. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

class Refused extends Error {
  constructor(readonly code: "too_deep" | "too_many_keys") {
    super(code);
  }
}

/**
 * Makes a JSON tree storable and checks its limits. Copies only where something changes, so a clean tree costs one
 * walk. The recursion is bounded: a tree deeper than the limit is given up there, whatever its depth.
 * - NUL and lone surrogates in keys and values become U+FFFD (`sanitised`);
 * - numbers beyond a double (`1e400`) become null (`number_out_of_range`);
 * - `__proto__`, `constructor`, `prototype` as keys are dropped (`dropped_keys`);
 * - long texts and keys are cut (`truncated`).
 * @param options.escapes false when the caller knows that the JSON text had no `\u` escape: texts are not searched.
 */
export function sanitise(
  root: Json | undefined,
  noted: Noted,
  options: { escapes?: boolean; maxDepth?: number; maxKeys?: number } = {},
): Sanitised {
  const walk = new Walk(noted, options.escapes ?? true, options.maxDepth ?? LIMITS.depth, options.maxKeys ?? LIMITS.keys);
  try {
    const value = walk.visit(root, 1, "") ?? null;
    return { value, changed: value !== root };
  } catch (error) {
    if (error instanceof Refused) return { value: null, changed: true, failure: error.code };
    throw error;
  }
}

/** One walk; a class and not closures, since this runs for every message. */
class Walk {
  private keys = 0;

  constructor(
    private readonly noted: Noted,
    private readonly escapes: boolean,
    private readonly maxDepth: number,
    private readonly maxKeys: number,
  ) {}

  visit(value: unknown, depth: number, field: string): Json | undefined {
    switch (typeof value) {
      case "string":
        return this.escapes || value.length > LIMITS.stringLength ? this.text(value, field, LIMITS.stringLength) : value;
      case "number":
        if (Number.isFinite(value)) return value;
        this.noted.add("number_out_of_range", field);
        return null;
      case "boolean":
        return value;
      case "bigint":
        return String(value);
      case "object":
        break;
      default:
        return undefined;
    }
    if (value === null) return null;
    if (depth > this.maxDepth) throw new Refused("too_deep");
    if (Array.isArray(value)) return this.list(value, depth, field);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    return this.object(value as JsonObject, depth, field);
  }

  private text(value: string, field: string, max: number): string {
    let out = value;
    if (this.escapes && isUnstorable(out)) {
      out = storableText(out);
      this.noted.add("sanitised", field);
    }
    if (out.length > max) {
      out = cutText(out, max);
      this.noted.add("truncated", field);
    }
    return out;
  }

  private list(value: unknown[], depth: number, field: string): Json[] {
    let copy: Json[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const before = value[i];
      const after = this.visit(before, depth + 1, field) ?? null;
      if (after !== before && !copy) copy = value.slice(0, i) as Json[];
      copy?.push(after);
    }
    return copy ?? (value as Json[]);
  }

  private object(value: JsonObject, depth: number, field: string): JsonObject {
    let copy: JsonObject | undefined;
    for (const key in value) {
      if (++this.keys > this.maxKeys) throw new Refused("too_many_keys");
      const at = depth === 1 ? key : field;
      if (key === "__proto__" || key === "constructor" || key === "prototype") {
        this.noted.add("dropped_keys", at);
        copy ??= until(value, key);
        continue;
      }
      const before = value[key];
      const after = this.visit(before, depth + 1, at);
      const name = this.escapes || key.length > LIMITS.keyLength ? this.text(key, at, LIMITS.keyLength) : key;
      if (!copy && (after !== before || name !== key)) copy = until(value, key);
      if (copy && after !== undefined) copy[name] = after;
    }
    return copy ?? value;
  }
}
