import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  numeric,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { at, createdAt, updatedAt } from "./columns";

export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });

export const inboxIdSeq = pgSequence("inbox_id_seq", { cache: 1 });

/**
 * What was accepted, as judged at collection: the truth from which everything else can be rebuilt.
 * Partitioned by day on `received_at`. Readers take rows in (xid, id) order and only below
 * `pg_snapshot_xmin(pg_current_snapshot())`: ids are taken before commit, so a reader that remembers
 * the highest id alone would skip rows that commit later.
 */
export const inbox = pgTable(
  "inbox",
  {
    id: bigint("id", { mode: "number" })
      .notNull()
      .default(sql`nextval('inbox_id_seq')`),
    receivedAt: at("received_at").notNull(),
    xid: xid8("xid")
      .notNull()
      .default(sql`pg_current_xact_id()`),
    sourceId: text("source_id").notNull(),
    /** JSON text of an InboxMessage (domain/events/model.ts). */
    body: text("body").notNull(),
  },
  (t) => [primaryKey({ name: "inbox_pkey", columns: [t.id, t.receivedAt] }), index("inbox_xid_id_idx").on(t.xid, t.id)],
);

/** De-duplication: one row per (source, messageId), kept at least 90 days. */
export const messageKeys = pgTable(
  "message_keys",
  {
    /** First 16 bytes of sha256(source id, 0x00, message id). */
    h: uuid("h").primaryKey(),
    /** First 8 bytes of a hash of the body, to tell a repeat from a conflict. */
    bodyHash: bigint("body_hash", { mode: "bigint" }).notNull(),
    receivedAt: at("received_at").notNull(),
  },
  (t) => [index("message_keys_received_at_idx").on(t.receivedAt)],
);

/**
 * Where processing stands: one row ("main"). A batch locks it, so any number of workers may run and each message is
 * applied once and in order. Whoever changes identity otherwise (un-merge, rules) locks it too and raises `epoch`,
 * which drops the workers' caches.
 */
export const processingCursors = pgTable("processing_cursors", {
  name: text("name").primaryKey(),
  xid: xid8("xid").notNull(),
  inboxId: bigint("inbox_id", { mode: "number" }).notNull(),
  epoch: bigint("epoch", { mode: "number" }).notNull().default(0),
  /** Next dense profile id: allocated here, so a rolled-back batch leaves no gap and a rebuild gives the same ids. */
  nextProfileId: integer("next_profile_id").notNull().default(1),
  processed: bigint("processed", { mode: "number" }).notNull().default(0),
  updatedAt: updatedAt(),
});

/** Dictionary of event names; `events.event_type` refers to it. Small: a reference table when distributed. */
export const eventTypes = pgTable(
  "event_types",
  {
    id: integer("id").primaryKey(),
    name: text("name").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("event_types_name_key").on(t.name)],
);

/** What happened. Partitioned by month on `occurred_at`. `id` is the inbox id, so a rebuild gives the same rows. */
export const events = pgTable(
  "events",
  {
    profileId: integer("profile_id").notNull(),
    eventType: integer("event_type").notNull(),
    occurredAt: at("occurred_at").notNull(),
    /** Money: revenue, else total, else value. */
    value: numeric("value", { precision: 16, scale: 4 }),
    id: bigint("id", { mode: "number" }).notNull(),
    receivedAt: at("received_at").notNull(),
    sourceId: text("source_id").notNull(),
    messageId: text("message_id").notNull(),
    sessionId: text("session_id"),
    /** Properties of track, page and screen calls; traits of identify and group calls. */
    properties: jsonb("properties").notNull(),
    context: jsonb("context").notNull(),
  },
  (t) => [
    primaryKey({ name: "events_pkey", columns: [t.profileId, t.occurredAt, t.id] }),
    index("events_type_time_idx").on(t.eventType, t.occurredAt),
    // The newest by id, for readers of blocks (domain/segments/blocks): rows come in the order of ids, so a range of pages says it.
    index("events_id_idx").using("brin", t.id).with({ pages_per_range: 32, autosummarize: true }),
    // Search by order number. Only events that carry one are in it; cut, since an index entry has a limit of 2.7 kB.
    index("events_order_id_idx")
      .on(sql`left(properties ->> 'order_id', 100)`)
      .where(sql`properties ? 'order_id'`),
  ],
);

/** Per fragment and event type: how often, how much, first and last. */
export const profileEventStats = pgTable(
  "profile_event_stats",
  {
    profileId: integer("profile_id").notNull(),
    eventType: integer("event_type").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
    valueSum: numeric("value_sum", { precision: 20, scale: 4 }).notNull(),
    firstAt: at("first_at").notNull(),
    lastAt: at("last_at").notNull(),
  },
  (t) => [primaryKey({ name: "profile_event_stats_pkey", columns: [t.profileId, t.eventType] })],
);

/** Schema as really seen: feeds pickers, suggestions and "never seen" warnings. One row per event property or trait. */
export const seenProperties = pgTable(
  "seen_properties",
  {
    /** "trait", or "event" with the event's name in `scope`. */
    kind: text("kind").notNull(),
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    /** JSON types seen, as counts: {"string": 120, "number": 3}. */
    types: jsonb("types").notNull(),
    sourceIds: text("source_ids").array().notNull(),
    firstSeenAt: at("first_seen_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
    n: bigint("n", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ name: "seen_properties_pkey", columns: [t.kind, t.scope, t.key] })],
);

/** Which days each source was processed and how much, for the overview: one row per source, event type and day. */
export const dailyEventCounts = pgTable(
  "daily_event_counts",
  {
    day: at("day").notNull(),
    sourceId: text("source_id").notNull(),
    eventType: integer("event_type").notNull(),
    n: bigint("n", { mode: "number" }).notNull(),
    valueSum: numeric("value_sum", { precision: 20, scale: 4 }).notNull(),
  },
  (t) => [primaryKey({ name: "daily_event_counts_pkey", columns: [t.day, t.sourceId, t.eventType] })],
);

/** A run of a background job or schedule that has to be exclusive and visible. */
export const jobs = pgTable(
  "jobs",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text("kind").notNull(),
    fairKey: text("fair_key").notNull().default(""),
    /** Singleton: at most one ready or leased job of a kind with the same key. */
    key: text("key"),
    payload: jsonb("payload").notNull().default({}),
    priority: integer("priority").notNull().default(0),
    runAt: at("run_at").notNull().defaultNow(),
    attempts: integer("attempts").notNull().default(0),
    maxAttempts: integer("max_attempts").notNull().default(12),
    status: text("status", { enum: ["ready", "leased", "done", "dead"] })
      .notNull()
      .default("ready"),
    leaseUntil: at("lease_until"),
    leaseOwner: text("lease_owner"),
    /** Fencing token, raised at each claim. */
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    progress: jsonb("progress"),
    lastError: text("last_error"),
    createdAt: createdAt(),
    finishedAt: at("finished_at"),
    hidden: boolean("hidden").notNull().default(false),
  },
  (t) => [
    index("jobs_ready_idx")
      .on(t.priority, t.runAt, t.id)
      .where(sql`status = 'ready'`),
    index("jobs_leased_idx")
      .on(t.leaseUntil)
      .where(sql`status = 'leased'`),
    uniqueIndex("jobs_singleton_key")
      .on(t.kind, t.key)
      .where(sql`status in ('ready', 'leased') and key is not null`),
  ],
);
