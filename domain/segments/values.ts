import type { Json } from "@/domain/events/model";

/**
 * How a JSON value is read as text, number or date. `compile-test.ts` says the same in SQL; a parity test holds the two
 * equal, so every rule here is chosen such that both sides can keep it exactly.
 */

/** The value at a path of own keys, or undefined. A path goes through objects only: lists are leaves. */
export function at(root: Json | undefined, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (value === null || typeof value !== "object" || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A finite number without exponent, digit for digit as PostgreSQL writes a numeric: 1e21 has 22 digits. */
export function plainDecimal(n: number): string {
  const short = String(n);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(short);
  if (!match) return Object.is(n, -0) ? "0" : short;
  const [, sign = "", lead = "", rest = "", exponent = "0"] = match;
  const digits = lead + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** Text of a scalar, in NFC; undefined for null, lists and objects. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value.normalize("NFC");
  if (typeof value === "number") return plainDecimal(value);
  if (typeof value === "boolean") return String(value);
  return undefined;
}

/** Numbers as text that read as numbers; shared with the SQL. */
export const NUMBER_TEXT = "^[ \\t\\r\\n]*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?[ \\t\\r\\n]*$";
const numberText = new RegExp(NUMBER_TEXT);

/** A JSON number, or clean numeric text; else undefined. Too large or too small for a double is missing. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !numberText.test(value)) return undefined;
  const n = Number(value);
  if (!Number.isFinite(n)) return undefined;
  // Rounded to nothing: PostgreSQL calls it out of range.
  return n === 0 && /^[^eE]*[1-9]/.test(value) ? undefined : n;
}

/** ISO dates and times that are read; shared with the SQL. Zone absent: UTC. */
export const DATE_TEXT =
  "^(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$";
const dateText = new RegExp(DATE_TEXT);

/** Milliseconds of an ISO date or time (fractions below a millisecond are cut); else undefined. 30 February is no date. */
export function dateOf(value: Json | undefined): number | undefined {
  if (typeof value !== "string" || !dateText.test(value)) return undefined;
  const day = Number(value.slice(8, 10));
  const midnight = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  if (midnight.getUTCDate() !== day) return undefined;
  if (value.length === 10) return midnight.getTime();
  const time = /^.{11}(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})?$/.exec(value);
  if (!time) return undefined;
  const [, hour, minute, second = "0", fraction = "", zone = "Z"] = time;
  const ms = Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3));
  const offset = zone === "Z" ? 0 : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * 60_000;
  return midnight.getTime() + ms - offset;
}

/**
 * Lower case, code point by code point (Unicode's simple mapping): what PostgreSQL's `lower(x collate "pg_c_utf8")`
 * does. No context rules, so a final sigma stays a sigma.
 */
export function foldCase(text: string): string {
  let ascii = true;
  for (let i = 0; i < text.length && ascii; i++) ascii = text.charCodeAt(i) < 128;
  if (ascii) return text.toLowerCase();
  let out = "";
  for (const character of text) {
    const lower = character.toLowerCase();
    // Only U+0130 lowers to two code points; its simple mapping is i.
    out += character === "\u0130" ? "i" : lower;
  }
  return out;
}
