import { z } from "zod";
import { filterSchema } from "@/domain/segments/model";

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
