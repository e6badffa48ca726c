import { z } from "zod";
import { filterSchema, measureSchema, pathSchema, seconds, windowSchema, type Window } from "../model";

/**
 * Computed traits: values that follow from what people did. A definition is JSON, kept in versions, over the same filters and
 * windows as the event row of segments, with the same meaning: only the corrected event time counts, nothing after now.
 * Pure: the browser imports it.
 *
 * No value: nothing matched (or a number cannot be had, as a ratio by zero). Counts, sums and numbers of sessions, days
 * and different values are 0 then, for everybody; every other kind has no value.
 */
export const COMPUTED_LIMITS = {
  /** Traits that an install may keep. */
  traits: 200,
  expressionLength: 1_000,
  listLength: 1_000,
} as const;

/** preparing: a computation over everybody runs, values are kept live meanwhile; paused: values stand still. */
export const COMPUTED_STATUSES = ["preparing", "live", "paused", "failed"] as const;
export type ComputedStatus = (typeof COMPUTED_STATUSES)[number];

const eventName = z.string().min(1).max(200);
/** Which events are looked at: name (null: any event), filters that hold for the same event, window. */
const eventsShape = {
  event: eventName.nullable(),
  where: z.array(filterSchema).max(20).default([]),
  window: windowSchema.refine((window) => window.kind !== "since_entered", "a trait belongs to no segment that one could enter"),
};

/** What is said of the events that match. Values of properties compare as text after NFC. */
export const eventMeasureSchema = z.discriminatedUnion("of", [
  ...measureSchema.options,
  /** Needs `atLeast` occurrences; of equally frequent values the first by code points. */
  z.strictObject({ of: z.literal("most_frequent"), path: pathSchema, atLeast: z.number().int().min(1).max(1_000).default(2) }),
  /** The property of the earliest or latest event that carries it (ties by message); without a path the time of the event. */
  z.strictObject({ of: z.enum(["first", "last"]), path: pathSchema.optional() }),
  /** Different values in the order of code points, cut after `limit`. */
  z.strictObject({
    of: z.literal("unique_list"),
    path: pathSchema,
    limit: z.number().int().min(1).max(COMPUTED_LIMITS.listLength).default(100),
  }),
  /** Whole periods of 24 hours since the first or last such event. */
  z.strictObject({ of: z.literal("days_since"), which: z.enum(["first", "last"]) }),
]);
export type EventMeasure = z.infer<typeof eventMeasureSchema>;

const ratioPart = z.strictObject({ ...eventsShape, measure: measureSchema });
export type RatioPart = z.infer<typeof ratioPart>;

export const SESSION_MEASURES = ["count", "average_length", "longest_length", "total_length", "average_events", "last_start"] as const;
export type SessionMeasure = (typeof SESSION_MEASURES)[number];

export const RFM_SCORES = ["code", "recency", "frequency", "monetary", "total", "group"] as const;
export type RfmScore = (typeof RFM_SCORES)[number];

export const definitionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("event"), ...eventsShape, measure: eventMeasureSchema }),
  /** One number of events divided by another; no value where the divisor is 0 or has none. */
  z.strictObject({ kind: z.literal("ratio"), of: ratioPart, per: ratioPart }),
  /** Events in order; a pause longer than `gapMinutes` begins another session. Lengths in minutes, first to last event. */
  z.strictObject({
    kind: z.literal("sessions"),
    ...eventsShape,
    gapMinutes: z
      .number()
      .int()
      .min(1)
      .max(90 * 1_440)
      .default(30),
    measure: z.enum(SESSION_MEASURES),
  }),
  /**
   * Recency, frequency and monetary value in `groups` parts of equal size over everybody who has such an event, the best
   * part has the highest number. The borders are taken anew every `everyHours`; between, people move against them live.
   * `path` absent: the event's money value.
   */
  z.strictObject({
    kind: z.literal("rfm"),
    ...eventsShape,
    path: pathSchema.optional(),
    groups: z.number().int().min(2).max(9).default(5),
    score: z.enum(RFM_SCORES),
    everyHours: z.number().int().min(1).max(720).default(24),
  }),
  /**
   * SQL that gives profile ids and values, by admins only: as a role that reads some views and nothing else, within a time
   * limit. Read again every `everyHours`; not live between.
   */
  z.strictObject({
    kind: z.literal("sql"),
    sql: z.string().trim().min(1).max(10_000),
    everyHours: z.number().int().min(1).max(720).default(24),
  }),
  /** An expression over other computed traits (by key) and collected traits; see expression.ts. */
  z.strictObject({ kind: z.literal("formula"), expression: z.string().trim().min(1).max(COMPUTED_LIMITS.expressionLength) }),
]);
export type Definition = z.infer<typeof definitionSchema>;
export type DefinitionKind = Definition["kind"];
/** Definitions that follow from a person's events alone. */
export type EventDefinition = Exclude<Definition, { kind: "formula" | "sql" }>;
export type DefinitionOf<K extends DefinitionKind> = Extract<Definition, { kind: K }>;

const windowProblem = (window: Window): string | undefined => {
  if (window.kind === "between_ago" && seconds(window.from) >= seconds(window.to)) return "the nearer end of the window must come first";
  if (window.kind === "fixed" && window.from !== null && window.to !== null && window.from >= window.to)
    return "the window must end after it begins";
  return undefined;
};

/** A whole definition: what the shape alone cannot say holds too. */
export const wholeDefinitionSchema = definitionSchema.superRefine((definition, issues) => {
  const parts = definition.kind === "ratio" ? [definition.of, definition.per] : "window" in definition ? [definition] : [];
  for (const { window } of parts) {
    const message = windowProblem(window);
    if (message) issues.addIssue({ code: "custom", path: ["window"], message });
  }
});

/** Borders of the parts of an RFM trait, upwards; recency in milliseconds since the last event. */
export interface RfmBorders {
  recency: number[];
  frequency: number[];
  monetary: number[];
  /** ISO time at which they were taken. */
  asOf: string;
}

export const VALUE_TYPES = ["number", "text", "date", "list", "any"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** How the values of a definition are read. `any`: a property or formula whose type is not known beforehand. */
export function valueTypeOf(definition: Definition): ValueType {
  switch (definition.kind) {
    case "event":
      switch (definition.measure.of) {
        case "most_frequent":
          return "text";
        case "unique_list":
          return "list";
        case "first":
        case "last":
          return definition.measure.path ? "any" : "date";
        default:
          return "number";
      }
    case "ratio":
      return "number";
    case "sessions":
      return definition.measure === "last_start" ? "date" : "number";
    case "rfm":
      return definition.score === "code" || definition.score === "group" ? "text" : "number";
    case "formula":
    case "sql":
      return "any";
  }
}

/** The value of somebody for whom nothing matched: 0, or null for none. */
export function emptyOf(definition: Definition): 0 | null {
  if (definition.kind === "event")
    return ["count", "days", "weeks", "months", "distinct", "sum"].includes(definition.measure.of) ? 0 : null;
  return definition.kind === "sessions" && definition.measure === "count" ? 0 : null;
}

/** Hours between two computations over everybody, for kinds that need them; null: never by schedule. */
export const everyHours = (definition: Definition): number | null => ("everyHours" in definition ? definition.everyHours : null);
