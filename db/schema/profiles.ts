import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, numeric, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { IDENTIFIER_STATUSES, MERGE_CAUSES } from "@/domain/identity/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/**
 * One row per fragment. A person is a set of fragments; the canonical one (`merged_into is null`) carries the person's
 * derived summary (everything below `merged_into`). Fragment truth lies in identifiers, events, profile_event_stats and
 * profile_traits, keyed by fragment, and is never moved by a merge.
 */
export const profiles = pgTable(
  "profiles",
  {
    id: integer("id").primaryKey(),
    createdAt: createdAt(),
    /** The fragment this one was merged into (always the canonical one), or null. */
    mergedInto: integer("merged_into"),
    // --- summary of the person, on the canonical row ---
    /** Has a user id, e-mail or phone: a known person, not an anonymous visitor. */
    known: boolean("known").notNull().default(false),
    name: text("name"),
    email: text("email"),
    phone: text("phone"),
    country: text("country"),
    city: text("city"),
    timezone: text("timezone"),
    /** Reconciled traits over all fragments. */
    traits: jsonb("traits").notNull().default({}),
    firstSeenAt: at("first_seen_at").notNull(),
    /** Newest event of the person's own doing; events with `context.active = false` (made by systems) do not count. */
    lastSeenAt: at("last_seen_at").notNull(),
    /** Whether there was any such event; without one, `last_seen_at` is `first_seen_at`. */
    seenActive: boolean("seen_active").notNull().default(false),
    /** Behavioural events (identify, group and alias calls are not counted). */
    eventCount: bigint("event_count", { mode: "number" }).notNull().default(0),
    orderCount: integer("order_count").notNull().default(0),
    /** Order values less refunds. */
    revenue: numeric("revenue", { precision: 20, scale: 4 }).notNull().default("0"),
    updatedAt: updatedAt(),
  },
  (t) => [
    index("profiles_merged_into_idx")
      .on(t.mergedInto)
      .where(sql`merged_into is not null`),
    index("profiles_last_seen_idx")
      .on(t.lastSeenAt.desc(), t.id.desc())
      .where(sql`merged_into is null`),
    index("profiles_revenue_idx")
      .on(t.revenue.desc(), t.id.desc())
      .where(sql`merged_into is null`),
  ],
);

/** Traits of one fragment with lineage; `meta[key] = {at, sourceId, messageId}`. */
export const profileTraits = pgTable("profile_traits", {
  profileId: integer("profile_id").primaryKey(),
  traits: jsonb("traits").notNull(),
  meta: jsonb("meta").notNull(),
});

/** Which fragment holds an identifier. Unique by normalised value; never moves. */
export const identifiers = pgTable(
  "identifiers",
  {
    type: text("type").notNull(),
    /** Normalised; matching compares this. */
    value: text("value").notNull(),
    profileId: integer("profile_id").notNull(),
    /** As first received. */
    raw: text("raw").notNull(),
    status: choice("status", IDENTIFIER_STATUSES).notNull().default("active"),
    /** Event time of the first sighting: counts for limits inside a period. */
    firstSeenAt: at("first_seen_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
    sourceId: text("source_id").notNull(),
    messageId: text("message_id").notNull(),
    /** Inbox id of the message that attached it. */
    eventId: bigint("event_id", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ name: "identifiers_pkey", columns: [t.type, t.value] }),
    index("identifiers_profile_idx").on(t.profileId, t.type),
    oneOf("identifiers_status_check", t.status, IDENTIFIER_STATUSES),
  ],
);

/** Merged fragments and the canonical fragment they are read through. Small: only merged ones stand here. */
export const profileAliases = pgTable(
  "profile_aliases",
  {
    profileId: integer("profile_id").primaryKey(),
    canonicalId: integer("canonical_id").notNull(),
  },
  (t) => [index("profile_aliases_canonical_idx").on(t.canonicalId)],
);

/**
 * The merge ledger. A row is an edge between the two fragments whose identifiers met; the people are the connected
 * parts of the graph of active edges. A merge happens only between different people, so the edges form a forest and
 * taking one away gives back exactly the two people it joined.
 */
export const merges = pgTable(
  "merges",
  {
    id: text("id").primaryKey(),
    at: at("at").notNull(),
    survivorId: integer("survivor_id").notNull(),
    loserId: integer("loser_id").notNull(),
    /** The fragments at the two ends of the edge. */
    survivorFragment: integer("survivor_fragment").notNull(),
    loserFragment: integer("loser_fragment").notNull(),
    cause: choice("cause", MERGE_CAUSES).notNull(),
    /** The message that caused it. */
    eventId: bigint("event_id", { mode: "number" }),
    messageId: text("message_id"),
    sourceId: text("source_id"),
    /** The identifiers of the message that named the two sides: [{type, value, profileId}]. */
    evidence: jsonb("evidence").notNull(),
    rulesVersion: integer("rules_version").notNull(),
    actorId: text("actor_id"),
    undoneAt: at("undone_at"),
    undoneBy: text("undone_by"),
    undoneReason: text("undone_reason"),
  },
  (t) => [
    index("merges_survivor_idx").on(t.survivorFragment),
    index("merges_loser_idx").on(t.loserFragment),
    index("merges_at_idx").on(t.at),
    oneOf("merges_cause_check", t.cause, MERGE_CAUSES),
  ],
);

/** Pairs of fragments that an operator took apart: the same evidence never joins them again. */
export const neverMerge = pgTable(
  "never_merge",
  {
    lowId: integer("low_id").notNull(),
    highId: integer("high_id").notNull(),
    mergeId: text("merge_id").notNull(),
    createdAt: createdAt(),
    createdBy: text("created_by"),
  },
  (t) => [primaryKey({ name: "never_merge_pkey", columns: [t.lowId, t.highId] }), index("never_merge_high_idx").on(t.highId)],
);

/** Versions of the identity rules; new messages are judged by the newest. */
export const identityRules = pgTable("identity_rules", {
  version: integer("version").primaryKey(),
  rules: jsonb("rules").notNull(),
  note: text("note"),
  createdAt: createdAt(),
  createdBy: text("created_by"),
});

/**
 * Everything that changed identity besides messages (un-merges, rules), with the place in the inbox at which it
 * took effect, so that a rebuild repeats it there.
 */
export const identityOperations = pgTable(
  "identity_operations",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: at("at").notNull(),
    afterXid: text("after_xid").notNull(),
    afterInboxId: bigint("after_inbox_id", { mode: "number" }).notNull(),
    operation: jsonb("operation").notNull(),
    actorId: text("actor_id"),
  },
  (t) => [index("identity_operations_position_idx").on(t.afterInboxId)],
);

/**
 * What identity resolution noticed, for the review list: refused merges, limits, shared devices, unreviewed types.
 * One row per fact (`key`), counted: a site that sends the same mistake with every event makes one row, not millions.
 */
export const identityNotes = pgTable(
  "identity_notes",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** First seen (event time). */
    at: at("at").notNull(),
    lastAt: at("last_at").notNull().defaultNow(),
    code: text("code").notNull(),
    /** Code, type, value and the two profiles in one text. */
    key: text("key").notNull(),
    n: bigint("n", { mode: "number" }).notNull().default(1),
    type: text("type"),
    value: text("value"),
    profileId: integer("profile_id"),
    otherProfileId: integer("other_profile_id"),
    eventId: bigint("event_id", { mode: "number" }),
    sourceId: text("source_id"),
    messageId: text("message_id"),
    detail: jsonb("detail"),
  },
  (t) => [
    uniqueIndex("identity_notes_key_key").on(t.key),
    index("identity_notes_code_at_idx").on(t.code, t.at),
    index("identity_notes_profile_idx").on(t.profileId),
  ],
);

/**
 * Identifiers that named another person than the rest of their message (and so were set aside), by the identifier that
 * won. Enough of them make an identifier shared (one device, many people) or raise the collapse alarm.
 */
export const identifierConflicts = pgTable(
  "identifier_conflicts",
  {
    type: text("type").notNull(),
    value: text("value").notNull(),
    otherType: text("other_type").notNull(),
    otherValue: text("other_value").notNull(),
    /** Event time of the newest such message. */
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ name: "identifier_conflicts_pkey", columns: [t.type, t.value, t.otherType, t.otherValue] })],
);

/** Hits per blocked value, type and day. */
export const blockedHits = pgTable(
  "blocked_hits",
  {
    type: text("type").notNull(),
    value: text("value").notNull(),
    day: at("day").notNull(),
    n: integer("n").notNull(),
  },
  (t) => [primaryKey({ name: "blocked_hits_pkey", columns: [t.type, t.value, t.day] })],
);

/** Accounts (group calls) with lineage, and who belongs to them. A group never merges people. */
export const accounts = pgTable("accounts", {
  id: text("id").primaryKey(),
  name: text("name"),
  traits: jsonb("traits").notNull(),
  meta: jsonb("meta").notNull(),
  firstSeenAt: at("first_seen_at").notNull(),
  lastSeenAt: at("last_seen_at").notNull(),
});

export const accountLinks = pgTable(
  "account_links",
  {
    profileId: integer("profile_id").notNull(),
    accountId: text("account_id").notNull(),
    firstSeenAt: at("first_seen_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
    sourceId: text("source_id").notNull(),
    messageId: text("message_id").notNull(),
  },
  (t) => [
    primaryKey({ name: "account_links_pkey", columns: [t.profileId, t.accountId] }),
    index("account_links_account_idx").on(t.accountId),
  ],
);

/** Devices seen in context.device and the user agent, per fragment. */
export const devices = pgTable(
  "devices",
  {
    profileId: integer("profile_id").notNull(),
    /** context.device.id, else a hash of the user agent's family. */
    deviceKey: text("device_key").notNull(),
    type: text("type"),
    name: text("name"),
    os: text("os"),
    firstSeenAt: at("first_seen_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
    eventCount: bigint("event_count", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ name: "devices_pkey", columns: [t.profileId, t.deviceKey] })],
);

/**
 * What the search box matches besides exact identifiers: name and e-mails of a person, lower case. Apart from
 * `profiles`, whose rows change with every event: here the trigram index is touched only when the text changes.
 */
export const profileSearch = pgTable(
  "profile_search",
  { profileId: integer("profile_id").primaryKey(), text: text("text").notNull() },
  (t) => [index("profile_search_text_idx").using("gin", t.text.op("gin_trgm_ops"))],
);
