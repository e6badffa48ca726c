import { requirePermission } from "@/domain/access";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { recordSayings, speakingFragment } from "./record";

export interface Standing {
  /** Every fragment of the person. */
  fragments: readonly number[];
  /** One of STANDING_KEYS. */
  key: string;
  proof: JsonObject;
}

/** Puts a standing refusal of a data-subject request in force, in the caller's transaction (who audits it). */
export async function beginStanding(ctx: Ctx, { fragments, key, proof }: Standing): Promise<void> {
  requirePermission(ctx, "requests:write");
  const profileId = await speakingFragment(ctx.sql, fragments[0] ?? 0);
  await recordSayings(ctx, { profileId, origin: "request", sayings: [{ key, state: "denied" }], proof, actorId: ctx.actor.id });
}

/** Ends it on every fragment on which it stands. @returns on how many it stood */
export async function endStandingOf(ctx: Ctx, { fragments, key, proof }: Standing): Promise<number> {
  requirePermission(ctx, "requests:write");
  const rows = await ctx.sql<{ id: number }[]>`
    select distinct profile_id as id from consent_current
    where profile_id = any(${`{${fragments.join(",")}}`}::text::int[]) and key = ${key} and state <> 'granted' order by 1`;
  for (const { id } of rows)
    await recordSayings(ctx, { profileId: id, origin: "request", sayings: [{ key, state: "granted" }], proof, actorId: ctx.actor.id });
  return rows.length;
}
