import type { Json, JsonObject } from "@/domain/events/model";
import { PERSONAL_TRAITS, type Traits } from "./model";

/**
 * Masking for actors without `personal_data:see`. Pure; what it returns still tells two people apart and shows that a
 * value is there, and never holds the value. Two nets: names of keys, and patterns in any text (e-mail, phone, also
 * URL-encoded), since people write addresses into free fields.
 */
const DOTS = "•••";

const EMAIL = /[^\s@<>"'(),;:=&?/\\]+(?:@|%40)[^\s@<>"'(),;:=&?/\\]+\.[\p{L}\p{N}-]{2,}/giu;
// International numbers only: a run of digits without + or 00 is as likely an order number.
const PHONE = /(?<![\p{L}\p{N}])(?:\+|%2B|00)[1-9](?:[\s().\u00a0-]*\d){6,14}(?!\d)/giu;

const fold = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Also other products' and CSV files' spellings of the same things. */
const PERSONAL = new Set(
  [
    ...PERSONAL_TRAITS,
    "fullName",
    "displayName",
    "middleName",
    "surname",
    "givenName",
    "familyName",
    "mobile",
    "telephone",
    "dateOfBirth",
    "dob",
    "street1",
    "street2",
    "line1",
    "line2",
    "postcode",
    "ipAddress",
    "latitude",
    "longitude",
    "ssn",
    "iban",
    "passport",
  ].map(fold),
);
/** Keys that identify a person wherever they stand. */
const IDENTIFYING = new Set(
  [
    "userId",
    "anonymousId",
    "previousId",
    "advertisingId",
    "deviceToken",
    "pushToken",
    "idfa",
    "idfv",
    "gaClientId",
    "crossDomainId",
    "token",
    "externalId",
    "customerId",
    "customerNumber",
    "contactId",
    "crmId",
    "memberId",
    "membershipId",
    "membershipNumber",
    "loyaltyId",
    "loyaltyCard",
    "loyaltyNumber",
    "cardNumber",
  ].map(fold),
);
/** Personal as a trait, but commonly a product, a page or a library in properties and context. */
const AMBIGUOUS = new Set(["name", "title", "age", "website", "avatar", "username", "gender", "token"].map(fold));
/** Kept inside an address: coarse enough to show. */
const COARSE = new Set(["country", "countryCode", "state", "region", "city"].map(fold));
/** Objects whose content is about a person wherever they stand. */
const PERSONAL_ZONES = new Set(["traits", "user", "customer", "person", "contact", "profile", "recipient", "billing", "shipping"]);
const NEUTRAL_ZONES = new Set(["properties", "context"]);

/** What the data map says of names besides: by traits (and whole messages), and by properties of events. */
interface Learned {
  personal: ReadonlySet<string>;
  plain: ReadonlySet<string>;
}
let learned: { traits: Learned; properties: Learned } = {
  traits: { personal: new Set(), plain: new Set() },
  properties: { personal: new Set(), plain: new Set() },
};

/** Takes over the classes of the data map: masking follows them from the next call on. */
export function learnFieldClasses(fields: readonly { kind: "trait" | "event"; key: string; personal: boolean }[]): void {
  const of = (kind: "trait" | "event"): Learned => {
    const mine = fields
      .filter((field) => field.kind === kind)
      .map(({ key, personal }) => ({ name: fold(key.split(".").at(-1) ?? key), personal }));
    const personal = new Set(mine.filter((field) => field.personal).map(({ name }) => name));
    // One name in several events: masked where any of them is personal.
    return { personal, plain: new Set(mine.filter((field) => !field.personal && !personal.has(field.name)).map(({ name }) => name)) };
  };
  learned = { traits: of("trait"), properties: of("event") };
}

function isPersonalKey(key: string, neutral: boolean): boolean {
  const folded = fold(key);
  const known = neutral ? learned.properties : learned.traits;
  if (known.personal.has(folded)) return true;
  if (known.plain.has(folded)) return false;
  if (neutral && AMBIGUOUS.has(folded)) return false;
  return PERSONAL.has(folded) || IDENTIFYING.has(folded) || /e?mail(address)?$|phone(number)?$/.test(folded);
}

/** Whether a trait's key holds personal data by its name. */
export const isPersonalTrait = (key: string): boolean => isPersonalKey(key, false);

/** First letter of a word and dots. */
const initial = (word: string): string => `${[...word][0] ?? ""}${DOTS}`;

function maskEmail(value: string): string {
  const at = value.search(/@|%40/i);
  const local = value.slice(0, at);
  const domain = value.slice(at).replace(/^(@|%40)/i, "");
  const dot = domain.lastIndexOf(".");
  return dot > 0 ? `${initial(local)}@${initial(domain)}${domain.slice(dot)}` : `${initial(local)}@${initial(domain)}`;
}

function maskPhone(value: string): string {
  const digits = value.replaceAll(/\D/g, "");
  const head = /^\s*(\+|%2b)/i.test(value) ? `+${digits.slice(0, 2)}` : digits.slice(0, 2);
  return digits.length < 7 ? DOTS : `${head}${DOTS}${digits.slice(-2)}`;
}

const looksLikeEmail = (value: string): boolean => /^[^\s@]+(@|%40)[^\s@]+$/i.test(value);

/** Replaces e-mail addresses and international phone numbers inside any text. */
export function maskText(value: string): string {
  return value.replace(EMAIL, (found) => maskEmail(found)).replace(PHONE, (found) => maskPhone(found));
}

/** One identifier: `jane@example.com` becomes `j•••@e•••.com`, `+49151234567` becomes `+49•••67`, `u-1048576` becomes `u-•••76`. */
export function maskIdentifier(type: string, value: string): string {
  const text = value.trim();
  if (type === "email" || looksLikeEmail(text)) return looksLikeEmail(text) ? maskEmail(text) : initial(text);
  if (type === "phone") return maskPhone(text);
  const characters = [...text];
  if (characters.length < 4) return DOTS;
  if (characters.length < 8) return `${characters[0]}${DOTS}`;
  return `${characters.slice(0, 2).join("")}${DOTS}${characters.slice(-2).join("")}`;
}

/** Initials of each word, for names: `Jane Doe` becomes `J••• D•••`. */
export function maskName(value: string): string {
  const words = value.trim().split(/\s+/).slice(0, 3);
  return looksLikeEmail(value.trim()) ? maskEmail(value.trim()) : words.map(initial).join(" ");
}

/** The value under a personal key: its shape stays, nothing of it is readable. */
function maskValue(key: string, value: Json): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => maskValue(key, item));
  if (typeof value === "object") {
    const out = emptyObject();
    for (const [inner, item] of Object.entries(value)) {
      put(out, inner, COARSE.has(fold(inner)) && typeof item === "string" ? maskText(item) : maskValue(inner, item));
    }
    return out;
  }
  if (typeof value !== "string") return DOTS;
  if (value.trim() === "") return value;
  const folded = fold(key);
  if (IDENTIFYING.has(folded)) return maskIdentifier("id", value);
  if (/phone|mobile/.test(folded)) return maskPhone(value);
  if (looksLikeEmail(value.trim())) return maskEmail(value.trim());
  if (folded.endsWith("name")) return maskName(value);
  return DOTS;
}

// A plain object: server components hand no other kind to the browser.
const emptyObject = (): JsonObject => ({});

/** A key may be an address itself ({"jane@x.com": true}); two masked keys stay two. */
function put(out: JsonObject, key: string, value: Json): void {
  const masked = maskText(key);
  let name = masked;
  for (let n = 2; Object.hasOwn(out, name); n++) name = `${masked} (${n})`;
  // Not an assignment: a payload may carry "__proto__" as a key.
  Object.defineProperty(out, name, { value, enumerable: true, configurable: true, writable: true });
}

function walk(value: Json, neutral: boolean, depth: number): Json {
  if (typeof value === "string") return maskText(value);
  if (value === null || typeof value !== "object") return value;
  if (depth > 64) return DOTS;
  if (Array.isArray(value)) return value.map((item) => walk(item, neutral, depth + 1));
  const out = emptyObject();
  for (const [key, item] of Object.entries(value)) {
    const folded = fold(key);
    if (isPersonalKey(key, neutral)) put(out, key, maskValue(key, item));
    else if (folded === "externalids" && Array.isArray(item)) put(out, key, item.map(maskExternalId));
    else if (folded === "device" && item !== null && typeof item === "object" && !Array.isArray(item)) put(out, key, maskDevice(item));
    else put(out, key, walk(item, PERSONAL_ZONES.has(folded) ? false : NEUTRAL_ZONES.has(folded) ? true : neutral, depth + 1));
  }
  return out;
}

const maskExternalId = (item: Json): Json =>
  item !== null && typeof item === "object" && !Array.isArray(item) && typeof item.id === "string"
    ? { ...item, id: maskIdentifier(typeof item.type === "string" ? item.type : "id", item.id) }
    : walk(item, false, 1);

function maskDevice(device: JsonObject): Json {
  const out = walk(device, true, 1) as JsonObject;
  for (const key of ["id", "advertisingId", "token"]) {
    if (typeof device[key] === "string") out[key] = maskIdentifier("id", device[key]);
  }
  return out;
}

/** Traits of a person: personal ones by name, the rest by value. */
export function maskTraits(traits: Traits): Traits {
  return walk(traits as Json, false, 0) as Traits;
}

/**
 * A payload. `zone` says what the outermost object is: a whole message or traits (`message`), or properties or context
 * alone (`properties`), where `name` and `title` are a product's or a page's.
 */
export function maskJson(value: Json, zone: "message" | "properties" = "message"): Json {
  return walk(value, zone === "properties", 0);
}
