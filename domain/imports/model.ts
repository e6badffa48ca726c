/** What one row of the file is. */
export const IMPORT_KINDS = ["people", "events", "transactions"] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

export const IMPORT_KIND_LABELS: Record<ImportKind, string> = { people: "People", events: "Events", transactions: "Transactions" };

export const IMPORT_KIND_HINTS: Record<ImportKind, string> = {
  people: "Each row is one person with traits.",
  events: "Each row is something a person did.",
  transactions: "Each row is a line of an order; lines with the same order number become one order.",
};

export const IMPORT_STATUSES = ["uploading", "ready", "checking", "checked", "running", "done", "failed", "cancelled"] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** Encodings that can be chosen; names as of the WHATWG encoding standard. */
export const ENCODINGS = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "windows-1255",
  "windows-1256",
  "windows-1257",
  "windows-1258",
  "windows-874",
  "iso-8859-2",
  "koi8-r",
  "ibm866",
  "macintosh",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const ENCODING_LABELS: Record<Encoding, string> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 (little endian)",
  "utf-16be": "UTF-16 (big endian)",
  "windows-1252": "Western European (Windows-1252, Latin-1)",
  "windows-1250": "Central European (Windows-1250)",
  "windows-1251": "Cyrillic (Windows-1251)",
  "windows-1253": "Greek (Windows-1253)",
  "windows-1254": "Turkish (Windows-1254)",
  "windows-1255": "Hebrew (Windows-1255)",
  "windows-1256": "Arabic (Windows-1256)",
  "windows-1257": "Baltic (Windows-1257)",
  "windows-1258": "Vietnamese (Windows-1258)",
  "windows-874": "Thai (Windows-874)",
  "iso-8859-2": "Central European (ISO 8859-2)",
  "koi8-r": "Cyrillic (KOI8-R)",
  ibm866: "Cyrillic (DOS, CP866)",
  macintosh: "Western European (Macintosh)",
  shift_jis: "Japanese (Shift_JIS)",
  "euc-jp": "Japanese (EUC-JP)",
  gb18030: "Chinese, simplified (GB18030, GBK)",
  big5: "Chinese, traditional (Big5)",
  "euc-kr": "Korean (EUC-KR)",
};

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];
export const DELIMITER_LABELS: Record<Delimiter, string> = { ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar" };

/** What a column becomes. */
export const TARGETS = [
  "ignore",
  "user_id",
  "email",
  "phone",
  "anonymous_id",
  "external_id",
  "trait",
  "consent",
  "timestamp",
  "event_name",
  "message_id",
  "property",
  "order_id",
  "product_id",
  "product_name",
  "product_category",
  "quantity",
  "unit_price",
  "line_total",
  "order_total",
  "currency",
  "coupon",
  "product_property",
] as const;
export type Target = (typeof TARGETS)[number];

export const TARGET_LABELS: Record<Target, string> = {
  ignore: "Do not import",
  user_id: "User id",
  email: "E-mail",
  phone: "Phone",
  anonymous_id: "Anonymous id",
  external_id: "Other identifier",
  trait: "Trait of the person",
  consent: "Consent",
  timestamp: "Time",
  event_name: "Event name",
  message_id: "Event id",
  property: "Property",
  order_id: "Order number",
  product_id: "Product id",
  product_name: "Product name",
  product_category: "Product category",
  quantity: "Quantity",
  unit_price: "Unit price",
  line_total: "Line total",
  order_total: "Order total",
  currency: "Currency",
  coupon: "Coupon",
  product_property: "Property of the product",
};

/** Targets that need a name of their own: the trait, property or identifier type. */
export const KEYED_TARGETS: readonly Target[] = ["trait", "property", "product_property", "external_id", "consent"];

const PERSON: readonly Target[] = ["user_id", "email", "phone", "anonymous_id", "external_id", "trait"];
export const KIND_TARGETS: Record<ImportKind, readonly Target[]> = {
  people: ["ignore", ...PERSON, "consent", "timestamp"],
  events: ["ignore", "event_name", "timestamp", "message_id", ...PERSON, "property"],
  transactions: [
    "ignore",
    "order_id",
    "timestamp",
    ...PERSON,
    "product_id",
    "product_name",
    "product_category",
    "quantity",
    "unit_price",
    "line_total",
    "order_total",
    "currency",
    "coupon",
    "product_property",
    "property",
  ],
};

/** Targets that at most one column may have. */
export const SINGLE_TARGETS: readonly Target[] = TARGETS.filter((target) => target !== "ignore" && !KEYED_TARGETS.includes(target));

export const VALUE_TYPES = ["text", "number", "boolean", "date"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];
export const VALUE_TYPE_LABELS: Record<ValueType, string> = { text: "Text", number: "Number", boolean: "Yes / no", date: "Date" };

/** Which comes first in 01/02/2026. */
export const DATE_ORDERS = ["dmy", "mdy"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];
export const DECIMALS = [".", ","] as const;
export type Decimal = (typeof DECIMALS)[number];

export interface ColumnMapping {
  /** Header as shown (made unique). */
  column: string;
  target: Target;
  /** Trait or property name (dots nest: address.city), or identifier type. */
  key?: string | undefined;
  /** For traits and properties; text when absent. */
  type?: ValueType | undefined;
  /** For dates written with slashes, dots or dashes. Absent: such a date is read only where no other reading exists. */
  dateOrder?: DateOrder | undefined;
  /** Decimal sign of numbers; "." when absent. */
  decimal?: Decimal | undefined;
}

export interface ImportMapping {
  kind: ImportKind;
  columns: ColumnMapping[];
  /** Events without a name column: all rows get this one. */
  eventName: string | null;
  /** IANA zone of times that carry none. */
  timeZone: string;
  /** ISO 4217, for orders without a currency column. */
  currency: string | null;
  /** ISO 3166, for phone numbers without a country code. */
  defaultCountry: string | null;
}

/** How the file is read; what was detected, or what the user chose instead. */
export interface FileFormat {
  encoding: Encoding;
  encodingConfidence: "certain" | "likely" | "guess" | "chosen";
  delimiter: Delimiter;
  delimiterChosen: boolean;
  gzip: boolean;
}

export interface FileWarning {
  code: "invalid_bytes" | "duplicate_header" | "empty_header_cell" | "blank_lines" | "bidi_characters" | "sep_line" | "short_rows";
  message: string;
  line?: number;
}

export interface DetectedFile {
  format: FileFormat;
  /** Unique headers in file order. */
  headers: string[];
  /** First rows, as text. */
  rows: { line: number; cells: string[] }[];
  /** Up to five different non-empty values per column, from the first 1,000 rows. */
  samples: string[][];
  warnings: FileWarning[];
  suggestion: SuggestedMapping;
}

export interface SuggestedColumn extends ColumnMapping {
  confidence: "high" | "medium" | "low";
  /** Why, in one sentence. */
  reason: string;
  /** What the user has to decide or should know. */
  warning?: string | undefined;
}

export interface SuggestedMapping extends Omit<ImportMapping, "columns"> {
  columns: SuggestedColumn[];
}

/** Why a row was not imported. */
export const ROW_CODES = [
  "no_identifier",
  "missing_event",
  "missing_order_id",
  "missing_time",
  "invalid_time",
  "ambiguous_date",
  "invalid_number",
  "invalid_amount",
  "too_many_cells",
  "stray_quote",
  "invalid_value",
  "refused",
] as const;
export type RowCode = (typeof ROW_CODES)[number];

export const ROW_CODE_LABELS: Record<RowCode, string> = {
  no_identifier: "No usable identifier",
  missing_event: "No event name",
  missing_order_id: "No order number",
  missing_time: "No time",
  invalid_time: "Time cannot be read",
  ambiguous_date: "Day and month could be swapped",
  invalid_number: "Not a number",
  invalid_amount: "Amount out of range",
  too_many_cells: "More cells than columns",
  stray_quote: "Text after a closing quote",
  invalid_value: "Value cannot be stored",
  refused: "Refused by the collection rules",
};

/** What was left out of an imported row. */
export const ROW_WARNING_CODES = ["invalid_email", "invalid_phone", "not_a_number", "not_a_boolean", "not_a_date", "short_row"] as const;
export type RowWarningCode = (typeof ROW_WARNING_CODES)[number];
export const ROW_WARNING_LABELS: Record<RowWarningCode, string> = {
  invalid_email: "E-mail left out: not an address",
  invalid_phone: "Phone left out: not a number that exists",
  not_a_number: "Kept as text: not a number",
  not_a_boolean: "Kept as text: neither yes nor no",
  not_a_date: "Kept as text: not a date",
  short_row: "Row has fewer cells than columns",
};

export interface RowProblem {
  line: number;
  code: RowCode;
  /** Column, where one is to blame. */
  field: string | null;
  message: string;
}

/** Outcome of the dry run. */
export interface ImportPreview {
  /** Whether the whole file was read. */
  complete: boolean;
  rows: number;
  messages: number;
  /** Messages already taken in by an earlier import into the same source. */
  alreadyImported: number;
  people: { creates: number; updates: number; merges: number; anonymous: number };
  orders?: { count: number; refunds: number; revenue: number; refunded: number };
  rejected: number;
  rejectedByCode: { code: RowCode; n: number; examples: RowProblem[] }[];
  warnings: { code: RowWarningCode; n: number; lines: number[] }[];
  fileWarnings: FileWarning[];
  /** What is exact and what is estimated, in sentences. */
  notes: string[];
}

/** Outcome of the run; counts are exact. */
export interface ImportResult {
  rows: number;
  messages: number;
  accepted: number;
  duplicates: number;
  /** Duplicates whose content differs from what was imported before. */
  conflicts: number;
  rejected: number;
  rejectedByCode: { code: RowCode; n: number; examples: RowProblem[] }[];
  warnings: { code: RowWarningCode; n: number; lines: number[] }[];
  fileWarnings: FileWarning[];
  errorFile: boolean;
  /** Range of the inbox this run wrote into: tells how far processing is. */
  inbox: { from: number; to: number } | null;
}

/** Limits; shown beside the drop zone. */
export const IMPORT_LIMITS = { columns: 500, fileBytes: 5 * 1024 ** 3, previewRows: 20, sampleRows: 1000, dryRunRows: 2_000_000 } as const;

export interface ImportListItem {
  id: string;
  source: { id: string; name: string };
  fileName: string;
  fileBytes: number;
  kind: ImportKind | null;
  status: ImportStatus;
  error: string | null;
  rows: number;
  rejected: number;
  accepted: number;
  duplicates: number;
  /** ISO times. */
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** Name of the member, or "Command line". */
  createdBy: string | null;
}

export interface ImportProgress {
  /** Share of the file that is read, 0 to 1. */
  read: number;
  /** Share of the accepted messages that have become people and events. */
  processed: number;
  /** Finished, and everything processed. */
  settled: boolean;
}

export interface ImportDetail extends ImportListItem {
  detected: DetectedFile | null;
  mapping: ImportMapping | null;
  preview: ImportPreview | null;
  result: ImportResult | null;
  progress: ImportProgress;
  errorFile: boolean;
  canDownloadErrors: boolean;
  /** Values are masked for this reader. */
  masked: boolean;
}

/** Whether the running system knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
