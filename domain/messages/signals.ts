import type { Signal } from "@/domain/channels";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { Ctx } from "@/domain/kernel/context";
import { tellMessage } from "./facts";
import type { Told } from "./facts";
import { suppress } from "./suppress";

export interface MessageRef {
  readonly profileId: number;
  readonly messageId: number;
}

/** What is taken from a report of a provider, or from our own pixel and links. */
type NewSignal = Omit<Signal, "reference" | "providerId">;

/**
 * Writes what became known about a message: the signal itself, an ordinary event for segments and reports, and the
 * suppression that follows from it, in the caller's transaction. The same report again changes nothing. False: it was
 * known, or the message is not there.
 */
export async function recordSignal(tx: Ctx, ref: MessageRef, accountId: string | null, signal: NewSignal): Promise<boolean> {
  const [message] = await tx.sql<(Told & { address: string | null })[]>`
    select id, profile_id as "profileId", channel, journey_id as "journeyId", version, node, broadcast_id as "broadcastId", template_id as "templateId",
      variant, content ->> 'subject' as subject, address
    from messages where profile_id = ${ref.profileId} and id = ${ref.messageId}`;
  if (message === undefined) return false;
  const now = tx.clock.now();
  // Clocks of others: nothing happened later than we heard of it.
  const at = Number.isFinite(signal.at.getTime()) && signal.at < now ? signal.at : now;
  const written = await tx.sql`
    insert into message_signals (profile_id, message_id, event_id, kind, account_id, machine, detail, at, received_at)
    values (${ref.profileId}, ${ref.messageId}, ${signal.eventId.slice(0, 300)}, ${signal.kind}, ${accountId}, ${signal.machine}, ${signal.detail?.slice(0, 500) ?? null}, ${at}, ${now})
    on conflict do nothing returning 1`;
  if (written.length === 0) return false;
  const { address, ...told } = message;
  const reason = reasonOf(signal);
  if (reason !== null && address !== null)
    await suppress(tx, {
      profileId: message.profileId,
      channel: message.channel,
      type: await typeOf(tx, message.channel, address),
      value: address,
      reason,
    });
  await tellMessage(tx.sql, told, [{ ...signal, at }], now);
  return true;
}

function reasonOf({ kind, permanent }: NewSignal): "bounced" | "complaint" | "unsubscribed" | null {
  if (kind === "bounced") return permanent ? "bounced" : null;
  if (kind === "complained") return "complaint";
  return kind === "unsubscribed" ? "unsubscribed" : null;
}

async function typeOf(tx: Ctx, channel: JourneyChannel, address: string): Promise<string | null> {
  if (channel === "email") return "email";
  if (channel === "sms") return "phone";
  if (channel !== "push") return null;
  const [row] = await tx.sql<{ type: string }[]>`
    select type from identifiers where value = ${address} and type = any('{ios.push_token,android.push_token,push_token}'::text[]) limit 1`;
  return row?.type ?? null;
}
