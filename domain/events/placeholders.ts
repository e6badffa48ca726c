import { PLACEHOLDER_WORDS } from "./model";

const WORDS: ReadonlySet<string> = new Set(PLACEHOLDER_WORDS);
/** Only zeros and dashes, only f's in a UUID, or a template that nobody filled in. */
const SHAPES = /^(?:[0-]+|f{8}-?f{4}-?f{4}-?f{4}-?f{12}|\{\{.*\}\}|\$\{.*\}|%[a-z_]+%)$/;
const LONGEST_WORD = Math.max(...PLACEHOLDER_WORDS.map((word) => word.length));
const FIRST: ReadonlySet<number> = new Set([..."0-fF{$%"].map((char) => char.charCodeAt(0)));

/** Whether an id is a well-known placeholder (case-insensitive, after trim). The admin's own list applies later. */
export function isPlaceholderId(id: string): boolean {
  // Nothing that stands for "nobody" is longer than a UUID but for templates.
  if (id.length > 128) return false;
  // Longer than any of the words, and begins as none of the shapes does, nor with a space that would be cut off.
  const first = id.charCodeAt(0);
  if (id.length > LONGEST_WORD && first > 32 && first < 128 && !FIRST.has(first)) return false;
  const text = id.trim().toLowerCase();
  return WORDS.has(text) || SHAPES.test(text);
}
