import { createHash } from "node:crypto";
import { CALL_EVENTS, type InboxMessage, type Json, type JsonObject } from "@/domain/events/model";
import { jsonSlices } from "./json-slices";
import { cut } from "./normalise";

/** A device as a message shows it. */
export interface DeviceFact {
  key: string;
  type: string | null;
  name: string | null;
  os: string | null;
}

const object = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
const text = (value: Json | undefined, most: number): string | null =>
  typeof value === "string" && value !== "" ? cut(value, most) : typeof value === "number" ? String(value) : null;

const hasValue = (value: Json | undefined): boolean => value !== undefined && value !== null;

/** Calls that are not behaviour and are not counted as events of a person. */
export const CALL_NAMES: ReadonlySet<string> = new Set(Object.values(CALL_EVENTS));

/** What the timeline keeps as properties: those of the call, or the traits that an identify or group call set. */
export function propertiesOf(message: InboxMessage): JsonObject {
  switch (message.type) {
    case "identify":
      return message.traits ?? {};
    case "group":
      return { ...message.traits, ...(message.groupId === undefined ? {} : { groupId: message.groupId }) };
    case "alias":
      return {
        ...(message.previousId === undefined ? {} : { previousId: message.previousId }),
        ...(message.userId === undefined ? {} : { userId: message.userId }),
      };
    case "page":
    case "screen": {
      const { name, category, properties } = message;
      // Collection puts both in already.
      const complete =
        (name === undefined || hasValue(properties?.["name"])) && (category === undefined || hasValue(properties?.["category"]));
      if (complete) return properties ?? {};
      const filled: JsonObject = { ...properties };
      if (name !== undefined) filled["name"] ??= name;
      if (category !== undefined) filled["category"] ??= category;
      return filled;
    }
    default:
      return message.properties ?? {};
  }
}

const STORED = ["properties", "traits", "context"] as const;

/**
 * JSON text of `propertiesOf` and of the context, as they are stored. Mostly they stand in the message's own text.
 * @param body the text that the message was parsed from
 */
export function storedTexts(message: InboxMessage, body: string): { properties: string; context: string } {
  const slices = jsonSlices(body, STORED);
  const properties = propertiesOf(message);
  const slice = properties === message.properties ? slices?.[0] : properties === message.traits ? slices?.[1] : undefined;
  return { properties: slice ?? JSON.stringify(properties), context: slices?.[2] ?? JSON.stringify(message.context) };
}

/** Traits that an identify call sets; undefined for every other call. */
export const setTraitsOf = (message: InboxMessage): JsonObject | undefined => (message.type === "identify" ? message.traits : undefined);

/** Traits that any call carries along in its context: they only fill what nobody set. */
export function fillTraitsOf(message: InboxMessage): JsonObject | undefined {
  const { context } = message;
  const carried = message.type === "identify" ? undefined : object(context["traits"]);
  const location = object(context["location"]);
  const timezone = text(context["timezone"], 64);
  const country = text(location?.["country"], 64);
  const city = text(location?.["city"], 128);
  if (!carried && timezone === null && country === null && city === null) return undefined;
  const out: JsonObject = { ...carried };
  if (timezone !== null) out["timezone"] ??= timezone;
  if (country !== null && object(out["address"])?.["country"] === undefined) out["country"] ??= country;
  if (city !== null && object(out["address"])?.["city"] === undefined) out["city"] ??= city;
  return out;
}

/**
 * Traits of an account. Collection lays a group call's traits over those of its context, which describe the person: what
 * came from there only is left out.
 */
export function accountTraitsOf(message: InboxMessage): JsonObject {
  if (message.type !== "group" || !message.traits) return {};
  const carried = object(message.context["traits"]);
  if (!carried) return message.traits;
  return Object.fromEntries(
    Object.entries(message.traits).filter(([key, value]) => JSON.stringify(carried[key]) !== JSON.stringify(value)),
  );
}

export const sessionOf = ({ context }: InboxMessage): string | null =>
  text(context["sessionId"], 100) ?? text(context["session_id"], 100) ?? text(object(context["session"])?.["id"], 100);

/** Systems that speak for a person (`context.active = false`) do not move "last seen". */
export const isActive = ({ context }: InboxMessage): boolean => context["active"] !== false;

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Windows NT/, "Windows"],
  [/iPhone|iPad|iPod/, "iOS"],
  [/Android/, "Android"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux/, "Linux"],
];
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const agents = new Map<string, DeviceFact>();
const AGENTS_KEPT = 5_000;

/** Browser and system of a user agent, without versions: one device stays one device when its browser updates. */
function agentDevice(agent: string): DeviceFact {
  let known = agents.get(agent);
  if (!known) {
    const os = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1] ?? null;
    const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1] ?? null;
    const tablet = /iPad|Tablet/.test(agent) || (os === "Android" && !/Mobile/.test(agent));
    const type = tablet ? "tablet" : os === "iOS" || os === "Android" ? "mobile" : os === null ? null : "desktop";
    const family = browser === null && os === null ? cut(agent, 60) : `${browser ?? "Unknown"}|${os ?? "unknown"}|${type ?? ""}`;
    const name = browser === null ? null : os === null ? browser : `${browser} on ${os}`;
    known = { key: `ua:${createHash("sha1").update(family).digest("hex").slice(0, 16)}`, type, name, os };
    if (agents.size >= AGENTS_KEPT) agents.clear();
    agents.set(agent, known);
  }
  return known;
}

/** The device of a message: `context.device`, else the user agent's family; null when it tells neither. */
export function deviceOf({ context }: InboxMessage): DeviceFact | null {
  const device = object(context["device"]);
  const os = object(context["os"]);
  const id = text(device?.["id"], 200);
  const agent = text(context["userAgent"], 1_000);
  if (id === null) return agent === null ? null : agentDevice(agent);
  const family = agent === null ? null : agentDevice(agent);
  const model = text(device?.["name"], 100) ?? text(device?.["model"], 100);
  const maker = text(device?.["manufacturer"], 60);
  return {
    key: id,
    type: text(device?.["type"], 40) ?? family?.type ?? null,
    name:
      model !== null && maker !== null && !model.toLowerCase().startsWith(maker.toLowerCase())
        ? `${maker} ${model}`
        : (model ?? family?.name ?? null),
    os: [text(os?.["name"], 40), text(os?.["version"], 20)].filter((part) => part !== null).join(" ") || (family?.os ?? null),
  };
}

const jsonType = (value: Json): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** Keys per message that the schema list looks at: top level, and one level inside plain objects (`address.country`). */
const SEEN_KEYS = 60;

export function seenKeys(values: JsonObject, visit: (key: string, type: string) => void): void {
  let left = SEEN_KEYS;
  for (const key in values) {
    if (left-- <= 0) return;
    if (key.length > 120) continue;
    const value = values[key] as Json;
    visit(key, jsonType(value));
    const inner = object(value);
    if (!inner) continue;
    for (const name in inner) {
      if (left-- <= 0) return;
      if (name.length <= 120) visit(`${key}.${name}`, jsonType(inner[name] as Json));
    }
  }
}
