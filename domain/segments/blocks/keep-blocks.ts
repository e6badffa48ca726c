import type { Database, TxSql } from "@/db/client";
import { decodeIds, decodePids, encodeProperty } from "./encode";
import { copyOut, int8, raw, text } from "./copy-out";
import { beginNoting, ENOUGH_PEOPLE, keepPeople } from "./keep-people";
import { BLOCK_LOCK, BLOCK_ROWS } from "./names";
import { emptyRows, readEvents, RowBuffer, whole, type Span } from "./read-rows";
import { blocksOf, listBlocks, mergeRows, readBlock, retire, writeBlock, writeBlocks, type BlockMeta } from "./write-blocks";

export interface KeepOptions {
  /** Rows of a full block; tests make them small. */
  blockRows?: number;
  /** New events from which on they are closed at once, and how long (milliseconds) fewer may wait. */
  enough?: number;
  waitMs?: number;
  /** Blocks whose missing property columns one step makes. */
  columnsAtOnce?: number;
}

export interface Kept {
  /** Events that went into blocks, types built whole, blocks that got a column. */
  closed: number;
  built: number;
  columns: number;
  /** Nothing is left to do at this moment. */
  idle: boolean;
}

const NOTHING: Kept = { closed: 0, built: 0, columns: 0, idle: true };
/** Most events closed in one step: what a history that is imported at once may take of memory. */
const MOST = 500_000;
/** Fragments rewritten in one step. */
const DIRTY_AT_ONCE = 5_000;
const HOLES_AT_ONCE = 20;
const COLUMNS_AT_ONCE = 20;
/** How long a block that was replaced is kept for readers with the older list, and how long columns that nobody asks for. */
const RETIRED_MINUTES = 5;
const UNUSED_DAYS = 30;
/** Longest wait of fewer changed people. */
const PEOPLE_WAIT_MS = 60_000;

/**
 * Keeps `event_blocks` beside `events`: closes the newest rows, puts late ones where they belong, rewrites what was
 * erased, makes the property columns that segments ask for. One works at a time, under a lock; readers are never held up.
 */
export class BlockKeeper {
  private pending: { id: number; holders: Set<string> } | undefined;
  private closedAt = 0;
  private peopleAt = 0;
  /** Type that was compared last. */
  private checked = 0;
  private readonly blockRows: number;

  constructor(
    private readonly database: Database,
    private readonly options: KeepOptions = {},
  ) {
    this.blockRows = options.blockRows ?? BLOCK_ROWS;
  }

  /** One step of the background work. `now` in milliseconds. */
  async step(now: number): Promise<Kept> {
    const upTo = await this.settled();
    if (upTo === undefined) return NOTHING;
    const out = await this.close(upTo, now);
    await this.database.sql`delete from event_block_columns where block_id in (
      select id from event_blocks where retired_at < now() - make_interval(mins => ${RETIRED_MINUTES}))`;
    await this.database.sql`delete from event_blocks where retired_at < now() - make_interval(mins => ${RETIRED_MINUTES})`;
    return out;
  }

  /**
   * The highest inbox id up to which every message is processed, whatever commits later. Ids are drawn before a commit,
   * so a look at the sequence is true once everybody who was writing to the inbox at that moment has ended, and nothing
   * up to there waits for processing. Undefined: look again later.
   */
  private async settled(): Promise<number | undefined> {
    const { sql } = this.database;
    const holders = async (): Promise<Set<string>> => {
      const rows = await sql<{ holder: string }[]>`
        select virtualtransaction as holder from pg_locks
        where locktype = 'relation' and relation = 'inbox'::regclass and mode = 'RowExclusiveLock'`;
      return new Set(rows.map(({ holder }) => holder));
    };
    if (!this.pending) {
      const [row] = await sql<{ id: number }[]>`select last_value as id from inbox_id_seq`;
      this.pending = { id: row?.id ?? 0, holders: await holders() };
    }
    const { id, holders: before } = this.pending;
    if (before.size > 0) {
      const still = await holders();
      for (const one of before) if (!still.has(one)) before.delete(one);
      if (before.size > 0) return undefined;
    }
    const [row] = await sql<{ waiting: boolean }[]>`
      select exists (select 1 from inbox i, processing_cursors c
        where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id) and i.id <= ${id}) as waiting`;
    if (row?.waiting !== false) return undefined;
    this.pending = undefined;
    return id;
  }

  /** Everything that is to be done with the events up to an id, of which no more may come. */
  async close(upTo: number, now: number): Promise<Kept> {
    const { sql } = this.database;
    let built = 0;
    for (const eventType of await this.uncovered()) built += (await this.inTx((tx) => this.build(tx, eventType, upTo))) ?? 0;
    const closed = (await this.inTx((tx) => this.fold(tx, upTo, now))) ?? { rows: 0, more: false };
    const columns = (await this.inTx((tx) => this.addColumns(tx))) ?? 0;
    await beginNoting(sql);
    const waited = now - this.peopleAt >= (this.options.waitMs ?? PEOPLE_WAIT_MS);
    const people =
      (await this.inTx((tx) => keepPeople(tx, (waiting) => waited || waiting >= (this.options.enough ?? ENOUGH_PEOPLE)))) ?? false;
    if (people) this.peopleAt = now;
    await sql`delete from event_block_wants where used_at < now() - make_interval(days => ${UNUSED_DAYS}) `;
    return { closed: closed.rows, built, columns, idle: !closed.more && built === 0 && columns === 0 && !people };
  }

  /**
   * Compares one type's blocks with `events`, another type at each call: numbers of rows, sums over people and ids. Blocks
   * that differ (somebody changed events without a word) are thrown away, and made again by the next step.
   * @returns the type that differed
   */
  async check(): Promise<number | undefined> {
    const wrong = await this.inTx(async (tx) => {
      const [busy] = await tx`select 1 from event_block_dirty union all select 1 from event_block_holes limit 1`;
      const [type] = await tx<{ eventType: number; closedId: number }[]>`
        select event_type as "eventType", closed_id as "closedId" from event_block_types order by event_type <= ${this.checked}, event_type limit 1`;
      if (busy || !type) return undefined;
      const { eventType, closedId } = type;
      this.checked = eventType;
      const [there] = await tx<Sums[]>`
        select count(*) as n, coalesce(sum(profile_id % ${MODULUS}), 0)::int8 as people, coalesce(sum(id % ${MODULUS}), 0)::int8 as ids
        from events where event_type = ${eventType} and id <= ${closedId} and profile_id > 0`;
      const here = await sumsOf(tx, (await listBlocks(tx, [eventType])).get(eventType) ?? []);
      if (there && there.n === here.n && there.people === here.people && there.ids === here.ids) return undefined;
      await retire(
        tx,
        ((await listBlocks(tx, [eventType])).get(eventType) ?? []).map(({ id }) => id),
      );
      await tx`delete from event_block_types where event_type = ${eventType}`;
      return eventType;
    });
    return wrong;
  }

  /** One consistent state of the data under the lock; undefined when another holds it, or wrote meanwhile. */
  private async inTx<T>(work: (tx: TxSql) => Promise<T>): Promise<T | undefined> {
    try {
      return (await this.database.sql.begin("isolation level repeatable read", async (handle) => {
        const tx = handle as unknown as TxSql;
        const [row] = await tx<{ mine: boolean }[]>`select pg_try_advisory_xact_lock(${BLOCK_LOCK}) as mine`;
        return row?.mine ? work(tx) : undefined;
      })) as T | undefined;
    } catch (error) {
      if ((error as { code?: unknown }).code === "40001") return undefined;
      throw error;
    }
  }

  private async uncovered(): Promise<number[]> {
    const rows = await this.database.sql<{ id: number }[]>`
      select t.id from event_types t left join event_block_types b on b.event_type = t.id where b.event_type is null order by t.id`;
    return rows.map(({ id }) => id);
  }

  private async build(tx: TxSql, eventType: number, upTo: number): Promise<number> {
    const columns = await wantedColumns(tx, eventType);
    const [known] = await tx`select 1 from event_block_types where event_type = ${eventType}`;
    if (known) return 0;
    await retire(
      tx,
      ((await listBlocks(tx, [eventType])).get(eventType) ?? []).map(({ id }) => id),
    );
    const reader = this.database.sql;
    const [snapshot] = await tx<{ id: string }[]>`select pg_export_snapshot() as id`;
    // Read on a connection of its own: a COPY holds its connection until its end, and blocks are written meanwhile.
    await reader.begin("isolation level repeatable read read only", async (handle) => {
      const source = handle as unknown as TxSql;
      await source.unsafe(`set transaction snapshot '${snapshot?.id ?? ""}'`);
      const buffer = new RowBuffer(columns, this.blockRows);
      await readEvents(source, { eventType, upTo, columns }, (...row) => {
        buffer.add(...row);
        return buffer.length === this.blockRows ? writeBlock(tx, eventType, buffer.take()) : undefined;
      });
      await writeBlock(tx, eventType, buffer.take());
    });
    await tx`insert into event_block_types (event_type, closed_id) values (${eventType}, ${upTo})`;
    await tx`delete from event_block_holes where event_type = ${eventType}`;
    return 1;
  }

  /** Closes new events, fills holes, rewrites fragments that changed. */
  private async fold(tx: TxSql, upTo: number, now: number): Promise<{ rows: number; more: boolean }> {
    const types = await tx<{ eventType: number; closedId: number }[]>`
      select event_type as "eventType", closed_id as "closedId" from event_block_types order by 1`;
    const dirty = await tx<{ profileId: number; mark: number }[]>`
      select profile_id as "profileId", mark from event_block_dirty order by mark limit ${DIRTY_AT_ONCE}`;
    const holes = await tx<(Span & { id: number; eventType: number })[]>`
      select id, event_type as "eventType", from_ms as "fromMs", from_id as "fromId", to_ms as "toMs", to_id as "toId" from event_block_holes order by id limit ${HOLES_AT_ONCE}`;
    if (types.length === 0) return { rows: 0, more: false };
    const low = Math.min(...types.map(({ closedId }) => closedId));
    const until = Math.min(upTo, Math.max(low + MOST, ...types.map(({ closedId }) => closedId)));
    const fresh = until > low ? await newByType(tx, low, until) : new Map<number, number>();
    const waiting = [...fresh.values()].reduce((sum, n) => sum + n, 0);
    const due = waiting >= (this.options.enough ?? 20_000) || (waiting > 0 && now - this.closedAt >= (this.options.waitMs ?? 60_000));
    if (!due && dirty.length === 0 && holes.length === 0) return { rows: 0, more: false };
    const fragments = new Set(dirty.map(({ profileId }) => profileId));
    const blocks = await listBlocks(tx);
    let rows = 0;
    for (const { eventType, closedId } of types) {
      const mine = holes.filter((hole) => hole.eventType === eventType);
      if (!fresh.has(eventType) && fragments.size === 0 && mine.length === 0) continue;
      const columns = await wantedColumns(tx, eventType);
      const added = new RowBuffer(columns);
      const seen = new Set<number>();
      // A row may lie in a hole and belong to a fragment that changed: it is added once.
      const take = (pid: number, at: number, id: number, value: number, texts: (string | null)[], old: boolean): void => {
        if (old && seen.has(id)) return;
        seen.add(id);
        added.add(pid, at, id, value, texts);
      };
      if (fresh.has(eventType) && due)
        await readEvents(tx, { eventType, after: closedId, upTo: until, columns }, (...row) => take(...row, false));
      for (const hole of mine) await readEvents(tx, { eventType, upTo: closedId, span: hole, columns }, (...row) => take(...row, true));
      if (fragments.size > 0)
        await readEvents(tx, { eventType, upTo: closedId, profiles: [...fragments], columns }, (...row) => take(...row, true));
      const list = blocks.get(eventType) ?? [];
      await this.rewrite(tx, eventType, list, sorted(added.take()), fragments);
      rows += seen.size;
    }
    if (due) await tx`update event_block_types set closed_id = ${until} where closed_id < ${until}`;
    if (holes.length > 0) await tx`delete from event_block_holes where id = any(${holes.map(({ id }) => id)}::int8[])`;
    if (dirty.length > 0)
      await tx`
        delete from event_block_dirty d using unnest(${dirty.map(({ profileId }) => profileId)}::int[], ${dirty.map(({ mark }) => mark)}::int8[]) r(id, mark)
        where d.profile_id = r.id and d.mark = r.mark`;
    if (due) this.closedAt = now;
    const more = (due && until < upTo) || holes.length === HOLES_AT_ONCE || dirty.length === DIRTY_AT_ONCE;
    return { rows, more };
  }

  /** New blocks in place of those that rows are added to or taken out of. */
  private async rewrite(
    tx: TxSql,
    eventType: number,
    blocks: readonly BlockMeta[],
    added: ReturnType<RowBuffer["take"]>,
    without: ReadonlySet<number>,
  ): Promise<void> {
    const touched = await blocksOf(tx, blocks, without);
    const parts = new Map<number, { from: number; to: number }>();
    let block = 0;
    for (let i = 0; i < added.n; i++) {
      const after = (next: BlockMeta): boolean =>
        next.fromMs < (added.at[i] as number) || (next.fromMs === added.at[i] && next.fromId <= (added.id[i] as number));
      while (block + 1 < blocks.length && after(blocks[block + 1] as BlockMeta)) block++;
      const part = parts.get(block);
      if (part) part.to = i + 1;
      else parts.set(block, { from: i, to: i + 1 });
    }
    if (blocks.length === 0) return writeBlocks(tx, eventType, added, this.blockRows, true);
    for (const [i, meta] of blocks.entries()) {
      const part = parts.get(i);
      if (!part && !touched.has(meta.id)) continue;
      const fresh = part ? cut(added, part.from, part.to) : emptyRows([...added.texts.keys()]);
      await retire(tx, [meta.id]);
      const rows = mergeRows(await readBlock(tx, meta), fresh, without);
      await writeBlocks(tx, eventType, rows, this.blockRows, i === blocks.length - 1);
    }
  }

  /** Makes property columns that are wanted and that some blocks lack. */
  private async addColumns(tx: TxSql): Promise<number> {
    const missing = await tx<(Span & { id: number; eventType: number; name: string; closedId: number })[]>`
      select b.id, b.event_type as "eventType", w.name, b.from_ms as "fromMs", b.from_id as "fromId", b.to_ms as "toMs", b.to_id as "toId", t.closed_id as "closedId"
      from event_block_wants w join event_block_types t on t.event_type = w.event_type
      join event_blocks b on b.event_type = w.event_type and b.retired_at is null
      where not exists (select 1 from event_block_columns c where c.block_id = b.id and c.name = w.name)
      order by w.used_at desc, w.event_type, w.name, b.from_ms desc limit ${this.options.columnsAtOnce ?? COLUMNS_AT_ONCE}`;
    for (const { id, eventType, name, closedId, ...span } of missing) {
      const texts = new Map<number, string | null>();
      await readEvents(tx, { eventType, upTo: closedId, span, columns: [name] }, (_pid, _at, event, _value, [one]) => {
        texts.set(event, one ?? null);
      });
      let ids = new Float64Array();
      await copyOut(tx, `select block_id, data from event_block_columns where block_id = ${whole(id)} and name = 'i'`, (row) => {
        if (int8(row, 0) === id) ids = Float64Array.from(decodeIds(raw(row, 1)));
      });
      const column = encodeProperty(Array.from(ids, (event) => texts.get(event) ?? null));
      await tx`insert into event_block_columns (block_id, name, data) values (${id}, ${name}, ${column})`;
    }
    return missing.length;
  }
}

interface Sums {
  n: number;
  people: number;
  ids: number;
}

const MODULUS = 1_000_003;

async function sumsOf(tx: TxSql, blocks: readonly BlockMeta[]): Promise<Sums> {
  const out: Sums = { n: blocks.reduce((sum, { rows }) => sum + rows, 0), people: 0, ids: 0 };
  if (blocks.length === 0) return out;
  const ids = blocks.map(({ id }) => whole(id)).join(",");
  await copyOut(tx, `select name, data from event_block_columns where block_id in (${ids}) and name in ('p', 'i')`, (row) => {
    if (text(row, 0) === "p") for (const pid of decodePids(raw(row, 1))) out.people += pid % MODULUS;
    else for (const id of decodeIds(raw(row, 1))) out.ids += id % MODULUS;
  });
  return out;
}

/** How many new events of each type there are. */
async function newByType(tx: TxSql, after: number, upTo: number): Promise<Map<number, number>> {
  const rows = await tx<{ eventType: number; n: number }[]>`
    select e.event_type as "eventType", count(*) as n from events e join event_block_types t on t.event_type = e.event_type
    where e.id > ${after} and e.id <= ${upTo} and e.id > t.closed_id and e.profile_id > 0 group by 1`;
  return new Map(rows.map(({ eventType, n }) => [eventType, n]));
}

async function wantedColumns(tx: TxSql, eventType: number): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`select name from event_block_wants where event_type = ${eventType} order by name`;
  return rows.map(({ name }) => name);
}

type Taken = ReturnType<RowBuffer["take"]>;

/** Rows read in several ordered parts, in one order. */
function sorted(rows: Taken): Taken {
  const order = Array.from({ length: rows.n }, (_, i) => i).sort(
    (a, b) => (rows.at[a] as number) - (rows.at[b] as number) || (rows.id[a] as number) - (rows.id[b] as number),
  );
  return {
    n: rows.n,
    pid: Int32Array.from(order, (i) => rows.pid[i] as number),
    at: Float64Array.from(order, (i) => rows.at[i] as number),
    id: Float64Array.from(order, (i) => rows.id[i] as number),
    value: Float64Array.from(order, (i) => rows.value[i] as number),
    texts: new Map([...rows.texts].map(([name, texts]) => [name, order.map((i) => texts[i] ?? null)])),
  };
}

const cut = (rows: Taken, from: number, to: number): Taken => ({
  n: to - from,
  pid: rows.pid.slice(from, to),
  at: rows.at.slice(from, to),
  id: rows.id.slice(from, to),
  value: rows.value.slice(from, to),
  texts: new Map([...rows.texts].map(([name, texts]) => [name, texts.slice(from, to)])),
});
