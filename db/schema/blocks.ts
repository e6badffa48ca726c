import { bigint, customType, index, integer, pgSequence, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { at } from "./columns";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** Numbers of blocks and marks. Not owned by a table, so that emptying the tables never gives a number twice. */
export const eventBlockSeq = pgSequence("event_block_seq", { cache: 1 });

/**
 * Events as columns, derived from `events`: per event type, in (time, id) order, up to 65,536 rows a block. A block is
 * never changed: a new one takes its place. Dropped and rebuilt at will (domain/segments/blocks).
 */
export const eventBlocks = pgTable(
  "event_blocks",
  {
    id: bigint("id", { mode: "number" }).primaryKey(),
    eventType: integer("event_type").notNull(),
    rows: integer("rows").notNull(),
    /** Milliseconds and id of the first row and of the last. */
    fromMs: bigint("from_ms", { mode: "number" }).notNull(),
    fromId: bigint("from_id", { mode: "number" }).notNull(),
    toMs: bigint("to_ms", { mode: "number" }).notNull(),
    toId: bigint("to_id", { mode: "number" }).notNull(),
    maxProfileId: integer("max_profile_id").notNull(),
    /** When another block took its place. Kept a few minutes for readers that still hold the older list. */
    retiredAt: at("retired_at"),
  },
  (t) => [index("event_blocks_type_idx").on(t.eventType, t.fromMs)],
);

/** Columns of blocks as packed arrays (domain/segments/blocks/encode.ts). */
export const eventBlockColumns = pgTable(
  "event_block_columns",
  {
    blockId: bigint("block_id", { mode: "number" }).notNull(),
    /** `p` profile, `s` seconds, `m` milliseconds, `i` id, `v` value, or a JSON list: root and path of a property. */
    name: text("name").notNull(),
    data: bytea("data").notNull(),
  },
  (t) => [primaryKey({ name: "event_block_columns_pkey", columns: [t.blockId, t.name] })],
);

/** Types that blocks hold: every event of the type up to `closedId`, except what `dirty` and `holes` name. */
export const eventBlockTypes = pgTable("event_block_types", {
  eventType: integer("event_type").primaryKey(),
  closedId: bigint("closed_id", { mode: "number" }).notNull(),
});

/** Property columns that segments ask for, by type. */
export const eventBlockWants = pgTable(
  "event_block_wants",
  { eventType: integer("event_type").notNull(), name: text("name").notNull(), usedAt: at("used_at").notNull() },
  (t) => [primaryKey({ name: "event_block_wants_pkey", columns: [t.eventType, t.name] })],
);

/** Fragments whose closed events changed or went: blocks do not count for them until they are rewritten. */
export const eventBlockDirty = pgTable("event_block_dirty", {
  profileId: integer("profile_id").primaryKey(),
  mark: bigint("mark", { mode: "number" }).notNull(),
});

/** Spans of time of a type without blocks: read from `events` until they are built again. */
export const eventBlockHoles = pgTable("event_block_holes", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  eventType: integer("event_type").notNull(),
  fromMs: bigint("from_ms", { mode: "number" }).notNull(),
  fromId: bigint("from_id", { mode: "number" }).notNull(),
  toMs: bigint("to_ms", { mode: "number" }).notNull(),
  toId: bigint("to_id", { mode: "number" }).notNull(),
});

/**
 * What segments ask of people as columns, derived from `profiles`: 65,536 neighbouring ids a row. True up to the change
 * that `segment_cursors.columns` names; who changed since is read from `profiles`.
 */
export const profileColumns = pgTable(
  "profile_columns",
  {
    /** `base`, or a JSON list: column or trait path. */
    name: text("name").notNull(),
    chunk: integer("chunk").notNull(),
    data: bytea("data").notNull(),
  },
  (t) => [primaryKey({ name: "profile_columns_pkey", columns: [t.name, t.chunk] })],
);
