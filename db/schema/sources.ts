import { bigint, bigserial, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { ITEM_CODES, REJECTED_STAGES, REJECTED_STATUSES } from "@/domain/events/model";
import { IMPORT_KINDS, IMPORT_STATUSES } from "@/domain/imports/model";
import { SOURCE_STATUSES, SOURCE_TYPES } from "@/domain/sources/model";
import { users } from "./access";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

export const sources = pgTable(
  "sources",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    type: choice("type", SOURCE_TYPES).notNull(),
    status: choice("status", SOURCE_STATUSES).notNull().default("enabled"),
    settings: jsonb("settings").notNull().default({}),
    isDemo: boolean("is_demo").notNull().default(false),
    createdBy: text("created_by").references(() => users.id),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("sources_name_key").on(t.name),
    index("sources_created_by_idx").on(t.createdBy),
    oneOf("sources_type_check", t.type, SOURCE_TYPES),
    oneOf("sources_status_check", t.status, SOURCE_STATUSES),
  ],
);

/** Write keys, hashed (sha256). During rotation two are valid: the old one until `expires_at`. */
export const sourceKeys = pgTable(
  "source_keys",
  {
    id: text("id").primaryKey(),
    sourceId: text("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    keyHash: text("key_hash").notNull(),
    prefix: text("prefix").notNull(),
    last4: text("last4").notNull(),
    createdAt: createdAt(),
    lastUsedAt: at("last_used_at"),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [uniqueIndex("source_keys_key_hash_key").on(t.keyHash), index("source_keys_source_id_idx").on(t.sourceId)],
);

/**
 * What happened to received messages, one row per flush and source, written in the flush's own transaction
 * (an update of one counter row would make concurrent commits wait for each other). A job rolls rows older than two
 * hours up to one per source and minute. received = accepted + duplicates + rejected.
 */
export const collectTallies = pgTable(
  "collect_tallies",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    sourceId: text("source_id").notNull(),
    at: at("at").notNull().defaultNow(),
    accepted: integer("accepted").notNull(),
    duplicates: integer("duplicates").notNull(),
    rejected: integer("rejected").notNull(),
    /** Duplicates whose body differs from the first. */
    conflicts: integer("conflicts").notNull().default(0),
    warnings: integer("warnings").notNull().default(0),
    bytes: bigint("bytes", { mode: "number" }).notNull().default(0),
  },
  (t) => [index("collect_tallies_source_at_idx").on(t.sourceId, t.at)],
);

/** Whole requests refused for a known source (bad JSON, too large): nothing of them is stored but the count. */
export const refusedRequests = pgTable(
  "refused_requests",
  {
    sourceId: text("source_id").notNull(),
    hour: at("hour").notNull(),
    code: text("code").notNull(),
    n: integer("n").notNull(),
  },
  (t) => [primaryKey({ name: "refused_requests_pkey", columns: [t.sourceId, t.hour, t.code] })],
);

/** Messages that could not be used, each with its reason; visible and replayable on the source's page. */
export const rejectedMessages = pgTable(
  "rejected_messages",
  {
    id: text("id").primaryKey(),
    sourceId: text("source_id").notNull(),
    receivedAt: at("received_at").notNull().defaultNow(),
    stage: choice("stage", REJECTED_STAGES).notNull(),
    code: choice("code", ITEM_CODES).notNull(),
    field: text("field"),
    message: text("message").notNull(),
    messageId: text("message_id"),
    /** The raw item as received, at most 32 KiB of text; not JSON-typed since it may not be storable as such. */
    sample: text("sample").notNull(),
    sampleCut: boolean("sample_cut").notNull().default(false),
    status: choice("status", REJECTED_STATUSES).notNull().default("open"),
    statusReason: text("status_reason"),
    statusAt: at("status_at"),
  },
  (t) => [
    index("rejected_messages_source_idx").on(t.sourceId, t.status, t.receivedAt),
    index("rejected_messages_received_idx").on(t.receivedAt),
    oneOf("rejected_messages_stage_check", t.stage, REJECTED_STAGES),
    oneOf("rejected_messages_code_check", t.code, ITEM_CODES),
    oneOf("rejected_messages_status_check", t.status, REJECTED_STATUSES),
  ],
);

/** CSV imports. The file itself lies in DATA_DIR/imports/<id>. */
export const imports = pgTable(
  "imports",
  {
    id: text("id").primaryKey(),
    sourceId: text("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    fileName: text("file_name").notNull(),
    fileBytes: bigint("file_bytes", { mode: "number" }).notNull().default(0),
    kind: choice("kind", IMPORT_KINDS),
    status: choice("status", IMPORT_STATUSES).notNull(),
    /** Encoding, delimiter, headers, sample rows as detected. */
    detected: jsonb("detected"),
    mapping: jsonb("mapping"),
    /** Result of the dry run, and of the run: counts by outcome. */
    preview: jsonb("preview"),
    result: jsonb("result"),
    bytesDone: bigint("bytes_done", { mode: "number" }).notNull().default(0),
    rowsDone: bigint("rows_done", { mode: "number" }).notNull().default(0),
    rowsRejected: bigint("rows_rejected", { mode: "number" }).notNull().default(0),
    error: text("error"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
    /** A worker that runs it renews this; an expired lease is taken over and the import resumes. */
    leaseUntil: at("lease_until"),
  },
  (t) => [
    index("imports_source_id_idx").on(t.sourceId),
    index("imports_status_idx").on(t.status),
    oneOf("imports_status_check", t.status, IMPORT_STATUSES),
    oneOf("imports_kind_check", t.kind, IMPORT_KINDS),
  ],
);
