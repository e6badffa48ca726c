import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { withTx, type Ctx } from "@/domain/kernel/context";
import type { CreatedSource } from "./model";
import { insertKey, withUniqueName } from "./rows";
import { createSourceInput } from "./schemas";

/** Makes a source with its first write key. The key is in the answer only: it is stored hashed. */
export async function createSource(ctx: Ctx, input: unknown): Promise<CreatedSource> {
  requirePermission(ctx, "sources:write");
  const given = parseInput(createSourceInput, input);
  return withUniqueName(
    given.name,
    withTx(ctx, async (tx) => {
      const id = newId("src");
      const settings = given.settings ?? {};
      await tx.sql`
        insert into sources (id, name, type, settings, is_demo, created_by, created_at, updated_at)
        values (${id}, ${given.name}, ${given.type}, ${JSON.stringify(settings)}::text::jsonb, ${given.isDemo},
          ${tx.actor.kind === "user" ? tx.actor.id : null}, ${tx.clock.now()}, ${tx.clock.now()})`;
      const key = await insertKey(tx, id);
      await recordAudit(tx, {
        action: "source.created",
        object: { type: "source", id },
        after: { name: given.name, type: given.type, settings, key: `${key.prefix}…${key.last4}` },
      });
      return { id, writeKey: key.key };
    }),
  );
}
