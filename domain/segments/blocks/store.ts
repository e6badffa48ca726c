import type { Sql } from "@/db/client";
import { copyOut, int8, quoted, raw, text } from "./copy-out";
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

/** A block of the list is not there any more: read the list again. */
export class BlocksGone extends Error {}

const AT_ONCE = 3;
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
    const groups = new Map<string, Request[]>();
    for (const request of requests) {
      const have = this.kept.get(request.block.id)?.columns;
      const missing = request.columns.filter((name) => !have?.has(name));
      if (missing.length === 0) continue;
      const key = JSON.stringify(missing);
      const group = groups.get(key);
      if (group) group.push(request);
      else groups.set(key, [request]);
    }
    // What this question uses may not leave the memory while the rest of it is loaded.
    const pinned = new Map<number, Kept>();
    for (const { block } of requests) pinned.set(block.id, this.use(block.id));
    const work: (() => Promise<void>)[] = [];
    for (const [key, group] of groups) {
      const columns = JSON.parse(key) as string[];
      const size = Math.max(4, Math.ceil(group.length / AT_ONCE));
      for (let i = 0; i < group.length; i += size) {
        const part = group.slice(i, i + size);
        work.push(() => this.fetch(part, columns, pinned));
      }
    }
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = work.pop(); next; next = work.pop()) await next();
      }),
    );
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

  private async fetch(requests: readonly Request[], columns: readonly string[], pinned: ReadonlyMap<number, Kept>): Promise<void> {
    const rows = new Map(requests.map(({ block }) => [block.id, block.rows]));
    const literals = await quoted(this.sql, columns);
    const names = literals.flatMap((literal, i) => (columns[i] === "s" ? [literal, "'m'"] : [literal]));
    const seen = new Set<number>();
    await copyOut(
      this.sql,
      `select block_id, name, data from event_block_columns where block_id in (${[...rows.keys()].map(whole).join(",")}) and name in (${names.join(",")})`,
      (row) => {
        const id = int8(row, 0);
        const name = text(row, 1) ?? "";
        const bytes = raw(row, 2);
        const kept = pinned.get(id);
        if (!kept) return;
        seen.add(id);
        this.fetched += bytes.length;
        this.put(id, kept, name, decode(name, bytes, rows.get(id) ?? 0));
      },
    );
    for (const [id, kept] of pinned) {
      if (!rows.has(id)) continue;
      for (const name of columns) {
        if (name === "s" && !kept.columns.has("m")) kept.columns.set("m", null);
        if (OPTIONAL.has(name) && !kept.columns.has(name)) kept.columns.set(name, null);
      }
      if (!seen.has(id) && columns.some((name) => name.length === 1 && !OPTIONAL.has(name))) throw new BlocksGone();
    }
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
