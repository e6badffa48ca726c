import type { AnySql } from "@/db/client";
import { IdSet } from "@/domain/kernel/sets/id-set";

/** Who is in a segment now. */
export async function memberSet(sql: AnySql, segmentId: string): Promise<IdSet> {
  const [row] = await sql<{ ids: Uint8Array }[]>`
    select coalesce(string_agg(int4send(profile_id), ''), '') as ids from segment_members where segment_id = ${segmentId}`;
  return IdSet.fromPacked(row?.ids ?? new Uint8Array());
}
