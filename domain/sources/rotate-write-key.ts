import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import type { CreatedSource } from "./model";
import { findSource, insertKey } from "./rows";
import { rotateWriteKeyInput } from "./schemas";

export interface RotatedKey extends CreatedSource {
  /** Until when the old keys go on working; null when there was no valid one. */
  oldKeysUntil: string | null;
}

/**
 * Makes a new key; valid ones go on working for the grace period (a 401 in the meantime would lose data for good).
 * A key that would have ended earlier keeps its earlier end.
 */
export async function rotateWriteKey(ctx: Ctx, input: unknown): Promise<RotatedKey> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(rotateWriteKeyInput, input);
  return withTx(ctx, async (tx) => {
    const row = await findSource(tx, given.id, true);
    const now = tx.clock.now();
    const until = new Date(now.getTime() + given.graceHours * 3_600_000);
    const old = await tx.sql<{ id: string; prefix: string; last4: string; expiresAt: Date }[]>`
      update source_keys set expires_at = least(coalesce(expires_at, ${until}), ${until})
      where source_id = ${row.id} and revoked_at is null and (expires_at is null or expires_at > ${now})
      returning id, prefix, last4, expires_at as "expiresAt"`;
    const key = await insertKey(tx, row.id);
    await recordAudit(tx, {
      action: "source.key_rotated",
      object: { type: "source", id: row.id },
      after: { key: `${key.prefix}…${key.last4}` },
      detail: { graceHours: given.graceHours, oldKeys: old.map((one) => `${one.prefix}…${one.last4}`) },
    });
    return { id: row.id, writeKey: key.key, oldKeysUntil: old.length > 0 ? until.toISOString() : null };
  });
}
