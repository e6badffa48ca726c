import { DELIMITERS, type Delimiter } from "./model";
import { CsvError, CsvTokenizer, type CsvRecord } from "./tokenizer";

/** Excel's first line that names the delimiter: `sep=;`. */
const SEP_LINE = /^"?sep=([,;|\t])"?[ \t]*(\r\n|\n|\r|$)/i;

/** The `sep=` line at the start of a text, if there is one. */
export function sepLine(text: string): { delimiter: Delimiter; length: number } | null {
  const match = SEP_LINE.exec(text);
  return match ? { delimiter: match[1] as Delimiter, length: match[0].length } : null;
}

/**
 * The delimiter under which the first records have the same number of cells, preferring more columns. `complete` says
 * that the text is the whole file; otherwise its last, cut record is not judged. One column: a comma.
 */
export function detectDelimiter(text: string, complete: boolean): Delimiter {
  let best: Delimiter = ",";
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const widths = firstRecords(text, delimiter, complete).map((record) => record.cells.length);
    const header = widths[0] ?? 0;
    if (header < 2) continue;
    const same = widths.filter((width) => width === header).length / widths.length;
    // Consistency counts most; a prose column with commas gives many columns, but never the same number.
    const score = same * same * (1 + Math.log2(header) / 10);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function firstRecords(text: string, delimiter: Delimiter, complete: boolean): CsvRecord[] {
  const records: CsvRecord[] = [];
  try {
    new CsvTokenizer(delimiter).push(text, records, complete);
  } catch (error) {
    // A quote that never closes under this delimiter: judge by what came before it.
    if (!(error instanceof CsvError)) throw error;
  }
  return records.slice(0, 200);
}
