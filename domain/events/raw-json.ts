/**
 * Where values stand in a JSON text that JSON.parse has already accepted. Needed where the parsed tree has lost
 * something: digits of a big number, the exact size and wording of one message of a batch. Never recursive.
 */
export interface Span {
  start: number;
  end: number;
}

const QUOTE = 34;
const BACKSLASH = 92;

function skipSpace(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) break;
  }
  return i;
}

/** `at` is the opening quote; returns the index after the closing one. */
function skipString(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
}

function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  let i = at;
  if (first !== "{" && first !== "[") {
    while (i < text.length && !/[\s,\]}]/.test(text[i] ?? "")) i += 1;
    return i;
  }
  let depth = 0;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = skipString(text, i);
      continue;
    }
    if (c === 123 || c === 91) depth += 1;
    else if (c === 125 || c === 93) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
    i += 1;
  }
  return text.length;
}

/** The value of a key of the object that starts at `from`; the last one counts, as in JSON.parse. */
export function memberSpan(text: string, key: string, from = 0): Span | undefined {
  let i = skipSpace(text, from);
  if (text[i] !== "{") return undefined;
  i = skipSpace(text, i + 1);
  let found: Span | undefined;
  while (text[i] === '"') {
    const keyEnd = skipString(text, i);
    const token = text.slice(i, keyEnd);
    const name = token.includes("\\") ? (JSON.parse(token) as string) : token.slice(1, -1);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, start);
    if (name === key) found = { start, end };
    i = skipSpace(text, end);
    if (text[i] !== ",") break;
    i = skipSpace(text, i + 1);
  }
  return found;
}

/** Text of a member's value. */
export function memberText(text: string, key: string): string | undefined {
  const span = memberSpan(text, key);
  return span && text.slice(span.start, span.end);
}

/** The elements of the array that starts at `from`. */
export function elementSpans(text: string, from: number): Span[] {
  const out: Span[] = [];
  let i = skipSpace(text, from);
  if (text[i] !== "[") return out;
  i = skipSpace(text, i + 1);
  while (i < text.length && text[i] !== "]") {
    const end = skipValue(text, i);
    out.push({ start: i, end });
    i = skipSpace(text, end);
    if (text[i] === ",") i = skipSpace(text, i + 1);
  }
  return out;
}
