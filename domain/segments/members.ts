import type { AnySql, Database } from "@/db/client";
import { IdSet } from "@/domain/kernel/sets/id-set";

/** Bytes of sets that are kept for the next overlap. */
const KEPT_BYTES = 32 * 1_048_576;

interface Kept {
  version: string;
  set: IdSet;
}

const kept = new WeakMap<object, Map<string, Kept>>();

// Every change of members changes the segment's row with it (size, time), so the row's own version says whether a set is
// still true.
const VERSION = "s.xmin::text || s.ctid::text";

/** Who is in segments now, in the order asked. Sets are kept as long as nobody entered or left. */
export async function memberSets(database: Database, ids: readonly string[]): Promise<IdSet[]> {
  const { sql } = database;
  let sets = kept.get(database);
  if (!sets) kept.set(database, (sets = new Map()));
  const mine = sets;
  const versions = new Map(
    (
      await sql<{ id: string; version: string }[]>`
        select s.id, ${sql.unsafe(VERSION)} as version from segments s where s.id = any(${ids as string[]}::text[])`
    ).map(({ id, version }) => [id, version]),
  );
  const out = await Promise.all(
    ids.map(async (id) => {
      const known = mine.get(id);
      const fresh = known && known.version === versions.get(id) ? known : await read(sql, id);
      mine.delete(id);
      mine.set(id, fresh);
      return fresh.set;
    }),
  );
  let bytes = [...mine.values()].reduce((sum, { set }) => sum + set.bytes, 0);
  for (const [id, { set }] of mine) {
    if (bytes <= KEPT_BYTES) break;
    mine.delete(id);
    bytes -= set.bytes;
  }
  return out;
}

/** Who is in a segment now, in the state of the handle. */
export async function memberSet(sql: AnySql, segmentId: string): Promise<IdSet> {
  return (await read(sql, segmentId)).set;
}

/** Members and the version that they are true for, in one statement. */
async function read(sql: AnySql, segmentId: string): Promise<Kept> {
  const [row] = await sql<{ ids: Uint8Array | null; version: string | null }[]>`
    select ${sql.unsafe(VERSION)} as version,
      (select string_agg(int4send(profile_id), '') from segment_members where segment_id = s.id) as ids
    from segments s where s.id = ${segmentId}`;
  return { version: row?.version ?? "", set: IdSet.fromPacked(row?.ids ?? new Uint8Array()) };
}
