import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { Database } from "@/db/client";
import { errorPath, removeUpload, sizeOf, uploadPath } from "./files";
import type { FileFormat } from "./model";
import { rm } from "node:fs/promises";

/** Text carried over from one piece of a file to the next: no value is longer. */
const OVERLAP = 2_000;

/**
 * Deletes uploaded files and error files in which `names` finds somebody. An import that is at work is left alone: what
 * it brings is judged in processing, and its file goes when it is done.
 * @returns files deleted
 */
export async function removeFilesNaming(database: Pick<Database, "sql">, names: (text: string) => boolean): Promise<number> {
  const { sql } = database;
  const rows = await sql<{ id: string; status: string; format: FileFormat | null }[]>`
    select id, status, detected -> 'format' as format from imports where status not in ('running', 'checking')`;
  let removed = 0;
  for (const { id, format } of rows) {
    const upload = await uploadPath(id);
    if ((await sizeOf(upload)) !== null && (await fileNames(upload, format, names))) {
      await removeUpload(id);
      await sql`
        update imports set status = case when status in ('done', 'cancelled') then status else 'failed' end,
          error = 'The file was removed: it named a person who was erased. Upload it again without them.'
        where id = ${id}`;
      removed += 1;
    }
    const errors = await errorPath(id);
    if ((await sizeOf(errors)) !== null && (await fileNames(errors, null, names))) {
      await rm(errors, { force: true });
      removed += 1;
    }
  }
  return removed;
}

async function fileNames(path: string, format: FileFormat | null, names: (text: string) => boolean): Promise<boolean> {
  const decoder = new TextDecoder(format?.encoding ?? "utf-8");
  const bytes = createReadStream(path);
  const pieces = format?.gzip ? bytes.pipe(createGunzip()) : bytes;
  let rest = "";
  try {
    for await (const piece of pieces) {
      const text = rest + decoder.decode(piece as Buffer, { stream: true });
      if (names(text)) return true;
      rest = text.slice(-OVERLAP);
    }
    return names(rest + decoder.decode());
  } finally {
    bytes.destroy();
  }
}
