import type { MoneyTotal } from "@/domain/kernel/money";
import type { HealthState } from "@/domain/sources/model";

export const OVERVIEW_RANGES = ["30d", "90d", "12m", "all"] as const;
export type OverviewRange = (typeof OVERVIEW_RANGES)[number];
export const OVERVIEW_RANGE_LABELS: Record<OverviewRange, string> = {
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  "12m": "Last 12 months",
  all: "All time",
};

/** One bucket (day or month, UTC). */
export interface GrowthPoint {
  /** Start, ISO. */
  at: string;
  /** People first seen in the bucket. */
  newKnown: number;
  newAnonymous: number;
  /** People first seen up to the end of the bucket. */
  people: number;
  /** Behavioural events that happened in the bucket. */
  events: number;
}

/** The state of the install in aggregates: nothing in it is about a single person. Times are ISO, numbers exact. */
export interface Overview {
  range: OverviewRange;
  /** The range the counts "in range" cover, UTC; `from` is null for all time without data. */
  from: string | null;
  to: string;
  bucket: "day" | "month";
  people: { total: number; known: number; anonymous: number; newInRange: number };
  identifiers: { total: number; byType: { type: string; n: number }[] };
  /** Behavioural events: identify, group and alias calls are not counted. */
  events: { total: number; inRange: number };
  /** Order values less refunds over all people and all time, by currency and in the company's own. */
  revenue: MoneyTotal & { orders: number };
  growth: GrowthPoint[];
  bySource: { id: string; name: string; n: number }[];
  /** Sources left out since their numbers are small, for readers who see totals only. */
  hiddenSources: number;
  byEvent: { name: string; n: number }[];
  /** Events of names beyond the listed ones, and of names whose numbers are small where the reader sees totals only. */
  otherEvents: number;
  /** When the counts above were taken; they are exact for this moment. */
  countedAt: string;

  sources: { total: number; byHealth: Record<HealthState, number> };
  /** Messages of the last 24 hours over all sources. */
  last24h: { accepted: number; duplicates: number; rejected: number };
  processing: {
    /** Accepted messages that are not yet applied; counted up to `PENDING_CAP`. */
    pending: number;
    /** Age of the oldest of them. 0: nothing waits. */
    secondsBehind: number;
    processed: number;
    /** Processing fails and is tried again until the cause is gone; null while it works. */
    stopped: { since: string; code: string } | null;
  };
  /** Segments whose kept members differed from a fresh computation at their newest check. */
  segments: { differing: number };
  /** Of processing, last 24 hours, segments and sources. */
  asOf: string;
}
export const PENDING_CAP = 100_000;

export const ONBOARDING_STEPS = ["source", "event", "person", "import", "teammate"] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

export interface Onboarding {
  /** The steps that this member may take, in order; done is read from the data. */
  steps: { key: OnboardingStep; done: boolean }[];
  dismissed: boolean;
}
