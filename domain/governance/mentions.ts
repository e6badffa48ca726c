import { createHash } from "node:crypto";

/** What stands where a value was taken out of text that stays. */
export const ERASED = "[erased]";

/** Values shorter than this are too common in text: they count only as the value of a field that holds an id. */
const SHORT = 6;
const HEAD = 4;
const WORD = /[\p{L}\p{N}]/u;
const ID_FIELD = /"[A-Za-z_. ]*(?:id|Id|ID|email|phone|value)"\s*:\s*$/;

/** Lower case of the same length, so that places in it are places in the text. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Finds the identifiers of people in any text: as they are, as JSON or a URL writes them, and (addresses and numbers) as
 * the plain hashes under which the trade passes them on. Whole words only, in any letter case. Pure.
 */
export class Mentions {
  private readonly needles = new Map<string, string[]>();
  private readonly shortNeedles: string[] = [];

  /** @param values identifiers, normalised and as first received */
  constructor(values: Iterable<string>) {
    const all = new Set<string>();
    for (const value of values) for (const form of formsOf(value)) all.add(fold(form));
    for (const text of all) {
      if (text.length < SHORT) this.shortNeedles.push(text);
      else this.needles.set(text.slice(0, HEAD), [...(this.needles.get(text.slice(0, HEAD)) ?? []), text]);
    }
  }

  get none(): boolean {
    return this.needles.size === 0 && this.shortNeedles.length === 0;
  }

  /** Places of mentions, in order, not overlapping. */
  places(text: string): { from: number; to: number }[] {
    const lower = fold(text);
    const out: { from: number; to: number }[] = [];
    for (let i = 0; i + SHORT <= lower.length; i++) {
      // Words begin where a letter or digit follows something else; a value may begin with a sign, too.
      if (i > 0 && isWord(lower, i - 1) && isWord(lower, i)) continue;
      const candidates = this.needles.get(lower.slice(i, i + HEAD));
      if (!candidates) continue;
      let best = 0;
      for (const needle of candidates) {
        if (needle.length > best && lower.startsWith(needle, i) && isWhole(lower, i, needle)) best = needle.length;
      }
      if (best === 0) continue;
      out.push({ from: i, to: i + best });
      i += best - 1;
    }
    return this.shortNeedles.length === 0 ? out : merge([...out, ...this.shortPlaces(lower, text)]);
  }

  /** `"userId":"12"`: a short value counts only there. */
  private shortPlaces(lower: string, text: string): { from: number; to: number }[] {
    const out: { from: number; to: number }[] = [];
    for (const needle of this.shortNeedles) {
      for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at + 1)) {
        const end = at + needle.length;
        const quoted = text[at - 1] === '"' && text[end] === '"';
        const bare = !quoted && !isWord(lower, at - 1) && /^[\s,}\]]/.test(text.slice(end, end + 1));
        if (!quoted && !bare) continue;
        const before = text.slice(Math.max(0, at - 60), quoted ? at - 1 : at);
        if (ID_FIELD.test(before)) out.push({ from: at, to: end });
      }
    }
    return out;
  }

  in(text: string): boolean {
    return this.places(text).length > 0;
  }

  /** The text with every mention replaced, or undefined when there is none. */
  redact(text: string): string | undefined {
    const places = this.places(text);
    if (places.length === 0) return undefined;
    let out = "";
    let at = 0;
    for (const { from, to } of places) {
      out += text.slice(at, from) + ERASED;
      at = to;
    }
    return out + text.slice(at);
  }

  /** The same for JSON text: values and keys are replaced one by one, so that it stays JSON. */
  redactJson(text: string): string | undefined {
    if (!this.in(text)) return undefined;
    return JSON.stringify(this.walk("", JSON.parse(text) as unknown));
  }

  private walk(key: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.walk(key, item));
    if (value !== null && typeof value === "object") {
      const entries = Object.entries(value).map(([name, item]) => [this.redact(name) ?? name, this.walk(name, item)] as const);
      return Object.fromEntries(entries);
    }
    if ((typeof value !== "string" && typeof value !== "number") || !this.in(JSON.stringify({ [key]: value }))) return value;
    return typeof value === "string" ? (this.redact(value) ?? ERASED) : ERASED;
  }
}

const isWord = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return false;
  if (code < 128) return (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  return WORD.test(text[at] as string);
};

/** Whether what stands at `at` is not a part of a longer value: `jane@x.com` is neither `mary-jane@x.com` nor `jane@x.com.au`. */
function isWhole(text: string, at: number, needle: string): boolean {
  const end = at + needle.length;
  if (isWord(needle, 0) && isWord(text, at - 1)) return false;
  if (isWord(needle, needle.length - 1) && isWord(text, end)) return false;
  const joins = needle.includes("@") ? "._+-" : "_-@";
  if (joins.includes(text[at - 1] ?? " ") && isWord(text, at - 2)) return false;
  return !(joins.includes(text[end] ?? " ") && isWord(text, end + 1));
}

function merge(places: { from: number; to: number }[]): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  for (const place of places.sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (place.from >= (out.at(-1)?.to ?? 0)) out.push(place);
  }
  return out;
}

/** How one value may be written. */
export function formsOf(value: string): string[] {
  const forms = [value, JSON.stringify(value).slice(1, -1), encodeForm(value)];
  const lower = value.trim().toLowerCase();
  // Ad platforms and SDKs pass addresses and numbers on as plain hashes, which name the person as well.
  if (/@|^\+\d{6,}$/.test(lower)) {
    for (const text of new Set([lower, lower.replace(/^\+/, "")]))
      for (const algorithm of ["sha256", "sha1", "md5"]) forms.push(createHash(algorithm).update(text).digest("hex"));
  }
  return forms;
}

function encodeForm(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Half of a surrogate pair cannot be written in a URL.
    return value;
  }
}
