import { DomainError } from "@/domain/kernel/errors";

/** Opaque keyset cursor: the values that the next page starts after, as text (microseconds survive). */
export const encodeCursor = (...parts: (string | number)[]): string => Buffer.from(JSON.stringify(parts.map(String))).toString("base64url");

/** The parts of a cursor; refuses what `encodeCursor` did not make. */
export function decodeCursor(cursor: string, patterns: readonly RegExp[]): string[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    parts = undefined;
  }
  const ok =
    Array.isArray(parts) &&
    parts.length === patterns.length &&
    parts.every((part, index) => typeof part === "string" && patterns[index]?.test(part) === true);
  if (!ok)
    throw new DomainError("VALIDATION", "This page marker is not one of ours: start from the first page.", {
      fields: { cursor: "invalid" },
    });
  return parts as string[];
}

export const INTEGER = /^-?\d{1,16}$/;
export const DECIMAL = /^-?\d{1,20}(\.\d{1,6})?$/;
/** As PostgreSQL writes a timestamptz in UTC. */
export const TIME = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/;
