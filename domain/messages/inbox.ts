import { createHash } from "node:crypto";
import { z } from "zod";
import { webPushKey } from "@/domain/channels";
import { normaliseIdentifier } from "@/domain/identity";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { outgoing, OutgoingError } from "@/domain/kernel/outgoing";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { findSourceByKey } from "@/domain/sources";
import type { Claimed } from "./claim";
import type { Kept } from "./finish";
import type { InboxItem } from "./model";
import { recordSignal } from "./signals";

/** Puts a message into the person's in-app inbox, once. */
export async function putIntoInbox(tx: Ctx, message: Claimed, { content }: Kept): Promise<void> {
  await tx.sql`
    insert into inbox_items (profile_id, message_id, title, body, url, created_at)
    values (${message.profileId}, ${message.id}, ${content.subject ?? ""}, ${content.text}, ${content.link}, ${tx.clock.now()})
    on conflict (profile_id, message_id) do nothing`;
}

/**
 * Whose inbox a browser may read: it names a write key, and the random id of the device that the SDK made and keeps. Ids
 * that could be guessed open nothing, and neither do user ids.
 */
const visitorSchema = z.strictObject({ writeKey: z.string().max(200), anonymousId: z.string().min(20).max(200) });

async function visitor(ctx: Ctx, input: z.infer<typeof visitorSchema>): Promise<{ fragment: number; person: number } | null> {
  const source = await findSourceByKey(ctx.sql, input.writeKey, ctx.clock.now());
  if (source?.status !== "enabled") throw new DomainError("UNAUTHORIZED", "This write key is not one of this install.");
  const value = normaliseIdentifier("anonymous_id", input.anonymousId, { country: null, foldEmail: false });
  if (value === undefined) return null;
  const [row] = await ctx.sql<{ id: number; person: number }[]>`
    select i.profile_id as id, coalesce(a.canonical_id, i.profile_id) as person from identifiers i left join profile_aliases a on a.profile_id = i.profile_id
    where i.type = 'anonymous_id' and i.value = ${value} and i.status = 'active'`;
  return row ? { fragment: row.id, person: row.person } : null;
}

interface InboxView {
  readonly items: readonly InboxItem[];
  readonly unread: number;
  /** Key with which a browser subscribes to Web Push; null: no account of that channel is set up. */
  readonly pushKey: string | null;
}

/** The newest 50 messages of a visitor's inbox; empty for one that is not known. */
export async function readInbox(ctx: Ctx, input: unknown): Promise<InboxView> {
  const pushKey = await webPushKey(ctx.sql);
  const who = await visitor(ctx, parseInput(visitorSchema, input));
  if (who === null) return { items: [], unread: 0, pushKey };
  const rows = await ctx.sql<(Omit<InboxItem, "createdAt"> & { createdAt: Date })[]>`
    select id, title, body, url, created_at as "createdAt", read_at is not null as read from inbox_items
    where archived_at is null and (profile_id = ${who.person} or profile_id in (select profile_id from profile_aliases where canonical_id = ${who.person}))
    order by id desc limit 50`;
  return {
    items: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
    unread: rows.filter(({ read }) => !read).length,
    pushKey,
  };
}

const markSchema = visitorSchema.extend({ id: z.number().int().positive(), action: z.enum(["read", "click", "archive"]) });

/** What a visitor did with a message of their inbox: read it, followed its link, put it away. Once each. */
export async function markInbox(ctx: Ctx, input: unknown): Promise<void> {
  const given = parseInput(markSchema, input);
  await withTx(ctx, async (tx) => {
    const who = await visitor(tx, given);
    if (who === null) return;
    const now = tx.clock.now();
    const [item] = await tx.sql<{ profileId: number; messageId: number; url: string | null }[]>`
      update inbox_items set read_at = coalesce(read_at, ${now}), archived_at = case when ${given.action === "archive"} then coalesce(archived_at, ${now}) else archived_at end
      where id = ${given.id} and (profile_id = ${who.person} or profile_id in (select profile_id from profile_aliases where canonical_id = ${who.person}))
      returning profile_id as "profileId", message_id as "messageId", url`;
    if (item === undefined || given.action === "archive") return;
    const kind = given.action === "read" ? "opened" : "clicked";
    await recordSignal(tx, item, null, {
      kind,
      eventId: kind,
      at: now,
      permanent: false,
      machine: false,
      detail: null,
      url: kind === "clicked" ? item.url : null,
    });
  });
}

const subscriptionSchema = visitorSchema.extend({
  subscription: z.object({
    endpoint: z.url().max(1_000),
    keys: z.object({ p256dh: z.string().regex(/^[A-Za-z0-9_-]{86,88}$/), auth: z.string().regex(/^[A-Za-z0-9_-]{20,24}$/) }),
  }),
});
/** Browsers that one person may have. */
const MOST_BROWSERS = 10;

/** A visitor's browser takes Web Push from now on. The endpoint belongs to whoever subscribed it last. */
export async function subscribePush(ctx: Ctx, input: unknown): Promise<void> {
  const { subscription, ...given } = parseInput(subscriptionSchema, input);
  try {
    if (outgoing().check(subscription.endpoint).protocol !== "https:") throw new OutgoingError("url", "not https");
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    throw new DomainError("VALIDATION", "This is no address of a push service.", { fields: { subscription: "endpoint" } });
  }
  await withTx(ctx, async (tx) => {
    const who = await visitor(tx, given);
    if (who === null) throw new DomainError("NOT_FOUND", "Nobody is known by this id yet: send an event first.");
    const hash = createHash("sha256").update(subscription.endpoint).digest("hex");
    await tx.sql`delete from push_subscriptions where endpoint_hash = ${hash} and profile_id <> ${who.fragment}`;
    await tx.sql`
      insert into push_subscriptions (profile_id, endpoint_hash, endpoint, p256dh, auth, created_at)
      values (${who.fragment}, ${hash}, ${subscription.endpoint}, ${subscription.keys.p256dh}, ${subscription.keys.auth}, ${tx.clock.now()})
      on conflict (profile_id, endpoint_hash) do update set endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,
        created_at = excluded.created_at, gone_at = null`;
    await tx.sql`
      delete from push_subscriptions where profile_id = ${who.fragment} and endpoint_hash not in (
        select endpoint_hash from push_subscriptions where profile_id = ${who.fragment} order by created_at desc limit ${MOST_BROWSERS})`;
  });
}
