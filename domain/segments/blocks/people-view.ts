import type { TxSql } from "@/db/client";
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

/** Decoded columns of people, as long as the columns are the same. */
export class PeopleStore {
  private key = "";
  private base = IdSet.EMPTY;
  private columns = new Map<string, (PropertyColumn | undefined)[]>();

  constructor(private readonly limit: number) {}

  /** Reads a view in a transaction of one state; undefined: the columns are not made yet, or too many people changed. */
  async read(tx: TxSql, names: readonly string[]): Promise<PeopleView | undefined> {
    const [[state], changed] = await Promise.all([
      tx<{ key: string; made: boolean }[]>`
        select concat_ws('/', s.change_id, s.updated_at, c.epoch) as key, exists (select 1 from profile_columns where name = ${BASE}) as made
        from segment_cursors s, processing_cursors c where s.name = ${COLUMNS_CURSOR} and c.name = 'main'`,
      changedPeople(tx, names, MOST_CHANGED),
    ]);
    if (!state?.made || !changed) return undefined;
    if (state.key !== this.key) {
      this.key = state.key;
      this.columns = new Map();
      this.base = IdSet.EMPTY;
    }
    const missing = [...(this.base.isEmpty ? [BASE] : []), ...names.filter((name) => !this.columns.has(name))];
    if (missing.length > 0) {
      const literals = await quoted(tx, missing);
      const chunks: Uint32Array[] = [];
      const found = new Map<string, (PropertyColumn | undefined)[]>();
      await copyOut(tx, `select name, chunk, data from profile_columns where name in (${literals.join(",")})`, (row) => {
        const name = text(row, 0) ?? "";
        const chunk = int4(row, 1);
        const bytes = raw(row, 2);
        if (name === BASE) {
          chunks[chunk] = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
          return;
        }
        const list = found.get(name) ?? [];
        list[chunk] = decodeProperty(bytes, BLOCK_ROWS) ?? UNFIT;
        found.set(name, list);
      });
      if (chunks.length > 0) this.base = IdSet.ofWords(chunks);
      for (const [name, list] of found) if (!list.includes(UNFIT)) this.columns.set(name, list);
    }
    this.evict(names);
    const gone = IdSet.of(changed.ids);
    return {
      base: this.base.andNot(gone).or(IdSet.of(changed.ids.filter((_, i) => changed.base[i]))),
      columns: this.columns,
      changed,
    };
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
  for (let i = 0; i < BLOCK_ROWS; i++) words[i >>> 5]! |= (table[codes[i] as number] as number) << (i & 31);
  return words;
}
