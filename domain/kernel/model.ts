/** Codes of refusals. They cross every boundary (action, route, CLI); classes do not. Pure: the browser may import it. */
export const ERROR_CODES = [
  "NOT_FOUND",
  "FORBIDDEN",
  "UNAUTHORIZED",
  "CONFLICT",
  "VALIDATION",
  "LIMIT_EXCEEDED",
  "PRECONDITION_FAILED",
  "RATE_LIMITED",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Field path ("email", "rules.0.limit") to one sentence about it. */
export type FieldErrors = Record<string, string>;

/** What surfaces return instead of throwing: the shape that a client can rely on. */
export type Result<T> = { ok: true; data: T } | { ok: false; error: { code: ErrorCode; message: string; fields?: FieldErrors } };
