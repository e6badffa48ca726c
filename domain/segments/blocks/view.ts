import type { TxSql } from "@/db/client";
import { copyOut, float8, int4, int8, millis, quoted, text } from "./copy-out";
import { decodeProperty, encodeProperty, type PropertyColumn } from "./encode";
import { propertySql, RowBuffer, whole } from "./read-rows";
import type { LoadedBlock } from "./store";
import type { BlockMeta } from "./write-blocks";

/** Events that are in no block; from this many on the questions go to the database. */
const MOST_NEWEST = 200_000;

export interface TypeView {
  eventType: number;
  /** In (time, id) order, without overlap. */
  blocks: readonly BlockMeta[];
  /** Events that are in no block, in (time, id) order. */
  newest: LoadedBlock;
}

/** Merged fragments (`from`) and the profile that stands for each (`to`), at the same places. */
export interface Aliases {
  from: Int32Array;
  to: Int32Array;
}

/** Bits of merged fragments, small enough to stay near the processor, and for those the profile that stands for each. */
export interface Canonical {
  merged: Uint32Array;
  ids: Int32Array;
}

/**
 * One consistent state of the data, as readers of blocks need it: which blocks count, what is in none of them, who was
 * merged into whom.
 */
export interface View {
  types: ReadonlyMap<number, TypeView>;
  typeIds: ReadonlyMap<string, number>;
  /** Who stands for each fragment; undefined: nobody was merged. */
  readonly canonical: Canonical | undefined;
  aliases: Aliases;
  /** Fragments for which blocks do not count, as flags by fragment; undefined: none. */
  dirty: Uint8Array | undefined;
  /** One more than the highest profile id that may occur. */
  size: number;
}

export interface ViewNeeds {
  /** Event names; null: all of them. */
  events: ReadonlySet<string | null>;
  /** Property columns by name. */
  columns: ReadonlySet<string>;
}

/** What changed since a view was read: equal texts, equal data. `$1`: the cursor of computed traits. Cheap. */
export const VERSION_SQL = `concat_ws('/', c.processed, c.epoch, c.inbox_id, (select max(id) from segment_transitions),
  (select max(id) from event_blocks), (select max(mark) from event_block_dirty), (select max(id) from event_block_holes), (select max(id) from profile_changes),
  (select change_id from segment_cursors where name = $1), (select version from consent_config), (select max(id) from consent_changes))`;

type BlockRow = [id: number, type: number, rows: number, fromMs: number, fromId: number, toMs: number, toId: number, most: number];

/**
 * Reads a view in a transaction of one state (repeatable read); types that are not held yet are not in it. Undefined
 * where blocks cannot answer: too much is in none. All statements go out at once, so that they cost one way to the
 * database and back.
 */
export async function readView(tx: TxSql, needs: ViewNeeds): Promise<View | undefined> {
  const all = needs.events.has(null);
  const names = quoted([...needs.events].filter((name) => name !== null));
  // SQL: a type is asked for.
  const asked = (column: string): string => (all ? "true" : `${column} in (select id from event_types where name = any(${names}))`);
  const columns = [...needs.columns];
  const newest = new Newest(columns);
  const [types, blocks, aliases, dirty, [hole]] = await Promise.all([
    tx
      .unsafe("select t.id, t.name, b.closed_id from event_types t left join event_block_types b on b.event_type = t.id")
      .values() as unknown as Promise<[number, string, number | null][]>,
    tx
      .unsafe(
        `select id, event_type, rows, from_ms, from_id, to_ms, to_id, max_profile_id from event_blocks
         where retired_at is null and ${asked("event_type")} order by event_type, from_ms, from_id`,
      )
      .values() as unknown as Promise<BlockRow[]>,
    readAliases(tx),
    tx<{ id: number }[]>`select profile_id as id from event_block_dirty`,
    tx`select 1 from event_block_holes limit 1`,
    newest.readLatest(tx, asked("b.event_type")),
  ]);
  const typeIds = new Map(types.map(([id, name]) => [name, id]));
  const closed = new Set<number>();
  for (const [id, name, closedId] of types) if (closedId !== null && (all || needs.events.has(name))) closed.add(id);
  if (dirty.length > 0 || hole)
    await newest.readRest(
      tx,
      asked("b.event_type"),
      dirty.map(({ id }) => id),
    );
  const fresh = newest.take();
  if (!fresh) return undefined;

  let most = 0;
  const lists = new Map<number, BlockMeta[]>();
  for (const [id, eventType, rows, fromMs, fromId, toMs, toId, maxProfileId] of blocks) {
    most = Math.max(most, maxProfileId);
    const list = lists.get(eventType);
    const block = { id, eventType, rows, fromMs, fromId, toMs, toId, maxProfileId };
    if (list) list.push(block);
    else lists.set(eventType, [block]);
  }
  for (const { pid } of fresh.values()) for (const one of pid) if (one > most) most = one;
  for (const ids of [aliases.from, aliases.to]) for (const one of ids) if (one > most) most = one;
  const size = most + 1;
  let flags: Uint8Array | undefined;
  if (dirty.length > 0) {
    flags = new Uint8Array(size);
    for (const { id } of dirty) if (id < size) flags[id] = 1;
  }
  let canonical: Canonical | undefined;
  return {
    types: new Map(
      [...closed].map((eventType) => [
        eventType,
        { eventType, blocks: lists.get(eventType) ?? [], newest: fresh.get(eventType) ?? nothing(columns) },
      ]),
    ),
    typeIds,
    get canonical() {
      return aliases.from.length === 0 ? undefined : (canonical ??= canonicalOf(aliases, size));
    },
    aliases,
    dirty: flags,
    size,
  };
}

function canonicalOf({ from, to }: Aliases, size: number): Canonical {
  const ids = new Int32Array(size);
  const merged = new Uint32Array((size + 31) >>> 5);
  for (let i = 0; i < from.length; i++) {
    const fragment = from[i] as number;
    ids[fragment] = to[i] as number;
    merged[fragment >>> 5]! |= 1 << (fragment & 31);
  }
  return { merged, ids };
}

/** The person of a fragment. */
export const personOf = (canonical: Canonical | undefined, fragment: number): number =>
  canonical !== undefined && (((canonical.merged[fragment >>> 5] as number) >>> (fragment & 31)) & 1) === 1
    ? (canonical.ids[fragment] as number)
    : fragment;

/** All of them as packed numbers: one value is read much faster than a row each. */
async function readAliases(tx: TxSql): Promise<Aliases> {
  const [row] = await tx<{ ids: Uint8Array | null }[]>`
    select string_agg(int4send(profile_id) || int4send(canonical_id), '') as ids from profile_aliases`;
  const bytes = row?.ids ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const n = bytes.length / 8;
  const out: Aliases = { from: new Int32Array(n), to: new Int32Array(n) };
  for (let i = 0; i < n; i++) {
    out.from[i] = view.getInt32(i * 8);
    out.to[i] = view.getInt32(i * 8 + 4);
  }
  return out;
}

/** Events above what is closed, of fragments that changed, and of spans without blocks. */
class Newest {
  private readonly byType = new Map<number, RowBuffer>();
  private rows = 0;
  private readonly fields: string;

  constructor(private readonly columns: readonly string[]) {
    this.fields = ["e.event_type", "e.profile_id", "e.occurred_at", "e.id", "e.value::float8", ...columns.map(propertySql)].join(", ");
  }

  /** What came after the closed rows. `offset 0` keeps the types out of the scan: only the index by id is of use there. */
  readLatest(tx: TxSql, asked: string): Promise<void> {
    return this.read(
      tx,
      `${this.types(asked)}
       select ${this.fields} from (select * from events where id > (select min(closed_id) from t) and profile_id > 0 offset 0) e
       join t on t.event_type = e.event_type where e.id > t.closed_id`,
    );
  }

  /** What lies below, of fragments that changed and of spans without blocks. */
  async readRest(tx: TxSql, asked: string, dirty: readonly number[]): Promise<void> {
    const ids = `'{${dirty.map(whole).join(",")}}'::int[]`;
    await this.read(
      tx,
      `${this.types(asked)}, h as materialized (select h.*, t.closed_id from event_block_holes h join t on t.event_type = h.event_type)
       select ${this.fields} from events e join t on t.event_type = e.event_type
       where e.profile_id = any(${ids}) and e.profile_id > 0 and e.id <= t.closed_id
       union all
       select ${this.fields} from h cross join lateral (select * from events e where e.event_type = h.event_type
         and e.occurred_at >= to_timestamp(h.from_ms / 1000.0) and e.occurred_at <= to_timestamp(h.to_ms / 1000.0)) e
       where e.id <= h.closed_id and e.profile_id > 0 and not e.profile_id = any(${ids})
         and (e.occurred_at, e.id) >= (to_timestamp(h.from_ms / 1000.0), h.from_id) and (e.occurred_at, e.id) <= (to_timestamp(h.to_ms / 1000.0), h.to_id)`,
    );
  }

  /** The rows by type, in (time, id) order; undefined: there are too many, or values too wide to keep. */
  take(): Map<number, LoadedBlock> | undefined {
    if (this.rows > MOST_NEWEST) return undefined;
    const out = new Map<number, LoadedBlock>();
    for (const [type, buffer] of this.byType) {
      const block = blockOf(buffer.take(), this.columns);
      if (!block) return undefined;
      out.set(type, block);
    }
    return out;
  }

  private types(asked: string): string {
    return `with t as materialized (select b.event_type, b.closed_id from event_block_types b where ${asked})`;
  }

  private async read(tx: TxSql, query: string): Promise<void> {
    const texts: (string | null)[] = [];
    await copyOut(tx, `${query} limit ${MOST_NEWEST + 1}`, (row) => {
      const type = int4(row, 0);
      for (let i = 0; i < this.columns.length; i++) texts[i] = text(row, i + 5);
      let buffer = this.byType.get(type);
      if (!buffer) this.byType.set(type, (buffer = new RowBuffer(this.columns, 64)));
      buffer.add(int4(row, 1), millis(row, 2), int8(row, 3), float8(row, 4), texts);
      this.rows += 1;
    });
  }
}

function blockOf(rows: ReturnType<RowBuffer["take"]>, columns: readonly string[]): LoadedBlock | undefined {
  const { n } = rows;
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (rows.at[a] as number) - (rows.at[b] as number) || (rows.id[a] as number) - (rows.id[b] as number),
  );
  const base = Math.floor((rows.at[order[0] ?? 0] ?? 0) / 1000);
  const out = {
    n,
    base,
    pid: new Int32Array(n),
    seconds: new Uint32Array(n),
    ms: new Uint16Array(n),
    id: new Float64Array(n),
    value: new Float64Array(n),
    properties: new Map<string, PropertyColumn>(),
  };
  for (let i = 0; i < n; i++) {
    const from = order[i] as number;
    const time = rows.at[from] as number;
    const second = Math.floor(time / 1000);
    out.pid[i] = rows.pid[from] as number;
    out.seconds[i] = second - base;
    out.ms[i] = time - second * 1000;
    out.id[i] = rows.id[from] as number;
    out.value[i] = rows.value[from] as number;
  }
  for (const name of columns) {
    const texts = rows.texts.get(name) ?? [];
    const column = decodeProperty(encodeProperty(order.map((from) => texts[from] ?? null)), n);
    if (!column) return undefined;
    out.properties.set(name, column);
  }
  return out;
}

const nothing = (columns: readonly string[]): LoadedBlock => ({
  n: 0,
  base: 0,
  pid: new Int32Array(),
  seconds: new Uint32Array(),
  ms: undefined,
  id: new Float64Array(),
  value: undefined,
  properties: new Map(columns.map((name) => [name, { kind: "codes", codes: new Uint8Array(), values: [], bytes: 0 }])),
});
