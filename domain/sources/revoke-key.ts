import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { findSource } from "./rows";
import { revokeKeyInput } from "./schemas";

/** Ends one key at once. The last valid key is refused: whoever wants silence disables the source. */
export async function revokeKey(ctx: Ctx, input: unknown): Promise<{ id: string; revokedAt: string }> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(revokeKeyInput, input);
  return withTx(ctx, async (tx) => {
    const row = await findSource(tx, given.sourceId, true);
    const now = tx.clock.now();
    const keys = await tx.sql<{ id: string; prefix: string; last4: string; revokedAt: Date | null; valid: boolean; lasting: boolean }[]>`
      select id, prefix, last4, revoked_at as "revokedAt",
        revoked_at is null and (expires_at is null or expires_at > ${now}) as valid,
        revoked_at is null and expires_at is null as lasting
      from source_keys where source_id = ${row.id}`;
    const key = keys.find((one) => one.id === given.keyId);
    if (!key) throw notFound("This write key");
    if (key.revokedAt) return { id: key.id, revokedAt: key.revokedAt.toISOString() };
    if (key.valid && !keys.some((one) => one.lasting && one.id !== key.id)) {
      throw new DomainError(
        "PRECONDITION_FAILED",
        "This is the source's only lasting write key: rotate it first, or disable the source to refuse its messages.",
      );
    }
    await tx.sql`update source_keys set revoked_at = ${now} where id = ${key.id}`;
    await recordAudit(tx, {
      action: "source.key_revoked",
      object: { type: "source", id: row.id },
      detail: { key: `${key.prefix}…${key.last4}` },
    });
    return { id: key.id, revokedAt: now.toISOString() };
  });
}
