import type { z } from "zod";
import { DomainError, type FieldErrors } from "./errors";

/** Parses verb input; a failure names every wrong field. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: FieldErrors = {};
  for (const issue of parsed.error.issues) {
    const path = issue.path.map(String).join(".") || "input";
    fields[path] ??= issue.message;
  }
  const names = Object.keys(fields);
  throw new DomainError("VALIDATION", `Check ${names.join(", ")}: ${fields[names[0] ?? ""] ?? "invalid input"}`, { fields });
}
