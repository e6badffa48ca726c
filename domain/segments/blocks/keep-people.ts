import type { AnySql, TxSql } from "@/db/client";
import { copyOut, int4, quoted, raw, text } from "./copy-out";
import { decodeProperty, encodeProperty, textsOf } from "./encode";
import { BLOCK_ROWS } from "./names";
import { BASE, COLUMNS_CURSOR, columnSql, PEOPLE_TYPE } from "./people-names";
import { whole } from "./read-rows";

const WORDS = BLOCK_ROWS / 32;
/** From so many changed people on columns are written anew at once. */
export const ENOUGH_PEOPLE = 5_000;

/** From here on every change of a person is noted (`profile_changes`). Once; before columns are made. */
export async function beginNoting(sql: AnySql): Promise<void> {
  const rows =
    await sql`insert into segment_cursors (name, change_id) values (${COLUMNS_CURSOR}, 0) on conflict (name) do nothing returning 1`;
  // A batch that began before notes nothing: let it end first.
  if (rows.length > 0) await sql`with c as (select 1 from processing_cursors where name = 'main' for update) select count(*) from c`;
}

/** Makes missing columns of people, and writes them anew for those who changed. @returns whether anything was written */
export async function keepPeople(tx: TxSql, due: (waiting: number) => boolean): Promise<boolean> {
  const have = new Set((await tx<{ name: string }[]>`select distinct name from profile_columns`).map(({ name }) => name));
  const wants = (await tx<{ name: string }[]>`select name from event_block_wants where event_type = ${PEOPLE_TYPE} order by name`).map(
    ({ name }) => name,
  );
  if (!have.has(BASE)) {
    await tx`delete from profile_columns`;
    await writeBase(tx);
    for (const name of wants) await writeColumn(tx, name);
    await tx`update segment_cursors set change_id = coalesce((select max(id) from profile_changes), 0), updated_at = now() where name = ${COLUMNS_CURSOR}`;
    return true;
  }
  let wrote = false;
  for (const name of have) {
    if (name === BASE || wants.includes(name)) continue;
    await tx`delete from profile_columns where name = ${name}`;
    wrote = true;
  }
  for (const name of wants) {
    if (have.has(name)) continue;
    await writeColumn(tx, name);
    wrote = true;
  }
  return (
    (await fold(
      tx,
      wants.filter((name) => have.has(name)),
      due,
    )) || wrote
  );
}

async function writeBase(tx: TxSql): Promise<void> {
  const chunks: Uint32Array[] = [];
  await copyOut(tx, "select p.id from profiles p where p.merged_into is null", (row) => {
    const id = int4(row, 0);
    const words = (chunks[id >>> 16] ??= new Uint32Array(WORDS));
    words[(id & 0xffff) >>> 5]! |= 1 << (id & 31);
  });
  // There is a row even where nobody is: it says that the columns are made.
  chunks[0] ??= new Uint32Array(WORDS);
  for (const [chunk, words] of chunks.entries()) if (words) await put(tx, BASE, chunk, Buffer.from(words.buffer));
}

async function writeColumn(tx: TxSql, name: string): Promise<void> {
  const chunks: (string | null)[][] = [];
  // Equal texts once in memory.
  const texts = new Map<string, string>();
  await copyOut(tx, `select p.id, ${columnSql(name)} from profiles p where p.merged_into is null`, (row) => {
    const id = int4(row, 0);
    const value = text(row, 1);
    if (value === null) return;
    let one = texts.get(value);
    if (one === undefined) texts.set(value, (one = value));
    (chunks[id >>> 16] ??= Array.from({ length: BLOCK_ROWS }, () => null))[id & 0xffff] = one;
  });
  chunks[0] ??= Array.from({ length: BLOCK_ROWS }, () => null);
  for (const [chunk, column] of chunks.entries()) if (column) await put(tx, name, chunk, encodeProperty(column));
}

async function put(tx: TxSql, name: string, chunk: number, data: Buffer): Promise<void> {
  await tx`
    insert into profile_columns (name, chunk, data) values (${name}, ${chunk}, ${data})
    on conflict (name, chunk) do update set data = excluded.data`;
}

/** People who changed after what the columns hold, with the columns' values now. */
export async function changedPeople(
  tx: TxSql,
  names: readonly string[],
  most: number,
): Promise<{ ids: number[]; base: boolean[]; texts: Map<string, (string | null)[]> } | undefined> {
  const columns = names.map((name) => `, ${columnSql(name)}`);
  const rows = (await tx
    .unsafe(
      `with c as materialized (select distinct profile_id as id from profile_changes
         where id > (select change_id from segment_cursors where name = $1) limit ${whole(most + 1)})
       select c.id, p.id is not null and p.merged_into is null${columns.join("")} from c left join profiles p on p.id = c.id`,
      [COLUMNS_CURSOR],
    )
    .values()) as unknown as [number, boolean, ...(string | null)[]][];
  if (rows.length > most) return undefined;
  return {
    ids: rows.map(([id]) => id),
    base: rows.map(([, base]) => base),
    texts: new Map(names.map((name, i) => [name, rows.map((row) => (row[1] ? ((row[i + 2] as string | null) ?? null) : null))])),
  };
}

async function fold(tx: TxSql, names: readonly string[], due: (waiting: number) => boolean): Promise<boolean> {
  const [waiting] = await tx<{ n: number; last: number | null }[]>`
    select count(*) as n, max(id) as last from profile_changes where id > (select change_id from segment_cursors where name = ${COLUMNS_CURSOR})`;
  if (!waiting?.last || !due(waiting.n)) return false;
  const changed = await changedPeople(tx, names, Number.MAX_SAFE_INTEGER - 1);
  if (!changed) return false;
  const byChunk = new Map<number, number[]>();
  for (const [i, id] of changed.ids.entries()) {
    const list = byChunk.get(id >>> 16);
    if (list) list.push(i);
    else byChunk.set(id >>> 16, [i]);
  }
  for (const name of [BASE, ...names]) {
    const before = new Map<number, Buffer>();
    await copyOut(
      tx,
      `select chunk, data from profile_columns where name = ${quoted(name)} and chunk in (${[...byChunk.keys()].map(whole).join(",")})`,
      (row) => {
        before.set(int4(row, 0), Buffer.from(raw(row, 1)));
      },
    );
    for (const [chunk, list] of byChunk) {
      const old = before.get(chunk);
      if (name === BASE) {
        const words = new Uint32Array(WORDS);
        if (old) words.set(new Uint32Array(old.buffer.slice(old.byteOffset, old.byteOffset + old.byteLength)));
        for (const i of list) {
          const offset = (changed.ids[i] as number) & 0xffff;
          if (changed.base[i]) words[offset >>> 5]! |= 1 << (offset & 31);
          else words[offset >>> 5]! &= ~(1 << (offset & 31));
        }
        await put(tx, name, chunk, Buffer.from(words.buffer));
        continue;
      }
      const column = old && decodeProperty(old, BLOCK_ROWS);
      // One that is too wide to keep stays so.
      if (old && !column) continue;
      const texts = column ? textsOf(column, BLOCK_ROWS) : Array.from({ length: BLOCK_ROWS }, (): string | null => null);
      for (const i of list) texts[(changed.ids[i] as number) & 0xffff] = changed.texts.get(name)?.[i] ?? null;
      await put(tx, name, chunk, encodeProperty(texts));
    }
  }
  await tx`update segment_cursors set change_id = ${waiting.last}, updated_at = now() where name = ${COLUMNS_CURSOR}`;
  return true;
}
