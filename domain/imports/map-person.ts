import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";
import type { Json, JsonObject } from "@/domain/events/model";
import type { ColumnMapping, ImportMapping, RowCode, RowWarningCode, Target } from "./model";
import type { CsvRecord } from "./tokenizer";
import { looksLikeEmail, readBoolean, readNumber, readTime, type ReadTime } from "./values";

/** Thrown by the mapping of one row; becomes a line of the error file. */
export class RowError extends Error {
  constructor(
    readonly code: RowCode,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

export interface Person {
  userId?: string;
  anonymousId?: string;
  /** Contact points and other identifiers that name the person without a user or anonymous id. */
  email?: string;
  phone?: string;
  externalIds: { id: string; type: string; collection: "users"; encoding: "none" }[];
  traits: JsonObject;
  /** Consent by purpose or category; absent: the file says nothing about it. */
  consent?: Record<string, boolean>;
}

interface Bound {
  index: number;
  mapping: ColumnMapping;
}

/** The columns of a file by target, with typed access to a row's cells. */
export class RowReader {
  private readonly single = new Map<Target, Bound>();
  readonly traits: Bound[] = [];
  readonly properties: Bound[] = [];
  readonly productProperties: Bound[] = [];
  private readonly external: Bound[] = [];
  private readonly consents: Bound[] = [];

  constructor(
    readonly headers: string[],
    readonly mapping: ImportMapping,
    private readonly warn: (code: RowWarningCode, line: number) => void,
  ) {
    for (const column of mapping.columns) {
      const index = headers.indexOf(column.column);
      // A mapping kept from an earlier file may name columns that this one does not have.
      if (index < 0 || column.target === "ignore") continue;
      const bound = { index, mapping: column };
      if (column.target === "trait") this.traits.push(bound);
      else if (column.target === "property") this.properties.push(bound);
      else if (column.target === "product_property") this.productProperties.push(bound);
      else if (column.target === "external_id") this.external.push(bound);
      else if (column.target === "consent") this.consents.push(bound);
      else this.single.set(column.target, bound);
    }
  }

  has(target: Target): boolean {
    return this.single.has(target);
  }

  /** Trimmed text of the one column with this target; undefined when blank or not mapped. */
  text(record: CsvRecord, target: Target): string | undefined {
    const bound = this.single.get(target);
    if (!bound) return undefined;
    const value = record.cells[bound.index]?.trim();
    return value === undefined || value === "" ? undefined : value;
  }

  /** Identifier: as text, refused when it holds what no identifier can. */
  id(record: CsvRecord, target: Target): string | undefined {
    const value = this.text(record, target);
    if (value === undefined) return undefined;
    if (value.length > 500) throw new RowError("invalid_value", "The identifier is longer than 500 characters.", this.columnOf(target));
    if (value.includes("\0")) throw new RowError("invalid_value", "The identifier holds a NUL character.", this.columnOf(target));
    return value;
  }

  columnOf(target: Target): string | null {
    return this.single.get(target)?.mapping.column ?? null;
  }

  number(record: CsvRecord, target: Target): number | undefined {
    const bound = this.single.get(target);
    const value = this.text(record, target);
    if (!bound || value === undefined) return undefined;
    const n = readNumber(value, bound.mapping.decimal);
    if (n === null)
      throw new RowError(
        "invalid_number",
        `"${short(value)}" is not a number${bound.mapping.decimal === "," ? " with a decimal comma" : ""}.`,
        bound.mapping.column,
      );
    if (Math.abs(n) > 1e11)
      throw new RowError("invalid_amount", `${short(value)} is larger than any amount that is kept.`, bound.mapping.column);
    return n;
  }

  /** Time of the row, or undefined when its column is not mapped. */
  time(record: CsvRecord): ReadTime | undefined {
    const bound = this.single.get("timestamp");
    if (!bound) return undefined;
    const value = this.text(record, "timestamp");
    if (value === undefined) throw new RowError("missing_time", "The time is empty.", bound.mapping.column);
    return this.readTime(value, bound.mapping);
  }

  private readTime(value: string, column: ColumnMapping): ReadTime {
    const read = readTime(value, column.dateOrder, this.mapping.timeZone);
    if (read === "ambiguous_date") {
      throw new RowError("ambiguous_date", `In "${short(value)}" day and month could be swapped: state which comes first.`, column.column);
    }
    if (read === "invalid_time") {
      const order = column.dateOrder ? ` (${column.dateOrder === "dmy" ? "day first" : "month first"})` : "";
      throw new RowError("invalid_time", `"${short(value)}" cannot be read as a date or time${order}.`, column.column);
    }
    return read;
  }

  /** Typed values of trait or property columns; blank cells are left out. */
  values(record: CsvRecord, columns: Bound[]): JsonObject {
    const out: JsonObject = {};
    for (const { index, mapping } of columns) {
      const cell = record.cells[index];
      if (cell === undefined || cell.trim() === "") continue;
      setPath(out, (mapping.key ?? mapping.column).split("."), this.value(record, cell, mapping));
    }
    return out;
  }

  private value(record: CsvRecord, cell: string, column: ColumnMapping): Json {
    switch (column.type) {
      case "number": {
        const n = readNumber(cell, column.decimal);
        if (n !== null && Math.abs(n) <= Number.MAX_SAFE_INTEGER) return n;
        this.warn("not_a_number", record.line);
        return cell;
      }
      case "boolean": {
        const value = readBoolean(cell);
        if (value !== null) return value;
        this.warn("not_a_boolean", record.line);
        return cell;
      }
      case "date": {
        const read = readTime(cell, column.dateOrder, this.mapping.timeZone);
        if (read === "ambiguous_date") this.readTime(cell, column);
        if (typeof read === "object") return isoOf(read, this.mapping.timeZone);
        this.warn("not_a_date", record.line);
        return cell;
      }
      default:
        return cell;
    }
  }

  /** Whom a row is about. A contact point that is none is left out with a warning, as long as something else identifies the person. */
  person(record: CsvRecord): Person {
    const traits = this.values(record, this.traits);
    const person: Person = { externalIds: [], traits };
    const userId = this.id(record, "user_id");
    if (userId !== undefined) person.userId = userId;
    const anonymousId = this.id(record, "anonymous_id");
    if (anonymousId !== undefined) person.anonymousId = anonymousId;
    const email = this.text(record, "email");
    if (email !== undefined) {
      if (looksLikeEmail(email)) person.email = email;
      else this.warn("invalid_email", record.line);
    }
    const phone = this.text(record, "phone");
    if (phone !== undefined) {
      const e164 = toE164(phone, this.mapping.defaultCountry);
      if (e164 !== null) person.phone = e164;
      else this.warn("invalid_phone", record.line);
    }
    for (const { index, mapping } of this.external) {
      const id = record.cells[index]?.trim();
      if (id) person.externalIds.push({ id, type: mapping.key ?? "external_id", collection: "users", encoding: "none" });
    }
    const consent = this.consent(record);
    if (consent) person.consent = consent;
    if (person.email !== undefined) traits["email"] = person.email;
    if (person.phone !== undefined) traits["phone"] = person.phone;
    return person;
  }

  /** Only a clear yes or no is one; anything else says nothing, with a warning. */
  private consent(record: CsvRecord): Record<string, boolean> | undefined {
    const out: Record<string, boolean> = {};
    for (const { index, mapping } of this.consents) {
      const cell = record.cells[index];
      if (cell === undefined || cell.trim() === "") continue;
      const value = readBoolean(cell);
      if (value === null) this.warn("not_a_boolean", record.line);
      else out[mapping.key ?? mapping.column] = value;
    }
    return Object.keys(out).length === 0 ? undefined : out;
  }

  /** Why a row names nobody: the identifier columns are empty, or hold nothing usable. */
  noIdentifier(record: CsvRecord): RowError {
    const email = this.text(record, "email");
    if (email !== undefined)
      return new RowError(
        "no_identifier",
        `"${short(email)}" is not an e-mail address, and nothing else identifies the person.`,
        this.columnOf("email"),
      );
    const phone = this.text(record, "phone");
    if (phone !== undefined) {
      const hint =
        phone.startsWith("+") || this.mapping.defaultCountry ? "" : " It has no country code: choose the country for such numbers.";
      return new RowError(
        "no_identifier",
        `"${short(phone)}" is not a phone number that exists, and nothing else identifies the person.${hint}`,
        this.columnOf("phone"),
      );
    }
    return new RowError("no_identifier", "All columns that identify the person are empty.");
  }
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** Date without time of day as such (the day in the file's zone), otherwise the instant. */
function isoOf(read: ReadTime, timeZone: string): string {
  if (!read.dateOnly) return new Date(read.at).toISOString();
  // The day as written: midnight of the file's zone may lie on the day before in UTC.
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(read.at);
}

const phones = new Map<string, string | null>();

function toE164(raw: string, country: string | null): string | null {
  const key = `${country ?? ""}|${raw}`;
  const known = phones.get(key);
  if (known !== undefined) return known;
  // "0049 30 123" is how many files write "+49 30 123".
  const text = /^00[1-9]/.test(raw) ? `+${raw.slice(2)}` : raw;
  const parsed = parsePhoneNumberFromString(text, country === null ? undefined : (country as CountryCode));
  const out = parsed?.isValid() ? parsed.number : null;
  if (phones.size > 10_000) phones.clear();
  phones.set(key, out);
  return out;
}

function setPath(target: JsonObject, path: string[], value: Json): void {
  let at = target;
  path.forEach((key, i) => {
    if (i === path.length - 1) {
      at[key] = value;
      return;
    }
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    const object: JsonObject = next !== null && typeof next === "object" && !Array.isArray(next) ? next : {};
    at[key] = object;
    at = object;
  });
}
