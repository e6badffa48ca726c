import { hash, randomUUID } from "node:crypto";
import { isoText, parseInstant, type Instant } from "./instant";
import {
  LIMITS,
  MESSAGE_TYPES,
  type InboxMessage,
  type ItemCode,
  type Json,
  type JsonObject,
  type MessageType,
  type Warning,
  type WarningCode,
} from "./model";
import { isPlaceholderId } from "./placeholders";
import { memberText } from "./raw-json";
import { isUnstorable, sanitise, storableText } from "./sanitise";

export interface JudgeInput {
  receivedAt: Date;
  /** The type that the route names; a message's own type wins. */
  typeFromPath?: MessageType;
  /** Merged into the message, whose own keys win. */
  envelopeContext?: JsonObject;
  envelopeIntegrations?: JsonObject;
  envelopeSentAt?: unknown;
  /** JSON text of this message, asked for only when a number must be read digit by digit. */
  rawText?: () => string | undefined;
  /** False when the caller knows that the JSON text had no `\u` escape: strings are then not searched for them. */
  escapes?: boolean;
  /** The sender's address. Filled in for client-side sources, or where the message says `context.direct`. IPv4 only. */
  client?: { ip: string | undefined; clientSide: boolean; /** The browser's header `Sec-GPC: 1`. */ gpc?: boolean };
}

export interface JudgedMessage {
  ok: true;
  message: InboxMessage;
  /** JSON text of `message`, as the inbox keeps it. */
  body: string;
  /** 16 hex digits over what does not change when a client sends the same message again. */
  bodyHash: string;
  warnings: Warning[];
}

export interface RefusedMessage {
  ok: false;
  code: ItemCode;
  field: string | null;
  message: string;
  /** The client's id, where it sent a usable one. */
  messageId: string | null;
}

export type Judgement = JudgedMessage | RefusedMessage;

const TYPES: ReadonlySet<string> = new Set(MESSAGE_TYPES);
const DAY = 86_400_000;
const FIRST_UNUSABLE_MS = Date.UTC(10_000, 0, 1);
/** Fields with a rule of their own; whatever else a client sends is kept under `extra`. */
const KNOWN = new Set([
  "type",
  "messageId",
  "userId",
  "anonymousId",
  "previousId",
  "groupId",
  "event",
  "name",
  "category",
  "traits",
  "properties",
  "context",
  "integrations",
  "timestamp",
  "originalTimestamp",
  "sentAt",
  "receivedAt",
  "channel",
  "_metadata",
  "writeKey",
]);

class Refusal extends Error {
  constructor(
    readonly code: ItemCode,
    readonly field: string | null,
    message: string,
  ) {
    super(message);
  }
}

class Notes {
  readonly list: Warning[] = [];
  add(code: WarningCode, field: string): void {
    if (!this.list.some((one) => one.code === code && one.field === field) && this.list.length < 50) {
      this.list.push(field === "" ? { code } : { code, field });
    }
  }
}

/**
 * Judges one message and makes it an InboxMessage: type, ids, names, times, limits, repairs. Pure but for the id that a
 * message without one gets. Every way into the inbox goes through here, so processing need not judge again.
 * The given tree is not changed, though the result may share parts of it.
 */
export function judgeMessage(raw: unknown, input: JudgeInput): Judgement {
  let messageId: string | null = null;
  try {
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
      throw new Refusal("invalid_field", null, "A message must be a JSON object");
    }
    const given = raw as Record<string, unknown>;
    const notes = new Notes();
    messageId = readMessageId(given, notes, input);
    const clean = sanitise(given as JsonObject, notes, input.escapes === undefined ? {} : { escapes: input.escapes });
    if (clean.failure) throw tooBig(clean.failure);
    return build(given, clean.value as JsonObject, messageId, notes, input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, code: error.code, field: error.field, message: error.message, messageId };
  }
}

function build(given: Record<string, unknown>, clean: JsonObject, clientId: string | null, notes: Notes, input: JudgeInput): JudgedMessage {
  const type = readType(clean, input.typeFromPath);
  const userId = readId(given, "userId", notes, input);
  const anonymousId = readId(given, "anonymousId", notes, input);
  if (userId === undefined && anonymousId === undefined) {
    throw new Refusal("no_user_anon_id", "userId", "userId or anonymousId is required");
  }
  if (clientId === null) notes.add("no_message_id", "messageId");

  // Keys in this order: what a repeat of the call leaves equal first, `context` last of it, then times and remarks.
  const stable: Partial<InboxMessage> = { type, messageId: clientId ?? `server-${randomUUID()}` };
  if (userId !== undefined) stable.userId = userId;
  if (anonymousId !== undefined) stable.anonymousId = anonymousId;
  const previousId = readId(given, "previousId", notes, input);
  if (previousId !== undefined) stable.previousId = previousId;
  const groupId = readId(given, "groupId", notes, input);
  if (groupId !== undefined) stable.groupId = groupId;
  if (type === "group" && groupId === undefined) throw new Refusal("invalid_field", "groupId", "A group call needs a groupId");
  if (type === "alias") checkAlias(userId, previousId);

  const traits = readObject(clean, "traits");
  const properties = readObject(clean, "properties");
  const ownIntegrations = readObject(clean, "integrations");
  let context = mergedContext(readObject(clean, "context"), input, notes);
  const contextTraits = context["traits"];
  if (contextTraits !== undefined && contextTraits !== null && !isObject(contextTraits)) {
    throw new Refusal("invalid_field", "context.traits", "context.traits must be an object");
  }
  if (type === "track") stable.event = readEvent(clean);
  const named = type === "page" || type === "screen";
  if (named) readNames(stable, clean, properties);
  if (type === "identify") {
    if (isObject(contextTraits)) {
      stable.traits = { ...contextTraits, ...traits };
      context = { ...context };
      delete context["traits"];
    } else if (traits) stable.traits = traits;
    const email = stable.traits?.["email"];
    if (typeof email === "string" && email.length > LIMITS.emailLength) {
      throw new Refusal("invalid_field", "traits.email", `traits.email has ${email.length} characters; the limit is ${LIMITS.emailLength}`);
    }
    if (properties) stable.properties = properties;
  } else {
    if (traits) stable.traits = traits;
    if (named) stable.properties = withNames(properties, stable);
    else if (properties) stable.properties = properties;
  }
  const integrations = merged(input.envelopeIntegrations, ownIntegrations);
  if (integrations) stable.integrations = integrations;
  const channel = clean["channel"];
  if (typeof channel === "string" && channel !== "") stable.channel = channel;
  const extra = extraOf(clean);
  const original = clean["originalTimestamp"] ?? clean["timestamp"];
  const originalTimestamp = asTimeText(original, input);
  if (extra) stable.extra = extra;
  if (originalTimestamp !== undefined) stable.originalTimestamp = originalTimestamp;
  stable.context = context;
  const text = JSON.stringify(stable);

  readTimes(stable, original, clean["sentAt"] ?? input.envelopeSentAt, notes, input);
  const metadata = clean["_metadata"];
  if (isObject(metadata)) stable._metadata = metadata;
  if (notes.list.length > 0) stable.warnings = [...new Set(notes.list.map((one) => one.code))];
  return finish(text, stable as InboxMessage, notes, input.client);
}

/**
 * The text of the message out of the text of its first part (up to `context`), over which alone the hash goes: times,
 * the sender's address and the SDK's own remarks may differ when the same message is sent again.
 */
function finish(first: string, message: InboxMessage, notes: Notes, client: JudgeInput["client"]): JudgedMessage {
  const bodyHash = hash("sha256", first, "hex").slice(0, 16);
  let body = first.slice(0, -1);
  const { context } = message;
  const browser = client?.clientSide === true || context["direct"] === true;
  const ip = client?.ip;
  const addIp = browser && ip !== undefined && context["ip"] === undefined && isIpv4(ip);
  // A browser's own signal stands even where the page's script does not pass it on.
  const addGpc = browser && client?.gpc === true && context["gpc"] === undefined;
  if (addIp || addGpc) {
    const more = addIp ? (addGpc ? `"ip":"${ip}","gpc":true` : `"ip":"${ip}"`) : `"gpc":true`;
    body = `${body.slice(0, -1)}${first.endsWith("{}}") ? "" : ","}${more}}`;
    message.context = { ...context, ...(addIp ? { ip } : {}), ...(addGpc ? { gpc: true } : {}) };
  }
  body += `,"timestamp":"${message.timestamp}"`;
  if (message.sentAt !== undefined) body += `,"sentAt":${JSON.stringify(message.sentAt)}`;
  body += `,"receivedAt":"${message.receivedAt}"`;
  if (message._metadata) body += `,"_metadata":${JSON.stringify(message._metadata)}`;
  if (message.warnings) body += `,"warnings":${JSON.stringify(message.warnings)}`;
  return { ok: true, message, body: `${body}}`, bodyHash, warnings: notes.list };
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

let lastIp = "";
let lastIpIsV4 = false;

/** Messages of a request share the sender's address. */
function isIpv4(text: string): boolean {
  if (text !== lastIp) {
    lastIpIsV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text);
    lastIp = text;
  }
  return lastIpIsV4;
}

function tooBig(code: "too_deep" | "too_many_keys"): Refusal {
  return code === "too_deep"
    ? new Refusal(code, null, `The message is nested deeper than ${LIMITS.depth} levels`)
    : new Refusal(code, null, `The message has more than ${LIMITS.keys} keys`);
}

function readType(clean: JsonObject, fromPath: MessageType | undefined): MessageType {
  const own = clean["type"];
  if (own === undefined || own === null || own === "") {
    if (fromPath) return fromPath;
    throw new Refusal("unknown_type", "type", `type is required: one of ${MESSAGE_TYPES.join(", ")}`);
  }
  const type = typeof own === "string" ? own.trim().toLowerCase() : "";
  if (!TYPES.has(type)) throw new Refusal("unknown_type", "type", `type must be one of ${MESSAGE_TYPES.join(", ")}`);
  return type as MessageType;
}

/** Digits of a number as sent: what JSON.parse made of them may be another number. */
function numberText(value: number, field: string, input: JudgeInput): string {
  if (Number.isSafeInteger(value)) return String(value);
  const raw = input.rawText?.();
  const text = raw === undefined ? undefined : memberText(raw, field);
  if (text !== undefined && /^-?[\d.eE+-]+$/.test(text)) return text;
  if (Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER) return String(value);
  throw new Refusal("invalid_field", field, `${field} is a number too large to be read exactly: send it as text`);
}

function readMessageId(given: Record<string, unknown>, notes: Notes, input: JudgeInput): string | null {
  const value = given["messageId"];
  if (value === undefined || value === null) return null;
  const text = typeof value === "number" ? numberText(value, "messageId", input) : value;
  if (typeof text !== "string") throw new Refusal("invalid_field", "messageId", "messageId must be text");
  if (typeof value === "number") notes.add("id_from_number", "messageId");
  if (text.trim() === "") return null;
  if (text.length > LIMITS.messageIdLength) {
    throw new Refusal(
      "message_id_too_long",
      "messageId",
      `messageId has ${text.length} characters; the limit is ${LIMITS.messageIdLength}`,
    );
  }
  if (input.escapes !== false && isUnstorable(text))
    throw new Refusal("invalid_field", "messageId", "messageId holds characters that cannot be stored");
  return text;
}

function readId(given: Record<string, unknown>, field: string, notes: Notes, input: JudgeInput): string | undefined {
  const value = given[field];
  if (value === undefined || value === null || value === "") return undefined;
  let text: string;
  if (typeof value === "string") {
    if (value.trim() === "") return undefined;
    if (value.length > LIMITS.idLength) {
      throw new Refusal("invalid_field", field, `${field} has ${value.length} characters; the limit is ${LIMITS.idLength}`);
    }
    // Replacing what cannot be stored could make one id out of two.
    if (input.escapes !== false && isUnstorable(value))
      throw new Refusal("invalid_field", field, `${field} holds characters that cannot be stored`);
    text = value;
  } else if (typeof value === "number") {
    text = numberText(value, field, input);
    if (text.length > LIMITS.idLength) throw new Refusal("invalid_field", field, `${field} is longer than ${LIMITS.idLength} digits`);
    notes.add("id_from_number", field);
  } else {
    throw new Refusal("invalid_field", field, `${field} must be text or a number`);
  }
  if (field !== "groupId" && isPlaceholderId(text)) notes.add("placeholder_id", field);
  return text;
}

function checkAlias(userId: string | undefined, previousId: string | undefined): void {
  if (userId === undefined) throw new Refusal("no_user_anon_id", "userId", "An alias call needs a userId");
  if (previousId === undefined) throw new Refusal("invalid_field", "previousId", "An alias call needs a previousId");
  for (const [field, id] of [
    ["userId", userId],
    ["previousId", previousId],
  ] as const) {
    if (isPlaceholderId(id)) {
      throw new Refusal("invalid_field", field, `${field} is a placeholder that stands for nobody, so it cannot be linked`);
    }
  }
}

function readObject(clean: JsonObject, field: string): JsonObject | undefined {
  const value = clean[field];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new Refusal("invalid_field", field, `${field} must be an object`);
  return value;
}

function readEvent(clean: JsonObject): string {
  const value = clean["event"];
  if (value === undefined || value === null) throw new Refusal("missing_event", "event", "A track call needs an event name");
  const name = typeof value === "number" ? String(value) : value;
  if (typeof name !== "string") throw new Refusal("invalid_field", "event", "event must be text");
  if (name.trim() === "") throw new Refusal("missing_event", "event", "A track call needs an event name");
  if (name.length > LIMITS.eventNameLength) {
    throw new Refusal("invalid_field", "event", `event has ${name.length} characters; the limit is ${LIMITS.eventNameLength}`);
  }
  return name;
}

const nameText = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

function readNames(message: Partial<InboxMessage>, clean: JsonObject, properties: JsonObject | undefined): void {
  const name = nameText(clean["name"]) ?? nameText(properties?.["name"]);
  if (name !== undefined) message.name = name;
  const category = nameText(clean["category"]) ?? nameText(properties?.["category"]);
  if (category !== undefined) message.category = category;
}

function withNames(properties: JsonObject | undefined, { name, category }: Partial<InboxMessage>): JsonObject {
  const noName = name !== undefined && properties?.["name"] === undefined;
  const noCategory = category !== undefined && properties?.["category"] === undefined;
  if (!noName && !noCategory) return properties ?? {};
  return { ...properties, ...(noName ? { name } : {}), ...(noCategory ? { category } : {}) };
}

/** The envelope's context under the message's own, judged together so that the limits hold for the whole. */
function mergedContext(own: JsonObject | undefined, input: JudgeInput, notes: Notes): JsonObject {
  if (!input.envelopeContext) return own ?? {};
  const clean = sanitise(input.envelopeContext, notes, { maxDepth: LIMITS.depth - 1 });
  if (clean.failure) throw tooBig(clean.failure);
  return { ...(clean.value as JsonObject), ...own };
}

function merged(under: JsonObject | undefined, over: JsonObject | undefined): JsonObject | undefined {
  if (!under) return over;
  const clean = sanitise(under, { add: () => {} });
  if (clean.failure) throw tooBig(clean.failure);
  return { ...(clean.value as JsonObject), ...over };
}

function extraOf(clean: JsonObject): JsonObject | undefined {
  let extra: JsonObject | undefined;
  for (const key in clean) {
    if (KNOWN.has(key)) continue;
    const value = clean[key];
    if (value !== undefined) (extra ??= {})[key] = value;
  }
  return extra;
}

/** A client's time as text, for the record. */
function asTimeText(value: Json | undefined, { escapes }: JudgeInput): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || value === "") return undefined;
  const text = value.length > 64 ? value.slice(0, 64) : value;
  return escapes === false && text === value ? text : storableText(text);
}

/**
 * When it happened: receivedAt − (sentAt − client's time); without sentAt the client's time; without that receivedAt.
 * An unusable time costs the time, never the message.
 */
function readTimes(message: Partial<InboxMessage>, original: Json | undefined, sentAt: unknown, notes: Notes, input: JudgeInput): void {
  const received = input.receivedAt.getTime();
  message.receivedAt = isoText(received);
  message.timestamp = message.receivedAt;
  const sentText = asTimeText(sentAt as Json | undefined, input);
  if (sentText !== undefined) message.sentAt = sentText;
  if (original === undefined || original === null) return;
  const client = parseInstant(original);
  if (client) {
    const sent = sentText === undefined ? null : parseSentAt(sentAt);
    const at = sent ? received - (sent.ms - client.ms) : client.ms;
    if (at >= 0 && at < FIRST_UNUSABLE_MS && at <= received + DAY) {
      if (client.zoneless) notes.add("time_without_zone", "timestamp");
      message.timestamp = isoText(at);
      return;
    }
  }
  notes.add("clock_fallback", "timestamp");
}

let lastSentAt: unknown;
let lastSent: Instant | null = null;

/** Messages of a batch share the time of sending. */
function parseSentAt(sentAt: unknown): Instant | null {
  if (sentAt !== lastSentAt) {
    lastSent = parseInstant(sentAt);
    lastSentAt = sentAt;
  }
  return lastSent;
}
