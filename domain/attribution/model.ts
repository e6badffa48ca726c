import { z } from "zod";
import { filterSchema } from "@/domain/segments/model";
import type { ReportFrame } from "./schemas";

/** Attribution: value sets and shapes. Pure: the browser may import it. */

/** Models with a fixed rule per path. Weights of one path add up to 1, except participation. */
export type RuleModel =
  | { readonly kind: "first" }
  | { readonly kind: "last" }
  | { readonly kind: "last_non_direct" }
  | { readonly kind: "linear" }
  /** Weights of the first, the middle together, and the last touch; brought to a sum of 1. Two touches ignore the middle. */
  | { readonly kind: "position"; readonly first: number; readonly middle: number; readonly last: number }
  /** 30/30/30/10: first, lead-creation touch and last 0.3 each, 0.1 over the others. */
  | { readonly kind: "w" }
  /** 2^(-age / halfLife), in the unit of the table's ages. */
  | { readonly kind: "time_decay"; readonly halfLife: number }
  /** Every distinct channel of a path gets it whole: totals are inflated, and the screen says so. */
  | { readonly kind: "participation" };

export const U_SHAPED: RuleModel = { kind: "position", first: 0.4, middle: 0.2, last: 0.4 };
export const J_SHAPED: RuleModel = { kind: "position", first: 0.2, middle: 0.2, last: 0.6 };
export const INVERSE_J: RuleModel = { kind: "position", first: 0.6, middle: 0.2, last: 0.2 };

export const MARKOV_ORDERS = [1, 2, 3, 4] as const;
export type MarkovOrder = (typeof MARKOV_ORDERS)[number];

/**
 * Paths as columns, so that millions of touches stay a few typed arrays. Path p owns the touches
 * `offsets[p] .. offsets[p + 1]`, in time order. A path is one person's way to one conversion (conversions 1, nulls 0),
 * to none (0, 1), or a shape that many share.
 */
export interface PathTable {
  /** Names of the channels (or campaigns, ad sets ...) that `channel` counts through. */
  readonly channels: readonly string[];
  readonly offsets: Uint32Array;
  readonly channel: Uint16Array;
  /** Time from the touch to the conversion, per touch; seconds unless the maker of the table says otherwise. */
  readonly age: Float64Array;
  readonly conversions: Float64Array;
  readonly value: Float64Array;
  readonly nulls: Float64Array;
  /** Touch within its path at which the lead was created; -1: unknown. Only the W model reads it. */
  readonly lead: Int32Array;
}

/** Credit per channel (in the order of the table's `channels`) and of the paths without a touch. */
export interface Credits {
  readonly conversions: Float64Array;
  readonly value: Float64Array;
  readonly unattributed: { readonly conversions: number; readonly value: number };
}

/** every: each such event; once: the first of each person. */
export const CONVERSION_COUNTS = ["every", "once"] as const;

/** What counts as a conversion. Windows in days before it: 1 to 90, views apart from clicks and visits. */
export const conversionSchema = z.strictObject({
  name: z.string().trim().min(1, "Give the conversion a name.").max(100),
  event: z.string().min(1, "Choose the event.").max(200),
  where: z.array(filterSchema).max(20).default([]),
  fixedValue: z.number().min(0).max(1e12).nullable().default(null),
  count: z.enum(CONVERSION_COUNTS).default("every"),
  refundEvent: z.string().max(200).nullable().default(null),
  clickDays: z.number().int().min(1).max(90).default(28),
  viewDays: z.number().int().min(1).max(90).default(1),
});
export type ConversionInput = z.infer<typeof conversionSchema>;
export type Conversion = ConversionInput & { readonly id: string; readonly isDefault: boolean };

/** What credit is counted by. */
export const REPORT_DIMENSIONS = ["channel", "campaign", "source", "content"] as const;
export type ReportDimension = (typeof REPORT_DIMENSIONS)[number];

/** Models that a report offers, each with one sentence about what it means. */
export const REPORT_MODELS = [
  "first",
  "last",
  "last_non_direct",
  "linear",
  "position",
  "j_shaped",
  "inverse_j",
  "w",
  "time_decay",
  "participation",
  "custom",
  "markov_1",
  "markov_2",
  "markov_3",
  "markov_4",
  "shapley",
] as const;
export type ReportModel = (typeof REPORT_MODELS)[number];

export const REPORT_MODEL_LABELS: Record<ReportModel, { readonly name: string; readonly meaning: string }> = {
  first: { name: "First touch", meaning: "All credit to the touch that began the path." },
  last: { name: "Last touch", meaning: "All credit to the touch right before the conversion." },
  last_non_direct: { name: "Last non-direct", meaning: "All credit to the last touch that was not a direct visit." },
  linear: { name: "Linear", meaning: "The same credit to every touch of the path." },
  position: { name: "Position 40/20/40", meaning: "40 % to the first touch, 40 % to the last, 20 % shared by those between." },
  j_shaped: { name: "J-shaped 20/20/60", meaning: "20 % to the first touch, 60 % to the last, 20 % shared by those between." },
  inverse_j: { name: "Inverse J 60/20/20", meaning: "60 % to the first touch, 20 % to the last, 20 % shared by those between." },
  w: { name: "W-shaped 30/30/30/10", meaning: "30 % each to the first, middle and last touch, 10 % shared by the others." },
  time_decay: { name: "Time decay", meaning: "The closer to the conversion, the more: half the credit for each half-life further away." },
  participation: {
    name: "Participation",
    meaning: "Everybody who took part gets the whole conversion: the column adds up to more than there was.",
  },
  custom: { name: "Custom position", meaning: "Your own shares of the first, middle and last touches." },
  markov_1: {
    name: "Markov, order 1",
    meaning: "By how many conversions would be lost without the channel, each step depending on the one before.",
  },
  markov_2: { name: "Markov, order 2", meaning: "The same, each step depending on the two before." },
  markov_3: { name: "Markov, order 3", meaning: "The same, each step depending on the three before." },
  markov_4: { name: "Markov, order 4", meaning: "The same, each step depending on the four before." },
  shapley: { name: "Shapley", meaning: "The fair share of each channel over all ways in which channels can work together." },
};

/** A day, YYYY-MM-DD, in the company's time zone. */
const day = z.iso.date("Choose a day.");

export const reportSchema = z
  .strictObject({
    conversionId: z.string().max(40),
    /** Both days included. */
    from: day,
    to: day,
    dimension: z.enum(REPORT_DIMENSIONS).default("channel"),
    models: z.array(z.enum(REPORT_MODELS)).min(1, "Choose a model.").max(REPORT_MODELS.length),
    halfLifeDays: z.number().min(0.1).max(90).default(7),
    /** Shares of the model "custom". */
    custom: z
      .strictObject({ first: z.number().min(0), middle: z.number().min(0), last: z.number().min(0) })
      .default({ first: 40, middle: 20, last: 40 }),
    /** People of one segment only. */
    segmentId: z.string().max(40).nullable().default(null),
  })
  .refine(({ from, to }) => from <= to, { message: "The range must end after it begins.", path: ["to"] })
  .refine(({ custom }) => custom.first + custom.middle + custom.last > 0, {
    message: "One of the shares must be above 0.",
    path: ["custom"],
  });
export type ReportInput = z.infer<typeof reportSchema>;

export interface ReportRow {
  readonly name: string;
  /** Touches on paths that end in the range, of all paths. */
  readonly touches: number;
  /** Spend in the range in the company's currency; null: the dimension has none. */
  readonly spend: number | null;
  /** In the order of the report's models. */
  readonly credits: readonly { readonly conversions: number; readonly value: number }[];
}

/** `hidden`: so few that they stand in the row of small numbers instead (whoever sees totals only). */
export interface ReportPart {
  readonly conversions: number;
  readonly value: number;
  readonly hidden?: boolean;
}

export interface AttributionReport extends ReportFrame {
  readonly models: readonly ReportModel[];
  readonly rows: readonly ReportRow[];
  /** Conversions without a touch in their window. */
  readonly unattributed: ReportPart;
  /** Conversions of people whose touches may not be used for measurement. */
  readonly restricted: ReportPart;
  /** Conversions of people who were erased: sums without a person. */
  readonly erased: ReportPart;
  /** All conversions of the range: rows, unattributed, restricted and erased add up to it (but for participation). */
  readonly total: { readonly conversions: number; readonly value: number };
  readonly paths: number;
}
