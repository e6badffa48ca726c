import { timed } from "./measure";
import type { BenchDatabase } from "./report";

/** One COPY of the inbox rows after an id into a table of the same columns without any index. */
export async function copyFloor({ sql }: BenchDatabase, since: number): Promise<{ rate: number; rows: number }> {
  const rows = await sql<{ line: Buffer }[]>`
    select convert_to(concat_ws(chr(9), id, received_at, xid, source_id, replace(body, chr(92), chr(92) || chr(92))) || chr(10), 'UTF8') as line
    from inbox where id > ${since} order by id`;
  const chunks: Buffer[] = [];
  for (let i = 0; i < rows.length; i += 500) chunks.push(Buffer.concat(rows.slice(i, i + 500).map((row) => row.line)));
  await sql`drop table if exists copy_rows`;
  await sql`create table copy_rows (like inbox including defaults)`;
  const { ms } = await timed(async () => {
    const stream = await sql`copy copy_rows (id, received_at, xid, source_id, body) from stdin`.writable();
    await new Promise<void>((done, fail) => {
      stream.on("error", fail).on("finish", done);
      for (const chunk of chunks) stream.write(chunk);
      stream.end();
    });
  });
  const [count] = await sql<{ n: number }[]>`select count(*) as n from copy_rows`;
  return { rate: (rows.length * 1000) / ms, rows: count?.n ?? 0 };
}
