import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { isAscii, isUtf8 } from "node:buffer";
import { createGunzip } from "node:zlib";
import { detectDelimiter, sepLine } from "./detect-delimiter";
import { detectEncoding, withoutCutTail } from "./detect-encoding";
import type { Delimiter, Encoding, FileFormat, FileWarning } from "./model";
import { CsvError, CsvTokenizer, countLineEnds, type CsvRecord } from "./tokenizer";

const CHUNK = 256 * 1024;
/** Head of the file that encoding and delimiter are judged by. */
const HEAD = 256 * 1024;
/** A gzip file may grow to this many times its size (a bomb grows a thousandfold) before it is refused. */
const MAX_INFLATION = 200;

export interface FormatChoice {
  encoding?: Encoding | undefined;
  delimiter?: Delimiter | undefined;
}

/** Encoding, delimiter and compression of a file; what the caller chose wins over what is detected. */
export async function detectFormat(path: string, choice: FormatChoice = {}): Promise<FileFormat> {
  const gzip = await isGzip(path);
  const head = await headOf(path, gzip);
  if (head.bytes.length === 0) throw new CsvError("empty_file", "The file is empty.");
  const detected = detectEncoding(head.evidence);
  const encoding = choice.encoding ?? detected.encoding;
  const text = new TextDecoder(encoding).decode(head.bytes);
  if (countControls(text) > text.length / 100) {
    throw new CsvError("not_text", "This is not a CSV file: it holds binary data. Save the sheet as CSV (UTF-8) and upload that.");
  }
  if (text.trim() === "") throw new CsvError("empty_file", "The file is empty.");
  const sep = sepLine(text);
  return {
    encoding,
    encodingConfidence: choice.encoding === undefined ? detected.confidence : "chosen",
    delimiter: choice.delimiter ?? sep?.delimiter ?? detectDelimiter(text, head.complete),
    delimiterChosen: choice.delimiter !== undefined,
    gzip,
  };
}

/** NUL and other controls that no text file has. */
function countControls(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 12) n++;
  }
  return n;
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(missing);
  try {
    const magic = Buffer.alloc(2);
    await file.read(magic, 0, 2, 0);
    return magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function missing(error: NodeJS.ErrnoException): never {
  if (error.code === "ENOENT") throw new CsvError("file_missing", "The file is no longer there. Upload it again.");
  throw error;
}

/**
 * The first bytes, and the evidence for the encoding: the same, or (where those are plain ASCII) the first piece
 * further on with something else in it.
 */
async function headOf(path: string, gzip: boolean): Promise<{ bytes: Buffer; evidence: Buffer; complete: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  let evidence: Buffer | null = null;
  let complete = true;
  for await (const chunk of bytesOf(path, gzip)) {
    if (size < HEAD) {
      parts.push(chunk);
      size += chunk.length;
      if (size < HEAD) continue;
      evidence = Buffer.concat(parts);
    } else {
      evidence = chunk;
      complete = false;
    }
    if (!isAscii(evidence)) break;
  }
  const bytes = Buffer.concat(parts);
  if (size >= HEAD) complete = false;
  return { bytes, evidence: evidence && !isAscii(evidence) ? (isAscii(bytes) ? evidence : bytes) : bytes, complete };
}

/** Decompressed bytes in pieces, with back-pressure. `onRead` hears how many bytes of the file were consumed. */
async function* bytesOf(path: string, gzip: boolean, onRead?: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK });
  if (!gzip) {
    let read = 0;
    for await (const chunk of file as AsyncIterable<Buffer>) {
      read += chunk.length;
      onRead?.(read);
      yield chunk;
    }
    return;
  }
  const size = (await stat(path)).size;
  const unzip = createGunzip({ chunkSize: CHUNK });
  file.on("error", (error) => unzip.destroy(error));
  file.pipe(unzip);
  let out = 0;
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      out += chunk.length;
      if (out > 64 * 1024 * 1024 && out > size * MAX_INFLATION) {
        throw new CsvError(
          "inflates_too_far",
          `The compressed file grows to more than ${MAX_INFLATION} times its size. Upload it uncompressed.`,
        );
      }
      onRead?.(file.bytesRead);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof CsvError) throw error;
    if (typeof (error as { code?: unknown }).code === "string" && String((error as { code: string }).code).startsWith("Z_")) {
      throw new CsvError("bad_gzip", "The compressed file is damaged. Upload it again, or uncompressed.");
    }
    throw error;
  } finally {
    file.destroy();
    unzip.destroy();
  }
}

export interface RecordBatch {
  records: CsvRecord[];
  /** Bytes of the file read so far (compressed ones for gzip). */
  bytesRead: number;
}

export interface ReadState {
  warnings: FileWarning[];
  blankLines: number;
}

/**
 * All records of a file, header included, batch by batch as they are asked for: memory holds one piece of the file at
 * a time. Bytes that are invalid in the encoding become U+FFFD and a warning that names the line.
 */
export async function* readRecords(
  path: string,
  format: FileFormat,
  state: ReadState = { warnings: [], blankLines: 0 },
): AsyncGenerator<RecordBatch> {
  const tokenizer = new CsvTokenizer(format.delimiter);
  const decoder = new Decoder(format.encoding);
  let bytesRead = 0;
  let head = "";
  let started = false;
  let records: CsvRecord[] = [];
  const feed = (text: string, final: boolean): void => {
    let piece = text;
    if (!started) {
      // The `sep=` line may be cut by a piece that ends early.
      head += piece;
      if (head.length < 16 && !final) return;
      const sep = sepLine(head);
      piece = sep ? head.slice(sep.length) : head;
      if (sep) {
        tokenizer.line = 2;
        state.warnings.push({
          code: "sep_line",
          line: 1,
          message: "The first line only names the delimiter; the second holds the headers.",
        });
      }
      started = true;
      head = "";
    }
    tokenizer.push(piece, records, final);
  };
  for await (const chunk of bytesOf(path, format.gzip, (bytes) => (bytesRead = bytes))) {
    const { text, bad } = decoder.write(chunk);
    if (bad.length > 0) warnInvalid(state, bad, tokenizer.endLine + countLineEnds(head), format.encoding);
    feed(text, false);
    if (records.length === 0) continue;
    yield { records, bytesRead };
    records = [];
  }
  const { text, bad } = decoder.end();
  if (bad.length > 0) warnInvalid(state, bad, tokenizer.endLine, format.encoding);
  feed(text, true);
  state.blankLines = tokenizer.blankLines;
  if (records.length > 0) yield { records, bytesRead };
}

/** Lines with invalid bytes are named up to this many times. */
const NAMED_LINES = 20;

function warnInvalid(state: ReadState, lines: number[], base: number, encoding: Encoding): void {
  for (const offset of lines) {
    if (state.warnings.filter((warning) => warning.code === "invalid_bytes").length >= NAMED_LINES) return;
    const line = base + offset;
    if (state.warnings.some((warning) => warning.code === "invalid_bytes" && warning.line === line)) continue;
    state.warnings.push({
      code: "invalid_bytes",
      line,
      message: `Line ${line} holds bytes that are not valid ${encoding.toUpperCase()}; they are shown as \uFFFD.`,
    });
  }
}

/** Streaming decoder that also says on which lines (counted from the start of the piece) bytes were invalid. */
class Decoder {
  private readonly decoder: TextDecoder;
  private carry: Buffer = Buffer.alloc(0);

  constructor(private readonly encoding: Encoding) {
    this.decoder = new TextDecoder(encoding);
  }

  write(chunk: Buffer): { text: string; bad: number[] } {
    if (this.encoding !== "utf-8") return this.judged(this.decoder.decode(chunk, { stream: true }));
    const bytes = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const whole = withoutCutTail(bytes);
    this.carry = Buffer.from(bytes.subarray(whole.length));
    return { text: this.decoder.decode(whole, { stream: true }), bad: isUtf8(whole) ? [] : invalidLines(whole) };
  }

  end(): { text: string; bad: number[] } {
    const carry = this.carry;
    if (carry.length > 0) return { text: this.decoder.decode(carry), bad: [0] };
    return this.judged(this.decoder.decode());
  }

  /** No legacy encoding can write U+FFFD, so each one in the text was an invalid byte. */
  private judged(text: string): { text: string; bad: number[] } {
    const bad: number[] = [];
    for (let at = text.indexOf("\uFFFD"); at >= 0 && bad.length < NAMED_LINES; at = text.indexOf("\uFFFD", at + 1)) {
      bad.push(countLineEnds(text.slice(0, at)));
    }
    return { text, bad };
  }
}

function invalidLines(bytes: Buffer): number[] {
  const out: number[] = [];
  let line = 0;
  let start = 0;
  while (start < bytes.length && out.length < NAMED_LINES) {
    let end = start;
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
    if (!isUtf8(bytes.subarray(start, end))) out.push(line);
    if (bytes[end] === 13 && bytes[end + 1] === 10) end++;
    line++;
    start = end + 1;
  }
  return out;
}
