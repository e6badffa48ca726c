/** One record of the file. `line` is the physical line (1-based) on which it begins. */
export interface CsvRecord {
  line: number;
  cells: string[];
  /** Text follows a closing quote: the cells may have been cut at the wrong place. */
  strayQuote?: true;
}

/** Why a whole file cannot be read; `message` names line and way out. */
export class CsvError extends Error {
  constructor(
    readonly code: CsvErrorCode,
    message: string,
    readonly line?: number,
  ) {
    super(message);
    this.name = "CsvError";
  }
}

export const CSV_ERROR_CODES = [
  "empty_file",
  "no_rows",
  "not_text",
  "unsupported_encoding",
  "bad_gzip",
  "unclosed_quote",
  "record_too_long",
  "too_many_columns",
  "forbidden_header",
  "empty_header",
  "file_missing",
  "inflates_too_far",
] as const;
export type CsvErrorCode = (typeof CSV_ERROR_CODES)[number];

/** Longest record in characters. It bounds memory: a quote that is never closed would otherwise take the whole file. */
export const MAX_RECORD_CHARS = 1_048_576;

const QUOTE = 34;
const CR = 13;
const LF = 10;

/**
 * RFC 4180 reader for text that comes in pieces of any size. Line ends may be LF, CRLF or CR, mixed. Quotes inside an
 * unquoted cell are ordinary characters. Empty lines are skipped and counted. Holds at most one unfinished record.
 */
export class CsvTokenizer {
  /** Physical line at which the next record begins. */
  line = 1;
  blankLines = 0;
  private rest = "";

  constructor(private readonly delimiter: string) {
    if (delimiter.length !== 1 || delimiter === '"' || delimiter === "\n" || delimiter === "\r") {
      throw new Error("A delimiter is one character other than a quote or a line end.");
    }
  }

  /** Physical line at the end of everything pushed so far. */
  get endLine(): number {
    return this.line + countLineEnds(this.rest);
  }

  /** Takes the next piece and appends complete records to `out`. Pass `final` with the last piece (may be empty). */
  push(piece: string, out: CsvRecord[], final = false): void {
    const text = this.rest.length === 0 ? piece : this.rest + piece;
    let position = 0;
    while (position < text.length) {
      const next = this.record(text, position, final, out);
      if (next < 0) break;
      position = next;
    }
    this.rest = position === 0 ? text : text.slice(position);
    if (!final && this.rest.length > MAX_RECORD_CHARS) this.tooLong();
  }

  private tooLong(): never {
    const quote = openQuoteLine(this.rest, this.delimiter, this.line);
    if (quote !== null) throw unclosed(quote);
    throw new CsvError(
      "record_too_long",
      `Line ${this.line} is longer than ${MAX_RECORD_CHARS.toLocaleString("en")} characters.`,
      this.line,
    );
  }

  /** Reads one record from `start`; returns where the next begins, or -1 when more text is needed. */
  private record(text: string, start: number, final: boolean, out: CsvRecord[]): number {
    const delimiter = this.delimiter.charCodeAt(0);
    const end = text.length;
    const cells: string[] = [];
    let position = start;
    let innerLines = 0;
    let stray = false;
    for (;;) {
      if (position < end && text.charCodeAt(position) === QUOTE) {
        let from = position + 1;
        let escaped = false;
        let close: number;
        for (;;) {
          close = text.indexOf('"', from);
          if (close < 0) {
            if (!final) return -1;
            throw unclosed(this.line + innerLines);
          }
          if (close + 1 === end && !final) return -1;
          if (text.charCodeAt(close + 1) !== QUOTE) break;
          escaped = true;
          from = close + 2;
        }
        let value = text.slice(position + 1, close);
        innerLines += countLineEnds(value);
        if (escaped) value = value.replaceAll('""', '"');
        position = close + 1;
        const after = position;
        while (position < end) {
          const code = text.charCodeAt(position);
          if (code === delimiter || code === LF || code === CR) break;
          position++;
        }
        if (position === end && !final) return -1;
        if (position > after) {
          const tail = text.slice(after, position);
          // Blanks between the closing quote and the delimiter are harmless; anything else is not.
          if (tail.trim() !== "") {
            stray = true;
            value += tail;
          }
        }
        cells.push(value);
      } else {
        const from = position;
        while (position < end) {
          const code = text.charCodeAt(position);
          if (code === delimiter || code === LF || code === CR) break;
          position++;
        }
        if (position === end && !final) return -1;
        cells.push(text.slice(from, position));
      }
      if (position === end) break;
      if (text.charCodeAt(position) === delimiter) {
        position++;
        continue;
      }
      if (text.charCodeAt(position) === CR) {
        // A CR at the very end may be the first half of CRLF.
        if (position + 1 === end && !final) return -1;
        if (text.charCodeAt(position + 1) === LF) position++;
      }
      position++;
      innerLines++;
      break;
    }
    const line = this.line;
    this.line += innerLines;
    // A line of nothing (or blanks) is no record; `""` on its own is one with an empty cell.
    if (cells.length === 1 && cells[0]?.trim() === "" && text.charCodeAt(start) !== QUOTE) this.blankLines++;
    else out.push(stray ? { line, cells, strayQuote: true } : { line, cells });
    return position;
  }
}

function unclosed(line: number): CsvError {
  return new CsvError(
    "unclosed_quote",
    `The quote opened on line ${line} is never closed. Close it (or double it, if it belongs to the text) and upload the file again.`,
    line,
  );
}

/** Line of the quote that is still open at the end of `rest`, which begins with a record; null when none is. */
function openQuoteLine(rest: string, delimiter: string, firstLine: number): number | null {
  let position = 0;
  for (;;) {
    if (rest[position] === '"') {
      let from = position + 1;
      for (;;) {
        const close = rest.indexOf('"', from);
        if (close < 0) return firstLine + countLineEnds(rest.slice(0, position));
        if (rest[close + 1] !== '"') {
          from = close + 1;
          break;
        }
        from = close + 2;
      }
      position = from;
    }
    const next = rest.indexOf(delimiter, position);
    if (next < 0) return null;
    position = next + 1;
  }
}

/** Line ends in a text: LF, CRLF (as one) and CR. */
export function countLineEnds(text: string): number {
  let n = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) n++;
  for (let at = text.indexOf("\r"); at >= 0; at = text.indexOf("\r", at + 1)) if (text.charCodeAt(at + 1) !== LF) n++;
  return n;
}
