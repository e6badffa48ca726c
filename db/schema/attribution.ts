import { boolean, date, integer, jsonb, numeric, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { CONVERSION_COUNTS } from "@/domain/attribution/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/** What counts as a conversion, and how long before it touches may have had a part in it. */
export const conversionDefinitions = pgTable(
  "conversion_definitions",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    /** Name of the event. */
    event: text("event").notNull(),
    /** Filters of domain/segments on the event. */
    where: jsonb("where").notNull().default([]),
    /** Fixed value of each conversion in the company's currency; null: the event's own. */
    fixedValue: numeric("fixed_value", { precision: 16, scale: 4 }),
    count: choice("count", CONVERSION_COUNTS).notNull(),
    /** Event that takes value back (a refund), matched by order id; null: none. */
    refundEvent: text("refund_event"),
    /** Days before the conversion in which clicks and visits count, and views. */
    clickDays: integer("click_days").notNull(),
    viewDays: integer("view_days").notNull(),
    isDefault: boolean("is_default").notNull().default(false),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [
    uniqueIndex("conversion_definitions_name_key").on(t.name),
    oneOf("conversion_definitions_count_check", t.count, CONVERSION_COUNTS),
  ],
);

/** What erased people had converted, as sums of a day in which nobody stands: reports of the past keep their totals. */
export const erasedConversions = pgTable(
  "erased_conversions",
  {
    conversionId: text("conversion_id").notNull(),
    /** In the company's time zone. */
    day: date("day").notNull(),
    conversions: integer("conversions").notNull(),
    /** In the company's currency of the time of the erasure, refunds taken back. */
    value: numeric("value", { precision: 18, scale: 4 }).notNull(),
    currency: text("currency").notNull(),
  },
  (t) => [primaryKey({ name: "erased_conversions_pkey", columns: [t.conversionId, t.day, t.currency] })],
);
