import { elementSpans, memberSpan } from "@/domain/events/judge";
import { LIMITS, type JsonObject } from "@/domain/events/model";
import { Refused } from "./refused";
import { sameKey } from "./same-key";

export interface Envelope {
  items: unknown[];
  context?: JsonObject;
  integrations?: JsonObject;
  sentAt?: unknown;
  /** The write key that the envelope or its items name. */
  key: string | undefined;
  /** JSON text of one item as received; undefined where it cannot be found. */
  rawItem(index: number): string;
  /** Whether the text has `\u` escapes; without them no string can hold what PostgreSQL refuses. */
  escapes: boolean;
}

/** A tree deeper than this is not parsed at all: it is refused anyway, and parsing it would block everybody else. */
const PARSE_DEPTH = 10_000;
/** Values in one body: far above 2,500 messages of any size that fits, far below what blocks the process for long. */
const PARSE_VALUES = 1_000_000;
const SCAN_ABOVE = 128 * 1024;
/** Stands for an item that is nested too deep to be parsed: an array, whose depth the judge refuses. */
const TOO_DEEP: unknown = deepTree();

function deepTree(): unknown {
  let tree: unknown = null;
  for (let i = 0; i < LIMITS.depth + 2; i++) tree = [tree];
  return { properties: { tooDeep: tree } };
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refused("invalid_json", "The body is not valid JSON");
  }
}

/** Depth and number of values of a JSON text, strings skipped. */
function measure(text: string): { depth: number; values: number; balanced: boolean } {
  let depth = 0;
  let deepest = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      let slashes: number;
      do {
        i = text.indexOf('"', i + 1);
        if (i < 0) return { depth: deepest, values, balanced: false };
        slashes = 0;
        while (text.charCodeAt(i - 1 - slashes) === 92) slashes += 1;
      } while (slashes % 2 === 1);
    } else if (c === 44 || c === 58) values += 1;
    else if (c === 123 || c === 91) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (c === 125 || c === 93) depth -= 1;
  }
  return { depth: deepest, values, balanced: depth === 0 };
}

/** Takes a body apart. `batch` says whether the route carries `{batch: […]}` or one message. */
export function readEnvelope(text: string, batch: boolean): Envelope {
  const escapes = text.includes("\\u");
  if (text.length > SCAN_ABOVE) {
    const size = measure(text);
    if (size.values > PARSE_VALUES) {
      throw new Refused("body_too_large", `The body holds more than ${PARSE_VALUES} values`, { limit: PARSE_VALUES, got: size.values });
    }
    if (size.depth > PARSE_DEPTH) {
      if (!size.balanced) throw new Refused("invalid_json", "The body is not valid JSON");
      return readPieces(text, batch, escapes);
    }
  }
  const body = parse(text);
  if (!isObject(body)) throw new Refused("invalid_envelope", "The body must be a JSON object");
  if (!batch) return single(body, text, escapes);
  const items = checkBatch(body["batch"]);
  let spans: { start: number; end: number }[] | undefined;
  const rawItem = (index: number): string => {
    spans ??= elementSpans(text, memberSpan(text, "batch")?.start ?? 0);
    const span = spans[index];
    return span ? text.slice(span.start, span.end) : JSON.stringify(items[index]);
  };
  return { items, ...envelopeOf(body), key: keyOf(body, items), rawItem, escapes };
}

const single = (body: JsonObject, text: string, escapes: boolean): Envelope => ({
  items: [body],
  key: keyOf(body, []),
  rawItem: () => text,
  escapes,
});

/** For a body with one part that is nested too deep to parse: every message is parsed on its own, that one not at all. */
function readPieces(text: string, batch: boolean, escapes: boolean): Envelope {
  const shallow = (raw: string): unknown => (measure(raw).depth > PARSE_DEPTH ? TOO_DEEP : parse(raw));
  const member = (key: string): unknown => {
    const span = memberSpan(text, key);
    return span && shallow(text.slice(span.start, span.end));
  };
  const writeKey = member("writeKey");
  if (!batch) {
    const identity = { ...(TOO_DEEP as JsonObject), messageId: member("messageId") as string, writeKey: writeKey as string };
    return single(identity, text, escapes);
  }
  const spans = elementSpans(text, memberSpan(text, "batch")?.start ?? 0);
  const items = checkBatch(spans.map((span) => shallow(text.slice(span.start, span.end))));
  const body = { writeKey, context: member("context"), integrations: member("integrations"), sentAt: member("sentAt") } as JsonObject;
  return {
    items,
    ...envelopeOf(body),
    key: keyOf(body, items),
    rawItem: (index) => text.slice(spans[index]?.start, spans[index]?.end),
    escapes,
  };
}

function checkBatch(batch: unknown): unknown[] {
  if (!Array.isArray(batch)) throw new Refused("invalid_envelope", 'The body must be {"batch": [messages]}');
  if (batch.length === 0) throw new Refused("empty_batch", "The batch is empty");
  if (batch.length > LIMITS.batchMessages) {
    throw new Refused("batch_too_long", `A batch may hold ${LIMITS.batchMessages} messages, this one has ${batch.length}`, {
      limit: LIMITS.batchMessages,
      got: batch.length,
    });
  }
  return batch;
}

function envelopeOf(body: JsonObject): Pick<Envelope, "context" | "integrations" | "sentAt"> {
  const out: Pick<Envelope, "context" | "integrations" | "sentAt"> = {};
  const { sentAt } = body;
  const context = objectOf(body, "context");
  const integrations = objectOf(body, "integrations");
  if (context) out.context = context;
  if (integrations) out.integrations = integrations;
  if (sentAt !== undefined && sentAt !== null) out.sentAt = sentAt;
  return out;
}

function objectOf(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new Refused("invalid_envelope", `${name} must be an object`);
  return value;
}

function keyOf(body: JsonObject, items: readonly unknown[]): string | undefined {
  let key = sameKey(undefined, body["writeKey"]);
  for (const item of items) {
    if (isObject(item)) key = sameKey(key, item["writeKey"]);
  }
  return key;
}
