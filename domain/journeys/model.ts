import { z } from "zod";
import { durationSchema, filterSchema, groupSchema, pathSchema } from "@/domain/segments/model";
import type { Group } from "@/domain/segments/model";

/**
 * Journeys: the drawing (typed JSON, version 1) that a published version keeps for ever, and the state of a run through
 * it. Pure: the browser imports it. Ends of edges are node ids; null is the end of the journey. A field that is null or
 * empty in a draft is unfinished: `findProblems` names it, and publishing refuses it.
 */
export const JOURNEY_VERSION = 1;
export const JOURNEY_LIMITS = { nodes: 500, branches: 10, conditions: 20, visits: 100, textLength: 2_000 } as const;

export const JOURNEY_STATUSES = ["draft", "live", "paused", "draining", "archived"] as const;
export type JourneyStatus = (typeof JOURNEY_STATUSES)[number];

export const JOURNEY_CHANNELS = ["email", "sms", "push", "web_push", "in_app", "webhook", "slack"] as const;
export type JourneyChannel = (typeof JOURNEY_CHANNELS)[number];

export const RUN_STATUSES = ["active", "completed", "exited", "failed"] as const;
export const REHEARSAL_STATUSES = ["running", "done", "failed", "stopped"] as const;

/** queued: to be sent at `due_at`; review: waits for somebody's approval; sending: a worker is at it; the others are ends. */
export const MESSAGE_STATES = ["queued", "review", "sending", "sent", "not_sent"] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];
/** What became of a message that was meant: one of these, with the rule or the winner that decided. */
export const MESSAGE_OUTCOMES = [
  "sent",
  "capped",
  "out_prioritised",
  "not_consented",
  "unsubscribed",
  "suppressed",
  "quiet_dropped",
  "unreachable",
  "expired",
  "held_out",
  "rejected",
  "run_ended",
  "failed",
  /** Handed over, and no answer came: sending it again might be sending it twice. */
  "unknown",
] as const;
export type MessageOutcome = (typeof MESSAGE_OUTCOMES)[number];

const id = z.string().regex(/^[a-z0-9_-]{1,40}$/u, "must be 1 to 40 of a-z, 0-9, - and _");
const end = id.nullable();
const label = z.string().max(100);
const shortText = z.string().max(JOURNEY_LIMITS.textLength);
const eventName = z.string().max(200);
const filters = z.array(filterSchema).max(JOURNEY_LIMITS.conditions).default([]);
/** "HH:MM" of a day. */
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/u, "must be a time such as 09:00");
/** ISO days of the week, 1 Monday to 7 Sunday. */
const weekdays = z.array(z.number().int().min(1).max(7)).min(1).max(7);
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const share = z.number().min(0).max(100);
const condition: z.ZodType<Group> = groupSchema;

// --- entry ----------------------------------------------------------------------------------------------------------

/** Who comes in, and when. */
export const entrySchema = z.discriminatedUnion("kind", [
  /** `key`: property whose value tells parallel runs apart (a cart, an order); later events of a run match by it. */
  z.strictObject({ kind: z.literal("event"), event: eventName, where: filters, key: pathSchema.nullable().default(null) }),
  z.strictObject({ kind: z.literal("segment_entered"), segmentId: z.string().max(40) }),
  z.strictObject({ kind: z.literal("segment_left"), segmentId: z.string().max(40) }),
  /** `days` before (negative) or after a date trait, at a local time; `yearly`: on each anniversary. */
  z.strictObject({
    kind: z.literal("date_trait"),
    path: pathSchema,
    days: z.number().int().min(-365).max(365),
    time: timeOfDay,
    yearly: z.boolean(),
  }),
  /** Everybody in a segment (null: everybody), once at `at` or at a local time on weekdays. */
  z.strictObject({
    kind: z.literal("schedule"),
    segmentId: z.string().max(40).nullable(),
    at: z.iso.datetime({ offset: true }).nullable(),
    recurring: z.strictObject({ weekdays, time: timeOfDay }).nullable(),
    /** The time is each person's own, else the company's. */
    local: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("api") }),
  z.strictObject({ kind: z.literal("manual") }),
]);
export type Entry = z.infer<typeof entrySchema>;
export type EntryKind = Entry["kind"];

/** once: for ever; always: at every entry; after: when the last run began at least so long ago. Per key where there is one. */
export const reentrySchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("once") }),
  z.strictObject({ kind: z.literal("always") }),
  z.strictObject({ kind: z.literal("after"), duration: durationSchema }),
]);

// --- nodes ----------------------------------------------------------------------------------------------------------

const common = { id, label: label.default("") };
const timeout = z.strictObject({ after: durationSchema, next: end });

export const messageNode = z.strictObject({
  kind: z.literal("message"),
  ...common,
  channel: z.enum(JOURNEY_CHANNELS),
  templateId: z.string().max(40).nullable(),
  /** Not marketing: leaves out topics, caps and quiet hours, never consent to be contacted by law or suppression. */
  transactional: z.boolean().default(false),
  /** Topic of the preference centre; null: the channel's own. */
  topicId: z.string().max(40).nullable().default(null),
  next: end,
  /** Where people go whom the message did not reach (capped, no consent, failed); null: on to `next`, like everybody. */
  notSent: id.nullable().default(null),
});

export const delayNode = z.strictObject({ kind: z.literal("delay"), ...common, duration: durationSchema, next: end });

/** What happens where the time that is waited for lies behind already. */
export const PAST_DATES = ["continue", "skip"] as const;
export const waitUntilNode = z.strictObject({
  kind: z.literal("wait_until"),
  ...common,
  until: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("date"), at: z.iso.datetime({ offset: true }) }),
    z.strictObject({ kind: z.literal("trait"), path: pathSchema, days: z.number().int().min(-365).max(365), time: timeOfDay }),
    /** The next such local time, at least a moment away. */
    z.strictObject({ kind: z.literal("local_time"), weekdays, time: timeOfDay }),
  ]),
  past: z.enum(PAST_DATES).default("continue"),
  next: end,
  /** Where `past: skip` and people without the date go; null: the end. */
  skip: end,
});

/** Lets people through inside a daily window of their own time only; others wait for its beginning. */
export const timeWindowNode = z.strictObject({
  kind: z.literal("time_window"),
  ...common,
  weekdays: weekdays.default(everyDay),
  from: timeOfDay,
  to: timeOfDay,
  next: end,
});

/** Waits for one of several events, or the time-out. */
export const holdUntilNode = z.strictObject({
  kind: z.literal("hold_until"),
  ...common,
  branches: z
    .array(
      z.strictObject({
        id,
        label,
        event: eventName,
        where: filters,
        /** Property that must equal the run's entry key (the same cart); null: any. */
        match: pathSchema.nullable().default(null),
        /** restart: the wait begins again with this event's data (a changed cart). */
        action: z.enum(["go", "restart"]).default("go"),
        next: end,
      }),
    )
    .min(1)
    .max(JOURNEY_LIMITS.branches),
  timeout,
});

export const waitConditionNode = z.strictObject({ kind: z.literal("wait_condition"), ...common, condition, next: end, timeout });

/** First branch whose condition holds; one only. */
export const splitNode = z.strictObject({
  kind: z.literal("split"),
  ...common,
  branches: z
    .array(z.strictObject({ id, label, condition, next: end }))
    .min(1)
    .max(JOURNEY_LIMITS.branches),
  otherwise: end,
});

export const randomSplitNode = z.strictObject({
  kind: z.literal("random_split"),
  ...common,
  /** A person takes the same branch at every visit. */
  sticky: z.boolean().default(true),
  branches: z
    .array(z.strictObject({ id, label, share, next: end }))
    .min(2)
    .max(JOURNEY_LIMITS.branches),
});

const arms = z
  .array(z.strictObject({ id, label, share, control: z.boolean().default(false), next: end }))
  .min(2)
  .max(JOURNEY_LIMITS.branches);
/** What an experiment or bandit is judged by: an event within a time of the assignment. */
const metric = z.strictObject({ event: eventName, value: z.enum(["rate", "value"]), within: durationSchema });
/** Sticky by person and experiment; each first assignment is recorded as an exposure. */
export const experimentNode = z.strictObject({ kind: z.literal("experiment"), ...common, metric, arms });
/** Shares follow what was seen to work (Thompson); `floor` per cent of people are spread evenly for ever. */
export const optimiseNode = z.strictObject({ kind: z.literal("optimise"), ...common, metric, floor: share, arms });

/** At most `people` in each `per` go on; others wait for a place. */
export const rateLimitNode = z.strictObject({
  kind: z.literal("rate_limit"),
  ...common,
  people: z.number().int().min(1).max(10_000_000),
  per: z.enum(["minute", "hour", "day"]),
  next: end,
});

/** `value` may hold Liquid, as messages do. */
export const setTraitNode = z.strictObject({
  kind: z.literal("set_trait"),
  ...common,
  trait: z.string().max(200),
  value: shortText,
  next: end,
});
export const listNode = z.strictObject({
  kind: z.literal("list"),
  ...common,
  action: z.enum(["add", "remove"]),
  listId: z.string().max(40).nullable(),
  next: end,
});
export const sendEventNode = z.strictObject({
  kind: z.literal("send_event"),
  ...common,
  event: eventName,
  properties: z.array(z.strictObject({ name: z.string().min(1).max(200), value: shortText })).max(50),
  next: end,
});
export const destinationNode = z.strictObject({
  kind: z.literal("destination"),
  ...common,
  destinationId: z.string().max(40).nullable(),
  next: end,
});
export const startJourneyNode = z.strictObject({
  kind: z.literal("start_journey"),
  ...common,
  journeyId: z.string().max(40).nullable(),
  next: end,
});
/** Back to an earlier node, at most so many times; after that on to `next`. */
export const jumpNode = z.strictObject({
  kind: z.literal("jump"),
  ...common,
  target: id.nullable(),
  times: z.number().int().min(1).max(JOURNEY_LIMITS.visits),
  next: end,
});
export const exitNode = z.strictObject({ kind: z.literal("exit"), ...common, reason: label.default("") });

export const nodeSchema = z.discriminatedUnion("kind", [
  messageNode,
  delayNode,
  waitUntilNode,
  timeWindowNode,
  holdUntilNode,
  waitConditionNode,
  splitNode,
  randomSplitNode,
  experimentNode,
  optimiseNode,
  rateLimitNode,
  setTraitNode,
  listNode,
  sendEventNode,
  destinationNode,
  startJourneyNode,
  jumpNode,
  exitNode,
]);
export type JourneyNode = z.infer<typeof nodeSchema>;
export type NodeKind = JourneyNode["kind"];
export type NodeOf<K extends NodeKind> = Extract<JourneyNode, { kind: K }>;

// --- settings -------------------------------------------------------------------------------------------------------

/** Ends a run at once, wherever it stands. */
export const exitRuleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("event"), id, event: eventName, where: filters, match: pathSchema.nullable().default(null) }),
  z.strictObject({ kind: z.literal("condition"), id, condition }),
]);
export type ExitRule = z.infer<typeof exitRuleSchema>;

export const goalSchema = z.strictObject({
  event: eventName,
  where: filters,
  /** Counted so long after entry. */
  within: durationSchema,
  /** Reaching it ends the run. */
  exits: z.boolean(),
});

export const quietHoursSchema = z.strictObject({
  from: timeOfDay,
  to: timeOfDay,
  /** hold: sent when the hours are over; drop: not sent. */
  action: z.enum(["hold", "drop"]),
});
export type QuietHours = z.infer<typeof quietHoursSchema>;

export const settingsSchema = z.strictObject({
  reentry: reentrySchema.default({ kind: "once" }),
  /** Purpose that the gate is asked for before each message. */
  purposeId: z.string().max(60).nullable().default(null),
  exits: z.array(exitRuleSchema).max(10).default([]),
  goal: goalSchema.nullable().default(null),
  /** Per channel; a channel that is not here has none. */
  quietHours: z.partialRecord(z.enum(JOURNEY_CHANNELS), quietHoursSchema).default({}),
  /** Counts against the company's frequency caps and obeys them. */
  capped: z.boolean().default(true),
  /** Higher wins where messages of several journeys compete. */
  priority: z.number().int().min(0).max(100).default(50),
  /** Per cent of people kept out to measure by. */
  holdout: share.default(0),
  /** Everything but sending: messages wait for somebody's approval. */
  review: z.boolean().default(false),
});
export type JourneySettings = z.infer<typeof settingsSchema>;

export const noteSchema = z.strictObject({ id, text: shortText, x: z.number(), y: z.number() });

export const definitionSchema = z
  .strictObject({
    version: z.literal(JOURNEY_VERSION),
    entry: entrySchema,
    start: end,
    nodes: z.array(nodeSchema).max(JOURNEY_LIMITS.nodes),
    settings: settingsSchema,
    notes: z.array(noteSchema).max(100).default([]),
  })
  .superRefine((definition, issues) => {
    const seen = new Set<string>();
    definition.nodes.forEach((node, i) => {
      if (seen.has(node.id)) issues.addIssue({ code: "custom", path: ["nodes", i, "id"], message: `the id ${node.id} stands twice` });
      seen.add(node.id);
    });
  });
export type JourneyDefinition = z.infer<typeof definitionSchema>;

/** What happens to people inside when a version is published: they finish theirs, move over where they can, or leave. */
export const INSIDE_CHOICES = ["finish", "move", "exit"] as const;

/** The drawing that a new journey begins with. */
export const EMPTY_JOURNEY: JourneyDefinition = {
  version: JOURNEY_VERSION,
  entry: { kind: "event", event: "", where: [], key: null },
  start: null,
  nodes: [],
  settings: settingsSchema.parse({}),
  notes: [],
};

export interface JourneySummary {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly status: JourneyStatus;
  readonly version: number;
  readonly tags: readonly string[];
  readonly owner: string | null;
  readonly updatedAt: Date;
  /** People inside now, ever entered, who reached the goal; messages sent. */
  readonly active: number;
  readonly entered: number;
  readonly goals: number;
  readonly sent: number;
}

export interface JourneyDetail {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly status: JourneyStatus;
  /** Version that people enter; 0: none yet. */
  readonly version: number;
  readonly draft: JourneyDefinition;
  readonly revision: number;
  readonly draftBy: string | null;
  readonly updatedAt: Date;
  readonly published: JourneyDefinition | null;
  readonly versions: readonly {
    readonly version: number;
    readonly note: string | null;
    readonly by: string | null;
    readonly at: Date;
    readonly active: number;
  }[];
}

export interface NodeNumbers {
  readonly node: string;
  /** Times entered and people who did, times left, by branch; who stands here now; messages by outcome. */
  readonly entered: number;
  readonly people: number;
  readonly left: number;
  readonly branches: Readonly<Record<string, number>>;
  readonly here: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface RunSummary {
  readonly id: number;
  readonly profileId: number;
  /** Null: none, or not to be seen. */
  readonly name: string | null;
  readonly version: number;
  readonly status: (typeof RUN_STATUSES)[number];
  readonly reason: string | null;
  readonly node: string | null;
  readonly enteredAt: Date;
  readonly wakeAt: Date | null;
  readonly endedAt: Date | null;
  readonly entryKey: string;
}

export interface RunTrace {
  readonly journeyId: string;
  readonly profileId: number;
  readonly version: number;
  readonly status: string;
  readonly reason: string | null;
  readonly definition: JourneyDefinition;
  readonly moves: readonly { readonly node: string; readonly visit: number; readonly branch: string | null; readonly at: Date }[];
  readonly messages: readonly {
    readonly id: number;
    readonly node: string | null;
    readonly visit: number | null;
    readonly channel: JourneyChannel;
    readonly state: MessageState;
    readonly outcome: MessageOutcome | null;
    readonly because: string | null;
    readonly dueAt: Date;
    readonly sentAt: Date | null;
  }[];
}
