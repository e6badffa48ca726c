import { sql } from "drizzle-orm";
import { bigint, bigserial, boolean, customType, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import {
  LEGAL_BASES,
  ORIGINS,
  POLICY_RULES,
  PURPOSE_STATUSES,
  STATEMENT_STATES,
  STREAMS,
  SUPPRESSION_REASONS,
  USE_KINDS,
} from "@/domain/consent/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });

/** What data are used for. `version` is the published one (0: none yet); its terms stand in `consent_purpose_versions`. */
export const consentPurposes = pgTable(
  "consent_purposes",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    status: choice("status", PURPOSE_STATUSES).notNull(),
    version: integer("version").notNull().default(0),
    position: integer("position").notNull().default(0),
    /** Shown in the preference centre. */
    listed: boolean("listed").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [oneOf("consent_purposes_status_check", t.status, PURPOSE_STATUSES)],
);

/** Terms of a purpose. Without `published_at` it is the draft of the next version; a published one never changes. */
export const consentPurposeVersions = pgTable(
  "consent_purpose_versions",
  {
    purposeId: text("purpose_id")
      .notNull()
      .references(() => consentPurposes.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    legalBasis: choice("legal_basis", LEGAL_BASES).notNull(),
    channels: text("channels").array().notNull(),
    regions: text("regions").array().notNull().default([]),
    categories: text("categories").array().notNull().default([]),
    tcfPurposes: integer("tcf_purposes").array().notNull().default([]),
    usOptOut: boolean("us_opt_out").notNull().default(false),
    sensitive: boolean("sensitive").notNull().default(false),
    doubleOptIn: boolean("double_opt_in").notNull().default(false),
    validDays: integer("valid_days"),
    note: text("note"),
    publishedAt: at("published_at"),
    publishedBy: text("published_by"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: "consent_purpose_versions_pkey", columns: [t.purposeId, t.version] }),
    oneOf("consent_purpose_versions_basis_check", t.legalBasis, LEGAL_BASES),
  ],
);

/** The exact words that people saw, per version and language; statements name the hash (sha256, hex). */
export const consentNotices = pgTable(
  "consent_notices",
  {
    purposeId: text("purpose_id").notNull(),
    version: integer("version").notNull(),
    locale: text("locale").notNull(),
    title: text("title").notNull(),
    text: text("text").notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [
    primaryKey({ name: "consent_notices_pkey", columns: [t.purposeId, t.version, t.locale] }),
    index("consent_notices_hash_idx").on(t.hash),
  ],
);

/** Ways out: the product's own uses and each destination, with the purpose it stands for unless the caller names one. */
export const consentUses = pgTable(
  "consent_uses",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    kind: choice("kind", USE_KINDS).notNull(),
    /** None: whoever uses it must name one. */
    purposeId: text("purpose_id").references(() => consentPurposes.id),
    /** Id of the recipient in the IAB's vendor list: a TCF string must allow it. */
    tcfVendor: integer("tcf_vendor"),
    position: integer("position").notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [index("consent_uses_purpose_idx").on(t.purposeId), oneOf("consent_uses_kind_check", t.kind, USE_KINDS)],
);

/** The policy matrix: which purpose may be used for what. No row: by legal basis for own uses, never for a destination. */
export const consentPolicies = pgTable(
  "consent_policies",
  {
    purposeId: text("purpose_id")
      .notNull()
      .references(() => consentPurposes.id, { onDelete: "cascade" }),
    useId: text("use_id")
      .notNull()
      .references(() => consentUses.id, { onDelete: "cascade" }),
    rule: choice("rule", POLICY_RULES).notNull(),
  },
  (t) => [
    primaryKey({ name: "consent_policies_pkey", columns: [t.purposeId, t.useId] }),
    index("consent_policies_use_idx").on(t.useId),
    oneOf("consent_policies_rule_check", t.rule, POLICY_RULES),
  ],
);

const statement = () => ({
  profileId: integer("profile_id").notNull(),
  /** A purpose, a consent category (lower case), or one of the keys that begin with `$`. */
  key: text("key").notNull(),
  /** Empty: every channel. */
  channel: text("channel").notNull().default(""),
  stream: choice("stream", STREAMS).notNull(),
  state: choice("state", STATEMENT_STATES).notNull(),
  /** When the person said it; never later than when it arrived. */
  at: at("at").notNull(),
  recordedAt: at("recorded_at").notNull(),
  /** Set by the statement itself (a TCF string, a pause, a consent with an end). */
  expiresAt: at("expires_at"),
  /** Double opt-in: confirmed from the mailbox, or by another proof. */
  confirmed: boolean("confirmed").notNull().default(false),
  /** Inbox id of the message that brought it: its place among merges. */
  inboxId: bigint("inbox_id", { mode: "number" }),
  /** Of a TCF string: consented purposes as bits (1 << purpose). */
  tcfBits: integer("tcf_bits"),
  /** Of a TCF string: vendors that are disclosed and consented to. */
  tcfVendors: integer("tcf_vendors").array(),
  /** Of a TCF string: publisher restrictions that forbid, as purpose << 16 | vendor. */
  tcfRestricted: integer("tcf_restricted").array(),
  /** Hash of a TCF or GPP string: another string says something new. */
  fingerprint: text("fingerprint").notNull().default(""),
});

/**
 * Append-only: every statement as it was made, by the fragment whose identifiers it named. A trigger refuses changes;
 * only erasure and the removal of demo data take rows out. A signal is written when it says something new, not each time.
 */
export const consentLedger = pgTable(
  "consent_ledger",
  {
    id: bigserial("id", { mode: "number" }).notNull(),
    ...statement(),
    origin: choice("origin", ORIGINS).notNull(),
    sourceId: text("source_id"),
    messageId: text("message_id").notNull(),
    /** Member who recorded it. */
    actorId: text("actor_id"),
    noticeHash: text("notice_hash"),
    locale: text("locale"),
    /** {string, stringHash, page, ipHash, userAgent, reasons, deniedBy, sensitive, note, ...}. */
    proof: jsonb("proof").notNull().default({}),
  },
  (t) => [
    primaryKey({ name: "consent_ledger_pkey", columns: [t.profileId, t.id] }),
    uniqueIndex("consent_ledger_message_key").on(t.profileId, t.messageId, t.key, t.channel, t.stream),
    index("consent_ledger_recorded_idx").on(t.recordedAt),
    index("consent_ledger_id_idx").on(t.id),
    oneOf("consent_ledger_stream_check", t.stream, STREAMS),
    oneOf("consent_ledger_state_check", t.state, STATEMENT_STATES),
    oneOf("consent_ledger_origin_check", t.origin, ORIGINS),
  ],
);

/** The newest statement (by its own time; of two at once the stricter) per fragment, key, channel and stream. */
export const consentCurrent = pgTable(
  "consent_current",
  { ...statement(), ledgerId: bigint("ledger_id", { mode: "number" }).notNull() },
  (t) => [
    primaryKey({ name: "consent_current_pkey", columns: [t.profileId, t.key, t.channel, t.stream] }),
    index("consent_current_key_idx").on(t.key, t.at),
    index("consent_current_expires_idx")
      .on(t.expiresAt)
      .where(sql`expires_at is not null`),
    oneOf("consent_current_stream_check", t.stream, STREAMS),
    oneOf("consent_current_state_check", t.state, STATEMENT_STATES),
  ],
);

/**
 * Whose answer may have changed: a statement, a suppression, a merge. Whoever keeps sets or has work that is not sent yet
 * reads on from the last transaction id that it saw (ids are drawn before a commit and become visible after it).
 */
export const consentChanges = pgTable(
  "consent_changes",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    xid: xid8("xid")
      .notNull()
      .default(sql`pg_current_xact_id()`),
    profileId: integer("profile_id").notNull(),
    at: at("at").notNull().defaultNow(),
  },
  (t) => [index("consent_changes_xid_idx").on(t.xid), index("consent_changes_at_idx").on(t.at)],
);

/** Addresses that take no messages on a channel, whoever they belong to. Survives merges and un-merges. */
export const consentSuppressions = pgTable(
  "consent_suppressions",
  {
    /** Identifier type and normalised value. */
    type: text("type").notNull(),
    value: text("value").notNull(),
    channel: text("channel").notNull(),
    reason: choice("reason", SUPPRESSION_REASONS).notNull(),
    at: at("at").notNull(),
    sourceId: text("source_id"),
    actorId: text("actor_id"),
  },
  (t) => [
    primaryKey({ name: "consent_suppressions_pkey", columns: [t.type, t.value, t.channel] }),
    oneOf("consent_suppressions_reason_check", t.reason, SUPPRESSION_REASONS),
  ],
);

/**
 * Sets that the gate keeps, derived and packed: a process that starts reads one and what changed since, instead of every
 * statement. Written by the worker; dropped whenever people are made anew.
 */
export const consentSets = pgTable("consent_sets", {
  /** Canonical JSON of the question. */
  key: text("key").primaryKey(),
  /** Transactions below this one are in it. */
  below: text("below").notNull(),
  /** True of this instant. */
  at: at("at").notNull(),
  /** Chunks as [number u32, length u32, bytes] each, little-endian. */
  set: bytes("set").notNull(),
  savedAt: at("saved_at").notNull().defaultNow(),
});

/** One row ("main"). `version` moves with every change of purposes and policies; until processing has passed the place, the gate says no. */
export const consentConfig = pgTable("consent_config", {
  name: text("name").primaryKey(),
  version: bigint("version", { mode: "number" }).notNull().default(1),
  blockedXid: text("blocked_xid"),
  blockedInboxId: bigint("blocked_inbox_id", { mode: "number" }),
  updatedAt: updatedAt(),
});
