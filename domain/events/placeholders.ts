import { PLACEHOLDER_WORDS } from "./model";

const WORDS: ReadonlySet<string> = new Set(PLACEHOLDER_WORDS);
/** Only zeros and dashes, only f's in a UUID, or a template that nobody filled in. */
const SHAPES = /^(?:[0-]+|f{8}-?f{4}-?f{4}-?f{4}-?f{12}|\{\{.*\}\}|\$\{.*\}|%[a-z_]+%)$/;

/** Whether an id is a well-known placeholder (case-insensitive, after trim). The admin's own list applies later. */
export function isPlaceholderId(id: string): boolean {
  // Nothing that stands for "nobody" is longer than a UUID but for templates.
  if (id.length > 128) return false;
  const text = id.trim().toLowerCase();
  return WORDS.has(text) || SHAPES.test(text);
}
