/** What the catalog answers; pure, the browser imports it. */

export interface SeenEvent {
  name: string;
  count: number;
  /** ISO time. */
  lastSeenAt: string | null;
}

export interface SeenKey {
  path: string[];
  /** JSON types to how often. */
  types: Record<string, number>;
  count: number;
  /** From 0 to 1. */
  share: number;
  /** ISO time. */
  lastSeenAt: string;
  /** Personal by its name: values are shown only to who may see personal data. */
  personal: boolean;
}

export const VALUE_KINDS = [
  "trait",
  "property",
  "context",
  "account",
  "country",
  "city",
  "timezone",
  "device_type",
  "device_name",
  "device_os",
  "identifier_type",
  "computed",
] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

export interface SuggestedValues {
  values: { value: string | number | boolean; count: number }[];
  /** How many people or events were looked at, and whether those were all there are. */
  sampled: number;
  complete: boolean;
  /** The place is personal and the reader may not see personal data. */
  withheld: boolean;
}

export const SEEN_SUBJECTS = ["event", "property", "trait", "value", "segment", "list"] as const;

/** A name or value of a rule that the data do not hold. */
export interface SeenWarning {
  /** The leaf. */
  nodeId: string;
  subject: (typeof SEEN_SUBJECTS)[number];
  /** The name or value itself. */
  name: string;
  message: string;
}

/** Whether a template has data here. */
export interface TemplateNote {
  key: string;
  hasData: boolean;
  /** Events, properties and traits that were never seen. */
  missing: string[];
}
