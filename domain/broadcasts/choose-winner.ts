import type { Ctx } from "@/domain/kernel/context";
import { best } from "./compare-arms";
import type { BroadcastDefinition } from "./model";
import { armNumbers } from "./numbers";

/** The winner, once the last message of the test is as old as was asked; null: too early. */
export async function chooseWinner(
  tx: Ctx,
  id: string,
  definition: BroadcastDefinition,
  rule: NonNullable<BroadcastDefinition["winner"]>,
): Promise<{ arm: string; because: string } | null> {
  const [last] = await tx.sql<
    { at: Date | null }[]
  >`select max(coalesce(sent_at, due_at)) as at from messages where broadcast_id = ${id} and variant is not null`;
  if (last?.at && tx.clock.now().getTime() < last.at.getTime() + rule.afterHours * 3_600_000) return null;
  return best(await armNumbers(tx.sql, id, definition, true), rule.metric);
}
