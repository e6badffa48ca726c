import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { wakeDecided } from "@/domain/journeys";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";

/** Those ids, or everything that is held for a journey. */
const schema = z.union([
  z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(500) }),
  z.strictObject({ journeyId: z.string().max(40) }),
]);

/** Lets held messages go. They are asked about once more when they leave: consent, suppression and caps may have changed. */
export async function approveMessages(ctx: Ctx, input: unknown): Promise<{ messages: number }> {
  requirePermission(ctx, "messages:approve");
  const given = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const rows = await tx.sql`
      update messages set state = 'queued', due_at = greatest(due_at, ${tx.clock.now()})
      where state = 'review' and ${which(tx, given)} returning 1`;
    return done(tx, given, rows.length, "messages.approved");
  });
}

/** Ends held messages: they are never sent, and their people go on as after any message that was not sent. */
export async function discardMessages(ctx: Ctx, input: unknown): Promise<{ messages: number }> {
  requirePermission(ctx, "messages:approve");
  const given = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const rows = await tx.sql<{ runId: number | null }[]>`
      update messages set state = 'not_sent', outcome = 'rejected', because = 'Discarded in review.', decided_at = ${tx.clock.now()}
      where state = 'review' and ${which(tx, given)} returning run_id as "runId"`;
    await wakeDecided(
      tx,
      rows.flatMap(({ runId }) => (runId === null ? [] : [runId])),
    );
    return done(tx, given, rows.length, "messages.discarded");
  });
}

type Given = z.output<typeof schema>;
const which = (tx: Ctx, given: Given) =>
  "ids" in given ? tx.sql`id = any(${given.ids}::int8[])` : tx.sql`journey_id = ${given.journeyId}`;

async function done(tx: Ctx, given: Given, messages: number, action: string): Promise<{ messages: number }> {
  if (messages === 0)
    throw new DomainError("CONFLICT", "None of these messages is held any more. Reload the page to see what became of them.");
  await recordAudit(tx, {
    action,
    object: "ids" in given ? { type: "message", id: given.ids.slice(0, 20).join(",") } : { type: "journey", id: given.journeyId },
    detail: { messages },
  });
  return { messages };
}
