import type { AnySql } from "@/db/client";
import { IdSet } from "@/domain/kernel/sets/id-set";

/** A set with what it is true of. `xmin`: transactions below are in it. `at`: milliseconds. */
export interface KeptSet {
  xmin: string;
  at: number;
  set: IdSet;
}

/** Days that `consent_changes` goes back at least; what was kept before that is read anew. */
export const CHANGES_KEPT_DAYS = 7;
export const KEPT_SET_DAYS = 6;

export function packSet(set: IdSet): Buffer {
  const parts: Uint8Array[] = [];
  for (const [chunk, bytes] of set.stored()) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(chunk, 0);
    head.writeUInt32LE(bytes.length, 4);
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
}

export function unpackSet(packed: Buffer): IdSet {
  const rows: [number, Uint8Array][] = [];
  for (let at = 0; at < packed.length;) {
    const [chunk, length] = [packed.readUInt32LE(at), packed.readUInt32LE(at + 4)];
    rows.push([chunk, packed.subarray(at + 8, at + 8 + length)]);
    at += 8 + length;
  }
  return IdSet.fromStored(rows);
}

/** A set as a worker left it; undefined where there is none that changes can be read on from. */
export async function loadSet(sql: AnySql, key: string): Promise<KeptSet | undefined> {
  const [row] = await sql<{ xmin: string; at: Date; set: Buffer }[]>`
    select below as xmin, at, set from consent_sets where key = ${key} and saved_at > now() - make_interval(days => ${KEPT_SET_DAYS})`;
  return row && { xmin: row.xmin, at: row.at.getTime(), set: unpackSet(row.set) };
}

/**
 * Keeps a set for other processes, unless people were made anew since it was read (`version` moved): their numbers are
 * others now. The lock on the row of settings makes that certain.
 */
export async function saveSet(sql: AnySql, key: string, { xmin, at, set }: KeptSet, version: number): Promise<boolean> {
  const saved = await sql`
    with current as (select 1 from consent_config where name = 'main' and version = ${version} for share)
    insert into consent_sets (key, below, at, set, saved_at) select ${key}, ${xmin}, ${new Date(at)}, ${packSet(set)}, now() from current
    on conflict (key) do update set below = excluded.below, at = excluded.at, set = excluded.set, saved_at = excluded.saved_at
    where consent_sets.below::numeric <= excluded.below::numeric`;
  return saved.count > 0;
}

/** Forgets old changes and sets that nobody keeps any more. @returns rows deleted */
export async function pruneConsentChanges(sql: AnySql): Promise<number> {
  const sets = await sql`delete from consent_sets where saved_at < now() - make_interval(days => ${KEPT_SET_DAYS})`;
  let deleted = sets.count;
  for (;;) {
    const rows = await sql`
      delete from consent_changes where id = any(array(
        select id from consent_changes where at < now() - make_interval(days => ${CHANGES_KEPT_DAYS}) order by at limit 20000))`;
    deleted += rows.count;
    if (rows.count < 20_000) return deleted;
  }
}
