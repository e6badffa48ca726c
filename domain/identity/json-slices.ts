const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Text of some top-level values of an object, cut out of its JSON: cheaper than writing the parsed values out again.
 * `text` must be valid JSON of an object (`JSON.parse` took it). Of a key that comes twice, the last value counts, as in
 * `JSON.parse`. Undefined when a key is written with escapes: nobody writes them so, and only parsing would tell.
 * @returns as many texts as `keys`, undefined for keys that are not there
 */
export function jsonSlices(text: string, keys: readonly string[]): (string | undefined)[] | undefined {
  const out: (string | undefined)[] = keys.map(() => undefined);
  let i = text.indexOf("{") + 1;
  for (;;) {
    i = text.indexOf('"', i);
    // After the last member there is no quote left.
    if (i < 0) return out;
    const close = closing(text, i + 1);
    const name = text.slice(i + 1, close);
    const key = keys.indexOf(name);
    if (key < 0 && name.includes("\\")) return undefined;
    const from = text.indexOf(":", close) + 1;
    const to = endOf(text, from);
    if (key >= 0) out[key] = text.slice(from, to).trim();
    i = to;
  }
}

/** Index of the quote that ends the string whose first character stands at `from`. */
function closing(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (text.charCodeAt(at - 1) === BACKSLASH) {
    let slashes = 1;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0 || at - slashes < from) break;
    at = text.indexOf('"', at + 1);
  }
  return at;
}

/** Index behind the value that begins at `from`: of the comma or brace that follows it, or of white space before. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let i = from; ; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = closing(text, i + 1);
        break;
      case 123:
      case 91:
        depth += 1;
        break;
      case 125:
      case 93:
        if (depth === 0) return i;
        depth -= 1;
        break;
      case 44:
        if (depth === 0) return i;
        break;
      default:
    }
  }
}
