import type { AnySql } from "@/db/client";
import { IdSet } from "@/domain/kernel/sets/id-set";
import type { BroadcastDefinition } from "./model";

/** Who is in the audience now: in any of its segments and in none of those left out. */
export async function audienceSet(sql: AnySql, { segments, except }: BroadcastDefinition["audience"]): Promise<IdSet> {
  const sets = await Promise.all(
    [segments, except].map(async (ids) => {
      if (ids.length === 0) return IdSet.EMPTY;
      const [row] = await sql<{ ids: Uint8Array }[]>`
        select coalesce(string_agg(int4send(profile_id), ''), '') as ids
        from (select distinct profile_id from segment_members where segment_id = any(${[...ids]}::text[])) m`;
      return IdSet.fromPacked(row?.ids ?? new Uint8Array());
    }),
  );
  return (sets[0] ?? IdSet.EMPTY).andNot(sets[1] ?? IdSet.EMPTY);
}

/** What a broadcast's message carries labels of: the segments that choose its people, and its own text. */
export const messageRoot = ({ audience }: BroadcastDefinition, templateId: string | null): unknown => ({
  audience: [...audience.segments, ...audience.except].map((segmentId) => ({ segmentId })),
  ...(templateId === null ? {} : { templateId }),
});
