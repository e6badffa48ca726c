import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import type { TxSql } from "@/db/client";

type Field = string | number | null;

/** Rows of this many or fewer (all of one message) go in by INSERT: its errors carry their code, and it saves round trips. */
const SMALL = 32;

export const isSmall = (rows: number): boolean => rows <= SMALL;

/** COPY was refused by the server. The driver does not tell why: smaller batches (by INSERT) will. */
export class CopyRefused extends Error {
  constructor(table: string) {
    super(`COPY into ${table} was refused`);
    this.name = "CopyRefused";
  }
}

/** Puts a few rows (`isSmall`) into a table. */
export function planInsert(table: string, columns: readonly string[], rows: readonly Field[][]): (tx: TxSql) => Promise<void> {
  const places = rows.map((row, i) => `(${row.map((_, j) => `$${i * columns.length + j + 1}`).join(", ")})`);
  return async (tx) => {
    await tx.unsafe(`insert into ${table} (${columns.join(", ")}) values ${places.join(", ")}`, rows.flat() as string[], { prepare: true });
  };
}

/** Puts rows that are known to be new into a table: COPY, the fastest way in. `chunks` is what `CopyRows` made of them. */
export function planCopy(table: string, columns: readonly string[], chunks: readonly Buffer[]): (tx: TxSql) => Promise<void> {
  return (tx) => copyChunks(tx, table, `copy ${table} (${columns.join(", ")}) from stdin with (format binary)`, chunks);
}

async function copyChunks(tx: TxSql, table: string, statement: string, chunks: readonly Buffer[]): Promise<void> {
  const stream = await tx.unsafe(statement).writable();
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
