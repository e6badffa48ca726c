import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";

const input = z.strictObject({ sourceId: z.string().min(1).max(64), from: z.coerce.date(), to: z.coerce.date() });

export interface SourceBalance {
  /** accepted + duplicates + rejected: every message of every request that was answered with 200. */
  received: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  /** Duplicates whose content differs from the first. */
  conflicts: number;
  warnings: number;
  bytes: number;
  /** Rows that stand for these numbers, counted themselves. */
  rows: { inbox: number; rejected: number };
  /** Whether the counts and the rows agree (the inbox keeps its rows for its own time only). */
  exact: boolean;
  /** Requests refused as a whole, by code: nothing of them was received. */
  refused: { code: string; n: number }[];
}

/** What happened to a source's messages received in [from, to). One snapshot, so the numbers belong together. */
export async function sourceBalance(ctx: Ctx, given: unknown): Promise<SourceBalance> {
  requirePermission(ctx, "sources:read");
  const { sourceId, from, to } = parseInput(input, given);
  const [row] = await ctx.sql<(Omit<SourceBalance, "received" | "rows" | "exact" | "refused"> & { inbox: number; kept: number })[]>`
    select coalesce(sum(accepted), 0)::int8 as accepted, coalesce(sum(duplicates), 0)::int8 as duplicates,
      coalesce(sum(rejected), 0)::int8 as rejected, coalesce(sum(conflicts), 0)::int8 as conflicts,
      coalesce(sum(warnings), 0)::int8 as warnings, coalesce(sum(bytes), 0)::int8 as bytes,
      -- A message that failed in processing and was replayed has two rows.
      (select count(*) from inbox where source_id = ${sourceId} and received_at >= ${from} and received_at < ${to})
        - (select count(*) from rejected_messages where source_id = ${sourceId} and received_at >= ${from} and received_at < ${to}
          and status = 'replayed' and stage = 'process') as inbox,
      (select count(*) from rejected_messages where source_id = ${sourceId} and received_at >= ${from} and received_at < ${to}
        and status <> 'replayed' and stage <> 'process') as kept
    from collect_tallies where source_id = ${sourceId} and at >= ${from} and at < ${to}`;
  const refused = await ctx.sql<{ code: string; n: number }[]>`
    select code, sum(n)::int8 as n from refused_requests
    where source_id = ${sourceId} and hour >= date_trunc('hour', ${from}::timestamptz) and hour < ${to} group by code order by code`;
  const { inbox = 0, kept = 0, ...counts } = row ?? { accepted: 0, duplicates: 0, rejected: 0, conflicts: 0, warnings: 0, bytes: 0 };
  return {
    received: counts.accepted + counts.duplicates + counts.rejected,
    ...counts,
    rows: { inbox, rejected: kept },
    exact: counts.accepted === inbox && counts.rejected === kept,
    refused: [...refused],
  };
}
