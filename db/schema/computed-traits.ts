import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { COMPUTED_STATUSES, VALUE_TYPES } from "@/domain/segments/computed/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/** A named value that is computed for every person. */
export const computedTraits = pgTable(
  "computed_traits",
  {
    id: text("id").primaryKey(),
    /** snake_case of the first name: how formulas, exports and the Profile API call it; unique for ever, also after deletion. */
    key: text("key").notNull(),
    name: text("name").notNull(),
    description: text("description"),
    status: choice("status", COMPUTED_STATUSES).notNull(),
    /** Current version of the definition; `computed_trait_versions` holds all. */
    version: integer("version").notNull(),
    valueType: choice("value_type", VALUE_TYPES).notNull(),
    /** Value of everybody who has no row in `computed_values`: 0, or null for none. */
    empty: jsonb("empty"),
    /** Values come from personal data: masked for whoever may not see such. */
    personal: boolean("personal").notNull().default(false),
    ownerId: text("owner_id"),
    /** What a computation over everybody left for the single person: borders of RFM parts. */
    state: jsonb("state"),
    /** When the newest computation over everybody ended, and how long it took. */
    computedAt: at("computed_at"),
    computeMs: integer("compute_ms"),
    /** {done, total} while preparing. */
    progress: jsonb("progress"),
    error: text("error"),
    /** The next computation over everybody, for kinds with a schedule. */
    nextRunAt: at("next_run_at"),
    /** Newest change of any value. */
    changedAt: at("changed_at"),
    /** Live work since the definition was saved: people looked at, values changed, microseconds. */
    looked: bigint("looked", { mode: "number" }).notNull().default(0),
    changed: bigint("changed", { mode: "number" }).notNull().default(0),
    spentUs: bigint("spent_us", { mode: "number" }).notNull().default(0),
    /** Coverage and distribution, and when they were counted. */
    stats: jsonb("stats"),
    statsAt: at("stats_at"),
    /** Result of the newest background check of a sample against a fresh computation. */
    checkedAt: at("checked_at"),
    checkDifference: integer("check_difference"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [
    uniqueIndex("computed_traits_key_key").on(t.key),
    index("computed_traits_next_run_idx")
      .on(t.nextRunAt)
      .where(sql`next_run_at is not null`),
    oneOf("computed_traits_status_check", t.status, COMPUTED_STATUSES),
    oneOf("computed_traits_value_type_check", t.valueType, VALUE_TYPES),
  ],
);

/** Immutable. `sentence` is what the definition said when it was saved. */
export const computedTraitVersions = pgTable(
  "computed_trait_versions",
  {
    traitId: text("trait_id").notNull(),
    version: integer("version").notNull(),
    definition: jsonb("definition").notNull(),
    sentence: text("sentence").notNull(),
    note: text("note"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ name: "computed_trait_versions_pkey", columns: [t.traitId, t.version] })],
);

/** Which computed traits a formula asks: "used by", cycles, order of computation. */
export const computedTraitReferences = pgTable(
  "computed_trait_references",
  { traitId: text("trait_id").notNull(), usesId: text("uses_id").notNull() },
  (t) => [
    primaryKey({ name: "computed_trait_references_pkey", columns: [t.traitId, t.usesId] }),
    index("computed_trait_references_uses_idx").on(t.usesId),
  ],
);

/**
 * Values by canonical profile. No row, or null: the trait's `empty`. A value that went stays as null for a while, so
 * that a computation of a segment that began before sees by `generation` whom it has to look at again.
 */
export const computedValues = pgTable(
  "computed_values",
  {
    traitId: text("trait_id").notNull(),
    profileId: integer("profile_id").notNull(),
    value: jsonb("value"),
    /** Count of writing steps, from `segment_cursors` row "traits"; written under the lock of membership. */
    generation: bigint("generation", { mode: "number" }).notNull(),
    changedAt: at("changed_at").notNull(),
  },
  (t) => [
    primaryKey({ name: "computed_values_pkey", columns: [t.traitId, t.profileId] }),
    index("computed_values_profile_idx").on(t.profileId),
  ],
);

/** When time alone may change a person's value. */
export const computedDue = pgTable(
  "computed_due",
  { traitId: text("trait_id").notNull(), profileId: integer("profile_id").notNull(), dueAt: at("due_at").notNull() },
  (t) => [primaryKey({ name: "computed_due_pkey", columns: [t.traitId, t.profileId] }), index("computed_due_at_idx").on(t.dueAt)],
);
