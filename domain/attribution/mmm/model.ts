import { z } from "zod";
import type { ResponseCurve } from "./budget";

/** The media mix as screens show it. Pure: the browser may import it. */

export const MIX_MEASURES = ["value", "conversions"] as const;
export type MixMeasure = (typeof MIX_MEASURES)[number];

export const mixSchema = z.strictObject({
  conversionId: z.string().max(40),
  measure: z.enum(MIX_MEASURES).default("value"),
  /** Whole weeks that are looked at, up to the last one that is over. */
  weeks: z.number().int().min(26).max(260).default(156),
});
export type MixInput = z.infer<typeof mixSchema>;

export interface MixChannel {
  readonly name: string;
  /** Spend per week: mean of the last twelve weeks, and the largest week. */
  readonly weekly: number;
  readonly largest: number;
  readonly spend: number;
  /** Outcome that the model gives to it over all weeks, and that over its spend. */
  readonly contribution: number;
  readonly returnOnSpend: number | null;
  /** Share of one week's effect that is left a week later. */
  readonly carryOver: number;
  /** Response to a steady weekly spend. Bounds: half to one and a half of what is spent now. */
  readonly curve: ResponseCurve;
}

export interface MixWeek {
  /** Monday, YYYY-MM-DD. */
  readonly week: string;
  /** Null: so few conversions that whoever sees totals only does not see them. */
  readonly outcome: number | null;
  readonly fitted: number | null;
  /** The fit did not see this week. */
  readonly heldOut: boolean;
}

export interface MediaMix {
  readonly measure: MixMeasure;
  readonly currency: string;
  /** Weeks with spend, weeks kept back to judge the fit, and how many a stable answer needs. */
  readonly weeks: number;
  readonly heldOut: number;
  readonly needed: number;
  /** Null: too thin to fit anything. */
  readonly fit: {
    readonly channels: readonly MixChannel[];
    readonly series: readonly MixWeek[];
    /** Error on the weeks that the fit did not see: share of the outcome's range, and share of variance explained. */
    readonly holdoutError: { readonly nrmse: number; readonly r2: number } | null;
    readonly trainingR2: number;
    readonly baseline: number;
  } | null;
  readonly warnings: readonly string[];
  /** Channels that are too small to stand alone, together under "Other channels". */
  readonly merged: readonly string[];
  readonly conversion: string;
  readonly timezone: string;
  readonly asOf: string;
}
