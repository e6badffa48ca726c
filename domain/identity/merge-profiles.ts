import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { DomainError, notFound, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { lockIdentity, recordOperation, rulesAt } from "./cursor";
import type { IdentifierRef } from "./model";
import { joinByHand } from "./operations";

const schema = z.object({
  /** Keeps its number. */
  survivorId: z.number().int().positive(),
  loserId: z.number().int().positive(),
  reason: z.string().trim().max(500).nullish(),
});

/** Joins two people by hand. Limits do not apply: somebody looked. Can be taken back like any merge. */
export async function mergeProfiles(ctx: Ctx, input: unknown): Promise<{ mergeId: string; profileId: number }> {
  requirePermission(ctx, "profiles:write");
  const { survivorId, loserId, reason } = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    const cursor = await lockIdentity(sql);
    const survivor = await canonicalOf(sql, survivorId);
    const loser = await canonicalOf(sql, loserId);
    if (survivor === loser) throw new DomainError("CONFLICT", "These two are one person already.");
    const sides = { survivor: await evidenceOf(sql, survivor), loser: await evidenceOf(sql, loser) };
    const by = { at: ctx.clock.now(), actorId: ctx.actor.id };
    const operationId = await recordOperation(
      sql,
      cursor,
      { kind: "merge", ...sides, survivorId: survivor, loserId: loser, reason: reason ?? null },
      by,
    );
    const { mergeId } = await joinByHand(
      sql,
      { survivorId: survivor, loserId: loser },
      sides,
      { ...by, operationId, processed: cursor.processed },
      await rulesAt(sql, cursor),
    );
    await recordAudit(tx, {
      action: "profiles.merged",
      object: { type: "merge", id: mergeId },
      before: { survivorId: survivor, loserId: loser },
      after: { profileId: survivor },
      detail: { reason: reason ?? null },
    });
    return { mergeId, profileId: survivor };
  });
}

async function canonicalOf(sql: TxSql, id: number): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select coalesce(a.canonical_id, p.id) as id from profiles p left join profile_aliases a on a.profile_id = p.id where p.id = ${id}`;
  if (!row) throw notFound(`Person ${id}`);
  return row.id;
}

/** A few identifiers of the fragment, as proof of who it was. */
async function evidenceOf(sql: TxSql, fragment: number): Promise<IdentifierRef[]> {
  const rows = await sql<IdentifierRef[]>`
    select type, value from identifiers where profile_id = ${fragment} order by first_seen_at, type, value limit 5`;
  return rows.map(({ type, value }) => ({ type, value }));
}
