import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { findSource } from "./rows";
import { sourceIdInput } from "./schemas";

/** Whether anything ever arrived or was imported; every look-up is by index and stops at the first row. */
export async function hasHistory(ctx: Ctx, sourceId: string): Promise<boolean> {
  const [row] = await ctx.sql<{ found: boolean }[]>`
    select exists (select 1 from collect_tallies where source_id = ${sourceId})
        or exists (select 1 from rejected_messages where source_id = ${sourceId})
        or exists (select 1 from imports where source_id = ${sourceId}) as found`;
  return row?.found === true;
}

/** Deletes a source that never received anything; what has history keeps its name in lineage, and is disabled instead. */
export async function deleteSource(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(sourceIdInput, input);
  return withTx(ctx, async (tx) => {
    const row = await findSource(tx, given.id, true);
    if (await hasHistory(tx, row.id)) {
      throw new DomainError(
        "PRECONDITION_FAILED",
        `"${row.name}" has received messages or imports, and people's history refers to it. Disable it instead of deleting it.`,
      );
    }
    await tx.sql`delete from refused_requests where source_id = ${row.id}`;
    await tx.sql`delete from sources where id = ${row.id}`;
    await recordAudit(tx, {
      action: "source.deleted",
      object: { type: "source", id: row.id },
      before: { name: row.name, type: row.type },
    });
    return { id: row.id };
  });
}
