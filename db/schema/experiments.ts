import { date, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { EXPERIMENT_ORIGINS } from "@/domain/experiments/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

/** Experiments that somebody set up; those that journeys and events run by themselves need no row. */
export const experiments = pgTable(
  "experiments",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    hypothesis: text("hypothesis").notNull().default(""),
    /** How people came into the arms, the arms, and what they are compared by (domain/experiments model). */
    assignment: jsonb("assignment").notNull(),
    arms: jsonb("arms").notNull(),
    metric: jsonb("metric").notNull(),
    windowDays: integer("window_days").notNull(),
    startsOn: date("starts_on").notNull(),
    endsOn: date("ends_on"),
    plannedPeople: integer("planned_people").notNull(),
    exposureEvent: text("exposure_event"),
    /** Row of the attribution report that it measures: {kind, name}. */
    covers: jsonb("covers"),
    origin: choice("origin", EXPERIMENT_ORIGINS).notNull().default("manual"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [index("experiments_starts_on_idx").on(t.startsOn), oneOf("experiments_origin_check", t.origin, EXPERIMENT_ORIGINS)],
);
