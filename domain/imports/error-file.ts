import { open, type FileHandle } from "node:fs/promises";
import type { RowProblem } from "./model";
import type { CsvRecord } from "./tokenizer";

/** Columns that the error file has after those of the file itself. Known again when the corrected file comes back. */
export const ERROR_COLUMNS = ["import_line", "import_code", "import_field", "import_reason"] as const;

/** Characters with which a spreadsheet begins a formula, and their full-width forms. */
const ACTIVE = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const PLAIN_NUMBER = /^[+-]?\d+(?:[.,]\d+)*$/;

/** A cell that no spreadsheet runs: an apostrophe before what would begin a formula. Plain numbers stay. */
export function inert(cell: string): string {
  return ACTIVE.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell;
}

/** Takes back what `inert` did; only for files that are error files of ours. */
export function restored(cell: string): string {
  return cell.startsWith("'") && ACTIVE.test(cell.slice(1)) ? cell.slice(1) : cell;
}

export function isErrorFile(headers: string[]): boolean {
  return ERROR_COLUMNS.every((column) => headers.includes(column));
}

export function csvLine(cells: string[], delimiter: string): string {
  return `${cells.map((cell) => (/["\r\n,;\t|]/.test(cell) || cell.trim() !== cell ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter)}\r\n`;
}

/**
 * The file of rejected rows: their own cells as they were, then line, code, column and reason. UTF-8 with a byte order
 * mark (spreadsheets need it), the delimiter of the file. Written at a known position, so that a resumed run
 * overwrites what an interrupted one had written beyond its last checkpoint.
 */
export class ErrorFile {
  private constructor(
    private readonly file: FileHandle,
    private readonly headers: string[],
    private readonly delimiter: string,
    /** Length up to the last checkpoint. */
    public bytes: number,
  ) {}

  static async open(path: string, headers: string[], delimiter: string, bytes: number): Promise<ErrorFile> {
    const file = await open(path, bytes === 0 ? "w" : "r+", 0o600);
    if (bytes > 0) await file.truncate(bytes);
    return new ErrorFile(file, headers, delimiter, bytes);
  }

  async append(rows: { record: CsvRecord; problem: RowProblem }[]): Promise<void> {
    if (rows.length === 0) return;
    const own = this.headers.filter((header) => !(ERROR_COLUMNS as readonly string[]).includes(header));
    const keep = own.map((header) => this.headers.indexOf(header));
    let text = this.bytes === 0 ? `\uFEFF${csvLine([...own.map(inert), ...ERROR_COLUMNS], this.delimiter)}` : "";
    for (const { record, problem } of rows) {
      const cells = keep.map((index) => inert(record.cells[index] ?? ""));
      // A row with too many cells keeps them, in the last column's neighbours, by way of the reason.
      const extra = record.cells.slice(this.headers.length).filter((cell) => cell.trim() !== "");
      const reason =
        extra.length > 0 ? `${problem.message} Extra cells: ${extra.map((cell) => JSON.stringify(cell)).join(", ")}` : problem.message;
      text += csvLine([...cells, String(problem.line), problem.code, inert(problem.field ?? ""), inert(reason)], this.delimiter);
    }
    const buffer = Buffer.from(text, "utf8");
    await this.file.write(buffer, 0, buffer.length, this.bytes);
    await this.file.datasync();
    this.bytes += buffer.length;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
