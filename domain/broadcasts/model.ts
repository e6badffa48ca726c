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
