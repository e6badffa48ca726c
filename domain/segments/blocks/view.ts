import type { AnySql, TxSql } from "@/db/client";
import { encodeProperty, decodeProperty, type PropertyColumn } from "./encode";
import { placeOf } from "./names";
import type { LoadedBlock } from "./store";
import { listBlocks, type BlockMeta } from "./write-blocks";

/** Events that are in no block; from this many on the questions go to the database. */
const MOST_NEWEST = 200_000;

export interface TypeView {
  eventType: number;
  /** In (time, id) order, without overlap. */
  blocks: readonly BlockMeta[];
  /** Events that are in no block, in (time, id) order. */
  newest: LoadedBlock;
}

/**
 * One consistent state of the data, as readers of blocks need it: which blocks count, what is in none of them, who was
 * merged into whom.
 */
export interface View {
  types: ReadonlyMap<number, TypeView>;
  typeIds: ReadonlyMap<string, number>;
  /** Canonical profile of each fragment by fragment; undefined: nobody was merged. */
  canonical: Int32Array | undefined;
  /** Merged fragments. */
  aliases: readonly { from: number; to: number }[];
  /** Fragments for which blocks do not count, as flags by fragment; undefined: none. */
  dirty: Uint8Array | undefined;
  /** One more than the highest profile id that may occur. */
  size: number;
}

export interface ViewNeeds {
  /** Event types by id; null: all that are behaviour. */
  types: ReadonlySet<number>;
  /** Property columns by name. */
  columns: ReadonlySet<string>;
}

/** What changed since a view was read: equal texts, equal data. `$1`: the cursor of computed traits. Cheap. */
export const VERSION_SQL = `concat_ws('/', c.processed, c.epoch, c.inbox_id, (select max(id) from segment_transitions),
  (select max(id) from event_blocks), (select max(mark) from event_block_dirty), (select max(id) from event_block_holes), (select max(id) from profile_changes),
  (select change_id from segment_cursors where name = $1), (select version from consent_config), (select max(id) from consent_changes))`;

/** Event names and their ids. */
export async function eventTypeIds(sql: AnySql): Promise<Map<string, number>> {
  const rows = await sql<{ id: number; name: string }[]>`select id, name from event_types`;
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/**
 * Reads a view in a transaction of one state (repeatable read); types that are not held yet are not in it. Undefined
 * where blocks cannot answer: too much is in none.
 */
export async function readView(tx: TxSql, needs: ViewNeeds, typeIds: ReadonlyMap<string, number>): Promise<View | undefined> {
  const types = [...needs.types];
  const [covered, blocks, aliases, dirty] = await Promise.all([
    tx<{ eventType: number; closedId: number }[]>`
      select event_type as "eventType", closed_id as "closedId" from event_block_types where event_type = any(${types}::int[])`,
    listBlocks(tx, types),
    tx.unsafe("select profile_id, canonical_id from profile_aliases").values() as unknown as Promise<[number, number][]>,
    tx<{ id: number }[]>`select profile_id as id from event_block_dirty`,
  ]);
  const closed = new Map(covered.map(({ eventType, closedId }) => [eventType, closedId]));
  const newest = await readNewest(
    tx,
    closed,
    dirty.map(({ id }) => id),
    [...needs.columns],
  );
  if (!newest) return undefined;
  let most = 0;
  for (const list of blocks.values()) for (const { maxProfileId } of list) most = Math.max(most, maxProfileId);
  for (const { pid } of newest.values()) for (const one of pid) most = Math.max(most, one);
  for (const [from, to] of aliases) most = Math.max(most, from, to);
  const size = most + 1;
  let canonical: Int32Array | undefined;
  if (aliases.length > 0) {
    canonical = new Int32Array(size);
    for (let i = 0; i < size; i++) canonical[i] = i;
    for (const [from, to] of aliases) canonical[from] = to;
  }
  let flags: Uint8Array | undefined;
  if (dirty.length > 0) {
    flags = new Uint8Array(size);
    for (const { id } of dirty) if (id < size) flags[id] = 1;
  }
  return {
    types: new Map(
      [...closed.keys()].map((eventType) => [
        eventType,
        { eventType, blocks: blocks.get(eventType) ?? [], newest: newest.get(eventType) ?? nothing([...needs.columns]) },
      ]),
    ),
    typeIds,
    canonical,
    aliases: aliases.map(([from, to]) => ({ from, to })),
    dirty: flags,
    size,
  };
}

type NewestRow = [type: number, pid: number, at: Date, id: number, value: number | null, ...texts: (string | null)[]];

/** Events above what is closed, of fragments that changed, and of spans without blocks. */
async function readNewest(
  tx: TxSql,
  closed: ReadonlyMap<number, number>,
  dirty: readonly number[],
  columns: readonly string[],
): Promise<Map<number, LoadedBlock> | undefined> {
  if (closed.size === 0) return new Map();
  const list = (numbers: Iterable<number>): string => `{${[...numbers].join(",")}}`;
  const params: unknown[] = [list(closed.keys()), list(closed.values()), String(Math.min(...closed.values())), list(dirty)];
  const texts = columns.map((name) => {
    const { root, path } = placeOf(name);
    params.push(path);
    return `, (e.${root} #> $${params.length}::text[])::text`;
  });
  const [hole] = await tx`select 1 from event_block_holes limit 1`;
  const row = `select e.event_type, e.profile_id, e.occurred_at, e.id, e.value::float8${texts.join("")}`;
  // Parts that hold nothing are left out: a plan over all months costs more than the rows.
  const ofDirty = `
       union all
       ${row} from events e join t on t.event_type = e.event_type where e.profile_id = any($4::text::int[]) and e.profile_id > 0 and e.id <= t.closed_id`;
  const ofHoles = `
       union all
       ${row} from h cross join lateral (select * from events e where e.event_type = h.event_type
         and e.occurred_at >= to_timestamp(h.from_ms / 1000.0) and e.occurred_at <= to_timestamp(h.to_ms / 1000.0)) e
       where e.id <= h.closed_id and e.profile_id > 0 and not e.profile_id = any($4::text::int[])
         and (e.occurred_at, e.id) >= (to_timestamp(h.from_ms / 1000.0), h.from_id) and (e.occurred_at, e.id) <= (to_timestamp(h.to_ms / 1000.0), h.to_id)`;
  const rows = (await tx
    .unsafe(
      `with t as materialized (select * from unnest($1::text::int[], $2::text::int8[]) t(event_type, closed_id)),
     h as materialized (select h.*, t.closed_id from event_block_holes h join t on t.event_type = h.event_type)
     select * from (
       ${row} from events e join t on t.event_type = e.event_type where e.id > $3::text::int8 and e.id > t.closed_id and e.profile_id > 0 and $4::text is not null
${dirty.length > 0 ? ofDirty : ""}${hole ? ofHoles : ""}
     ) n limit ${MOST_NEWEST + 1}`,
      params as never[],
    )
    .values()) as unknown as NewestRow[];
  if (rows.length > MOST_NEWEST) return undefined;
  const byType = new Map<number, NewestRow[]>();
  for (const one of rows) {
    const known = byType.get(one[0]);
    if (known) known.push(one);
    else byType.set(one[0], [one]);
  }
  const out = new Map<number, LoadedBlock>();
  for (const [type, mine] of byType) {
    mine.sort((a, b) => a[2].getTime() - b[2].getTime() || a[3] - b[3]);
    const held = blockOf(mine, columns);
    if (!held) return undefined;
    out.set(type, held);
  }
  return out;
}

function blockOf(rows: readonly NewestRow[], columns: readonly string[]): LoadedBlock | undefined {
  const n = rows.length;
  const base = Math.floor((rows[0]?.[2].getTime() ?? 0) / 1000);
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
    const [, pid, at, id, value] = rows[i] as NewestRow;
    const time = at.getTime();
    const second = Math.floor(time / 1000);
    out.pid[i] = pid;
    out.seconds[i] = second - base;
    out.ms[i] = time - second * 1000;
    out.id[i] = id;
    out.value[i] = value ?? Number.NaN;
  }
  for (const [c, name] of columns.entries()) {
    const column = decodeProperty(encodeProperty(rows.map((row) => (row as unknown as (string | null)[])[5 + c] ?? null)), n);
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
