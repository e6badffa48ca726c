/**
 * CSV as RFC 4180 writes it: commas, CRLF, quotes doubled. Spreadsheets run cells that begin with these characters (also
 * in full width) as formulas, so a TEXT cell that does gets a leading apostrophe; numbers typed as numbers stay.
 */
const ACTIVE = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Makes a text inert for spreadsheets. */
export const inertText = (text: string): string => (ACTIVE.test(text) ? `'${text}` : text);

export type CsvValue = string | number | boolean | null | undefined;

export function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? inertText(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record with its line end. */
export const csvLine = (values: readonly CsvValue[]): string => `${values.map(csvCell).join(",")}\r\n`;
