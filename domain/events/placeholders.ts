/** Values that programs send when they mean "nobody": kept in the payload, never a key that joins people. */
const WORDS: ReadonlySet<string> = new Set([
  "-1",
  "null",
  "anonymous",
  "undefined",
  "nil",
  "none",
  "(null)",
  "nan",
  "true",
  "false",
  "unknown",
  "guest",
  "n/a",
  "test",
  "void",
  "[object object]",
]);
/** Only zeros and dashes, only f's in a UUID, or a template that nobody filled in. */
const SHAPES = /^(?:[0-]+|f{8}-?f{4}-?f{4}-?f{4}-?f{12}|\{\{.*\}\}|\$\{.*\}|%[a-z_]+%)$/;

/** Whether an id is a well-known placeholder (case-insensitive, after trim). The admin's own list applies later. */
export function isPlaceholderId(id: string): boolean {
  // Nothing that stands for "nobody" is longer than a UUID but for templates.
  if (id.length > 128) return false;
  const text = id.trim().toLowerCase();
  return WORDS.has(text) || SHAPES.test(text);
}
