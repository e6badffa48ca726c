import type { EnvelopeCode } from "@/domain/events/model";

const STATUS: Record<EnvelopeCode, number> = {
  invalid_json: 400,
  invalid_envelope: 400,
  empty_batch: 400,
  batch_too_long: 400,
  body_too_large: 400,
  event_too_large: 400,
  missing_key: 401,
  unknown_key: 401,
  conflicting_keys: 401,
  origin_not_allowed: 403,
  source_disabled: 404,
  not_found: 404,
  method_not_allowed: 405,
  rate_limited: 429,
  unavailable: 503,
};

/** A whole request is refused; nothing of it is stored. */
export class Refused extends Error {
  readonly status: number;
  constructor(
    readonly code: EnvelopeCode,
    message: string,
    readonly detail: { limit?: number; got?: number; retryAfter?: number; allow?: string } = {},
  ) {
    super(message);
    this.status = STATUS[code];
  }
}

export const unavailable = (): Refused =>
  new Refused("unavailable", "The database cannot be written at the moment: send the same request again", { retryAfter: 1 });

export const overloaded = (retryAfter = 1): Refused =>
  new Refused("rate_limited", "Too much at once: send the same request again after the time given in Retry-After", {
    retryAfter: Math.min(300, Math.max(1, Math.ceil(retryAfter))),
  });
