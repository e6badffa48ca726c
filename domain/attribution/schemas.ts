import { z } from "zod";
import { REPORT_DIMENSIONS, REPORT_MODELS } from "./model";
import type { ReportDimension, ReportModel, ReportRow } from "./model";

/** Questions to reports over paths, and their answers. Pure: the browser may import it. */

/** A day, YYYY-MM-DD, in the company's time zone. */
const day = z.iso.date("Choose a day.");

const asked = {
  conversionId: z.string().max(40),
  /** Both days included. */
  from: day,
  to: day,
  dimension: z.enum(REPORT_DIMENSIONS).default("channel"),
  /** People of one segment only. */
  segmentId: z.string().max(40).nullable().default(null),
};
const inOrder = ({ from, to }: { from: string; to: string }): boolean => from <= to;
const order = { message: "The range must end after it begins.", path: ["to"] };

export const pathsSchema = z
  .strictObject({
    ...asked,
    /** Whether "E-mail, e-mail" is another path than "E-mail". */
    repeats: z.boolean().default(false),
    /** Paths in the table; the drawing takes the first `drawn` of them. */
    limit: z.number().int().min(1).max(500).default(50),
    drawn: z.number().int().min(1).max(50).default(10),
  })
  .refine(inOrder, order);

export const intervalsSchema = z
  .strictObject({
    ...asked,
    model: z.enum(REPORT_MODELS),
    halfLifeDays: z.number().min(0.1).max(90).default(7),
    seed: z.number().int().min(1).max(2_147_483_647).default(1),
  })
  .refine(inOrder, order);

export const channelSchema = z
  .strictObject({
    ...asked,
    model: z.enum(REPORT_MODELS),
    halfLifeDays: z.number().min(0.1).max(90).default(7),
    name: z.string().max(500),
  })
  .refine(inOrder, order);

export const conversionListSchema = z
  .strictObject({ ...asked, through: z.string().max(500).nullable().default(null), limit: z.number().int().min(1).max(200).default(50) })
  .refine(inOrder, order);

export const oneConversionSchema = z
  .strictObject({ ...asked, eventId: z.number().int().min(1), halfLifeDays: z.number().min(0.1).max(90).default(7) })
  .refine(inOrder, order);

export const performanceSchema = z
  .strictObject({
    conversionId: z.string().max(40),
    from: day,
    to: day,
    model: z.enum(REPORT_MODELS).default("last_non_direct"),
    halfLifeDays: z.number().min(0.1).max(90).default(7),
  })
  .refine(inOrder, order);

export const cohortsSchema = z.strictObject({
  conversionId: z.string().max(40),
  months: z.number().int().min(2).max(24).default(12),
});

export const campaignReportSchema = z
  .strictObject({
    campaignId: z.string().max(60),
    conversionId: z.string().max(40),
    from: day,
    to: day,
    model: z.enum(REPORT_MODELS).default("last_non_direct"),
    halfLifeDays: z.number().min(0.1).max(90).default(7),
  })
  .refine(inOrder, order);

export const qualitySchema = z.strictObject({ conversionId: z.string().max(40), from: day, to: day }).refine(inOrder, order);

/** What returns are reckoned with. */
export const reportSettingsSchema = z.strictObject({
  /** Of what a conversion brings, the share that is left after goods and delivery. */
  marginPercent: z.number().min(0, "At least 0.").max(100, "At most 100."),
  /** Costs of a month that no campaign has (tools, salaries), in the company's currency. */
  fixedCosts: z.number().min(0, "At least 0.").max(1e12),
});
export type ReportSettings = z.infer<typeof reportSettingsSchema>;
export const DEFAULT_REPORT_SETTINGS: ReportSettings = { marginPercent: 100, fixedCosts: 0 };

/** What stands on every figure: which conversion and window, days, zone, currency, and how fresh. */
export interface ReportFrame {
  readonly from: string;
  readonly to: string;
  readonly currency: string;
  readonly timezone: string;
  /** ISO time up to which touches were derived. */
  readonly asOf: string;
  readonly conversion: { readonly id: string; readonly name: string; readonly clickDays: number; readonly viewDays: number };
  readonly dimension: ReportDimension;
  readonly segment: string | null;
  /** Currencies without an exchange rate: amounts in them are not in the sums. */
  readonly withoutRate: readonly string[];
}

export interface PathStepCount {
  readonly name: string;
  /** Touches in a row. */
  readonly times: number;
}

export interface PathRow {
  readonly steps: readonly PathStepCount[];
  readonly conversions: number;
  readonly value: number;
  /** Mean days from the first touch to the conversion. */
  readonly days: number;
  /** Mean touches. */
  readonly touches: number;
}

/** One bar. `conversions` null: so few that they are not shown (whoever sees totals only). */
export interface Bin {
  readonly label: string;
  readonly conversions: number | null;
  readonly value: number | null;
}

/** How often a channel stood where on converting paths. Values are those of the whole conversions. */
export interface RoleRow {
  readonly name: string;
  /** First of several touches. */
  readonly initiated: number;
  /** Neither first nor last, counted once per path. */
  readonly assisted: number;
  /** Last of several touches. */
  readonly closed: number;
  /** The only touch. */
  readonly alone: number;
  /** Paths with it. */
  readonly paths: number;
  readonly value: number;
}

export interface Flow {
  readonly nodes: readonly { readonly name: string; readonly step: number }[];
  readonly links: readonly { readonly source: number; readonly target: number; readonly conversions: number }[];
}

export interface PathsReport extends ReportFrame {
  readonly rows: readonly PathRow[];
  /** Paths that are not in `rows`, together. */
  readonly rest: { readonly paths: number; readonly conversions: number; readonly value: number };
  readonly flow: Flow;
  readonly lengths: readonly Bin[];
  readonly lags: readonly Bin[];
  readonly roles: readonly RoleRow[];
  /** Channels left out because so few people met them. */
  readonly hiddenRoles: number;
  readonly total: { readonly conversions: number; readonly value: number };
  readonly unattributed: number;
  readonly meanTouches: number;
  readonly meanDays: number;
}

export interface IntervalsReport {
  readonly model: ReportModel;
  readonly draws: number;
  readonly seed: number;
  /** 95 % percentile interval of the value credited. */
  readonly rows: readonly { readonly name: string; readonly low: number; readonly high: number }[];
}

export interface ChannelExplanation extends ReportFrame {
  readonly name: string;
  readonly model: ReportModel;
  readonly paths: readonly (PathRow & { readonly creditedConversions: number; readonly creditedValue: number })[];
  /** Credit of paths that are not listed. */
  readonly rest: { readonly paths: number; readonly creditedConversions: number; readonly creditedValue: number };
  readonly total: { readonly conversions: number; readonly value: number };
  /** Markov models: the share of conversions that would be lost without it. */
  readonly removalEffect: number | null;
}

export interface ConversionRow {
  readonly eventId: number;
  readonly at: string;
  readonly value: number;
  readonly profileId: number;
  /** Masked for whoever may not see personal data. */
  readonly person: string | null;
  readonly steps: readonly PathStepCount[];
}
export interface ConversionList extends ReportFrame {
  readonly rows: readonly ConversionRow[];
  readonly total: number;
}

export const TOUCH_EXCLUSIONS = ["before_window", "earlier_conversion", "after"] as const;
export interface ExplainedTouch {
  readonly at: string;
  readonly kind: string;
  readonly channel: string;
  readonly campaign: string;
  readonly source: string;
  readonly content: string;
  /** Days before the conversion; negative: after it. */
  readonly days: number;
  /** Why it does not count; null: it does. */
  readonly excluded: (typeof TOUCH_EXCLUSIONS)[number] | null;
  /** Weight under each model, in the order of `models`; empty for excluded touches. */
  readonly weights: readonly number[];
}
export interface ConversionExplanation extends ReportFrame {
  readonly at: string;
  readonly value: number;
  readonly profileId: number;
  readonly person: string | null;
  /** May be false: then no touch counts, and the conversion stands under "restricted". */
  readonly allowed: boolean;
  readonly models: readonly ReportModel[];
  readonly touches: readonly ExplainedTouch[];
}

/** One period's figures; null: nothing to divide by, or so few people that it is not shown. */
export interface PeriodFigures {
  readonly from: string;
  readonly to: string;
  readonly spend: number;
  /** Value of all conversions, refunds taken back. */
  readonly revenue: number | null;
  readonly conversions: number | null;
  /** Value credited to channels that cost something. */
  readonly credited: number | null;
  /** Revenue for each unit spent, and credited value for each unit spent. */
  readonly returnOnSpend: number | null;
  readonly creditedReturn: number | null;
  /** People whose first conversion ever lies in the period. */
  readonly newCustomers: number | null;
  /** Spend for each of them. */
  readonly acquisitionCost: number | null;
  /** Revenue times the margin, less spend and fixed costs. */
  readonly profit: number | null;
}

export interface PerformanceReport extends ReportFrame {
  readonly model: ReportModel;
  readonly current: PeriodFigures;
  readonly previous: PeriodFigures;
  readonly series: readonly { readonly at: string; readonly spend: number; readonly revenue: number | null }[];
  readonly bucket: "day" | "month";
  /** Months until a customer's margin has paid for winning them; null: not within the months known, or nothing was spent. */
  readonly paybackMonths: number | null;
  readonly channels: readonly ReportRow[];
  readonly campaigns: readonly ReportRow[];
  readonly settings: ReportSettings;
  readonly total: { readonly conversions: number };
}

export interface CohortRow {
  /** YYYY-MM of the first conversion. */
  readonly month: string;
  readonly people: number | null;
  /** By months since the first conversion: people who converted in it, and all value up to its end. Null: too few, or not over yet. */
  readonly cells: readonly ({ readonly people: number; readonly value: number } | null)[];
}
export interface CohortsReport extends ReportFrame {
  readonly rows: readonly CohortRow[];
  readonly hidden: number;
  readonly total: { readonly conversions: number };
}

export interface AdRow {
  readonly adSet: string;
  readonly ad: string;
  readonly spend: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly touches: number;
  readonly conversions: number;
  readonly value: number;
}
export interface CampaignReport extends ReportFrame {
  readonly campaign: {
    readonly id: string;
    readonly name: string;
    readonly channel: string;
    readonly startsOn: string | null;
    readonly endsOn: string | null;
  };
  readonly model: ReportModel;
  readonly spend: number;
  readonly impressions: number;
  readonly clicks: number;
  /** Null: so few that they are not shown. */
  readonly credited: { readonly conversions: number; readonly value: number } | null;
  /** Cost lines and ads met, by ad set and ad; empty names: the report does not say. */
  readonly ads: readonly AdRow[];
  readonly hiddenAds: number;
  readonly series: readonly { readonly at: string; readonly spend: number; readonly touches: number | null }[];
  readonly bucket: "day" | "month";
  readonly total: { readonly conversions: number };
}

/** A share with its whole; `part` null: few people. */
export interface QualityFigure {
  readonly key:
    | "unattributed"
    | "restricted"
    | "direct"
    | "unassigned"
    | "missing_utm"
    | "unmatched"
    | "cross_device"
    | "duplicates"
    | "rejected";
  readonly part: number | null;
  readonly whole: number;
}
export interface QualityReport extends ReportFrame {
  readonly figures: readonly QualityFigure[];
  readonly total: { readonly conversions: number };
}
