import { z } from "zod";
import { JOURNEY_CHANNELS, quietHoursSchema } from "@/domain/journeys/model";
import type { JourneyChannel } from "@/domain/journeys/model";

/** Broadcasts: one message to everybody in an audience, once. Pure: the browser imports it. */
export const BROADCAST_STATUSES = ["draft", "scheduled", "sending", "paused", "done", "cancelled"] as const;
export type BroadcastStatus = (typeof BROADCAST_STATUSES)[number];
export const BROADCAST_STATUS_LABELS: Record<BroadcastStatus, string> = {
  draft: "Draft",
  scheduled: "Scheduled",
  sending: "Sending",
  paused: "Paused",
  done: "Done",
  cancelled: "Cancelled",
};
export const MOST_ARMS = 5;
/** The channels of the consent gate that broadcasts speak on. */
export const WINNER_METRICS = ["open", "click", "conversion"] as const;
export type WinnerMetric = (typeof WINNER_METRICS)[number];

const id = z.string().max(40);
const share = z.number().min(0).max(100);
const armSchema = z.strictObject({
  id: z.string().regex(/^[a-z]$/u),
  templateId: id.nullable(),
  /** Weight beside the other arms. */
  weight: z.number().int().min(1).max(100).default(1),
});

export const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("now") }),
  z.strictObject({ kind: z.literal("at"), at: z.iso.datetime({ offset: true }) }),
  /** A date and a time of day by each person's own clock; people without a zone go by the company's. */
  z.strictObject({
    kind: z.literal("local"),
    date: z.iso.date(),
    time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/u, "must be a time such as 09:00"),
  }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

export const broadcastSchema = z
  .strictObject({
    channel: z.enum(JOURNEY_CHANNELS),
    audience: z.strictObject({
      /** In any of these. */
      segments: z.array(id).max(20),
      /** And in none of these. */
      except: z.array(id).max(20).default([]),
    }),
    arms: z.array(armSchema).min(1).max(MOST_ARMS),
    /** Per cent of the audience kept out to measure by. */
    holdout: share.default(0),
    /** Try the arms on a part first; the rest gets the best. */
    winner: z
      .strictObject({
        metric: z.enum(WINNER_METRICS),
        /** Event of a conversion. */
        event: z.string().max(200).default(""),
        afterHours: z.number().int().min(1).max(168),
        /** Per cent of people (without the holdout) on which the arms are tried. */
        testShare: z.number().min(1).max(100),
      })
      .nullable()
      .default(null),
    schedule: scheduleSchema.default({ kind: "now" }),
    /** Messages a minute; null: as fast as they go. */
    perMinute: z.number().int().min(1).max(1_000_000).nullable().default(null),
    purposeId: z.string().max(60).nullable().default(null),
    topicId: id.nullable().default(null),
    transactional: z.boolean().default(false),
    quietHours: quietHoursSchema.nullable().default(null),
    capped: z.boolean().default(true),
    priority: z.number().int().min(0).max(100).default(50),
    /** Everything but sending: messages wait for somebody's approval. */
    review: z.boolean().default(false),
    /** Put on the links; the name of the campaign under which visits are counted. Empty: made from the broadcast's name. */
    utmCampaign: z.string().trim().max(200).default(""),
  })
  .superRefine(({ arms }, issues) => {
    if (new Set(arms.map((arm) => arm.id)).size !== arms.length)
      issues.addIssue({ code: "custom", path: ["arms"], message: "an arm stands twice" });
  });
export type BroadcastDefinition = z.infer<typeof broadcastSchema>;

export const EMPTY_BROADCAST: BroadcastDefinition = broadcastSchema.parse({
  channel: "email",
  audience: { segments: [] },
  arms: [{ id: "a", templateId: null }],
});

export interface BroadcastSummary {
  readonly id: string;
  readonly name: string;
  readonly status: BroadcastStatus;
  readonly channel: JourneyChannel;
  readonly audience: number | null;
  readonly sent: number;
  readonly queued: number;
  readonly notSent: number;
  readonly startsAt: string | null;
  readonly updatedAt: string;
}

export interface ChecklistItem {
  readonly level: "ok" | "warning" | "error";
  readonly title: string;
  readonly detail: string;
}

export interface Checklist {
  readonly items: readonly ChecklistItem[];
  readonly audience: number;
  /** People who would get it, as things stand. */
  readonly reach: number;
  /** How the audience becomes the reach. */
  readonly steps: readonly { readonly label: string; readonly people: number }[];
  readonly asOf: string;
}

export interface ArmNumbers {
  readonly arm: string;
  readonly templateId: string | null;
  readonly template: string | null;
  /** People given to the arm. */
  readonly people: number;
  readonly sent: number;
  readonly delivered: number;
  /** By people: what programs of mailboxes did is not counted. */
  readonly opened: number;
  readonly clicked: number;
  readonly unsubscribed: number;
  readonly bounced: number;
  readonly complained: number;
  /** People who did the event of the conversion after the message; null: none is named. */
  readonly converted: number | null;
}

export interface ArmComparison {
  readonly arm: string;
  readonly metric: WinnerMetric;
  readonly rate: number;
  /** Of sent messages (conversions too). Beside arm A: difference, its 95 % interval, two-sided p. Null: nothing to compare. */
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
}

export interface BroadcastDetail {
  readonly id: string;
  readonly name: string;
  readonly status: BroadcastStatus;
  readonly definition: BroadcastDefinition;
  readonly revision: number;
  readonly campaignId: string | null;
  readonly startsAt: string | null;
  readonly launchedAt: string | null;
  readonly launchedBy: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
}

export interface BroadcastNumbers {
  readonly asOf: string;
  readonly status: BroadcastStatus;
  readonly audience: number | null;
  /** People whose message is decided; who wait for the winner are not among them. */
  readonly planned: number;
  readonly heldOut: number;
  /** Held out and did the event of the conversion; null: none is named. */
  readonly heldOutConverted: number | null;
  readonly queued: number;
  readonly review: number;
  readonly arms: readonly ArmNumbers[];
  readonly comparisons: readonly ArmComparison[];
  /** Whether people fell to the arms as the weights say; null: one arm, or nobody yet. */
  readonly sampleRatio: { readonly p: number; readonly mismatch: boolean } | null;
  /** Not sent, by cause. */
  readonly notSent: readonly { readonly outcome: string; readonly because: string | null; readonly people: number }[];
  readonly winner: string | null;
  readonly winnerBecause: string | null;
}
