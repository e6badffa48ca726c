import { ERROR_COLUMNS, isErrorFile } from "./error-file";
import { conceptOf, headerKey, type Concept } from "./header-words";
import {
  SINGLE_TARGETS,
  type ColumnMapping,
  type DateOrder,
  type ImportKind,
  type SuggestedColumn,
  type SuggestedMapping,
  type Target,
  type ValueType,
} from "./model";
import { dateOrdersOf, decimalOf, looksLikeEmail, readBoolean, readNumber, readTime } from "./values";

export interface SuggestOptions {
  /** Kind chosen by the user; decided from the headers when absent. */
  kind?: ImportKind | undefined;
  /** The install's time zone and currency; the source's country. */
  timeZone: string;
  currency: string | null;
  defaultCountry: string | null;
}

/** What the sample values of one column look like: shares of the non-empty ones. */
interface Profile {
  n: number;
  email: number;
  phone: number;
  time: number;
  number: number;
  boolean: number;
  /** Different values by the number of values. */
  distinct: number;
  /** Whole numbers with a leading zero, longer than 15 digits, or with letters: ids that must stay text. */
  idLike: number;
}

const TRAIT_KEYS: Partial<Record<Concept, string>> = {
  name: "name",
  firstName: "firstName",
  lastName: "lastName",
  birthday: "birthday",
  gender: "gender",
  age: "age",
  company: "company.name",
  title: "title",
  website: "website",
  username: "username",
  language: "language",
  street: "address.street",
  city: "address.city",
  state: "address.state",
  postalCode: "address.postalCode",
  country: "address.country",
  createdAt: "createdAt",
};

const DIRECT: Partial<Record<Concept, Target>> = {
  userId: "user_id",
  email: "email",
  phone: "phone",
  anonymousId: "anonymous_id",
  eventName: "event_name",
  messageId: "message_id",
  orderId: "order_id",
  productId: "product_id",
  productName: "product_name",
  category: "product_category",
  quantity: "quantity",
  unitPrice: "unit_price",
  lineTotal: "line_total",
  orderTotal: "order_total",
  currency: "currency",
  coupon: "coupon",
};

const REASONS: Record<"name" | "part" | "values" | "kept", string> = {
  name: "Recognised by its name.",
  part: "Recognised by part of its name.",
  values: "Recognised by its values.",
  kept: "Not recognised: kept under its own name.",
};

/** A mapping that somebody can accept as it stands for a well-named file, with a reason and a confidence per column. */
export function suggestMapping(headers: string[], values: string[][], options: SuggestOptions): SuggestedMapping {
  const concepts = headers.map((header) => conceptOf(header));
  const profiles = values.map(profileOf);
  const kind = options.kind ?? kindOf(concepts.map((found) => found?.concept ?? null));
  const taken = new Set<Target>();
  const corrected = isErrorFile(headers);
  const columns = headers.map((header, index): SuggestedColumn => {
    const profile = profiles[index] ?? profileOf([]);
    const sample = values[index] ?? [];
    if (corrected && (ERROR_COLUMNS as readonly string[]).includes(header)) {
      return { column: header, target: "ignore", confidence: "high", reason: "Says why the row was rejected before." };
    }
    const column = suggestColumn(header, concepts[index] ?? null, profile, kind);
    return withTypes(nationalPhones(column, sample, options), profile, sample);
  });
  // First exact names, then weaker evidence, may take a target that only one column can have.
  const rank = { high: 0, medium: 1, low: 2 };
  for (const index of columns
    .map((_, i) => i)
    .sort((a, b) => rank[columns[a]?.confidence ?? "low"] - rank[columns[b]?.confidence ?? "low"] || a - b)) {
    const column = columns[index];
    if (!column || !SINGLE_TARGETS.includes(column.target)) continue;
    if (taken.has(column.target))
      columns[index] = withTypes(
        keep(headers[index] ?? "", kind, "Another column is already used for this."),
        profiles[index] ?? profileOf([]),
        values[index] ?? [],
      );
    else taken.add(column.target);
  }
  promoteIdentifier(columns, concepts, profiles, kind, taken);
  if (kind === "transactions" && taken.has("unit_price") && taken.has("quantity")) {
    // The lines carry the sum already: a line or order total beside them would only repeat it.
    for (const column of columns) {
      if (column.target === "line_total") column.reason = "Recognised by its name. Used instead of quantity × unit price.";
    }
  }
  return { kind, columns, eventName: null, timeZone: options.timeZone, currency: options.currency, defaultCountry: options.defaultCountry };
}

/** Transactions have an order number and money or products; events have an event name; the rest are people. */
export function kindOf(concepts: (Concept | null)[]): ImportKind {
  const has = (...wanted: Concept[]): boolean => wanted.some((concept) => concepts.includes(concept));
  if (has("orderId") && has("quantity", "unitPrice", "lineTotal", "orderTotal", "productId", "productName")) return "transactions";
  if (has("eventName") && has("timestamp", "date", "userId", "anonymousId", "email", "messageId", "createdAt")) return "events";
  return "people";
}

function suggestColumn(
  header: string,
  found: { concept: Concept; exact: boolean } | null,
  profile: Profile,
  kind: ImportKind,
): SuggestedColumn {
  const base = { column: header };
  const sure = found?.exact ? ("high" as const) : ("medium" as const);
  const reason = found?.exact ? REASONS.name : REASONS.part;
  if (found) {
    const { concept } = found;
    // A name that promises an address, over values that are none.
    if (concept === "email" && profile.n > 0 && profile.email < 0.5) {
      return {
        ...keep(header, kind, "Named like an e-mail address, but the values are none."),
        warning: "Most values are not e-mail addresses.",
      };
    }
    if (concept === "phone" && profile.n > 0 && profile.phone < 0.5)
      return keep(header, kind, "Named like a phone number, but the values are none.");
    const target = targetOf(concept, kind, profile);
    if (target === "trait") {
      const nested = TRAIT_KEYS[concept];
      if (nested) return { ...base, target, key: nested, confidence: sure, reason };
    } else if (target) {
      return {
        ...base,
        target,
        confidence: sure,
        reason,
        ...(target === "timestamp" && profile.n > 0 && profile.time < 0.5 ? { warning: "Many values cannot be read as a time." } : {}),
      };
    }
  }
  if (profile.n >= 1 && profile.email >= 0.9) return { ...base, target: "email", confidence: "medium", reason: REASONS.values };
  return keep(header, kind, REASONS.kept);
}

function targetOf(concept: Concept, kind: ImportKind, profile: Profile): Target | null {
  const numeric = profile.n === 0 || profile.number >= 0.5;
  switch (concept) {
    case "date":
      return kind === "people" ? null : "timestamp";
    case "timestamp":
      return kind === "people" ? null : "timestamp";
    case "createdAt":
      if (kind === "people") return "trait";
      return "timestamp";
    case "updatedAt":
      return kind === "people" ? "timestamp" : null;
    case "description":
      return kind === "transactions" ? "product_name" : null;
    case "id":
      return kind === "people" ? "user_id" : kind === "events" ? "message_id" : null;
    case "eventName":
    case "messageId":
      return kind === "events" ? (DIRECT[concept] ?? null) : null;
    case "quantity":
    case "unitPrice":
    case "lineTotal":
    case "orderTotal":
      return kind === "transactions" && numeric ? (DIRECT[concept] ?? null) : null;
    case "orderId":
    case "productId":
    case "productName":
    case "category":
    case "currency":
    case "coupon":
      return kind === "transactions" ? (DIRECT[concept] ?? null) : null;
    case "userId":
    case "email":
    case "phone":
    case "anonymousId":
      return DIRECT[concept] ?? null;
    default:
      return TRAIT_KEYS[concept] ? "trait" : null;
  }
}

/** A column nobody recognised: a trait of a person, or a property of an event or order line, under its own name. */
function keep(header: string, kind: ImportKind, reason: string): SuggestedColumn {
  const key = keyFor(header);
  if (kind === "people") return { column: header, target: "trait", key, confidence: "low", reason };
  if (kind === "events") return { column: header, target: "property", key: standardProperty(header) ?? key, confidence: "low", reason };
  return { column: header, target: "product_property", key, confidence: "low", reason };
}

/** Properties that have a fixed name in the Segment spec, so that revenue counts as revenue. */
function standardProperty(header: string): string | null {
  switch (headerKey(header)) {
    case "revenue":
    case "umsatz":
    case "ingresos":
      return "revenue";
    case "total":
      return "total";
    case "value":
      return "value";
    case "currency":
    case "currencycode":
      return "currency";
    default:
      return null;
  }
}

/** "Loyalty Tier" is loyalty_tier; scripts without case stay as they are. Dots would nest, so they become underscores. */
export function keyFor(header: string): string {
  const key = header
    .trim()
    .normalize("NFC")
    .replaceAll(/[\s.\-/\\:;,]+/g, "_")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/^_+|_+$/g, "");
  return (key === "" ? "column" : key).slice(0, 100);
}

/** Without a user id, e-mail or phone, an "id" column (or the most distinct code-like one) is the best handle there is. */
function promoteIdentifier(
  columns: SuggestedColumn[],
  concepts: ({ concept: Concept } | null)[],
  profiles: Profile[],
  kind: ImportKind,
  taken: Set<Target>,
): void {
  if (taken.has("user_id") || taken.has("email") || taken.has("phone") || taken.has("anonymous_id") || kind === "transactions") return;
  const index = columns.findIndex((column, i) => {
    const profile = profiles[i];
    const free = column.target === "trait" || column.target === "property" || column.target === "message_id";
    return (
      free && profile !== undefined && profile.n > 0 && profile.distinct > 0.95 && (profile.idLike > 0.8 || concepts[i]?.concept === "id")
    );
  });
  const column = columns[index];
  if (!column) return;
  columns[index] = {
    column: column.column,
    target: "user_id",
    confidence: "low",
    reason: "The values look like ids, and no other column identifies a person.",
    warning: "Check that this identifies a person.",
  };
}

/** National phone numbers can be read only when the country is known. */
function nationalPhones(column: SuggestedColumn, sample: string[], options: SuggestOptions): SuggestedColumn {
  if (column.target !== "phone" || options.defaultCountry !== null) return column;
  const national = sample.filter((value) => value.trim() !== "" && !/^\s*(?:\+|00[1-9])/.test(value)).length;
  return national === 0
    ? column
    : { ...column, warning: "Numbers without a country code: choose their country above, or they are left out." };
}

/** Adds type, date order and decimal sign from the sample, and says where the sample does not decide. */
function withTypes(column: SuggestedColumn, profile: Profile, sample: string[]): SuggestedColumn {
  const out: SuggestedColumn = { ...column };
  const typed = out.target === "trait" || out.target === "property" || out.target === "product_property";
  if (typed && profile.n > 0) {
    const type = typeOf(out, profile);
    if (type !== "text") out.type = type;
  }
  if (out.target === "timestamp" || out.type === "date") {
    const order = orderOf(sample);
    if (order === "ambiguous") out.warning = "Day and month could be swapped. State which comes first.";
    else if (order === "mixed") out.warning = "Some dates can only be day first, others only month first.";
    else if (order) out.dateOrder = order;
  }
  const numeric = out.type === "number" || ["quantity", "unit_price", "line_total", "order_total"].includes(out.target);
  if (numeric && decimalOf(sample) === ",") out.decimal = ",";
  return out;
}

function typeOf(column: ColumnMapping, profile: Profile): ValueType {
  if (column.key === "birthday" || column.key === "createdAt") return profile.time >= 0.5 ? "date" : "text";
  // Address parts and names stay text, whatever they look like (a postal code is no number).
  if (column.key?.startsWith("address.") || column.key === "name" || column.key === "firstName" || column.key === "lastName") return "text";
  if (profile.boolean >= 0.98 && profile.distinct * profile.n <= 3) return "boolean";
  if (profile.idLike > 0.02) return "text";
  if (profile.number >= 0.98) return "number";
  if (profile.time >= 0.9 && profile.number < 0.5) return "date";
  return "text";
}

/** Which of day and month comes first in a column: null when no value is written that way. */
export function orderOf(sample: string[]): DateOrder | "ambiguous" | "mixed" | null {
  let dmyOnly = 0;
  let mdyOnly = 0;
  let both = 0;
  for (const value of sample) {
    const possible = value === "" ? null : dateOrdersOf(value.split(/[T ]/)[0] ?? "");
    if (!possible) continue;
    if (possible.dmy && possible.mdy) both++;
    else if (possible.dmy) dmyOnly++;
    else if (possible.mdy) mdyOnly++;
  }
  if (dmyOnly > 0 && mdyOnly > 0) return "mixed";
  if (dmyOnly > 0) return "dmy";
  if (mdyOnly > 0) return "mdy";
  return both > 0 ? "ambiguous" : null;
}

function profileOf(values: string[]): Profile {
  const filled = values.map((value) => value.trim()).filter((value) => value !== "");
  const share = (test: (value: string) => boolean): number => (filled.length === 0 ? 0 : filled.filter(test).length / filled.length);
  const decimal = decimalOf(filled) ?? ".";
  return {
    n: filled.length,
    email: share(looksLikeEmail),
    phone: share((value) => /^\+?[\d\s().\-/]{6,20}(?:\s*(?:x|ext)\.?\s*\d+)?$/i.test(value)),
    time: share((value) => typeof readTime(value, orderOf([value]) === "ambiguous" ? "dmy" : undefined, "UTC") === "object"),
    number: share((value) => readNumber(value, decimal) !== null),
    boolean: share((value) => readBoolean(value) !== null),
    distinct: filled.length === 0 ? 0 : new Set(filled).size / filled.length,
    idLike: share(
      (value) =>
        /^0\d+$/.test(value) ||
        /^\d{16,}$/.test(value) ||
        /^\d+[eE]\d+$/.test(value) ||
        (/^[\p{L}\d][\p{L}\d_-]*$/u.test(value) && /\d/.test(value) && /\p{L}/u.test(value) && value.length >= 4),
    ),
  };
}
