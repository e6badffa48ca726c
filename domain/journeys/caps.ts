import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { capSchema } from "./schemas";
import type { FrequencyCap } from "./schemas";

const MOST = 20;

/** The company's caps on how often a person hears from it. */
export async function listCaps(ctx: Ctx): Promise<FrequencyCap[]> {
  requirePermission(ctx, "journeys:read");
  return [...(await ctx.sql<FrequencyCap[]>`select id, name, channels, count, hours from frequency_caps order by created_at, id`)];
}

/** Makes a cap or changes one. It counts from the next message that is decided; messages decided before stay as they are. */
export async function saveCap(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(capSchema, input);
  return withTx(ctx, async (tx) => {
    const id = given.id ?? newId("cap");
    const [before] = await tx.sql<FrequencyCap[]>`select id, name, channels, count, hours from frequency_caps where id = ${id} for update`;
    if (given.id !== null && !before) throw new DomainError("NOT_FOUND", "This cap is not there any more: somebody deleted it.");
    if (given.id === null) {
      const [{ n }] = await tx.sql<[{ n: number }]>`select count(*)::int as n from frequency_caps`;
      if (n >= MOST) throw new DomainError("CONFLICT", `There are ${MOST} caps already. Change or delete one of them.`);
    }
    const after = { name: given.name, channels: [...new Set(given.channels)], count: given.count, hours: given.hours };
    await tx.sql`
      insert into frequency_caps (id, name, channels, count, hours) values (${id}, ${after.name}, ${after.channels}, ${after.count}, ${after.hours})
      on conflict (id) do update set name = excluded.name, channels = excluded.channels, count = excluded.count, hours = excluded.hours`;
    await recordAudit(tx, {
      action: before ? "frequency_cap.changed" : "frequency_cap.created",
      object: { type: "frequency_cap", id },
      ...(before ? { before: { name: before.name, channels: before.channels, count: before.count, hours: before.hours } } : {}),
      after,
    });
    return { id };
  });
}

/** Takes a cap away. Messages that it stopped stay stopped. */
export async function deleteCap(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:publish");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  await withTx(ctx, async (tx) => {
    const [gone] = await tx.sql<FrequencyCap[]>`delete from frequency_caps where id = ${id} returning id, name, channels, count, hours`;
    if (!gone) throw new DomainError("NOT_FOUND", "This cap is not there any more.");
    await recordAudit(tx, {
      action: "frequency_cap.deleted",
      object: { type: "frequency_cap", id },
      before: { name: gone.name, channels: gone.channels, count: gone.count, hours: gone.hours },
    });
  });
}
