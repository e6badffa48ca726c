import type { ErrorCode, FieldErrors } from "./model";

export * from "./model";

/**
 * The one error that a verb refuses with. Codes cross every boundary (action, route, CLI), classes do not.
 * `message` names the thing and the way out; it is shown to people, so it never holds personal data.
 */
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
