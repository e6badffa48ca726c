import { detectDelimiter, sepLine } from "./detect-delimiter";
import { detectEncoding } from "./detect-encoding";
import { CsvError, CsvTokenizer, type CsvRecord } from "./tokenizer";

/** Bytes by which encoding and delimiter are judged. */
const HEAD = 64 * 1024;

/**
 * The records of a small table that comes as a stream and is not kept: header included, in batches, memory bounded by one
 * piece. Encoding and delimiter are detected from the first 64 KB.
 * @throws CsvError in words, for a file that is too large, binary or not closed
 */
export async function* readTable(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<CsvRecord[]> {
  let bytes = 0;
  let head: Uint8Array[] | null = [];
  let decoder = new TextDecoder();
  let tokenizer = new CsvTokenizer(",");
  const begin = (pieces: Uint8Array[], complete: boolean): string => {
    const sample = Buffer.concat(pieces);
    if (sample[0] === 0x1f && sample[1] === 0x8b)
      throw new CsvError("not_text", "This file is compressed. Uncompress it, then upload the CSV itself.");
    const { encoding } = detectEncoding(sample);
    decoder = new TextDecoder(encoding);
    const text = decoder.decode(sample, { stream: !complete });
    if (text.includes("\0")) throw new CsvError("not_text", "This is not a CSV file: it holds binary data. Save the sheet as CSV (UTF-8).");
    if (complete && text.trim() === "") throw new CsvError("empty_file", "The file is empty.");
    const sep = sepLine(text);
    tokenizer = new CsvTokenizer(sep?.delimiter ?? detectDelimiter(text, complete));
    if (sep) tokenizer.line = 2;
    return sep ? text.slice(sep.length) : text;
  };
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > maxBytes)
      throw new CsvError(
        "inflates_too_far",
        `The file has more than ${Math.floor(maxBytes / 1_048_576)} MB. Split it, and upload the parts one after the other.`,
      );
    let text: string;
    if (head) {
      head.push(piece);
      if (bytes < HEAD) continue;
      text = begin(head, false);
      head = null;
    } else text = decoder.decode(piece, { stream: true });
    const records: CsvRecord[] = [];
    tokenizer.push(text, records);
    if (records.length > 0) yield records;
  }
  const records: CsvRecord[] = [];
  // `begin` makes the tokenizer, so the text comes first.
  const rest = head ? begin(head, true) : decoder.decode();
  tokenizer.push(rest, records, true);
  if (records.length > 0) yield records;
}
