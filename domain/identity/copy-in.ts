import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import type { TxSql } from "@/db/client";

export type Field = string | number | null;

/** Rows of this many or fewer (all of one message) go in by INSERT: its errors carry their code, and it saves round trips. */
const SMALL = 32;
const CHUNK = 500;

/** COPY was refused by the server. The driver does not tell why: smaller batches (by INSERT) will. */
export class CopyRefused extends Error {
  constructor(table: string) {
    super(`COPY into ${table} was refused`);
    this.name = "CopyRefused";
  }
}

/** One field of COPY's text format. */
export function copyField(value: Field): string {
  if (value === null) return "\\N";
  if (typeof value === "number") return String(value);
  return /[\\\n\r\t]/.test(value)
    ? value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")
    : value;
}

/** Puts rows that are known to be new into a table: COPY, the fastest way in. Their text is made at once. */
export function planCopy(table: string, columns: readonly string[], rows: readonly Field[][]): (tx: TxSql) => Promise<void> {
  const target = `${table} (${columns.join(", ")})`;
  if (rows.length === 0) return async () => {};
  if (rows.length <= SMALL) {
    const places = rows.map((row, i) => `(${row.map((_, j) => `$${i * columns.length + j + 1}`).join(", ")})`);
    return async (tx) => {
      await tx.unsafe(`insert into ${target} values ${places.join(", ")}`, rows.flat() as string[], { prepare: true });
    };
  }
  const chunks: string[] = [];
  for (let i = 0; i < rows.length; i += CHUNK) {
    let text = "";
    for (const row of rows.slice(i, i + CHUNK)) {
      let first = true;
      for (const field of row) {
        text += first ? copyField(field) : `\t${copyField(field)}`;
        first = false;
      }
      text += "\n";
    }
    chunks.push(text);
  }
  return (tx) => copyChunks(tx, table, target, chunks);
}

async function copyChunks(tx: TxSql, table: string, target: string, chunks: readonly string[]): Promise<void> {
  const stream = await tx.unsafe(`copy ${target} from stdin`).writable();
  const sent = whenSent(stream);
  const done = finished(stream);
  done.catch(() => {});
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await Promise.race([sent, done]);
  // When the server refuses the data after their end, the driver says nothing and the stream never finishes; the next
  // statement of the transaction tells.
  try {
    await tx`select 1`;
  } catch {
    throw new CopyRefused(table);
  }
  await done;
}

/** Resolves when the end of the data was written. */
function whenSent(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const final = stream._final.bind(stream);
    stream._final = (callback) => {
      final(callback);
      resolve();
    };
  });
}
