import type { TxSql } from "@/db/client";
import { copyOut, int8, raw, text } from "./copy-out";
import {
  decodeIds,
  decodeMilliseconds,
  decodePids,
  decodeProperty,
  decodeSeconds,
  decodeValues,
  encodeRows,
  textsOf,
  type Rows,
} from "./encode";
import { emptyRows, whole } from "./read-rows";

/** A block in the list of its type. */
export interface BlockMeta {
  id: number;
  eventType: number;
  rows: number;
  fromMs: number;
  fromId: number;
  toMs: number;
  toId: number;
  maxProfileId: number;
}

/** Blocks that count, by type and in order. */
export async function listBlocks(sql: TxSql, eventTypes?: readonly number[]): Promise<Map<number, BlockMeta[]>> {
  const rows = await sql<BlockMeta[]>`
    select id, event_type as "eventType", rows, from_ms as "fromMs", from_id as "fromId", to_ms as "toMs", to_id as "toId", max_profile_id as "maxProfileId"
    from event_blocks where retired_at is null ${eventTypes ? sql`and event_type = any(${eventTypes as number[]}::int[])` : sql``}
    order by event_type, from_ms, from_id`;
  const out = new Map<number, BlockMeta[]>();
  for (const row of rows) {
    const list = out.get(row.eventType);
    if (list) list.push(row);
    else out.set(row.eventType, [row]);
  }
  return out;
}

/** Writes rows (in order) as one block. */
export async function writeBlock(tx: TxSql, eventType: number, rows: Rows): Promise<void> {
  if (rows.n === 0) return;
  let most = 0;
  for (const one of rows.pid) if (one > most) most = one;
  const [made] = await tx<{ id: number }[]>`
    insert into event_blocks (id, event_type, rows, from_ms, from_id, to_ms, to_id, max_profile_id)
    values (nextval('event_block_seq'), ${eventType}, ${rows.n}, ${rows.at[0] ?? 0}, ${rows.id[0] ?? 0},
      ${rows.at[rows.n - 1] ?? 0}, ${rows.id[rows.n - 1] ?? 0}, ${most})
    returning id`;
  const id = made?.id ?? 0;
  const columns = [...encodeRows(rows)];
  await Promise.all(
    columns.map(([name, data]) => tx`insert into event_block_columns (block_id, name, data) values (${id}, ${name}, ${data})`),
  );
}

/** Writes rows (in order) as full blocks with the rest in the last one, or, among other blocks, as equal parts. */
export async function writeBlocks(tx: TxSql, eventType: number, rows: Rows, blockRows: number, last: boolean): Promise<void> {
  const parts = Math.ceil(rows.n / blockRows);
  const size = last ? blockRows : Math.ceil(rows.n / Math.max(1, parts));
  for (let from = 0; from < rows.n; from += size) await writeBlock(tx, eventType, partOf(rows, from, Math.min(rows.n, from + size)));
}

const partOf = (rows: Rows, from: number, to: number): Rows => ({
  n: to - from,
  pid: rows.pid.slice(from, to),
  at: rows.at.slice(from, to),
  id: rows.id.slice(from, to),
  value: rows.value.slice(from, to),
  texts: new Map([...rows.texts].map(([name, texts]) => [name, texts.slice(from, to)])),
});

export async function retire(tx: TxSql, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await tx`update event_blocks set retired_at = now() where id = any(${ids as number[]}::int8[]) and retired_at is null`;
}

/** All columns of a block as rows again; properties that it lacks or that are too wide are left out. */
export async function readBlock(tx: TxSql, block: BlockMeta): Promise<Rows> {
  const found = new Map<string, Buffer>();
  await copyOut(tx, `select name, data from event_block_columns where block_id = ${whole(block.id)}`, (row) => {
    found.set(text(row, 0) ?? "", Buffer.from(raw(row, 1)));
  });
  const need = (name: string): Buffer => {
    const bytes = found.get(name);
    if (!bytes) throw new Error(`block ${block.id} lacks its column ${name}`);
    return bytes;
  };
  const n = block.rows;
  const { base, seconds } = decodeSeconds(need("s"));
  const milliseconds = found.get("m");
  const ms = milliseconds ? decodeMilliseconds(milliseconds) : undefined;
  const values = found.get("v");
  const rows: Rows = {
    n,
    pid: decodePids(need("p")),
    at: new Float64Array(n),
    id: decodeIds(need("i")),
    value: values ? decodeValues(values) : new Float64Array(n).fill(Number.NaN),
    texts: new Map(),
  };
  for (let i = 0; i < n; i++) rows.at[i] = (base + (seconds[i] as number)) * 1000 + (ms ? (ms[i] as number) : 0);
  for (const [name, bytes] of found) {
    if (!name.startsWith("[")) continue;
    const column = decodeProperty(bytes, n);
    if (column) rows.texts.set(name, textsOf(column, n));
  }
  return rows;
}

/** Rows of both in (time, id) order, without those of the fragments in `without`. Properties that only one side has are left out. */
export function mergeRows(old: Rows, added: Rows, without: ReadonlySet<number>): Rows {
  const names = [...old.texts.keys()].filter((name) => old.n === 0 || added.n === 0 || added.texts.has(name));
  const out = emptyRows(names, old.n + added.n);
  const put = (from: Rows, i: number): void => {
    const { n } = out;
    out.pid[n] = from.pid[i] as number;
    out.at[n] = from.at[i] as number;
    out.id[n] = from.id[i] as number;
    out.value[n] = from.value[i] as number;
    for (const name of names) (out.texts.get(name) as (string | null)[])[n] = from.texts.get(name)?.[i] ?? null;
    out.n = n + 1;
  };
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < old.n && without.has(old.pid[i] as number)) i++;
    if (i >= old.n && j >= added.n) break;
    const first =
      j >= added.n ||
      (i < old.n &&
        ((old.at[i] as number) < (added.at[j] as number) ||
          ((old.at[i] as number) === (added.at[j] as number) && (old.id[i] as number) <= (added.id[j] as number))));
    if (first) put(old, i++);
    else put(added, j++);
  }
  return { ...out, pid: out.pid.slice(0, out.n), at: out.at.slice(0, out.n), id: out.id.slice(0, out.n), value: out.value.slice(0, out.n) };
}

/** Which of the blocks hold rows of any of the fragments. */
export async function blocksOf(tx: TxSql, blocks: readonly BlockMeta[], fragments: ReadonlySet<number>): Promise<Set<number>> {
  const out = new Set<number>();
  if (blocks.length === 0 || fragments.size === 0) return out;
  await copyOut(
    tx,
    `select block_id, data from event_block_columns where name = 'p' and block_id in (${blocks.map(({ id }) => whole(id)).join(",")})`,
    (row) => {
      for (const pid of decodePids(raw(row, 1))) {
        if (!fragments.has(pid)) continue;
        out.add(int8(row, 0));
        return;
      }
    },
  );
  return out;
}
