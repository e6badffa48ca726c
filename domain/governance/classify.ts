import type { FieldClass } from "./model";

/**
 * What kind of data a field holds, by its name and by samples of its values. Pure. Names are compared whole or, where
 * they are long enough, by likeness (Sørensen–Dice over pairs of letters above 0.7, so that typos are found, too).
 * Values count when at least a third of the samples have the form.
 */
export interface Found {
  class: FieldClass;
  /** In words: "the name is like date of birth". Null for not personal. */
  reason: string | null;
}

/** Words of names by class; the first class that fits wins, the most protected first. */
const NAMES: readonly (readonly [FieldClass, readonly string[]])[] = [
  ["credential", ["password", "passwd", "secret", "token", "api key", "access token", "pin", "security answer"]],
  [
    "special_category",
    [
      "health",
      "diagnosis",
      "condition",
      "medication",
      "allergy",
      "procedure",
      "disability",
      "pregnant",
      "blood type",
      "religion",
      "belief",
      "sexual orientation",
      "orientation",
      "sex life",
      "race",
      "ethnicity",
      "ethnic origin",
      "genetic",
      "biometric",
      "political",
      "trade union",
      "union membership",
      "veteran",
    ],
  ],
  ["child", ["child", "children", "child name", "kids", "minor", "parental consent", "guardian", "school"]],
  [
    "financial",
    [
      "iban",
      "bic",
      "bank account",
      "account number",
      "card number",
      "credit card",
      "cvv",
      "salary",
      "income",
      "income band",
      "credit score",
      "debt",
      "tax id",
    ],
  ],
  ["location", ["latitude", "longitude", "lat", "lng", "lon", "geo", "coordinates", "gps", "precise location"]],
  [
    "identifier",
    [
      "user id",
      "customer id",
      "customer number",
      "external id",
      "anonymous id",
      "device id",
      "advertising id",
      "idfa",
      "idfv",
      "cookie id",
      "client id",
      "passport",
      "social security number",
      "ssn",
      "national id",
      "identification",
      "license",
      "licence",
      "driver licence",
      "membership number",
      "loyalty card",
      "serial",
      "mac",
      "ip",
      "ip address",
      "username",
    ],
  ],
  [
    "contact",
    [
      "email",
      "e mail",
      "email address",
      "phone",
      "phone number",
      "mobile",
      "telephone",
      "address",
      "street",
      "zipcode",
      "zip",
      "postcode",
      "postal code",
      "first name",
      "last name",
      "full name",
      "given name",
      "family name",
      "surname",
      "middle name",
      "name",
    ],
  ],
  [
    "sensitive",
    [
      "birthdate",
      "birthday",
      "date of birth",
      "dob",
      "age",
      "gender",
      "sex",
      "citizenship",
      "nationality",
      "marital status",
      "photo",
      "avatar",
      "city",
      "certificate",
      "visa",
    ],
  ],
];

/** Names that mean a product, a page or a program where they stand in event properties. */
const COMMON_IN_EVENTS = new Set([
  "name",
  "title",
  "age",
  "token",
  "serial",
  "condition",
  "certificate",
  "license",
  "address",
  "city",
  "school",
  "child",
  "geo",
  "sex",
  "gender",
  "orientation",
  "procedure",
]);

/** "dateOfBirth", "date_of_birth" and "Date of birth" to "date of birth". */
const wordsOf = (key: string): string =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();

function pairsOf(text: string): Map<string, number> {
  const out = new Map<string, number>();
  const letters = text.replaceAll(" ", "");
  for (let i = 0; i + 1 < letters.length; i++) out.set(letters.slice(i, i + 2), (out.get(letters.slice(i, i + 2)) ?? 0) + 1);
  return out;
}

/** Sørensen–Dice likeness of two texts, 0 to 1. */
export function likeness(a: string, b: string): number {
  const [left, right] = [pairsOf(a), pairsOf(b)];
  let both = 0;
  let all = 0;
  for (const n of left.values()) all += n;
  for (const n of right.values()) all += n;
  for (const [pair, n] of left) both += Math.min(n, right.get(pair) ?? 0);
  return all === 0 ? 0 : (2 * both) / all;
}

const LIKE = 0.7;
const LONG_ENOUGH = 6;

/** @param inEvent whether the field is a property of an event, where some names are usually no person's */
export function classifyName(key: string, inEvent: boolean): Found | null {
  const parts = key.split(".");
  const last = wordsOf(parts.at(-1) ?? key);
  const whole = wordsOf(key);
  for (const [fieldClass, words] of NAMES) {
    for (const word of words) {
      if (inEvent && COMMON_IN_EVENTS.has(word)) continue;
      if (last === word || whole === word) return { class: fieldClass, reason: `the name is “${word}”` };
    }
  }
  for (const [fieldClass, words] of NAMES)
    for (const word of words)
      if (word.length >= LONG_ENOUGH && last.length >= LONG_ENOUGH && likeness(last, word) > LIKE)
        return { class: fieldClass, reason: `the name is like “${word}”` };
  return null;
}

const digitsOf = (text: string): string => text.replaceAll(/[\s-]/g, "");

/** Card numbers: 13 to 19 digits whose Luhn checksum is right. */
export function isCardNumber(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^[2-6]\d{12,18}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** IBAN: country, two check digits, up to 30 characters, remainder 1 modulo 97 (ISO 13616). */
export function isIban(text: string): boolean {
  const iban = digitsOf(text).toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)) return false;
  let rest = 0;
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    const value = sign >= "A" ? sign.charCodeAt(0) - 55 : Number(sign);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const FORMS: readonly (readonly [FieldClass, string, (text: string) => boolean])[] = [
  ["credential", "signed tokens", (text) => /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(text)],
  ["financial", "card numbers", isCardNumber],
  ["financial", "IBANs", isIban],
  ["contact", "e-mail addresses", (text) => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text)],
  ["contact", "phone numbers", (text) => /^\+[1-9](?:[\s().-]?\d){6,14}$/.test(text)],
  ["identifier", "IP addresses", (text) => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) || /^(?:[0-9a-f]{1,4}:){3,7}[0-9a-f:]*$/i.test(text)],
  ["location", "coordinates", (text) => /^-?\d{1,2}\.\d{4,},\s*-?\d{1,3}\.\d{4,}$/.test(text)],
];

const SHARE = 1 / 3;

export function classifyValues(samples: readonly unknown[]): Found | null {
  const texts = samples
    .flatMap((value) => (typeof value === "string" || typeof value === "number" ? [String(value).trim()] : []))
    .filter((text) => text !== "");
  if (texts.length === 0) return null;
  for (const [fieldClass, name, test] of FORMS) {
    const n = texts.filter(test).length;
    if (n / texts.length >= SHARE) return { class: fieldClass, reason: `${n} of ${texts.length} sampled values are ${name}` };
  }
  return null;
}

/** Values say more than names, unless the name's class is the more protected one. */
export function classifyField(key: string, inEvent: boolean, samples: readonly unknown[]): Found {
  const byName = classifyName(key, inEvent);
  const byValue = classifyValues(samples);
  if (byName && byValue) return rank(byName.class) <= rank(byValue.class) ? byName : byValue;
  return byValue ?? byName ?? { class: "not_personal", reason: null };
}

const rank = (fieldClass: FieldClass): number => NAMES.findIndex(([one]) => one === fieldClass);
