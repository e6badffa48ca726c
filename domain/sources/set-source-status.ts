import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import type { SourceStatus } from "./model";
import { findSource } from "./rows";
import { setSourceStatusInput } from "./schemas";

/** Enables or disables a source. SDKs drop what a disabled source refuses: nothing is kept for later. */
export async function setSourceStatus(ctx: Ctx, input: unknown): Promise<{ id: string; status: SourceStatus }> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(setSourceStatusInput, input);
  return withTx(ctx, async (tx) => {
    const row = await findSource(tx, given.id, true);
    if (row.status === given.status) return { id: row.id, status: row.status };
    await tx.sql`update sources set status = ${given.status}, updated_at = ${tx.clock.now()} where id = ${row.id}`;
    await recordAudit(tx, {
      action: given.status === "enabled" ? "source.enabled" : "source.disabled",
      object: { type: "source", id: row.id },
      before: { status: row.status },
      after: { status: given.status },
    });
    return { id: row.id, status: given.status };
  });
}
