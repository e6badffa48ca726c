import type { AnySql, Sql, TxSql } from "@/db/client";
import type { Json } from "@/domain/events/model";
import { IdSet } from "@/domain/kernel/sets/id-set";
import type { Test } from "../model";
import { testValue } from "../test-value";
import { copyOut, int4, quoted, raw, text } from "./copy-out";
import { decodeProperty, type PropertyColumn } from "./encode";
import { changedPeople } from "./keep-people";
import { BLOCK_ROWS } from "./names";
import { BASE, COLUMNS_CURSOR, personColumn, type PersonLeaf } from "./people-names";

/** From so many people on who changed since, questions go to the database. */
const MOST_CHANGED = 50_000;

/** What segments ask of people, at one state of the data. */
export interface PeopleView {
  /** Everybody. */
  base: IdSet;
  columns: ReadonlyMap<string, readonly (PropertyColumn | undefined)[]>;
  /** Whom the columns are not true for, with their values by column (JSON text). */
  changed: { ids: readonly number[]; texts: ReadonlyMap<string, readonly (string | null)[]> };
}

/** SQL: what the columns of people are true for. */
const STATE = `select concat_ws('/', s.change_id, s.updated_at, c.epoch) as key
  from segment_cursors s, processing_cursors c where s.name = ${quoted(COLUMNS_CURSOR)} and c.name = 'main'`;

interface ReadColumns {
  key: string;
  base: IdSet | undefined;
  columns: Map<string, (PropertyColumn | undefined)[]>;
}

/** Reads columns and what they are true for in one statement, so at one state. */
async function readColumns(sql: AnySql, names: readonly string[]): Promise<ReadColumns> {
  const chunks: Uint32Array[] = [];
  const out: ReadColumns = { key: "", base: undefined, columns: new Map() };
  const wanted = names.map((name) => quoted(name)).join(", ");
  await copyOut(sql, `select name, chunk, data, key from profile_columns, (${STATE}) s where name in (${wanted})`, (row) => {
    const name = text(row, 0) ?? "";
    const chunk = int4(row, 1);
    const bytes = raw(row, 2);
    if (out.key === "") out.key = text(row, 3) ?? "";
    if (name === BASE) {
      chunks[chunk] = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      return;
    }
    const list = out.columns.get(name) ?? [];
    list[chunk] = decodeProperty(bytes, BLOCK_ROWS) ?? UNFIT;
    out.columns.set(name, list);
  });
  if (chunks.length > 0) out.base = IdSet.ofWords(chunks);
  return out;
}

/** Decoded columns of people, as long as the columns are the same. */
export class PeopleStore {
  private key = "";
  private base = IdSet.EMPTY;
  private columns = new Map<string, (PropertyColumn | undefined)[]>();

  constructor(
    private readonly sql: Sql,
    private readonly limit: number,
  ) {}

  /** Reads a view in a transaction of one state; undefined: the columns are not made yet, or too many people changed. */
  async read(tx: TxSql, names: readonly string[]): Promise<PeopleView | undefined> {
    const missing = (): string[] => [...(this.base.isEmpty ? [BASE] : []), ...names.filter((name) => !this.columns.has(name))];
    const before = missing();
    const [[state], changed, ahead] = await Promise.all([
      tx.unsafe<{ key: string }[]>(
        `select key from (${STATE}) s where exists (select 1 from profile_columns where name = ${quoted(BASE)})`,
      ),
      changedPeople(tx, names, MOST_CHANGED),
      // On another connection at the same time; it counts where it saw the same state.
      before.length > 0 ? readColumns(this.sql, before) : undefined,
    ]);
    if (!state || !changed) return undefined;
    if (state.key !== this.key) {
      this.key = state.key;
      this.columns = new Map();
      this.base = IdSet.EMPTY;
    }
    if (ahead?.key === state.key) this.take(ahead);
    const left = missing().filter((name) => ahead?.key !== state.key || !before.includes(name));
    if (left.length > 0) this.take(await readColumns(tx, left));
    this.evict(names);
    const gone = IdSet.of(changed.ids);
    return {
      base: this.base.andNot(gone).or(IdSet.of(changed.ids.filter((_, i) => changed.base[i]))),
      columns: this.columns,
      changed,
    };
  }

  private take({ base, columns }: ReadColumns): void {
    if (base) this.base = base;
    for (const [name, list] of columns) if (!list.includes(UNFIT)) this.columns.set(name, list);
  }

  /** Drops what was read first and is not asked for now, above the bound of bytes. */
  private evict(names: readonly string[]): void {
    const sizes = [...this.columns].map(([name, list]) => ({ name, bytes: list.reduce((sum, one) => sum + (one?.bytes ?? 0), 0) }));
    let bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
    const kept = new Map(this.columns);
    for (const one of sizes) {
      if (bytes <= this.limit) break;
      if (names.includes(one.name)) continue;
      kept.delete(one.name);
      bytes -= one.bytes;
    }
    // Views hold the map that they were read with.
    this.columns = kept;
  }
}

/** Stands for a chunk whose values were too many to keep. */
const UNFIT: PropertyColumn = { kind: "numbers", numbers: new Float64Array(), bytes: 0 };

const KNOWN: Test = { type: "boolean", operator: "is_true" };

/** People who meet a leaf about themselves; undefined: there is no such column. */
export function personMembers(leaf: PersonLeaf, view: PeopleView, now: number): IdSet | undefined {
  const name = personColumn(leaf);
  const column = view.columns.get(name);
  if (!column) return undefined;
  const test = leaf.kind === "known" ? KNOWN : leaf.test;
  // Tests that ask for the person's zone are not answered here.
  const env = { now, zone: "UTC" };
  const none = testValue(test, undefined, env);
  const chunks: Uint32Array[] = [];
  for (const [c, chunk] of column.entries()) if (chunk) chunks[c] = passing(chunk, test, env);
  let met = IdSet.ofWords(chunks);
  // Where a whole chunk of people has no value there is no column of it.
  if (none)
    for (let c = 0; c <= view.base.highest >>> 16; c++) if (!column[c]) met = met.or(IdSet.range(c * BLOCK_ROWS, (c + 1) * BLOCK_ROWS - 1));
  const { ids, texts } = view.changed;
  if (ids.length > 0) {
    const mine = texts.get(name) ?? [];
    const hit = ids.filter((_, i) => {
      const value = mine[i] ?? null;
      return value === null ? none : testValue(test, JSON.parse(value) as Json, env);
    });
    met = met.andNot(IdSet.of(ids)).or(IdSet.of(hit));
  }
  return met.and(view.base);
}

function passing(column: PropertyColumn, test: Test, env: { now: number; zone: string }): Uint32Array {
  const words = new Uint32Array(BLOCK_ROWS / 32);
  const none = testValue(test, undefined, env) ? 1 : 0;
  if (column.kind === "numbers") {
    for (let i = 0; i < BLOCK_ROWS; i++) {
      const x = column.numbers[i] as number;
      const hit = x === x ? (testValue(test, x, env) ? 1 : 0) : none;
      words[i >>> 5]! |= hit << (i & 31);
    }
    return words;
  }
  const table = new Uint8Array(column.values.length + 1);
  table[0] = none;
  for (let i = 0; i < column.values.length; i++)
    table[i + 1] = testValue(test, JSON.parse(column.values[i] as string) as Json, env) ? 1 : 0;
  const { codes } = column;
  for (let w = 0, i = 0; w < words.length; w++) {
    let word = 0;
    for (let bit = 0; bit < 32; bit++, i++) word |= (table[codes[i] as number] as number) << bit;
    words[w] = word;
  }
  return words;
}
