import { bigint, index, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { at } from "./columns";

/** Append-only and hash-chained; a trigger refuses UPDATE, DELETE and TRUNCATE. People appear by profile id. */
export const auditLog = pgTable(
  "audit_log",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey(),
    id: text("id").notNull(),
    at: at("at").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    action: text("action").notNull(),
    objectType: text("object_type").notNull(),
    objectId: text("object_id").notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    detail: jsonb("detail"),
    previousHash: text("previous_hash").notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [
    uniqueIndex("audit_log_id_key").on(t.id),
    index("audit_log_object_idx").on(t.objectType, t.objectId, t.seq),
    index("audit_log_actor_idx").on(t.actorId, t.seq),
  ],
);

/** Signed anchors of the chain, also in a file outside the database: a cut tail is found by them. */
export const auditAnchors = pgTable("audit_anchors", {
  seq: bigint("seq", { mode: "number" }).primaryKey(),
  hash: text("hash").notNull(),
  signature: text("signature").notNull(),
  at: at("at").notNull(),
});

/** Result of the newest verification of the chain: one row ("main"). */
export const auditVerifications = pgTable("audit_verifications", {
  name: text("name").primaryKey(),
  at: at("at").notNull(),
  /** Entries that were recomputed. */
  entries: bigint("entries", { mode: "number" }).notNull(),
  /** Null: the chain is whole. */
  problem: text("problem"),
  ms: bigint("ms", { mode: "number" }).notNull(),
});
