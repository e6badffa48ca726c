import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import type { SourceSettings } from "./model";
import { findSource, settingsOf, withUniqueName } from "./rows";
import { updateSourceInput } from "./schemas";

/** Changes name and settings; settings that are not named stay. Collection follows within its key cache (30 s). */
export async function updateSource(ctx: Ctx, input: unknown): Promise<{ id: string; name: string; settings: SourceSettings }> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(updateSourceInput, input);
  return withUniqueName(
    given.name,
    withTx(ctx, async (tx) => {
      const row = await findSource(tx, given.id, true);
      const name = given.name ?? row.name;
      const before = settingsOf(row);
      const settings: SourceSettings = { ...before, ...given.settings };
      if (name === row.name && JSON.stringify(settings) === JSON.stringify(before)) return { id: row.id, name, settings };
      await tx.sql`
        update sources set name = ${name}, settings = ${JSON.stringify(settings)}::text::jsonb, updated_at = ${tx.clock.now()}
        where id = ${row.id}`;
      await recordAudit(tx, {
        action: "source.updated",
        object: { type: "source", id: row.id },
        before: { name: row.name, settings: before },
        after: { name, settings },
      });
      return { id: row.id, name, settings };
    }),
  );
}
