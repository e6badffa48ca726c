import { randomBytes } from "node:crypto";

declare const brand: unique symbol;
/** A prefixed text id, e.g. `src_7k2m9q4t0xw3`. The brand keeps ids of different things apart in TypeScript. */
export type Id<P extends string> = string & { readonly [brand]: P };

export type UserId = Id<"usr">;
export type SourceId = Id<"src">;

/** Dense whole number handed out in order, never reused: sets and columns are built on it. */
export type ProfileId = number;

// Crockford's alphabet: no i, l, o, u, so an id read aloud is unambiguous.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** `length` random characters of 5 bits each. */
export function randomText(length: number): string {
  const bytes = randomBytes(length);
  let out = "";
  for (const byte of bytes) out += ALPHABET[byte & 31];
  return out;
}

/** New random id with the given prefix: 12 characters, 60 bits. */
export function newId<P extends string>(prefix: P): Id<P> {
  return `${prefix}_${randomText(12)}` as Id<P>;
}
