import { z } from "zod";

/** Experiments: value sets and shapes. Pure: the browser may import it. */

/** Event that says who saw which variation (Segment's name for it; `experiment_id` and `variation_id` in its properties). */
export const EXPOSURE_EVENT = "Experiment Viewed";
/** Arms of a journey's holdout. */
export const HELD_OUT = "held_out";
export const LET_IN = "let_in";

const text = (most: number) => z.string().trim().min(1).max(most);
const ref = z.string().min(1).max(100);

/** How people came into the arms. A person counts under the first arm they were in. */
export const assignmentSchema = z.discriminatedUnion("kind", [
  /** The event Experiment Viewed with this `experiment_id`; arms are its `variation_id`. */
  z.strictObject({ kind: z.literal("events"), experiment: text(200) }),
  /** Members of a segment or list per arm (`group` of the arm), all assigned at the start. */
  z.strictObject({ kind: z.literal("groups") }),
  /** Values of a trait; arms are the values, all assigned at the start. */
  z.strictObject({ kind: z.literal("trait"), trait: text(200) }),
  /** Everybody who entered the journey: held out, or let in. */
  z.strictObject({ kind: z.literal("journey_holdout"), journeyId: ref }),
  /** Arms of an experiment or optimise node. */
  z.strictObject({ kind: z.literal("journey_node"), journeyId: ref, node: ref }),
]);
export type Assignment = z.infer<typeof assignmentSchema>;
export const ASSIGNMENT_LABELS: Record<Assignment["kind"], string> = {
  events: "Events",
  groups: "Segments or lists",
  trait: "Trait",
  journey_holdout: "Journey holdout",
  journey_node: "Journey experiment",
};

export const armSchema = z.strictObject({
  id: text(100),
  name: text(100),
  control: z.boolean().default(false),
  /** Planned share, relative to the others. 0: not known, and then the sample ratio is not tested. */
  share: z.number().min(0).max(1e6).default(1),
  /** For arms by group. */
  group: z
    .strictObject({ kind: z.enum(["segment", "list"]), id: ref })
    .nullable()
    .default(null),
});
export type ArmPlan = z.infer<typeof armSchema>;

/** What the arms are compared by: for each person whether it happened within the window, and its value in sum. */
export const metricSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("conversion"), conversionId: ref }),
  /** `property`: a number in the event's properties; null: the event's value (money, converted at the day's rate). */
  z.strictObject({ kind: z.literal("event"), event: text(200), property: text(200).nullable().default(null) }),
]);
export type Metric = z.infer<typeof metricSchema>;

/** What of the attribution report an experiment measures: its increment calibrates that row. */
export const COVER_KINDS = ["channel", "campaign"] as const;
export const coversSchema = z.strictObject({ kind: z.enum(COVER_KINDS), name: text(200) });

export const EXPERIMENT_ORIGINS = ["manual", "demo"] as const;

const day = z.iso.date("Choose a day.");
export const MOST_ARMS = 8;

export const experimentSchema = z
  .strictObject({
    name: text(100),
    hypothesis: z.string().trim().max(1_000).default(""),
    assignment: assignmentSchema,
    arms: z.array(armSchema).min(2, "An experiment has two arms or more.").max(MOST_ARMS),
    metric: metricSchema,
    /** Days after the assignment in which outcomes count. */
    windowDays: z.number().int().min(1).max(365).default(14),
    /** First and last day of assignment, in the company's time zone; null: it goes on. */
    startsOn: day,
    endsOn: day.nullable().default(null),
    /** People planned over all arms: looks are sharpest at about this size, and valid at any. */
    plannedPeople: z.number().int().min(100).max(100_000_000).default(10_000),
    /** Event that says that a person was really reached; null: nothing tells. */
    exposureEvent: text(200).nullable().default(null),
    covers: coversSchema.nullable().default(null),
  })
  .superRefine(({ arms, assignment, startsOn, endsOn }, issues) => {
    const complain = (path: string, message: string): void => issues.addIssue({ code: "custom", path: [path], message });
    if (arms.filter(({ control }) => control).length !== 1) complain("arms", "Mark one arm as the control.");
    if (new Set(arms.map(({ id }) => id)).size < arms.length) complain("arms", "Each arm needs an id of its own.");
    if (assignment.kind === "groups" && arms.some(({ group }) => group === null))
      complain("arms", "Choose a segment or list for each arm.");
    if (endsOn !== null && endsOn < startsOn) complain("endsOn", "The experiment must end after it begins.");
  });
export type ExperimentInput = z.infer<typeof experimentSchema>;

export const EXPERIMENT_STATUSES = ["planned", "running", "ended"] as const;
export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number];
export const STATUS_LABELS: Record<ExperimentStatus, string> = { planned: "Planned", running: "Running", ended: "Ended" };

/** An experiment as analysed. Those found in journeys and events, which nobody has set up, have ids of their own. */
export interface Experiment extends Omit<ExperimentInput, "hypothesis"> {
  readonly id: string;
  readonly hypothesis: string;
  /** False: found in a journey or in events; its metric is the default one. */
  readonly registered: boolean;
  readonly status: ExperimentStatus;
  /** Shares follow results (a bandit): no planned split to test against, and estimates lean towards early luck. */
  readonly adaptive: boolean;
}

export interface ExperimentSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: Assignment["kind"];
  readonly status: ExperimentStatus;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly registered: boolean;
  readonly arms: number;
  readonly covers: z.infer<typeof coversSchema> | null;
}

export const MEASURES = ["rate", "value"] as const;
export type Measure = (typeof MEASURES)[number];

/** Null: not bounded on that side. */
export interface Range {
  readonly low: number | null;
  readonly high: number | null;
}

/** Null numbers: hidden, since they stand for fewer than ten people and whoever asks sees totals only. */
export interface ArmResult {
  readonly id: string;
  readonly name: string;
  readonly control: boolean;
  readonly people: number | null;
  /** People with the outcome, and its value in sum. */
  readonly converted: number | null;
  readonly value: number | null;
  readonly rate: { readonly mean: number; readonly interval: Range } | null;
  readonly mean: { readonly mean: number; readonly interval: Range } | null;
  /** People who were really reached; null: the experiment does not say. */
  readonly reached: number | null;
}

export interface Lift {
  /** Treatment less control per person, in the measure's unit. */
  readonly lift: number;
  readonly standardError: number;
  readonly z: number;
  /** For one look at the planned end; `interval` likewise, 95 %. */
  readonly p: number;
  readonly interval: Range;
  /** Null: the control's mean is 0. */
  readonly relative: { readonly lift: number; readonly interval: Range } | null;
  /** Valid at every look: the smallest p so far, and today's interval. */
  readonly always: { readonly p: number; readonly interval: Range };
  /** p (always valid) corrected by Holm for the number of arms. */
  readonly adjustedP: number;
  /** Lift times people treated: what would not have happened otherwise. */
  readonly incremental: { readonly total: number; readonly interval: Range };
  /** Effect per person who was really reached (instrument: the arm). */
  readonly treated: { readonly effect: number; readonly interval: Range } | null;
}

export interface ArmComparison {
  readonly arm: string;
  readonly rate: Lift | null;
  readonly value: Lift | null;
}

/** The difference as it stood at the end of a day. */
export interface Look {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly people: number;
  readonly lift: number;
  readonly interval: Range;
  /** Smallest always-valid p so far. */
  readonly p: number;
}

export interface Subgroup {
  readonly name: string;
  readonly control: { readonly people: number; readonly mean: number };
  readonly treatment: { readonly people: number; readonly mean: number };
  readonly lift: number;
  readonly interval: Range;
  readonly p: number;
  /** Corrected by Holm for the number of subgroups. */
  readonly adjustedP: number;
}

export interface Subgroups {
  readonly rows: readonly Subgroup[];
  /** Small subgroups that are not shown. */
  readonly hidden: number;
  /** p of "the effect is the same in all" (Cochran's Q); null with fewer than two rows. */
  readonly same: number | null;
}

export interface UpliftCurve {
  /** Share of people contacted, best scores first, and the outcome gained; some hundred points. */
  readonly points: readonly { readonly share: number; readonly gain: number; readonly random: number }[];
  readonly coefficient: number;
  /** 95 %, from 200 bootstrap draws of people; the seed is fixed. */
  readonly interval: Range;
  readonly people: number;
}

export interface ExperimentResult {
  readonly measure: Measure;
  readonly arms: readonly ArmResult[];
  readonly comparisons: readonly ArmComparison[];
  /** Null: shares are not planned, or follow results. */
  readonly sampleRatio: {
    readonly chiSquare: number;
    readonly p: number;
    readonly mismatch: boolean;
    readonly expected: readonly number[];
  } | null;
  /** Share of variance that the measure before the assignment takes away, per measure; whether it was used. */
  readonly cuped: { readonly on: boolean; readonly days: number; readonly rate: number; readonly value: number };
  /** Smallest difference that shows with 80 % power at the present size, in each measure's unit; null: no people yet. */
  readonly detectable: { readonly rate: number | null; readonly value: number | null };
  readonly looks: readonly Look[];
  /** The arm that `looks`, subgroups and the curve compare with the control. */
  readonly arm: string | null;
  readonly subgroups: Subgroups | null;
  readonly uplift: UpliftCurve | null;
  /** Met more than one arm (merged, or assigned anew): counted under the first. */
  readonly crossed: number;
  /** May not be used for measurement: in no arm. */
  readonly restricted: number;
  /** In an arm that the experiment does not know. */
  readonly elsewhere: number;
  /** Their window is not over yet. */
  readonly open: number;
  /** Currency of values; null: a number of its own. */
  readonly currency: string | null;
  readonly asOf: string;
}

/** What a screen asks of an experiment. `by`: "country", "trait:<key>", "segment:<id>"; `score`: key of a numeric trait, or "before". */
export const analysisSchema = z.strictObject({
  id: z.string().min(1).max(400),
  measure: z.enum(MEASURES).default("rate"),
  arm: z.string().max(100).nullable().default(null),
  cuped: z.boolean().default(false),
  /** Days before the assignment that CUPED and the score "before" read. */
  beforeDays: z.number().int().min(7).max(180).default(28),
  by: z.string().max(200).nullable().default(null),
  score: z.string().max(200).nullable().default(null),
});
export type AnalysisInput = z.infer<typeof analysisSchema>;

/** What forms and controls offer. */
export interface ExperimentChoices {
  /** The company's. */
  readonly currency: string;
  readonly conversions: readonly { readonly id: string; readonly name: string }[];
  readonly segments: readonly { readonly id: string; readonly name: string }[];
  readonly lists: readonly { readonly id: string; readonly name: string }[];
  readonly traits: readonly { readonly key: string; readonly numeric: boolean }[];
  readonly campaigns: readonly string[];
  readonly channels: readonly string[];
  readonly events: readonly string[];
}

/** What an experiment says about one row of the attribution report. Values in the company's currency. */
export interface Calibration {
  /** Channel or campaign. */
  readonly name: string;
  readonly experiment: { readonly id: string; readonly name: string; readonly startsOn: string; readonly endsOn: string | null };
  /** People who got the treatment, and what they brought more than they would have without it (95 %). */
  readonly treated: number;
  readonly incremental: number;
  readonly interval: { readonly low: number; readonly high: number };
  /**
   * In the order of the models asked for: value that the model credits the row with from the same people in the same
   * windows, and the increment over that. Null: the model credits nothing.
   */
  readonly models: readonly {
    readonly credited: number;
    readonly factor: number | null;
    readonly interval: { readonly low: number; readonly high: number } | null;
  }[];
}
