import { noteConsentChanges } from "@/domain/consent";
import { consentQuestion } from "@/domain/journeys";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { Ctx } from "@/domain/kernel/context";

/**
 * Stops an address on its channel after a hard bounce, a complaint or an unsubscribing, in the caller's transaction. A
 * complaint or unsubscribing is never taken back by a later bounce.
 */
export async function suppress(
  tx: Ctx,
  one: { profileId: number; channel: JourneyChannel; type: string | null; value: string; reason: "bounced" | "complaint" | "unsubscribed" },
): Promise<void> {
  const channel = consentQuestion(one.channel, null, true)?.channel;
  if (one.channel === "web_push") {
    // A subscription is not an address that others hold: it ends alone.
    await tx.sql`update push_subscriptions set gone_at = ${tx.clock.now()} where profile_id = ${one.profileId} and endpoint_hash = ${one.value}`;
    return;
  }
  if (channel === undefined || one.type === null || one.value === "") return;
  await tx.sql`
    insert into consent_suppressions (type, value, channel, reason, at, actor_id)
    values (${one.type}, ${one.value}, ${channel}, ${one.reason}, ${tx.clock.now()}, ${tx.actor.id})
    on conflict (type, value, channel) do update set reason = excluded.reason, at = excluded.at, actor_id = excluded.actor_id
      where consent_suppressions.reason = 'bounced'`;
  await noteConsentChanges(tx.sql, [one.profileId]);
}
