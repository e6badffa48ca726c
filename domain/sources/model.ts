import type { ItemCode, MessageType, RejectedStage, RejectedStatus, WarningCode } from "@/domain/events/model";

/** What kind of system a source is; decides the icon, the snippets and defaults such as "server only". */
export const SOURCE_TYPES = ["website", "mobile", "server", "crm", "email", "pos", "support", "iot", "csv"] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

export const SOURCE_TYPE_LABELS: Record<SourceType, string> = {
  website: "Website",
  mobile: "Mobile app",
  server: "Server",
  crm: "CRM",
  email: "E-mail",
  pos: "Point of sale",
  support: "Support desk",
  iot: "IoT device",
  csv: "CSV",
};

export const SOURCE_STATUSES = ["enabled", "disabled"] as const;
export type SourceStatus = (typeof SOURCE_STATUSES)[number];

/** Settings of one source; absent keys have the defaults of `DEFAULT_SOURCE_SETTINGS`. */
export interface SourceSettings {
  /** Largest message in bytes, 32 KiB to 1 MiB. */
  maxMessageBytes: number;
  /** Refuse browsers: no CORS answer. */
  serverOnly: boolean;
  /** Origins that browsers may send from; empty means any. */
  allowedOrigins: string[];
  /** ISO 3166 country that national phone numbers are read with. */
  defaultCountry: string | null;
  /** Messages a second before 429; 0 means no limit of its own. */
  rateLimit: number;
}

export const DEFAULT_SOURCE_SETTINGS: SourceSettings = {
  maxMessageBytes: 262_144,
  serverOnly: false,
  allowedOrigins: [],
  defaultCountry: null,
  rateLimit: 0,
};

/** Bounds of `maxMessageBytes`. */
export const MESSAGE_BYTES_RANGE = { min: 32_768, max: 1_048_576 } as const;
export const RATE_LIMIT_MAX = 100_000;
/** Longest overlap of two write keys: 30 days. The default of 24 h is longer than any SDK goes on trying. */
export const MAX_GRACE_HOURS = 720;
export const DEFAULT_GRACE_HOURS = 24;

/** What `createSource` and `rotateWriteKey` hand out, once. */
export interface CreatedSource {
  id: string;
  writeKey: string;
}

export const KEY_STATES = ["active", "expiring", "expired", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** A write key as lists show it. Times are ISO. */
export interface SourceKeyView {
  id: string;
  /** First characters and last four, e.g. `trb_w_a1B2…x9Yz`. */
  hint: string;
  state: KeyState;
  createdAt: string;
  /** Sampled about once a minute at collection; null: never used. */
  lastUsedAt: string | null;
  /** When an old key stops working after a rotation. */
  expiresAt: string | null;
  revokedAt: string | null;
}

/** received = accepted + duplicates + rejected, always. */
export interface Tally {
  accepted: number;
  duplicates: number;
  rejected: number;
}
export const receivedOf = (tally: Tally): number => tally.accepted + tally.duplicates + tally.rejected;

export const HEALTH_STATES = ["disabled", "no_data", "errors", "quiet", "idle", "live"] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface SourceHealth {
  state: HealthState;
  /** One plain sentence with the figures behind the state. */
  sentence: string;
}

/** A source in the list. `hours` are the last 24 whole hours up to now, oldest first. */
export interface SourceListItem {
  id: string;
  name: string;
  type: SourceType;
  status: SourceStatus;
  isDemo: boolean;
  createdAt: string;
  firstSeenAt: string | null;
  lastSeenAt: string | null;
  last24h: Tally;
  hours: Tally[];
  openRejected: number;
  health: SourceHealth;
}

export interface SourceDetail extends SourceListItem {
  settings: SourceSettings;
  /** Newest first. */
  keys: SourceKeyView[];
  /** Since the source exists. */
  total: Tally & { conflicts: number; warnings: number; bytes: number };
  /** Whole requests refused (bad JSON, too large): they hold no messages that could be counted. Last 24 hours. */
  refused24h: { code: string; n: number }[];
  /** Deletable: nothing was ever received and no import refers to it. */
  neverReceived: boolean;
}

export const VOLUME_RANGES = ["1h", "24h", "7d", "30d", "90d"] as const;
export type VolumeRange = (typeof VOLUME_RANGES)[number];
export const VOLUME_RANGE_LABELS: Record<VolumeRange, string> = {
  "1h": "Last hour, by minute",
  "24h": "Last 24 hours, by hour",
  "7d": "Last 7 days, by hour",
  "30d": "Last 30 days, by day",
  "90d": "Last 90 days, by day",
};

export interface VolumePoint extends Tally {
  /** Start of the bucket, ISO. */
  at: string;
}
export interface SourceVolume {
  range: VolumeRange;
  from: string;
  to: string;
  stepSeconds: number;
  /** Every bucket of the range, empty ones too. */
  points: VolumePoint[];
  total: Tally;
  asOf: string;
}

/** A message in the debugger: accepted (as the inbox keeps it) or rejected (as it was received). */
export interface DebuggerItem {
  /** `in_<inbox id>` or the id of the rejected message: unique, for de-duplication after a reconnect. */
  id: string;
  kind: "accepted" | "rejected";
  at: string;
  /** One of the six calls; null where a rejected message has none that is known. */
  type: MessageType | null;
  /** Event, page or screen name; null where there is none. */
  name: string | null;
  /** User id, else anonymous id; masked for whoever may not see personal data. */
  who: string | null;
  messageId: string | null;
  /** Rejected: why. */
  code: ItemCode | null;
  reason: string | null;
  field: string | null;
  warnings: WarningCode[];
  /** JSON text; null when it is longer than `DEBUGGER_PAYLOAD_CHARACTERS` (read by itself then). */
  payload: string | null;
}
/** Longer payloads are left out of lists and streams, and read one by one when opened. */
export const DEBUGGER_PAYLOAD_CHARACTERS = 16_384;

export interface DebuggerPage {
  /** Where to go on; opaque. */
  cursor: string;
  /** Oldest first. */
  items: DebuggerItem[];
  /** Messages that arrived in the same moment and are not in `items` (the newest are). */
  left: number;
}

/** Counts of rejected messages by code per bucket. */
export interface RejectedSummary {
  range: VolumeRange;
  stepSeconds: number;
  /** Codes present in the range, most frequent first. */
  codes: { code: ItemCode; n: number }[];
  points: { at: string; counts: Partial<Record<ItemCode, number>> }[];
  /** All times, by status. */
  byStatus: Record<RejectedStatus, number>;
  asOf: string;
}

export interface RejectedItem {
  id: string;
  receivedAt: string;
  stage: RejectedStage;
  code: ItemCode;
  field: string | null;
  message: string;
  messageId: string | null;
  status: RejectedStatus;
  statusReason: string | null;
  statusAt: string | null;
}
export interface RejectedPage {
  items: RejectedItem[];
  /** Pass as `before` for the next page; null at the end. */
  next: string | null;
}
export interface RejectedSample extends RejectedItem {
  /** Raw text as received, at most 32 KiB; masked for whoever may not see personal data. */
  sample: string;
  sampleCut: boolean;
  masked: boolean;
}
