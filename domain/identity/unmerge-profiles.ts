import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { DomainError, notFound, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { lockIdentity, recordOperation, rulesAt } from "./cursor";
import { activeMerge, undoMerge } from "./operations";

const schema = z.object({
  mergeId: z.string().min(1).max(60),
  /** Keep the two apart for good; otherwise the next message that names both joins them again. */
  neverMerge: z.boolean().default(true),
  reason: z.string().trim().max(500).nullish(),
});

/**
 * Takes one row of the merge ledger back: both people are there again, with exactly what their own fragments hold.
 * What came since is where its own identifiers put it.
 */
export async function unmergeProfiles(ctx: Ctx, input: unknown): Promise<{ survivorId: number; loserId: number }> {
  requirePermission(ctx, "profiles:write");
  const { mergeId, neverMerge, reason } = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    const cursor = await lockIdentity(sql);
    const merge = await activeMerge(sql, mergeId);
    if (!merge) {
      const [row] = await sql<{ id: string }[]>`select id from merges where id = ${mergeId}`;
      if (row) throw new DomainError("CONFLICT", "These people were un-merged already. Reload the page to see both people.");
      throw notFound("The merge");
    }
    const by = { at: ctx.clock.now(), actorId: ctx.actor.id };
    const side = (fragment: number) =>
      merge.evidence.filter(({ profileId }) => profileId === fragment).map(({ type, value }) => ({ type, value }));
    await recordOperation(
      sql,
      cursor,
      {
        kind: "unmerge",
        mergeId,
        neverMerge,
        survivor: side(merge.survivorFragment),
        loser: side(merge.loserFragment),
        reason: reason ?? null,
      },
      by,
    );
    const people = await undoMerge(sql, merge, { ...by, reason: reason ?? null, neverMerge }, await rulesAt(sql, cursor));
    await recordAudit(tx, {
      action: "profiles.unmerged",
      object: { type: "merge", id: mergeId },
      before: { profileId: people.survivor },
      after: { survivorId: people.survivor, loserId: people.loser },
      detail: { neverMerge, reason: reason ?? null },
    });
    return { survivorId: people.survivor, loserId: people.loser };
  });
}
