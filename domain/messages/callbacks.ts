import { CallbackRefused, openAccount, SENDERS } from "@/domain/channels";
import type { CallbackRequest, Signal } from "@/domain/channels";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { outgoing } from "@/domain/kernel/outgoing";
import type { Outgoing } from "@/domain/kernel/outgoing";
import type { MessageRef } from "./signals";
import { recordSignal } from "./signals";
import { isMachine, readTracked } from "./tracking";

/**
 * Takes a provider's reports: only those that the account's own secret proves, all of one request in one transaction.
 * Reports about messages that this install did not send are left out and counted.
 */
export async function takeCallback(
  ctx: Ctx,
  accountId: string,
  request: Omit<CallbackRequest, "now">,
  client: Outgoing = outgoing(),
): Promise<{ taken: number; unknown: number }> {
  const account = await openAccount(ctx.sql, accountId);
  const read = account === null || account.provider === "inbox" ? undefined : SENDERS[account.provider].readCallback;
  if (account === null || read === undefined) throw notFound("The account");
  let callback: Awaited<ReturnType<typeof read>>;
  try {
    callback = await read(account, { ...request, now: ctx.clock.now() }, client);
  } catch (error) {
    if (error instanceof CallbackRefused || error instanceof SyntaxError)
      throw new DomainError("UNAUTHORIZED", "These reports are not signed by the account's provider. Check the key on the account's page.");
    throw error;
  }
  if (callback.confirm !== undefined) {
    await client.send({ url: callback.confirm });
    return { taken: 0, unknown: 0 };
  }
  return withTx({ ...ctx, actor: { kind: "webhook", id: accountId } }, async (tx) => {
    let taken = 0;
    let unknown = 0;
    for (const signal of callback.signals) {
      const ref = await messageOf(tx, accountId, signal);
      if (ref === null) unknown += 1;
      else if (await recordSignal(tx, ref, accountId, signal)) taken += 1;
    }
    return { taken, unknown };
  });
}

/** By our reference, else by the provider's id. A message of another account is none of this one's business. */
async function messageOf(tx: Ctx, accountId: string, signal: Signal): Promise<MessageRef | null> {
  const [, profileId, messageId] = /^m(\d{1,10})-(\d{1,15})$/.exec(signal.reference ?? "") ?? [];
  const [row] =
    profileId !== undefined && messageId !== undefined
      ? await tx.sql<MessageRef[]>`
          select profile_id as "profileId", id as "messageId" from messages where profile_id = ${Number(profileId)} and id = ${Number(messageId)} and account_id = ${accountId}`
      : signal.providerId === null
        ? []
        : await tx.sql<MessageRef[]>`
            select profile_id as "profileId", id as "messageId" from messages where provider_id = ${signal.providerId} and account_id = ${accountId} limit 1`;
  return row ?? null;
}

interface Visit {
  readonly userAgent: string | null;
  readonly method: string;
}

/** The pixel was loaded. Nothing is said to whoever asks with an id that is not ours. */
export async function noteOpen(ctx: Ctx, token: string, visit: Visit): Promise<void> {
  await noteVisit(ctx, token, visit, "opened");
}

/** Where a wrapped link leads, after the click was noted; null: no such link. The address comes from the message, never from the request. */
export async function followLink(ctx: Ctx, token: string, visit: Visit): Promise<string | null> {
  return noteVisit(ctx, token, visit, "clicked");
}

/** The same person on the same link within so long is one click or opening (milliseconds). */
const SAME_MS = 60_000;

async function noteVisit(ctx: Ctx, token: string, visit: Visit, kind: "opened" | "clicked"): Promise<string | null> {
  const id = readTracked(token);
  if (id === undefined || (id.link === null) !== (kind === "opened")) return null;
  const [message] = await ctx.sql<{ sentAt: Date | null; url: string | null }[]>`
    select sent_at as "sentAt", content -> 'links' ->> ${id.link ?? -1}::int as url from messages where profile_id = ${id.profileId} and id = ${id.messageId}`;
  if (message === undefined || (kind === "clicked" && message.url === null)) return null;
  const now = ctx.clock.now();
  const machine = isMachine(kind, { ...visit, sinceSentMs: message.sentAt === null ? null : now.getTime() - message.sentAt.getTime() });
  await withTx(ctx, (tx) =>
    recordSignal(tx, id, null, {
      kind,
      eventId: `${machine ? "machine-" : ""}${kind}-${id.link ?? "pixel"}-${Math.floor(now.getTime() / SAME_MS)}`,
      at: now,
      permanent: false,
      machine,
      detail: null,
      url: message.url,
    }),
  );
  return message.url;
}
