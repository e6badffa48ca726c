import { z } from "zod";
import type { Json, JsonObject } from "./model";
import { memberText } from "./raw-json";

const path = z
  .string()
  .trim()
  .min(1, "Name a field")
  .max(200)
  .refine((text) => text.split(".").every((part) => !["", "__proto__", "constructor", "prototype"].includes(part)), "Not a field name");

/** One repair of a rejected message. Fields are dotted paths: `userId`, `properties.customer.id`. */
export const mappingRule = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("set"), field: path, value: z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]) }),
  z.strictObject({ op: z.literal("rename"), from: path, to: path }),
  z.strictObject({ op: z.literal("copy"), from: path, to: path }),
  z.strictObject({ op: z.literal("drop"), field: path }),
]);
export type MappingRule = z.output<typeof mappingRule>;

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** The object and key that a path names; a key that itself holds dots is found too. */
function locate(root: JsonObject, field: string, make: boolean): [JsonObject, string] | undefined {
  if (Object.hasOwn(root, field)) return [root, field];
  const parts = field.split(".");
  let at = root;
  for (const part of parts.slice(0, -1)) {
    const next = Object.hasOwn(at, part) ? at[part] : undefined;
    if (isObject(next)) at = next;
    else if (make && (next === undefined || next === null)) at = (at[part] = {}) as JsonObject;
    else return undefined;
  }
  return [at, parts.at(-1) as string];
}

/**
 * Applies the rules in order to a copy of the message.
 * @param rawText the message's JSON text: a number too big for a double is copied by its digits
 */
export function applyMapping(message: JsonObject, rawText: string, rules: readonly MappingRule[]): JsonObject {
  const out = structuredClone(message);
  const read = (field: string): Json | undefined => {
    const found = locate(out, field, false);
    const value = found && Object.hasOwn(found[0], found[1]) ? found[0][found[1]] : undefined;
    if (typeof value === "number" && !Number.isSafeInteger(value)) return memberText(rawText, field) ?? value;
    return value;
  };
  const write = (field: string, value: Json): void => {
    const found = locate(out, field, true);
    if (found) found[0][found[1]] = value;
  };
  const drop = (field: string): void => {
    const found = locate(out, field, false);
    if (found) delete found[0][found[1]];
  };
  for (const rule of rules) {
    if (rule.op === "set") write(rule.field, rule.value);
    else if (rule.op === "drop") drop(rule.field);
    else {
      const value = read(rule.from);
      if (value === undefined) continue;
      write(rule.to, value);
      if (rule.op === "rename") drop(rule.from);
    }
  }
  return out;
}
