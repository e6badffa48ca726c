import { detectFormat, readRecords, type FormatChoice, type ReadState } from "./read-file";
import { IMPORT_LIMITS, type DetectedFile, type FileFormat, type FileWarning } from "./model";
import { suggestMapping, type SuggestOptions } from "./suggest-mapping";
import { CsvError, type CsvRecord } from "./tokenizer";

/** Names that would reach JavaScript's object machinery; refused as headers, whatever their case. */
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Checks the header row and makes its names unique. Empty cells become "Column 3"; repeated names get a number.
 * Throws a CsvError for forbidden names and for more columns than the limit.
 */
export function checkHeaders(record: CsvRecord): { headers: string[]; warnings: FileWarning[] } {
  const { cells, line } = record;
  if (cells.length > IMPORT_LIMITS.columns) {
    throw new CsvError(
      "too_many_columns",
      `The file has ${cells.length.toLocaleString("en")} columns; at most ${IMPORT_LIMITS.columns} can be imported. Leave out the columns you do not need.`,
      line,
    );
  }
  const names = cells.map((cell) => cell.trim().normalize("NFC"));
  if (names.every((name) => name === "")) {
    throw new CsvError("empty_header", `The header row on line ${line} is empty. The first line must name the columns.`, line);
  }
  const bad = names.filter((name) => FORBIDDEN.has(name.toLowerCase()));
  if (bad.length > 0) {
    throw new CsvError(
      "forbidden_header",
      `${bad.map((name) => `"${name}"`).join(" and ")} cannot be ${bad.length === 1 ? "a column name" : "column names"}. Rename ${bad.length === 1 ? "it" : "them"} and upload the file again.`,
      line,
    );
  }
  const taken = new Set<string>();
  const warnings: FileWarning[] = [];
  const headers = names.map((name, index) => {
    let unique = name === "" ? `Column ${index + 1}` : name;
    if (name === "")
      warnings.push({ code: "empty_header_cell", line, message: `Column ${index + 1} has no name; it is shown as "${unique}".` });
    if (taken.has(unique)) {
      let n = 2;
      while (taken.has(`${unique} (${n})`)) n++;
      const renamed = `${unique} (${n})`;
      warnings.push({
        code: "duplicate_header",
        line,
        message: `"${unique}" is there more than once; column ${index + 1} is shown as "${renamed}".`,
      });
      unique = renamed;
    }
    taken.add(unique);
    return unique;
  });
  return { headers, warnings };
}

/** Characters that reorder the text around them on screen. */
export const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;

/** Looks at the head of a file: format, headers, sample rows, suggested mapping, and what is odd about it. */
export async function inspectFile(path: string, choice: FormatChoice, options: SuggestOptions): Promise<DetectedFile> {
  const format: FileFormat = await detectFormat(path, choice);
  const state: ReadState = { warnings: [], blankLines: 0 };
  let headers: string[] | null = null;
  const warnings: FileWarning[] = [];
  const rows: DetectedFile["rows"] = [];
  const sampled: CsvRecord[] = [];
  for await (const batch of readRecords(path, format, state)) {
    for (const record of batch.records) {
      if (!headers) {
        const checked = checkHeaders(record);
        headers = checked.headers;
        warnings.push(...checked.warnings);
        continue;
      }
      if (sampled.length < IMPORT_LIMITS.sampleRows) sampled.push(record);
      if (rows.length < IMPORT_LIMITS.previewRows) rows.push({ line: record.line, cells: record.cells.slice(0, headers.length) });
    }
    if (sampled.length >= IMPORT_LIMITS.sampleRows) break;
  }
  if (!headers) throw new CsvError("empty_file", "The file is empty.");
  if (sampled.length === 0) throw new CsvError("no_rows", "The file has a header row and nothing below it.");
  const odd = sampled.find((record) => record.cells.some((cell) => BIDI_CONTROLS.test(cell)));
  if (odd) {
    warnings.push({
      code: "bidi_characters",
      line: odd.line,
      message: `Line ${odd.line} holds invisible characters that change the direction of text; they are shown as marks.`,
    });
  }
  const samples = headers.map((_, column) => distinctSamples(sampled, column));
  return {
    format,
    headers,
    rows,
    samples,
    warnings: [...state.warnings, ...warnings],
    suggestion: suggestMapping(
      headers,
      headers.map((_, column) => sampled.map((record) => record.cells[column] ?? "")),
      options,
    ),
  };
}

function distinctSamples(records: CsvRecord[], column: number): string[] {
  const out = new Set<string>();
  for (const record of records) {
    const value = record.cells[column]?.trim();
    if (value) out.add(value.length > 80 ? `${value.slice(0, 79)}…` : value);
    if (out.size === 5) break;
  }
  return [...out];
}
