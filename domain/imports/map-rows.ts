import { canonicalJson } from "@/domain/kernel/canonical-json";
import { ORDER_EVENT, REFUND_EVENT, type JsonObject } from "@/domain/events/model";
import { digest, fingerprint, FingerprintTable } from "./fingerprints";
import { RowError, RowReader, type Person } from "./map-person";
import type { ImportMapping, RowProblem, RowWarningCode } from "./model";
import type { CsvRecord } from "./tokenizer";

/** A message as a source would send it; judged like any other before it is stored. */
export interface RawMessage {
  type: "identify" | "track";
  messageId: string;
  userId?: string;
  anonymousId?: string;
  event?: string;
  traits?: JsonObject;
  properties?: JsonObject;
  context: JsonObject;
  timestamp: string;
}

/** What a row or order became. The sequence of outputs of a file is always the same: a run resumes by counting them. */
export type Output =
  | { kind: "message"; message: RawMessage; records: CsvRecord[] }
  | { kind: "rejected"; problem: RowProblem; record: CsvRecord };

export interface MapOptions {
  headers: string[];
  mapping: ImportMapping;
  /** Time of rows of people without one: when the file was first given, so that a resumed run says the same. */
  defaultTime: Date;
  warn: (code: RowWarningCode, line: number) => void;
}

/** Lines of an order that go into one message; a longer order continues in a further part. */
const LINES_PER_PART = 1_000;
/** Characters of cells that go into one message: far below the largest message (256 KiB as UTF-8). */
const CHARS_PER_PART = 60_000;

const LIBRARY = { name: "tributary-csv" };

/** Turns rows into messages. Pure but for the repeats it remembers; call `finish` after the last row. */
export class RowMapper {
  private readonly reader: RowReader;
  private readonly repeats = new FingerprintTable();
  private readonly known = new FingerprintTable();
  private order: { id: string; key: string; lines: OrderLine[]; chars: number; person: Person; problem: RowProblem | null } | null = null;

  constructor(private readonly options: MapOptions) {
    this.reader = new RowReader(options.headers, options.mapping, options.warn);
  }

  push(record: CsvRecord, out: Output[]): void {
    try {
      this.checkShape(record);
      switch (this.options.mapping.kind) {
        case "people":
          this.personRow(record, out);
          return;
        case "events":
          this.eventRow(record, out);
          return;
        case "transactions":
          this.orderRow(record, out);
      }
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      out.push({ kind: "rejected", record, problem: { line: record.line, code: error.code, field: error.field, message: error.message } });
    }
  }

  finish(out: Output[]): void {
    this.closeOrder(out);
  }

  private checkShape(record: CsvRecord): void {
    const columns = this.options.headers.length;
    const extra = record.cells.length - columns;
    if (extra > 0 && record.cells.slice(columns).some((cell) => cell.trim() !== "")) {
      throw new RowError(
        "too_many_cells",
        `The row has ${record.cells.length} cells, the header ${columns}. A delimiter inside a cell needs quotes around the cell.`,
      );
    }
    if (record.strayQuote) throw new RowError("stray_quote", "Text follows a closing quote. Quotes inside a quoted cell must be doubled.");
    if (extra < 0) this.options.warn("short_row", record.line);
  }

  private personRow(record: CsvRecord, out: Output[]): void {
    const person = this.reader.person(record);
    const ids = idsOf(person);
    if (!ids) throw this.reader.noIdentifier(record);
    const time = this.reader.time(record);
    const context = contextOf(person, false);
    const key = digest(
      "people",
      canonicalJson({
        ...ids,
        traits: person.traits,
        externalIds: person.externalIds,
        at: time?.at,
        ...(person.consent ? { consent: person.consent } : {}),
      }),
    );
    const timestamp = new Date(time?.at ?? this.options.defaultTime).toISOString();
    out.push({
      kind: "message",
      records: [record],
      message: { type: "identify", messageId: `csv-p-${key}`, ...ids, traits: person.traits, context, timestamp },
    });
  }

  private eventRow(record: CsvRecord, out: Output[]): void {
    const { mapping } = this.options;
    const person = this.reader.person(record);
    const ids = idsOf(person);
    if (!ids) throw this.reader.noIdentifier(record);
    const event = this.reader.text(record, "event_name") ?? mapping.eventName ?? undefined;
    if (event === undefined) throw new RowError("missing_event", "The event has no name.", this.reader.columnOf("event_name"));
    const at = this.reader.time(record)?.at ?? this.options.defaultTime.getTime();
    const timestamp = new Date(at).toISOString();
    const properties = this.reader.values(record, this.reader.properties);
    if (
      mapping.currency !== null &&
      properties["currency"] === undefined &&
      ["revenue", "total", "value"].some((key) => key in properties)
    ) {
      properties["currency"] = mapping.currency;
    }
    this.identify(person, ids, at, record, out);
    const own = this.reader.text(record, "message_id");
    let messageId: string;
    if (own === undefined) {
      const key = digest("events", canonicalJson({ ...ids, event, at, properties, externalIds: person.externalIds }));
      // Equal rows are different events: the n-th of them is always the same one.
      messageId = `csv-e-${key}-${this.repeats.count(fingerprint(key))}`;
    } else messageId = `csv-e-${digest("event id", own)}`;
    out.push({
      kind: "message",
      records: [record],
      message: { type: "track", messageId, ...ids, event, properties, context: contextOf(person, true), timestamp },
    });
  }

  /** An identify message ahead of a person's event, when the row says something about the person that is new in this file. */
  private identify(person: Person, ids: Ids, at: number, record: CsvRecord, out: Output[]): void {
    if (Object.keys(person.traits).length === 0) return;
    const state = digest(canonicalJson(person.traits));
    const who = fingerprint(digest("person", ids.userId ?? "", ids.anonymousId ?? ""));
    const hash = Number.parseInt(state.slice(0, 8), 16);
    if (this.known.get(who) === hash) return;
    this.known.set(who, hash);
    const messageId = `csv-i-${digest("identify", canonicalJson(ids), state, String(at))}`;
    const timestamp = new Date(at).toISOString();
    out.push({
      kind: "message",
      records: [record],
      message: { type: "identify", messageId, ...ids, traits: person.traits, context: contextOf(person, false), timestamp },
    });
  }

  private orderRow(record: CsvRecord, out: Output[]): void {
    const { reader } = this;
    const id = reader.id(record, "order_id");
    if (id === undefined) {
      this.closeOrder(out);
      throw new RowError("missing_order_id", "The order number is empty.", reader.columnOf("order_id"));
    }
    const key = `${id}\u0000${reader.text(record, "user_id") ?? ""}\u0000${reader.text(record, "email") ?? ""}`;
    const chars = record.cells.reduce((sum, cell) => sum + cell.length, 0);
    const open = this.order;
    if (!open || open.key !== key || open.lines.length >= LINES_PER_PART || open.chars + chars > CHARS_PER_PART) {
      this.closeOrder(out);
      this.order = { id, key, lines: [], chars: 0, person: { externalIds: [], traits: {} }, problem: null };
    }
    const order = this.order;
    if (!order) return;
    order.chars += chars;
    const line: OrderLine = { record, at: 0, quantity: undefined, amount: undefined, orderTotal: undefined, product: {}, properties: {} };
    order.lines.push(line);
    try {
      if (order.lines.length === 1) order.person = reader.person(record);
      line.at = reader.time(record)?.at ?? this.options.defaultTime.getTime();
      readLine(reader, record, line);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      order.problem ??= { line: record.line, code: error.code, field: error.field, message: error.message };
    }
  }

  private closeOrder(out: Output[]): void {
    const { order } = this;
    this.order = null;
    if (!order) return;
    const first = order.lines[0];
    if (!first) return;
    if (order.problem) {
      // An order is taken whole or not at all: a part of it would be a wrong total that the corrected file cannot mend.
      for (const { record } of order.lines) {
        const own = record.line === order.problem.line;
        const message = own
          ? order.problem.message
          : `Line ${order.problem.line} of the same order cannot be used: ${order.problem.message}`;
        out.push({ kind: "rejected", record, problem: { ...order.problem, line: record.line, message } });
      }
      return;
    }
    const { mapping } = this.options;
    const part = this.repeats.count(fingerprint(digest("order part", order.id)));
    const ids = idsOf(order.person) ?? { anonymousId: `order-${digest("order", order.id)}` };
    const { event, properties } = orderOf(order.id, order.lines, mapping.currency);
    this.identify(order.person, ids, first.at, first.record, out);
    out.push({
      kind: "message",
      records: order.lines.map((line) => line.record),
      message: {
        type: "track",
        messageId: `csv-o-${digest("order", order.id)}-${part}`,
        ...ids,
        event,
        properties,
        context: contextOf(order.person, true),
        timestamp: new Date(first.at).toISOString(),
      },
    });
  }
}

interface OrderLine {
  record: CsvRecord;
  at: number;
  quantity: number | undefined;
  /** Money of the line, where the file says so. */
  amount: number | undefined;
  orderTotal: number | undefined;
  product: JsonObject;
  properties: JsonObject;
}

function readLine(reader: RowReader, record: CsvRecord, line: OrderLine): void {
  const price = reader.number(record, "unit_price");
  line.quantity = reader.number(record, "quantity");
  const total = reader.number(record, "line_total");
  line.amount = total ?? (price === undefined ? undefined : (line.quantity ?? 1) * price);
  line.orderTotal = reader.number(record, "order_total");
  const text = {
    product_id: reader.text(record, "product_id"),
    name: reader.text(record, "product_name"),
    category: reader.text(record, "product_category"),
  };
  for (const [key, value] of Object.entries(text)) if (value !== undefined) line.product[key] = value;
  if (price !== undefined) line.product["price"] = price;
  if (line.quantity !== undefined) line.product["quantity"] = line.quantity;
  Object.assign(line.product, reader.values(record, reader.productProperties));
  line.properties = reader.values(record, reader.properties);
  const currency = reader.text(record, "currency");
  if (currency !== undefined) line.properties["currency"] = currency.toUpperCase();
  const coupon = reader.text(record, "coupon");
  if (coupon !== undefined) line.properties["coupon"] = coupon;
}

/** Sum in millionths, so that long orders do not gather binary rounding; to cents, halves away from zero. */
function cents(amounts: number[]): number {
  const millionths = amounts.reduce((sum, amount) => sum + Math.round(amount * 1e6), 0);
  const sign = millionths < 0 ? -1 : 1;
  const out = (sign * Math.round(Math.abs(millionths) / 1e4)) / 100;
  return out === 0 ? 0 : out;
}

function orderOf(id: string, lines: OrderLine[], currency: string | null): { event: string; properties: JsonObject } {
  const stated = lines.find((line) => line.orderTotal !== undefined)?.orderTotal;
  const net = stated === undefined ? cents(lines.flatMap((line) => line.amount ?? [])) : cents([stated]);
  const quantities = lines.flatMap((line) => line.quantity ?? []);
  // Goods that came back: every quantity is negative; without quantities, a negative amount.
  const refund = quantities.length > 0 ? quantities.every((quantity) => quantity < 0) : net < 0;
  const properties: JsonObject = { order_id: id };
  if (refund) properties["total"] = net === 0 ? 0 : -net;
  else {
    properties["total"] = net;
    properties["revenue"] = net;
  }
  if (currency !== null) properties["currency"] = currency;
  for (const line of lines) Object.assign(properties, line.properties);
  const products = lines.map((line) => {
    const quantity = line.product["quantity"];
    return refund && typeof quantity === "number" ? { ...line.product, quantity: Math.abs(quantity) } : line.product;
  });
  if (products.some((product) => Object.keys(product).length > 0)) properties["products"] = products;
  return { event: refund ? REFUND_EVENT : ORDER_EVENT, properties };
}

interface Ids {
  userId?: string;
  anonymousId?: string;
}

/** User and anonymous id; where a contact point alone names the person, an anonymous id that follows from it. */
function idsOf(person: Person): Ids | null {
  const ids: Ids = {};
  if (person.userId !== undefined) ids.userId = person.userId;
  if (person.anonymousId !== undefined) ids.anonymousId = person.anonymousId;
  if (ids.userId !== undefined || ids.anonymousId !== undefined) return ids;
  const external = person.externalIds[0];
  if (person.email !== undefined) return { anonymousId: `csv-${digest("email", person.email.normalize("NFC").toLowerCase())}` };
  if (person.phone !== undefined) return { anonymousId: `csv-${digest("phone", person.phone)}` };
  return external ? { anonymousId: `csv-${digest(external.type, external.id)}` } : null;
}

/** Contact points ride along on events, where there are no traits to name them. */
function contextOf(person: Person, withTraits: boolean): JsonObject {
  const context: JsonObject = { library: { ...LIBRARY } };
  if (person.consent) context["consent"] = { origin: "import", categoryPreferences: person.consent };
  if (person.externalIds.length > 0) context["externalIds"] = person.externalIds.map((id) => ({ ...id }));
  if (withTraits && (person.email !== undefined || person.phone !== undefined)) {
    context["traits"] = {
      ...(person.email === undefined ? {} : { email: person.email }),
      ...(person.phone === undefined ? {} : { phone: person.phone }),
    };
  }
  return context;
}
