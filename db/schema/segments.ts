import { bigint, bigserial, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { LIST_ORIGINS, LIST_UPLOAD_MODES, SEGMENT_KINDS, SEGMENT_STATUSES, TRANSITION_CAUSES } from "@/domain/segments/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/** A named rule over people, or (static) a list fixed by hand, upload or snapshot. */
export const segments = pgTable(
  "segments",
  {
    id: text("id").primaryKey(),
    /** snake_case of the first name: the trait key that goes out; unique for ever, also after deletion. */
    key: text("key").notNull(),
    name: text("name").notNull(),
    description: text("description"),
    kind: choice("kind", SEGMENT_KINDS).notNull(),
    status: choice("status", SEGMENT_STATUSES).notNull(),
    /** Current version of the rule; `segment_versions` holds all. */
    version: integer("version").notNull(),
    folder: text("folder"),
    tags: text("tags").array().notNull().default([]),
    ownerId: text("owner_id"),
    /** Members, exact as of `sizeAt`. */
    size: integer("size").notNull().default(0),
    sizeAt: at("size_at"),
    /** Duration of the last full computation. */
    computeMs: integer("compute_ms"),
    /** {done, total} while preparing. */
    progress: jsonb("progress"),
    error: text("error"),
    /** Result of the newest background check against a full computation. */
    checkedAt: at("checked_at"),
    checkDifference: integer("check_difference"),
    /** How many people that check compared, and up to five of those who differed. */
    checkSample: integer("check_sample"),
    checkPeople: jsonb("check_people"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [
    uniqueIndex("segments_key_key").on(t.key),
    index("segments_status_idx").on(t.status),
    oneOf("segments_kind_check", t.kind, SEGMENT_KINDS),
    oneOf("segments_status_check", t.status, SEGMENT_STATUSES),
  ],
);

/** Immutable. `sentence` is what `describe` said when it was saved. */
export const segmentVersions = pgTable(
  "segment_versions",
  {
    segmentId: text("segment_id").notNull(),
    version: integer("version").notNull(),
    rule: jsonb("rule").notNull(),
    sentence: text("sentence").notNull(),
    note: text("note"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ name: "segment_versions_pkey", columns: [t.segmentId, t.version] })],
);

/** Which segments a segment refers to: "used by", cycles, order of evaluation. */
export const segmentReferences = pgTable(
  "segment_references",
  { segmentId: text("segment_id").notNull(), usesId: text("uses_id").notNull() },
  (t) => [
    primaryKey({ name: "segment_references_pkey", columns: [t.segmentId, t.usesId] }),
    index("segment_references_uses_idx").on(t.usesId),
  ],
);

/** Who is in, by canonical profile. */
export const segmentMembers = pgTable(
  "segment_members",
  { segmentId: text("segment_id").notNull(), profileId: integer("profile_id").notNull(), enteredAt: at("entered_at").notNull() },
  (t) => [
    primaryKey({ name: "segment_members_pkey", columns: [t.segmentId, t.profileId] }),
    index("segment_members_profile_idx").on(t.profileId),
  ],
);

/** Append-only: every entry and exit with its cause. Journeys and syncs listen to it by `id`. */
export const segmentTransitions = pgTable(
  "segment_transitions",
  {
    id: bigserial("id", { mode: "number" }).notNull(),
    profileId: integer("profile_id").notNull(),
    segmentId: text("segment_id").notNull(),
    version: integer("version").notNull(),
    entered: boolean("entered").notNull(),
    at: at("at").notNull(),
    cause: choice("cause", TRANSITION_CAUSES).notNull(),
    /** Inbox id of the message that caused it. */
    eventId: bigint("event_id", { mode: "number" }),
  },
  (t) => [
    primaryKey({ name: "segment_transitions_pkey", columns: [t.profileId, t.id] }),
    index("segment_transitions_segment_idx").on(t.segmentId, t.at),
    index("segment_transitions_id_idx").on(t.id),
    oneOf("segment_transitions_cause_check", t.cause, TRANSITION_CAUSES),
  ],
);

/** When a person has to be looked at again: time alone may move them (`time`), or something changed during a computation. */
export const segmentDue = pgTable(
  "segment_due",
  {
    segmentId: text("segment_id").notNull(),
    profileId: integer("profile_id").notNull(),
    dueAt: at("due_at").notNull(),
    cause: choice("cause", TRANSITION_CAUSES).notNull().default("time"),
  },
  (t) => [
    primaryKey({ name: "segment_due_pkey", columns: [t.segmentId, t.profileId] }),
    index("segment_due_at_idx").on(t.dueAt),
    index("segment_due_profile_idx").on(t.profileId),
    oneOf("segment_due_cause_check", t.cause, TRANSITION_CAUSES),
  ],
);

/**
 * Whom a processed batch or a change of identity touched, by canonical profile. Written under the lock of the processing
 * cursor, so ids come in the order of commits; only while some segment is kept live.
 */
export const profileChanges = pgTable("profile_changes", {
  id: bigserial("id", { mode: "number" }).primaryKey(),
  profileId: integer("profile_id").notNull(),
  /** Who belongs to whom changed: a merge or an un-merge. */
  merged: boolean("merged").notNull().default(false),
  /** Inbox id of the newest message behind it; null where no message is. */
  eventId: bigint("event_id", { mode: "number" }),
  /** Which facts changed, each with the inbox id of the newest message that changed it (`ChangedFacts`); null: any may have. */
  facts: jsonb("facts"),
  at: createdAt(),
});

/** Up to which change live membership has come: one row ("main"); its lock is the lock of all changes of membership. */
export const segmentCursors = pgTable("segment_cursors", {
  name: text("name").primaryKey(),
  changeId: bigint("change_id", { mode: "number" }).notNull().default(0),
  updatedAt: updatedAt(),
});

/** Size over time, one row an hour and segment. */
export const segmentSizes = pgTable(
  "segment_sizes",
  {
    segmentId: text("segment_id").notNull(),
    hour: at("hour").notNull(),
    size: integer("size").notNull(),
    entered: integer("entered").notNull(),
    left: integer("left").notNull(),
  },
  (t) => [primaryKey({ name: "segment_sizes_pkey", columns: [t.segmentId, t.hour] })],
);

/** People on a static list, by the fragment that the upload named. */
export const listMembers = pgTable(
  "list_members",
  { listId: text("list_id").notNull(), profileId: integer("profile_id").notNull(), addedAt: at("added_at").notNull().defaultNow() },
  (t) => [primaryKey({ name: "list_members_pkey", columns: [t.listId, t.profileId] }), index("list_members_profile_idx").on(t.profileId)],
);

/** A fixed list of people: uploaded, or a segment as it was at one moment. Its members stand in `list_members`. */
export const lists = pgTable(
  "lists",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    description: text("description"),
    origin: choice("origin", LIST_ORIGINS).notNull(),
    /** The segment of which it is a snapshot, and its version then. */
    segmentId: text("segment_id"),
    segmentVersion: integer("segment_version"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [oneOf("lists_origin_check", t.origin, LIST_ORIGINS)],
);

/** What each upload into a list did. `unmatched_sample` holds masked values with their lines: [{line, value, reason}]. */
export const listUploads = pgTable(
  "list_uploads",
  {
    id: text("id").primaryKey(),
    listId: text("list_id").notNull(),
    fileName: text("file_name").notNull(),
    mode: choice("mode", LIST_UPLOAD_MODES).notNull(),
    identifierType: text("identifier_type").notNull(),
    rows: integer("rows").notNull(),
    /** Rows that name a person; several may name the same one. */
    matched: integer("matched").notNull(),
    unmatched: integer("unmatched").notNull(),
    /** Empty or not readable as such an identifier. */
    invalid: integer("invalid").notNull(),
    /** People who came or went by it. */
    changed: integer("changed").notNull(),
    unmatchedSample: jsonb("unmatched_sample").notNull(),
    createdBy: text("created_by"),
    createdAt: createdAt(),
  },
  (t) => [index("list_uploads_list_idx").on(t.listId, t.createdAt), oneOf("list_uploads_mode_check", t.mode, LIST_UPLOAD_MODES)],
);

/** Results of SQL conditions: the people stand in `list_members` under the same id. Computed again on schedule. */
export const sqlLists = pgTable("sql_lists", {
  /** `sql_` and a hash of the text: equal texts share one result. */
  id: text("id").primaryKey(),
  sql: text("sql").notNull(),
  size: integer("size").notNull().default(0),
  computedAt: at("computed_at"),
  computeMs: integer("compute_ms"),
  /** Why the last try failed, in words; the result before it stays. */
  error: text("error"),
  triedAt: at("tried_at"),
  /** Last time a draft asked for it; results that no segment uses go after a while. */
  askedAt: at("asked_at").notNull().defaultNow(),
});
