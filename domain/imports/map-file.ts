import { isErrorFile, restored } from "./error-file";
import { checkHeaders } from "./inspect-file";
import { RowMapper, type Output } from "./map-rows";
import type { FileFormat, FileWarning, ImportMapping, RowWarningCode } from "./model";
import { readRecords, type ReadState } from "./read-file";
import { CsvError } from "./tokenizer";

/** Rows that are mapped, judged and stored together. */
export const BATCH_ROWS = 2_000;

export interface MappedBatch {
  outputs: Output[];
  /** So far. */
  rows: number;
  bytesRead: number;
  /** The file ends here. */
  last: boolean;
}

export interface MapFileOptions {
  path: string;
  format: FileFormat;
  mapping: ImportMapping;
  defaultTime: Date;
}

/** How often each thing was left out, with the first lines. */
export class WarningCounts {
  private readonly counts = new Map<RowWarningCode, { n: number; lines: number[] }>();

  add(code: RowWarningCode, line: number): void {
    const entry = this.counts.get(code) ?? { n: 0, lines: [] };
    entry.n++;
    if (entry.lines.length < 10 && !entry.lines.includes(line)) entry.lines.push(line);
    this.counts.set(code, entry);
  }

  list(): { code: RowWarningCode; n: number; lines: number[] }[] {
    return [...this.counts].map(([code, entry]) => ({ code, n: entry.n, lines: [...entry.lines] }));
  }
}

/** A file as a sequence of outputs, always the same for the same file, mapping and default time. */
export class MappedFile {
  readonly warnings = new WarningCounts();
  private readonly state: ReadState = { warnings: [], blankLines: 0 };
  private headerWarnings: FileWarning[] = [];
  headers: string[] = [];

  constructor(private readonly options: MapFileOptions) {}

  get fileWarnings(): FileWarning[] {
    const blank: FileWarning[] =
      this.state.blankLines > 0
        ? [{ code: "blank_lines", message: `${this.state.blankLines.toLocaleString("en")} empty lines were skipped.` }]
        : [];
    return [...this.headerWarnings, ...this.state.warnings, ...blank];
  }

  async *batches(): AsyncGenerator<MappedBatch> {
    const { path, format, mapping, defaultTime } = this.options;
    let mapper: RowMapper | null = null;
    let outputs: Output[] = [];
    let rows = 0;
    let inBatch = 0;
    let bytesRead = 0;
    let undo = false;
    for await (const batch of readRecords(path, format, this.state)) {
      bytesRead = batch.bytesRead;
      for (const record of batch.records) {
        if (!mapper) {
          const { headers, warnings } = checkHeaders(record);
          this.headers = headers;
          this.headerWarnings = warnings;
          undo = isErrorFile(headers);
          mapper = new RowMapper({ headers, mapping, defaultTime, warn: (code, line) => this.warnings.add(code, line) });
          continue;
        }
        if (undo) record.cells = record.cells.map(restored);
        mapper.push(record, outputs);
        rows++;
        inBatch++;
        if (inBatch < BATCH_ROWS) continue;
        yield { outputs, rows, bytesRead, last: false };
        outputs = [];
        inBatch = 0;
      }
    }
    if (!mapper) throw new CsvError("empty_file", "The file is empty.");
    mapper.finish(outputs);
    yield { outputs, rows, bytesRead, last: true };
  }
}
