/**
 * The one error that a verb refuses with. Codes cross every boundary (action, route, CLI), classes do not.
 * `message` names the thing and the way out; it is shown to people, so it never holds personal data.
 */
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

export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldErrors | undefined;
  readonly data: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: { fields?: FieldErrors; data?: Record<string, unknown> } = {}) {
    super(message);
    this.name = "DomainError";
    this.code = code;
    this.fields = options.fields;
    this.data = options.data;
  }
}

/** What surfaces return instead of throwing: the shape that a client can rely on. */
export type Result<T> = { ok: true; data: T } | { ok: false; error: { code: ErrorCode; message: string; fields?: FieldErrors } };

/** HTTP status of a refusal, for route handlers. */
export const HTTP_STATUS: Record<ErrorCode, number> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  UNAUTHORIZED: 401,
  CONFLICT: 409,
  VALIDATION: 400,
  LIMIT_EXCEEDED: 400,
  PRECONDITION_FAILED: 412,
  RATE_LIMITED: 429,
  INTERNAL: 500,
};

export const notFound = (what: string): DomainError =>
  new DomainError("NOT_FOUND", `${what} was not found. It may have been deleted, or the link is old.`);
