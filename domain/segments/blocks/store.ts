import type { Sql } from "@/db/client";
import { copyOut, int4, quoted, raw } from "./copy-out";
import { decodeIds, decodeMilliseconds, decodePids, decodeProperty, decodeSeconds, decodeValues, type PropertyColumn } from "./encode";
import { whole } from "./read-rows";
import type { BlockMeta } from "./write-blocks";

/** What of a block is in memory; a column that is not asked for may be absent. */
export interface LoadedBlock {
  n: number;
  pid: Int32Array;
  /** Seconds since 1970, relative to `base`. */
  base: number;
  seconds: Uint32Array | undefined;
  /** Undefined: all 0. */
  ms: Uint16Array | undefined;
  id: Float64Array | undefined;
  /** NaN: none. Undefined: no row has one. */
  value: Float64Array | undefined;
  properties: ReadonlyMap<string, PropertyColumn>;
}

export interface Request {
  block: BlockMeta;
  /** Names of columns as stored; `m` comes with `s`. */
  columns: readonly string[];
}

type Decoded = ReturnType<typeof decodeSeconds> | Int32Array | Uint16Array | Float64Array | PropertyColumn | null;

interface Kept {
  /** null: the block has no such column (`m`, `v`), or one that was too wide to keep. */
  columns: Map<string, Decoded>;
  bytes: number;
}

/** A column of a block to be read. */
interface Item {
  block: BlockMeta;
  kept: Kept;
  name: string;
}

/** A block of the list is not there any more: read the list again. */
export class BlocksGone extends Error {}

/** Connections that read at once, each with so many bytes before another one helps. */
const AT_ONCE = 4;
const PART_BYTES = 1_500_000;
const OPTIONAL = new Set(["m", "v"]);
/** Bytes of a row in memory, for what a question will take. */
const WIDTH: Record<string, number> = { p: 4, s: 4, m: 2, i: 8, v: 8 };

/**
 * Decoded columns of blocks, kept within a bound of bytes: the blocks that were used least recently go first. Blocks
 * never change, so what is kept is true for ever.
 */
export class BlockStore {
  private readonly kept = new Map<number, Kept>();
  private bytes = 0;
  private batch: { items: Map<string, Item>; read: Promise<void> } | undefined;
  /** Bytes read from the database so far. */
  fetched = 0;

  constructor(
    private readonly sql: Sql,
    private readonly limit: number,
  ) {}

  /** Bytes in memory. */
  get size(): number {
    return this.bytes;
  }

  /** Whether all that is asked for may be in memory at once. */
  fits(requests: readonly Request[]): boolean {
    let bytes = 0;
    for (const { block, columns } of requests) for (const name of columns) bytes += block.rows * (WIDTH[name] ?? 4);
    return bytes <= this.limit;
  }

  /** @returns undefined where a property column is missing or too wide */
  async load(requests: readonly Request[]): Promise<Map<number, LoadedBlock> | undefined> {
    // What this question uses may not leave the memory while the rest of it is loaded.
    const pinned = new Map<number, Kept>();
    for (const { block } of requests) pinned.set(block.id, this.use(block.id));
    let reading: Promise<void> | undefined;
    for (const { block, columns } of requests) {
      const kept = pinned.get(block.id) as Kept;
      for (const name of columns) {
        if (kept.columns.has(name)) continue;
        reading = this.want({ block, kept, name });
        if (name === "s") void this.want({ block, kept, name: "m" });
      }
    }
    await reading;
    this.evict();
    const out = new Map<number, LoadedBlock>();
    for (const { block, columns } of requests) {
      const loaded = assemble(block, columns, (pinned.get(block.id) as Kept).columns);
      if (!loaded) return undefined;
      out.set(block.id, loaded);
    }
    return out;
  }

  /** Forgets everything: for a measurement from nothing. */
  clear(): void {
    this.kept.clear();
    this.bytes = 0;
  }

  private use(id: number): Kept {
    const found = this.kept.get(id) ?? { columns: new Map<string, Decoded>(), bytes: 0 };
    this.kept.delete(id);
    this.kept.set(id, found);
    return found;
  }

  /** Columns that several questions ask for in one turn are read together. */
  private want(item: Item): Promise<void> {
    this.batch ??= { items: new Map(), read: Promise.resolve().then(() => this.flush()) };
    this.batch.items.set(`${item.block.id} ${item.name}`, item);
    return this.batch.read;
  }

  private async flush(): Promise<void> {
    const items = [...(this.batch?.items.values() ?? [])];
    this.batch = undefined;
    const bytes = items.reduce((sum, { block, name }) => sum + block.rows * (WIDTH[name] ?? 4), 0);
    const parts = Math.max(1, Math.min(AT_ONCE, Math.ceil(bytes / PART_BYTES)));
    const size = Math.ceil(items.length / parts);
    await Promise.all(Array.from({ length: Math.ceil(items.length / size) }, (_, i) => this.fetch(items.slice(i * size, (i + 1) * size))));
    for (const { kept, name } of items) {
      if (kept.columns.has(name)) continue;
      if (OPTIONAL.has(name)) kept.columns.set(name, null);
      else if (name.length === 1) throw new BlocksGone();
    }
  }

  private async fetch(items: readonly Item[]): Promise<void> {
    const names = [...new Set(items.map(({ name }) => name))];
    const list = (numbers: readonly number[]): string => `'{${numbers.map(whole).join(",")}}'`;
    await copyOut(
      this.sql,
      `select w.i, c.data from unnest(${list(items.map(({ block }) => block.id))}::int8[], ${list(items.map(({ name }) => names.indexOf(name) + 1))}::int[],
         ${list(items.map((_, i) => i))}::int[]) w(block, name, i)
       join event_block_columns c on c.block_id = w.block and c.name = (${quoted(names)})[w.name]`,
      (row) => {
        const { block, kept, name } = items[int4(row, 0)] as Item;
        const bytes = raw(row, 1);
        this.fetched += bytes.length;
        this.put(block.id, kept, name, decode(name, bytes, block.rows));
      },
    );
  }

  private put(id: number, kept: Kept, name: string, column: Decoded): void {
    if (kept.columns.has(name)) return;
    kept.columns.set(name, column);
    const bytes = sizeOf(column);
    kept.bytes += bytes;
    if (this.kept.get(id) === kept) this.bytes += bytes;
  }

  private evict(): void {
    for (const [id, { bytes }] of this.kept) {
      if (this.bytes <= this.limit) return;
      this.kept.delete(id);
      this.bytes -= bytes;
    }
  }
}

function decode(name: string, bytes: Buffer, rows: number): Decoded {
  switch (name) {
    case "p":
      return decodePids(bytes);
    case "s":
      return decodeSeconds(bytes);
    case "m":
      return decodeMilliseconds(bytes);
    case "i":
      return decodeIds(bytes);
    case "v":
      return decodeValues(bytes);
    default:
      return decodeProperty(bytes, rows) ?? null;
  }
}

function sizeOf(column: Decoded): number {
  if (column === null) return 0;
  if ("kind" in column) return column.bytes;
  return "seconds" in column ? column.seconds.byteLength : column.byteLength;
}

function assemble(block: BlockMeta, columns: readonly string[], kept: ReadonlyMap<string, Decoded>): LoadedBlock | undefined {
  const properties = new Map<string, PropertyColumn>();
  for (const name of columns) {
    if (!name.startsWith("[")) continue;
    const column = kept.get(name);
    if (!column) return undefined;
    properties.set(name, column as PropertyColumn);
  }
  const get = <T>(name: string): T | undefined =>
    columns.includes(name) ? ((kept.get(name) as T | null | undefined) ?? undefined) : undefined;
  const time = get<ReturnType<typeof decodeSeconds>>("s");
  return {
    n: block.rows,
    pid: kept.get("p") as Int32Array,
    base: time?.base ?? 0,
    seconds: time?.seconds,
    ms: time ? ((kept.get("m") as Uint16Array | null | undefined) ?? undefined) : undefined,
    id: get<Float64Array>("i"),
    value: get<Float64Array>("v"),
    properties,
  };
}
