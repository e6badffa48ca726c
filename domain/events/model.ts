/** The six calls of the Segment spec. */
export const MESSAGE_TYPES = ["identify", "track", "page", "screen", "group", "alias"] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Why one message of an accepted request was not stored. */
export const ITEM_CODES = [
  "no_user_anon_id",
  "missing_event",
  "unknown_type",
  "invalid_field",
  "event_too_large",
  "message_id_too_long",
  "too_deep",
  "too_many_keys",
  "suppressed",
  "blocked_by_plan",
  "unprocessable",
] as const;
export type ItemCode = (typeof ITEM_CODES)[number];

/** Why a whole request was refused; nothing of it is stored. */
export const ENVELOPE_CODES = [
  "invalid_json",
  "invalid_envelope",
  "empty_batch",
  "batch_too_long",
  "body_too_large",
  "event_too_large",
  "missing_key",
  "unknown_key",
  "conflicting_keys",
  "source_disabled",
  "rate_limited",
  "unavailable",
  "not_found",
  "method_not_allowed",
  "origin_not_allowed",
] as const;
export type EnvelopeCode = (typeof ENVELOPE_CODES)[number];

/** What was repaired or noticed about a stored message. Bit positions in `inbox.flags`. */
export const WARNING_CODES = [
  "clock_fallback",
  "no_message_id",
  "sanitised",
  "time_without_zone",
  "truncated",
  "placeholder_id",
  "dropped_keys",
  "number_out_of_range",
  "id_from_number",
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

export const REJECTED_STAGES = ["collect", "process", "import"] as const;
export type RejectedStage = (typeof REJECTED_STAGES)[number];
export const REJECTED_STATUSES = ["open", "replayed", "discarded"] as const;
export type RejectedStatus = (typeof REJECTED_STATUSES)[number];

/** Limits of the collection API; served at /api/limits. Sizes in bytes, lengths in characters. */
export const LIMITS = {
  bodyBytes: 4 * 1024 * 1024,
  inflatedBytes: 16 * 1024 * 1024,
  messageBytes: 262_144,
  batchMessages: 2_500,
  depth: 32,
  /** In all objects of a message together. A real order of 1,114 lines has 4,471. */
  keys: 10_000,
  stringLength: 8_192,
  eventNameLength: 200,
  messageIdLength: 100,
  idLength: 500,
  /** Longer property names are cut. */
  keyLength: 500,
  emailLength: 320,
  headerBytes: 16 * 1024,
  urlBytes: 8 * 1024,
} as const;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * A message as the inbox keeps it (`inbox.body`): judged, sanitised and normalised at collection, before the 200.
 * Processing relies on this shape and judges nothing again.
 */
export interface InboxMessage {
  type: MessageType;
  messageId: string;
  /** Absent when null, empty or blank. Numbers are text from their raw digits. At least one id is present. */
  userId?: string;
  anonymousId?: string;
  previousId?: string;
  groupId?: string;
  /** track only. */
  event?: string;
  /** page and screen. */
  name?: string;
  category?: string;
  /** identify: own traits merged over `context.traits` (then gone from there). group: the group's own traits. */
  traits?: JsonObject;
  properties?: JsonObject;
  integrations?: JsonObject;
  /** Top-level fields that no rule names, as sent. */
  extra?: JsonObject;
  context: JsonObject;
  /** When it happened, skew-corrected, ISO with milliseconds and Z. The only time that counts. */
  timestamp: string;
  /** As the client sent them, where it did. */
  originalTimestamp?: string;
  sentAt?: string;
  receivedAt: string;
  channel?: string;
  /** What the SDK says about the call itself (bundled integrations, retry count). */
  _metadata?: JsonObject;
  warnings?: WarningCode[];
}

/** A warning about a stored message, as answered and counted. */
export interface Warning {
  code: WarningCode;
  field?: string;
}

/** Stored event name of calls that carry none. */
export const PAGE_VIEWED = "Page Viewed";
export const SCREEN_VIEWED = "Screen Viewed";

/** Names under which identify, group and alias calls stand in the timeline. They are not counted as behaviour. */
export const CALL_EVENTS = { identify: "$identify", group: "$group", alias: "$alias" } as const;

/** The event name under which a message is stored. */
export function eventNameOf(message: Pick<InboxMessage, "type" | "event">): string {
  switch (message.type) {
    case "track":
      return message.event ?? "";
    case "page":
      return PAGE_VIEWED;
    case "screen":
      return SCREEN_VIEWED;
    default:
      return CALL_EVENTS[message.type];
  }
}

/** Events that take money back: their value counts negative in "value so far" and net revenue. */
export const REFUND_EVENTS: readonly string[] = ["Order Refunded", "Order Cancelled"];
/** The event whose value is revenue. */
export const ORDER_EVENT = "Order Completed";
export const REFUND_EVENT = "Order Refunded";

/** Largest amount kept as an event's value; larger ones stay in the properties and out of sums. */
export const MAX_VALUE = 1e11;

/**
 * Money of an event: `revenue`, else `total`, else `value`; clean numbers or numeric text only.
 * Four decimals (the column is numeric(16,4)); null when absent or out of range.
 */
export function valueOf(properties: JsonObject | undefined): number | null {
  if (!properties) return null;
  for (const key of ["revenue", "total", "value"]) {
    const raw = properties[key];
    const n = typeof raw === "number" ? raw : typeof raw === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(raw) ? Number(raw) : undefined;
    if (n === undefined) continue;
    if (!Number.isFinite(n) || Math.abs(n) > MAX_VALUE) return null;
    return Math.round(n * 1e4) / 1e4;
  }
  return null;
}

/** Words that programs send as an id when they mean "nobody": kept in the payload, never a key that joins people. */
export const PLACEHOLDER_WORDS: readonly string[] = [
  "-1",
  "null",
  "anonymous",
  "undefined",
  "nil",
  "none",
  "(null)",
  "nan",
  "true",
  "false",
  "unknown",
  "guest",
  "n/a",
  "test",
  "void",
  "[object object]",
];
