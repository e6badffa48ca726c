import { openAccount, PROVIDERS, SENDERS } from "@/domain/channels";
import type { OpenAccount, SendResult } from "@/domain/channels";
import type { JsonObject } from "@/domain/events/model";
import { consentQuestion } from "@/domain/journeys";
import type { Ctx } from "@/domain/kernel/context";
import { outgoing, OutgoingError } from "@/domain/kernel/outgoing";
import type { Outgoing } from "@/domain/kernel/outgoing";
import { linksFor } from "@/domain/preferences";
import { claimMessages, isExpired, LEASE_S } from "./claim";
import type { Claimed } from "./claim";
import { putIntoInbox } from "./inbox";
import { endingOf, finish } from "./finish";
import type { Kept } from "./finish";
import { refusalNow } from "./may-send";
import { recipientOf } from "./recipients";
import type { Recipient } from "./recipients";
import { NothingToSay, renderMessage } from "./render-message";
import { publicOrigin, track } from "./tracking";

/** Messages that one worker takes at once, and how many of them it has in hand at the same time. */
const BATCH = 40;
const AT_ONCE = 8;

interface SendStep {
  readonly taken: number;
  readonly sent: number;
}
interface SendOptions {
  readonly client?: Outgoing;
  /** In [0, 1): spreads retries. */
  readonly random?: () => number;
  readonly most?: number;
}

/**
 * Takes messages whose time has come and hands them over, each asked about once more right before. A worker that dies
 * loses none: its messages are taken again when their lease runs out, and are sent again only where that cannot make two.
 */
export async function sendMessages(ctx: Ctx, options: SendOptions = {}): Promise<SendStep> {
  const claimed = await claimMessages(ctx, options.most ?? BATCH);
  const accounts = new Map<string, OpenAccount | null>();
  for (const id of new Set(claimed.flatMap(({ accountId }) => (accountId === null ? [] : [accountId]))))
    accounts.set(id, await openAccount(ctx.sql, id));
  let sent = 0;
  const queue = [...claimed];
  const one = async (): Promise<void> => {
    for (let message = queue.shift(); message !== undefined; message = queue.shift())
      if (await sendOne(ctx, message, message.accountId === null ? null : (accounts.get(message.accountId) ?? null), options)) sent += 1;
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, claimed.length) }, one));
  return { taken: claimed.length, sent };
}

async function sendOne(ctx: Ctx, message: Claimed, account: OpenAccount | null, options: SendOptions): Promise<boolean> {
  const now = ctx.clock.now();
  const random = options.random ?? Math.random;
  const provider = account?.provider ?? null;
  if (message.lost !== null) {
    const lost = await settleLost(ctx, message, provider, random());
    if (lost) return false;
  }
  if (isExpired(message, now)) {
    await finish(ctx, message, { to: "not_sent", outcome: "expired", because: "It could not leave for three days." }, null, null);
    return false;
  }
  const recipient = await recipientOf(ctx.sql, message.person, message.channel);
  // Without an address the gate is asked all the same: its no (suppressed, no consent) says more than "no address".
  const early = recipient === null ? await refusalNow(ctx, message, "") : null;
  if (recipient === null) {
    const refusal = early ?? { outcome: "unreachable" as const, because: "The person has no address on this channel." };
    await finish(ctx, message, { to: "not_sent", ...refusal }, null, null);
    return false;
  }
  let prepared: Prepared;
  try {
    prepared = await prepare(ctx, message, recipient, account);
  } catch (error) {
    if (!(error instanceof NothingToSay)) throw error;
    await finish(ctx, message, { to: "not_sent", outcome: "failed", because: error.message, error: error.message }, null, null);
    return false;
  }
  const refusal = await refusalNow(ctx, message, message.channel === "web_push" ? "" : recipient.address);
  if (refusal !== null) {
    await finish(ctx, message, { to: "not_sent", ...refusal }, null, null);
    return false;
  }
  if (account === null || account.provider === "inbox") return deliverHere(ctx, message, prepared.kept);
  if (!(await handOver(ctx, message))) return false;
  const result = await handed(account, prepared, options.client ?? outgoing());
  const ending = endingOf(message, account.provider, result, { now: ctx.clock.now(), firstHanded: now }, random());
  const inTime = await finish(ctx, message, ending, prepared.kept, result);
  return inTime && ending.to === "sent";
}

/** A try of a worker that died between handing over and writing it down. True: the message is settled by that. */
async function settleLost(ctx: Ctx, message: Claimed, provider: OpenAccount["provider"] | null, random: number): Promise<boolean> {
  const { lost } = message;
  if (lost === null) return false;
  const result: SendResult = { kind: "unknown", status: null, error: "The worker stopped while it was handed over." };
  await ctx.sql`
    update message_attempts set finished_at = ${ctx.clock.now()}, result = 'unknown', error = ${result.error}
    where profile_id = ${message.profileId} and message_id = ${message.id} and attempt = ${lost.attempt} and finished_at is null`;
  if (provider !== null && PROVIDERS[provider].keepsKeys) return false;
  const ending = endingOf(
    { attempt: lost.attempt, transactional: message.transactional },
    provider,
    result,
    { now: ctx.clock.now(), firstHanded: lost.handedAt },
    random,
  );
  if (ending.to === "queued") return false;
  await finish(ctx, message, ending, null, null);
  return true;
}

interface Prepared {
  readonly kept: Kept;
  readonly envelope: Parameters<(typeof SENDERS)["smtp"]["send"]>[1];
}

async function prepare(ctx: Ctx, message: Claimed, recipient: Recipient, account: OpenAccount | null): Promise<Prepared> {
  const origin = publicOrigin();
  const now = ctx.clock.now();
  const channel = consentQuestion(message.channel, null, true)?.channel ?? null;
  const paths = await linksFor(ctx.sql, {
    profileId: message.profileId,
    purpose: message.purposeId,
    channel,
    mailbox: message.channel === "email",
  });
  const links: JsonObject = { unsubscribe: origin + paths.path, preferences: origin + paths.path, confirm: origin + paths.path };
  const content = await renderMessage(ctx.sql, message, links, now);
  const tracked = content.html === null ? null : track(content.html, { profileId: message.profileId, messageId: message.id }, origin);
  // RFC 8058. A transactional message has nothing to unsubscribe from.
  const headers: Record<string, string> =
    message.channel !== "email" || message.transactional
      ? {}
      : { "List-Unsubscribe": `<${origin}${paths.oneClickPath}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
  const reference = referenceOf(message);
  return {
    kept: { address: recipient.address, type: recipient.type, content: { ...content, links: tracked?.links ?? [] } },
    envelope: {
      key: message.key,
      reference,
      to: recipient.address,
      targets: recipient.targets,
      content: tracked === null ? content : { ...content, html: tracked.html },
      headers,
      payload: {
        type: "message.sent",
        timestamp: now.toISOString(),
        message_id: reference,
        profile_id: message.person,
        journey_id: message.journeyId,
        node_id: message.node,
        broadcast_id: message.broadcastId,
        template_id: message.templateId,
      },
      callbackUrl: account !== null && PROVIDERS[account.provider].callbacks ? `${origin}/api/channels/${account.id}/callback` : null,
      now,
    },
  };
}

/** Our name of a message in the provider's reports. */
const referenceOf = ({ profileId, id }: Pick<Claimed, "profileId" | "id">): string => `m${profileId}-${id}`;

/** Writes that the bytes are about to leave, and takes the lease anew; false when the message is another's by now. */
async function handOver(ctx: Ctx, message: Claimed): Promise<boolean> {
  const rows = await ctx.sql`
    with held as (
      update messages set lease_until = now() + make_interval(secs => ${LEASE_S})
      where profile_id = ${message.profileId} and id = ${message.id} and state = 'sending' and lease_token = ${message.token} returning 1
    )
    update message_attempts set handed_at = ${ctx.clock.now()}
    where profile_id = ${message.profileId} and message_id = ${message.id} and attempt = ${message.attempt} and exists (select 1 from held) returning 1`;
  return rows.length > 0;
}

async function handed(account: OpenAccount, { envelope }: Prepared, client: Outgoing): Promise<SendResult> {
  if (account.provider === "inbox") throw new Error("the inbox is no provider that is called");
  try {
    return await SENDERS[account.provider].send(account, envelope, client);
  } catch (error) {
    if (error instanceof OutgoingError)
      return { kind: error.reached ? "unknown" : "retry", afterMs: null, status: null, error: error.message };
    throw error;
  }
}

/** The sink and the in-app inbox: no network, so the message is sent with the transaction that says so. */
async function deliverHere(ctx: Ctx, message: Claimed, kept: Kept): Promise<boolean> {
  return finish(ctx, message, { to: "sent", providerId: null }, kept, null, message.channel === "in_app" ? putIntoInbox : undefined);
}
