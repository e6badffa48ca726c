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
