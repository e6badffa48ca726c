import { Readable } from "node:stream";
import type { AnySql } from "@/db/client";

/** Where each field of a row lies in the buffer; a length of -1 is null. */
export interface RowView {
  bytes: Buffer;
  starts: number[];
  lengths: number[];
}

/** What the driver's query is besides its type. */
interface CopyQuery {
  resolve(answer: unknown): void;
  readable(): Promise<Readable>;
}

const SIGNATURE = 19;
/** Microseconds from 1970 to 2000, PostgreSQL's zero. */
const EPOCH_MS = 946_684_800_000;

export const int4 = ({ bytes, starts }: RowView, field: number): number => bytes.readInt32BE(starts[field]);
/** A bigint below 2^53. */
export const int8 = ({ bytes, starts }: RowView, field: number): number => {
  const at = starts[field] as number;
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4);
};
/** NaN for null. */
export const float8 = ({ bytes, starts, lengths }: RowView, field: number): number =>
  lengths[field] === -1 ? Number.NaN : bytes.readDoubleBE(starts[field]);
/** A timestamptz as milliseconds. */
export const millis = (row: RowView, field: number): number => Math.floor(int8(row, field) / 1000) + EPOCH_MS;
export const text = ({ bytes, starts, lengths }: RowView, field: number): string | null => {
  const at = starts[field] as number;
  return lengths[field] === -1 ? null : bytes.toString("utf8", at, at + (lengths[field] as number));
};
/** The bytes themselves; copy what must outlive the call. */
export const raw = ({ bytes, starts, lengths }: RowView, field: number): Buffer => {
  const at = starts[field] as number;
  return bytes.subarray(at, at + (lengths[field] as number));
};

/**
 * Runs a query as `COPY (…) TO STDOUT` in binary form and hands over each row: large results without hexadecimal text
 * and without an object a row. COPY takes no parameters: only numbers of ours and texts
 * through `quoted` may stand in `query`. Where `onRow` gives a promise, no more rows are read until it is kept.
 */
export async function copyOut(sql: AnySql, query: string, onRow: (row: RowView) => void | Promise<void>): Promise<void> {
  const asked = sql.unsafe(`copy (${query}) to stdout (format binary)`) as unknown as CopyQuery;
  // A failure may come together with the stream, before anybody who awaits it can listen: it is heard from the start.
  let failure: Error | undefined;
  let heard: (error: Error) => void = (error) => (failure = error);
  const { resolve } = asked;
  asked.resolve = (answer) => {
    // Called a second time with the result when the statement ends.
    if (answer instanceof Readable) answer.on("error", (error) => heard(error));
    resolve(answer);
  };
  const stream = await asked.readable();
  let rest: Buffer | undefined;
  let begun = false;
  const row: RowView = { bytes: Buffer.alloc(0), starts: [], lengths: [] };
  // Flowing and not iterated: an await for each row would cost more than the row.
  await new Promise<void>((done, fail) => {
    if (failure) return fail(failure);
    heard = fail;
    stream.on("end", () => {
      // The driver pauses the connection when the stream is full and lets it go on when the stream asks for more, which one
      // that has ended never does: without this the end of the statement may never be heard, and the connection is lost.
      stream._read(0);
      done();
    });
    stream.on("data", (chunk: Buffer) => {
      try {
        const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
        rest = undefined;
        row.bytes = bytes;
        let at = 0;
        if (!begun) {
          if (bytes.length < SIGNATURE) return void (rest = bytes);
          at = SIGNATURE + bytes.readInt32BE(SIGNATURE - 4);
          begun = true;
        }
        while (at < bytes.length) {
          const end = fieldsOf(row, at);
          if (end === undefined) return void (rest = bytes.subarray(at));
          if (end === -1) return;
          const wait = onRow(row);
          at = end;
          if (wait) {
            stream.pause();
            wait.then(
              () => stream.resume(),
              (error: unknown) => stream.destroy(error as Error),
            );
          }
        }
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
  });
}

/** Finds the fields of the row at `at`. @returns where it ends; undefined: it goes on in the next chunk; -1: no more rows */
function fieldsOf(row: RowView, at: number): number | undefined {
  const { bytes } = row;
  if (at + 2 > bytes.length) return undefined;
  const fields = bytes.readInt16BE(at);
  if (fields === -1) return -1;
  let place = at + 2;
  for (let i = 0; i < fields; i++) {
    if (place + 4 > bytes.length) return undefined;
    const length = bytes.readInt32BE(place);
    place += 4;
    row.starts[i] = place;
    row.lengths[i] = length;
    if (length > 0) place += length;
    if (place > bytes.length) return undefined;
  }
  return place;
}

/** A text or a list of texts as SQL: in hexadecimal digits, so that nothing in it can be anything but a value. */
export const quoted = (value: string | readonly string[]): string =>
  typeof value === "string"
    ? `convert_from(decode('${Buffer.from(value, "utf8").toString("hex")}', 'hex'), 'UTF8')`
    : `array[${value.map((one) => quoted(one)).join(", ")}]::text[]`;
