import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import {
  DATA_CLASSES,
  FIELD_CLASSES,
  LINK_KINDS,
  REGIMES,
  REQUEST_CHANNELS,
  REQUEST_KINDS,
  REQUEST_STATUSES,
} from "@/domain/governance/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/**
 * Tombstones: identifiers whose messages are not stored any more, as keyed hashes. The value itself is not kept.
 * They act on messages behind the place of the inbox at which they were made: a rebuild leaves what stood before alone.
 */
export const suppressions = pgTable(
  "suppressions",
  {
    /** HMAC-SHA256 of type, NUL and normalised value, in hex. */
    hash: text("hash").primaryKey(),
    /** 32 bits of a keyed hash of the same text: tells cheaply that a value is not suppressed. */
    tag: integer("tag").notNull(),
    type: text("type").notNull(),
    requestId: text("request_id").notNull(),
    createdAt: createdAt(),
    afterXid: text("after_xid").notNull(),
    afterInboxId: bigint("after_inbox_id", { mode: "number" }).notNull(),
    /** Messages that were dropped because they named it. */
    hits: bigint("hits", { mode: "number" }).notNull().default(0),
    lastHitAt: at("last_hit_at"),
  },
  (t) => [index("suppressions_request_id_idx").on(t.requestId)],
);

/** Requests of data subjects. `subject` and `work` hold identifiers and are emptied when an erasure is complete. */
export const dsrRequests = pgTable(
  "dsr_requests",
  {
    id: text("id").primaryKey(),
    kind: choice("kind", REQUEST_KINDS).notNull(),
    regime: choice("regime", REGIMES).notNull(),
    status: choice("status", REQUEST_STATUSES).notNull(),
    channel: choice("channel", REQUEST_CHANNELS).notNull(),
    /** [{type, value}] as given; null once the person is erased. */
    subject: jsonb("subject"),
    /** HMAC of each identifier given: finds a request again when its subject is gone. */
    subjectHashes: text("subject_hashes").array().notNull(),
    /** Canonical profile when it was found. */
    profileId: integer("profile_id"),
    note: text("note"),
    /** Erasure: leave tombstones; tell destinations. Rectification: what to set. */
    options: jsonb("options").notNull().default({}),
    receivedAt: at("received_at").notNull(),
    dueAt: at("due_at").notNull(),
    extendedAt: at("extended_at"),
    verifiedAt: at("verified_at"),
    /** How identity was verified: "link", "operator" or "api". */
    verifiedBy: text("verified_by"),
    requestedBy: text("requested_by"),
    approvals: jsonb("approvals").notNull().default([]),
    decidedReason: text("decided_reason"),
    completedAt: at("completed_at"),
    /** Several subjects of one regulation call. */
    batchId: text("batch_id"),
    /** subject_request_id of OpenDSR. */
    externalId: text("external_id"),
    callbackUrls: text("callback_urls").array().notNull().default([]),
    /** What a started erasure still has to do; null before and after. */
    work: jsonb("work"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("dsr_requests_external_id_key").on(t.externalId),
    index("dsr_requests_status_idx").on(t.status, t.dueAt),
    index("dsr_requests_batch_idx").on(t.batchId),
    index("dsr_requests_profile_idx").on(t.profileId),
    index("dsr_requests_hashes_idx").using("gin", t.subjectHashes),
    oneOf("dsr_requests_kind_check", t.kind, REQUEST_KINDS),
    oneOf("dsr_requests_regime_check", t.regime, REGIMES),
    oneOf("dsr_requests_status_check", t.status, REQUEST_STATUSES),
    oneOf("dsr_requests_channel_check", t.channel, REQUEST_CHANNELS),
  ],
);

/** What happened to a request, in order. Holds counts and codes, never values. */
export const dsrActivity = pgTable(
  "dsr_activity",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    requestId: text("request_id").notNull(),
    at: at("at").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    code: text("code").notNull(),
    detail: jsonb("detail"),
  },
  (t) => [index("dsr_activity_request_idx").on(t.requestId, t.id)],
);

/** Links for the person: to verify a request, to fetch an access package. Stored as sha256. */
export const dsrLinks = pgTable(
  "dsr_links",
  {
    tokenHash: text("token_hash").primaryKey(),
    requestId: text("request_id").notNull(),
    kind: choice("kind", LINK_KINDS).notNull(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
  },
  (t) => [index("dsr_links_request_idx").on(t.requestId), oneOf("dsr_links_kind_check", t.kind, LINK_KINDS)],
);

/** Proof of an erasure: what, where, how many, when. `hash` = sha256 of the canonical JSON of `body`; it stands in the audit log too. */
export const erasureCertificates = pgTable("erasure_certificates", {
  requestId: text("request_id").primaryKey(),
  issuedAt: at("issued_at").notNull(),
  body: jsonb("body").notNull(),
  hash: text("hash").notNull(),
  /** Entry of the audit log that carries the hash. */
  auditSeq: bigint("audit_seq", { mode: "number" }).notNull(),
});

/** Class of a trait or event property: found by matchers, confirmed or changed by an admin. */
export const fieldClasses = pgTable(
  "field_classes",
  {
    /** "trait", or "event" with the event's name in `scope`, as in seen_properties. */
    kind: text("kind").notNull(),
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    /** What the matchers say, and by what. */
    found: choice("found", FIELD_CLASSES).notNull(),
    reason: text("reason"),
    /** What an admin decided; null: nobody looked yet. */
    confirmed: choice("confirmed", FIELD_CLASSES),
    labels: text("labels").array().notNull().default([]),
    confirmedBy: text("confirmed_by"),
    confirmedAt: at("confirmed_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: "field_classes_pkey", columns: [t.kind, t.scope, t.key] }),
    oneOf("field_classes_found_check", t.found, FIELD_CLASSES),
    oneOf("field_classes_confirmed_check", t.confirmed, FIELD_CLASSES),
  ],
);

/** Days that a class of data is kept. No row: kept for ever. */
export const retentionRules = pgTable(
  "retention_rules",
  {
    dataClass: choice("data_class", DATA_CLASSES).primaryKey(),
    days: integer("days").notNull(),
    /** While set, nothing of the class is deleted. */
    hold: text("hold"),
    updatedAt: updatedAt(),
    updatedBy: text("updated_by"),
  },
  (t) => [oneOf("retention_rules_class_check", t.dataClass, DATA_CLASSES)],
);
