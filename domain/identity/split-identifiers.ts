import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { DomainError, notFound, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { lockIdentity, recordOperation, rulesAt } from "./cursor";
import { locate, splitOff } from "./operations";

const schema = z.object({
  identifiers: z
    .array(z.object({ type: z.string().min(1).max(64), value: z.string().min(1).max(500) }))
    .min(1)
    .max(100),
  reason: z.string().trim().max(500).nullish(),
});

/**
 * Makes a new person of some identifiers of one. History stays with the person it was recorded for; what comes from now
 * on under these identifiers belongs to the new one, and the two are kept apart.
 */
export async function splitIdentifiers(ctx: Ctx, input: unknown): Promise<{ profileId: number; from: number }> {
  requirePermission(ctx, "profiles:write");
  const { identifiers, reason } = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    const cursor = await lockIdentity(sql);
    const located = await locate(sql, identifiers);
    if (located.length < identifiers.length) throw notFound("One of the identifiers");
    const people = [...new Set(located.map(({ canonical }) => canonical))];
    const [from] = people;
    if (from === undefined || people.length > 1)
      throw new DomainError("VALIDATION", "The identifiers belong to several people. Choose identifiers of one person.");
    const [held] = await sql<{ n: number }[]>`
      select count(*)::int as n from identifiers where profile_id = ${from} or profile_id in (select profile_id from profile_aliases where canonical_id = ${from})`;
    if ((held?.n ?? 0) <= located.length)
      throw new DomainError("VALIDATION", "At least one identifier has to stay with the person. Leave one out.");
    const by = { at: ctx.clock.now(), actorId: ctx.actor.id };
    const operationId = await recordOperation(sql, cursor, { kind: "split", identifiers, reason: reason ?? null }, by);
    const profileId = await splitOff(sql, located, { ...by, operationId }, await rulesAt(sql, cursor));
    await recordAudit(tx, {
      action: "profiles.split",
      object: { type: "profile", id: String(from) },
      after: { profileId, identifiers: located.length },
      detail: { reason: reason ?? null },
    });
    return { profileId, from };
  });
}
