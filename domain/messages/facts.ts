import { createHash } from "node:crypto";
import type { AnySql } from "@/db/client";
import type { SignalKind } from "@/domain/channels/model";
import { sendFacts } from "@/domain/journeys";
import type { ProductFact } from "@/domain/journeys";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { JsonObject } from "@/domain/events/model";

/** A message as its events name it. */
export interface Told {
  readonly id: number;
  readonly profileId: number;
  readonly channel: JourneyChannel;
  readonly journeyId: string | null;
  readonly version: number | null;
  readonly node: string | null;
  readonly broadcastId: string | null;
  readonly templateId: string | null;
  readonly variant: string | null;
  readonly subject: string | null;
}
type FactKind = "sent" | SignalKind;

/** Segment's e-mail specification, and its names for the other channels. */
const EMAIL: Record<FactKind, string> = {
  sent: "Email Sent",
  delivered: "Email Delivered",
  deferred: "Email Deferred",
  bounced: "Email Bounced",
  dropped: "Email Dropped",
  complained: "Email Marked as Spam",
  unsubscribed: "Unsubscribed",
  opened: "Email Opened",
  clicked: "Email Link Clicked",
  failed: "Email Failed",
};
const PREFIX: Record<Exclude<JourneyChannel, "email">, string> = {
  sms: "SMS",
  push: "Push Notification",
  web_push: "Push Notification",
  in_app: "In-App Message",
  webhook: "Webhook",
  slack: "Slack Message",
};
const WORDS: Record<FactKind, string> = {
  sent: "Sent",
  delivered: "Delivered",
  deferred: "Deferred",
  bounced: "Bounced",
  dropped: "Dropped",
  complained: "Marked as Spam",
  unsubscribed: "Unsubscribed",
  opened: "Opened",
  clicked: "Clicked",
  failed: "Failed",
};

/** Name of the event; programs that open and click get names of their own, so that no report counts them as people. */
export function factName(channel: JourneyChannel, kind: FactKind, machine: boolean): string {
  const words = machine && (kind === "opened" || kind === "clicked") ? `Machine ${WORDS[kind]}` : WORDS[kind];
  if (channel === "email") return machine && (kind === "opened" || kind === "clicked") ? `Email ${words}` : EMAIL[kind];
  return `${PREFIX[channel]} ${words}`;
}

interface NewFact {
  readonly kind: FactKind;
  readonly at: Date;
  /** What makes it one: the provider's id of the report. */
  readonly eventId: string;
  readonly machine: boolean;
  readonly url: string | null;
  readonly detail: string | null;
}

/** Puts what happened to a message into the inbox as an ordinary event, in the caller's transaction, once by its id. */
export async function tellMessage(sql: AnySql, message: Told, facts: readonly NewFact[], now: Date): Promise<void> {
  if (facts.length === 0) return;
  const [origin] = await sql<{ name: string | null }[]>`
    select coalesce((select name from journeys where id = ${message.journeyId}), (select name from broadcasts where id = ${message.broadcastId})) as name`;
  const about: JsonObject = {
    message_id: `msg_${message.id}`,
    channel: message.channel,
    ...(message.channel === "email" ? { email_id: `msg_${message.id}`, email_subject: message.subject } : {}),
    ...(message.journeyId === null ? {} : { journey_id: message.journeyId, journey_version: message.version, node_id: message.node }),
    ...(message.broadcastId === null ? {} : { broadcast_id: message.broadcastId }),
    campaign_id: message.journeyId ?? message.broadcastId,
    campaign_name: origin?.name ?? null,
    template_id: message.templateId,
    ...(message.variant === null ? {} : { variant: message.variant }),
  };
  await sendFacts(
    sql,
    facts.map((fact): ProductFact => ({
      profileId: message.profileId,
      messageId: `tributary-msg-${message.id}-${fact.kind}-${createHash("sha256").update(fact.eventId).digest("hex").slice(0, 16)}`,
      at: fact.at,
      event: {
        name: factName(message.channel, fact.kind, fact.machine),
        properties: {
          ...about,
          ...(fact.url === null ? {} : { link_url: fact.url }),
          ...(fact.detail === null ? {} : { reason: fact.detail }),
        },
      },
    })),
    now,
  );
}
