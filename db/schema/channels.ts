import { sql } from "drizzle-orm";
import { bigint, bigserial, boolean, index, integer, jsonb, pgTable, primaryKey, smallint, text, uniqueIndex } from "drizzle-orm/pg-core";
import { ACCOUNT_STATUSES, PROVIDER_IDS, SIGNAL_KINDS } from "@/domain/channels/model";
import { JOURNEY_CHANNELS } from "@/domain/journeys/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/** An account at a provider, or a server of one's own, by which messages of one channel leave: the sender's identity. */
export const channelAccounts = pgTable(
  "channel_accounts",
  {
    id: text("id").primaryKey(),
    channel: choice("channel", JOURNEY_CHANNELS).notNull(),
    provider: choice("provider", PROVIDER_IDS).notNull(),
    name: text("name").notNull(),
    status: choice("status", ACCOUNT_STATUSES).notNull().default("active"),
    /** Messages of the channel go out by it unless their template names another. */
    isDefault: boolean("is_default").notNull().default(false),
    settings: jsonb("settings").notNull().default({}),
    /** Passwords and keys, sealed with the master key and bound to this row's id. */
    sealed: text("sealed"),
    /** At most so many messages a minute; null: as fast as the provider takes them. */
    perMinute: integer("per_minute"),
    /** The rate's next free place (generic cell rate algorithm). */
    nextAt: at("next_at"),
    /** The breaker: failures of the account itself (never of one address) in a row, and until when it rests. */
    failures: integer("failures").notNull().default(0),
    openUntil: at("open_until"),
    failingSince: at("failing_since"),
    lastError: text("last_error"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [
    uniqueIndex("channel_accounts_default_key")
      .on(t.channel)
      .where(sql`is_default and archived_at is null`),
    oneOf("channel_accounts_channel_check", t.channel, JOURNEY_CHANNELS),
    oneOf("channel_accounts_provider_check", t.provider, PROVIDER_IDS),
    oneOf("channel_accounts_status_check", t.status, ACCOUNT_STATUSES),
  ],
);

/**
 * Each try to hand a message over. `handed_at` is written before the bytes leave, so that a crash in between shows as an
 * unknown outcome and not as a failure.
 */
export const messageAttempts = pgTable(
  "message_attempts",
  {
    profileId: integer("profile_id").notNull(),
    messageId: bigint("message_id", { mode: "number" }).notNull(),
    attempt: smallint("attempt").notNull(),
    /** Null: the built-in sink. */
    accountId: text("account_id"),
    startedAt: at("started_at").notNull(),
    handedAt: at("handed_at"),
    finishedAt: at("finished_at"),
    /** HTTP status or SMTP reply code. */
    status: integer("status"),
    /** ok, retry, rejected, account or unknown; null: not finished. */
    result: text("result"),
    error: text("error"),
  },
  (t) => [
    primaryKey({ name: "message_attempts_pkey", columns: [t.profileId, t.messageId, t.attempt] }),
    index("message_attempts_account_idx").on(t.accountId, t.startedAt),
  ],
);

/** What became of a sent message: reports of the provider, opens and clicks. The provider's id of an event makes it count once. */
export const messageSignals = pgTable(
  "message_signals",
  {
    profileId: integer("profile_id").notNull(),
    messageId: bigint("message_id", { mode: "number" }).notNull(),
    eventId: text("event_id").notNull(),
    kind: choice("kind", SIGNAL_KINDS).notNull(),
    /** Null: seen by our own pixel and links. */
    accountId: text("account_id"),
    /** A program did it, not the person: privacy proxies of mailboxes, scanners of links. */
    machine: boolean("machine").notNull().default(false),
    detail: text("detail"),
    at: at("at").notNull(),
    receivedAt: at("received_at").notNull(),
  },
  (t) => [
    primaryKey({ name: "message_signals_pkey", columns: [t.profileId, t.messageId, t.eventId] }),
    index("message_signals_message_idx").on(t.messageId),
    oneOf("message_signals_kind_check", t.kind, SIGNAL_KINDS),
  ],
);

/** Messages of the in-app inbox, read by the person's own browser. */
export const inboxItems = pgTable(
  "inbox_items",
  {
    profileId: integer("profile_id").notNull(),
    id: bigserial("id", { mode: "number" }).notNull(),
    messageId: bigint("message_id", { mode: "number" }).notNull(),
    title: text("title").notNull(),
    body: text("body").notNull(),
    url: text("url"),
    createdAt: createdAt(),
    readAt: at("read_at"),
    archivedAt: at("archived_at"),
  },
  (t) => [
    primaryKey({ name: "inbox_items_pkey", columns: [t.profileId, t.id] }),
    uniqueIndex("inbox_items_message_key").on(t.profileId, t.messageId),
  ],
);

/** Browsers that take Web Push for a person (RFC 8030). An endpoint belongs to the fragment that subscribed it last. */
export const pushSubscriptions = pgTable(
  "push_subscriptions",
  {
    profileId: integer("profile_id").notNull(),
    /** sha256 of the endpoint, hex. */
    endpointHash: text("endpoint_hash").notNull(),
    endpoint: text("endpoint").notNull(),
    /** The browser's public key and secret (RFC 8291), base64url. */
    p256dh: text("p256dh").notNull(),
    auth: text("auth").notNull(),
    createdAt: createdAt(),
    /** The push service said that it is gone. */
    goneAt: at("gone_at"),
  },
  (t) => [
    primaryKey({ name: "push_subscriptions_pkey", columns: [t.profileId, t.endpointHash] }),
    index("push_subscriptions_endpoint_idx").on(t.endpointHash),
  ],
);
