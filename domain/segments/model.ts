import { z } from "zod";
import { CHANNELS } from "@/domain/consent/model";

/**
 * The rule language of segments: one typed tree, stored as versioned JSON. Four pure functions read it: `compile` (SQL),
 * `evaluate` (one person in memory), `describe` (a sentence) and `explain` (why). Pure: the browser imports it.
 *
 * Meaning, everywhere the same:
 * - Two-valued logic. A leaf is a set of people; negation is the complement in the base population (all people);
 *   a negative operator is exactly the complement of its positive twin, so `plan not_equals pro` includes people
 *   without a plan.
 * - Only the corrected event time counts. `within the last D`: now - D < t <= now. `between X and Y ago`:
 *   now - Y <= t < now - X. Fixed: [from, to).
 * - "at most N" includes people with none; "exactly 0" is "did not".
 * - Text compares after NFC; `ignoreCase` is stored with each test.
 * - A numeric test reads JSON numbers and clean numeric text; anything else is missing. A date test reads ISO dates and
 *   times (without zone: UTC); anything else is missing.
 */
export const RULE_VERSION = 1;

/** Depth and width that a tree may have: enough for any real rule, small enough to show and to run. */
export const RULE_LIMITS = {
  depth: 8,
  nodes: 200,
  values: 1_000,
  textLength: 1_000,
  patternLength: 256,
  pathLength: 10,
  steps: 8,
} as const;

export const SEGMENT_KINDS = ["dynamic", "static"] as const;
/** preparing: first computation or an edit runs; live: membership follows every change; failed: `error` says why. */
export const SEGMENT_STATUSES = ["draft", "preparing", "live", "failed", "disabled"] as const;
export const LIST_ORIGINS = ["upload", "snapshot"] as const;
export const LIST_UPLOAD_MODES = ["add", "replace", "remove"] as const;
export const TRANSITION_CAUSES = ["event", "time", "edit", "merge", "first", "import"] as const;

// --- small parts --------------------------------------------------------------------------------------------------

/** Keys from the root down; never a dotted string, since `a.b` (one key) and `a` > `b` (two) are different. */
export const pathSchema = z
  .array(
    z
      .string()
      .min(1)
      .max(200)
      .refine((key) => !key.includes("\0") && key.isWellFormed(), "must be whole characters without NUL"),
  )
  .min(1)
  .max(RULE_LIMITS.pathLength);

export const DURATION_UNITS = ["minute", "hour", "day", "week", "month", "year"] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];
/** Rolling: a day is 24 h, a week 7 days, a month 30 days, a year 365 days. */
export const UNIT_SECONDS: Record<DurationUnit, number> = {
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};
export const durationSchema = z.strictObject({ n: z.number().int().min(1).max(100_000), unit: z.enum(DURATION_UNITS) });
export type Duration = z.infer<typeof durationSchema>;
export const seconds = (duration: Duration): number => duration.n * UNIT_SECONDS[duration.unit];

/** What PostgreSQL can hold as text: no NUL, no half characters. */
const storable = (value: string): boolean => !value.includes("\0") && value.isWellFormed();
const text = z.string().max(RULE_LIMITS.textLength).refine(storable, "must be whole characters without NUL");
const number = z.number().refine(Number.isFinite, "must be a finite number");
/** An instant: ISO with zone. Dates without a time are stored as midnight of the company's zone by the builder. */
const instant = z.iso.datetime({ offset: true });
const ignoreCase = z.boolean().default(false);
const values = <T extends z.ZodType>(value: T) => z.array(value).min(1).max(RULE_LIMITS.values);

// --- tests of one value -------------------------------------------------------------------------------------------

export const PRESENCE_OPERATORS = ["exists", "not_exists", "is_empty", "is_not_empty"] as const;
export const TEXT_OPERATORS = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "starts_with",
  "not_starts_with",
  "ends_with",
  "not_ends_with",
] as const;
export const TEXT_LIST_OPERATORS = ["in", "not_in", "contains_any", "not_contains_any"] as const;
export const NUMBER_OPERATORS = ["equals", "not_equals", "lt", "lte", "gt", "gte"] as const;
export const DATE_OPERATORS = ["before", "not_before", "after", "not_after"] as const;
export const RELATIVE_OPERATORS = [
  "within_last",
  "not_within_last",
  "within_next",
  "not_within_next",
  "before_last",
  "not_before_last",
  "after_next",
  "not_after_next",
] as const;
export const LIST_OPERATORS = ["has_all_of", "not_has_all_of", "has_some_of", "has_none_of"] as const;

/** A test of one value (a trait, an event property, a context field). `type` says how the value is read. */
export const testSchema = z.discriminatedUnion("type", [
  /** Key present and not JSON null ("" and [] exist). `is_empty`: present and "", [] or {}. */
  z.strictObject({ type: z.literal("presence"), operator: z.enum(PRESENCE_OPERATORS) }),
  /** Text; of a list, any element. Numbers and booleans read as their JSON text. */
  z.strictObject({ type: z.literal("text"), operator: z.enum(TEXT_OPERATORS), value: text, ignoreCase }),
  z.strictObject({ type: z.literal("text_list"), operator: z.enum(TEXT_LIST_OPERATORS), values: values(text), ignoreCase }),
  /** RE2-class subset that means the same in re2js and PostgreSQL (see pattern.ts). */
  z.strictObject({
    type: z.literal("pattern"),
    operator: z.enum(["matches", "not_matches"]),
    pattern: z.string().min(1).max(RULE_LIMITS.patternLength),
    ignoreCase,
  }),
  z.strictObject({ type: z.literal("number"), operator: z.enum(NUMBER_OPERATORS), value: number }),
  z.strictObject({ type: z.literal("number_list"), operator: z.enum(["in", "not_in"]), values: values(number) }),
  /** Both ends included. */
  z.strictObject({ type: z.literal("number_range"), operator: z.enum(["between", "not_between"]), from: number, to: number }),
  z.strictObject({ type: z.literal("boolean"), operator: z.enum(["is_true", "is_not_true", "is_false", "is_not_false"]) }),
  /** Strict. */
  z.strictObject({ type: z.literal("date"), operator: z.enum(DATE_OPERATORS), at: instant }),
  /** [from, to). */
  z.strictObject({ type: z.literal("date_range"), operator: z.enum(["between", "not_between"]), from: instant, to: instant }),
  z.strictObject({ type: z.literal("date_relative"), operator: z.enum(RELATIVE_OPERATORS), duration: durationSchema }),
  /** Month and day in the person's zone, `days` before to `days` after; 29 February counts on 28 February in other years. */
  z.strictObject({
    type: z.literal("anniversary"),
    operator: z.enum(["is", "is_not"]),
    daysBefore: z.number().int().min(0).max(180),
    daysAfter: z.number().int().min(0).max(180),
  }),
  /** ISO days of the week (1 Monday to 7 Sunday) in the person's zone. */
  z.strictObject({
    type: z.literal("day_of_week"),
    operator: z.enum(["in", "not_in"]),
    days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
  }),
  /** Hours [from, to) in the person's zone; from > to runs over midnight. */
  z.strictObject({
    type: z.literal("hour_of_day"),
    operator: z.enum(["in", "not_in"]),
    from: z.number().int().min(0).max(23),
    to: z.number().int().min(0).max(24),
  }),
  /** Lists of text or numbers, compared as text. */
  z.strictObject({ type: z.literal("list"), operator: z.enum(LIST_OPERATORS), values: values(text), ignoreCase }),
]);
export type Test = z.infer<typeof testSchema>;

/** A filter on one event: `root` is where the path begins. All filters of an event must hold for the same event. */
export const filterSchema = z.strictObject({ root: z.enum(["properties", "context"]), path: pathSchema, test: testSchema });
export type Filter = z.infer<typeof filterSchema>;
const filters = z.array(filterSchema).max(20).default([]);

export const windowSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ever") }),
  z.strictObject({ kind: z.literal("last"), duration: durationSchema }),
  /** Whole days of the person's zone, today included. */
  z.strictObject({ kind: z.literal("calendar_days"), days: z.number().int().min(1).max(3_660) }),
  /** now - `to` <= t < now - `from`; `from` is the nearer end. */
  z.strictObject({ kind: z.literal("between_ago"), from: durationSchema, to: durationSchema }),
  z.strictObject({ kind: z.literal("fixed"), from: instant.nullable(), to: instant.nullable() }),
  /** Since the person entered the segment this rule belongs to; nobody outside it matches. */
  z.strictObject({ kind: z.literal("since_entered") }),
]);
export type Window = z.infer<typeof windowSchema>;

export const compareSchema = z.discriminatedUnion("operator", [
  z.strictObject({ operator: z.enum(["at_least", "at_most", "exactly", "more_than", "less_than"]), n: number }),
  z.strictObject({ operator: z.literal("between"), from: number, to: number }),
]);
export type Compare = z.infer<typeof compareSchema>;

/** What is compared over the events that match: how many, on how many days, or an aggregate of a numeric property. */
export const measureSchema = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("count") }),
  /** Distinct calendar days, weeks (from Monday) or months in the person's zone. */
  z.strictObject({ of: z.literal("days") }),
  z.strictObject({ of: z.literal("weeks") }),
  z.strictObject({ of: z.literal("months") }),
  /** Distinct values (as text) of a property. */
  z.strictObject({ of: z.literal("distinct"), path: pathSchema }),
  /**
   * Non-numeric values are ignored. Without any value: sum is 0, average, min and max are missing (no comparison holds).
   * `path` absent: the event's money value.
   */
  z.strictObject({ of: z.enum(["sum", "average", "min", "max"]), path: pathSchema.optional() }),
]);
export type Measure = z.infer<typeof measureSchema>;

// --- leaves -------------------------------------------------------------------------------------------------------

/** Every node: an id of its own (stable through edits: counts and focus hang on it), negated or muted. */
const common = { id: z.string().min(1).max(40), negate: z.boolean().optional(), muted: z.boolean().optional() };

const eventName = z.string().min(1).max(200);

export const traitLeaf = z.strictObject({ kind: z.literal("trait"), ...common, path: pathSchema, test: testSchema });

/** A computed trait's value passes the test; nobody is without a value where the trait counts or adds up (0). */
export const computedLeaf = z.strictObject({
  kind: z.literal("computed"),
  ...common,
  traitId: z.string().min(1).max(40),
  test: testSchema,
});

/** Did an event, so often, or with such a sum, in a window. "Did not" is `count exactly 0`. */
export const eventLeaf = z.strictObject({
  kind: z.literal("event"),
  ...common,
  /** null: any event. */
  event: eventName.nullable(),
  where: filters,
  window: windowSchema,
  measure: measureSchema,
  compare: compareSchema,
});

/** The first or last such event ever lies at a time. Nobody without one matches a positive test. */
export const eventTimeLeaf = z.strictObject({
  kind: z.literal("event_time"),
  ...common,
  event: eventName.nullable(),
  where: filters,
  which: z.enum(["first", "last"]),
  test: testSchema.refine(
    (test) => test.type === "date" || test.type === "date_range" || test.type === "date_relative",
    "must be a test of a date",
  ),
});

export const stepSchema = z.strictObject({
  event: eventName,
  where: filters,
  /** At most so long after the step before; absent for the first step. */
  within: durationSchema.optional(),
  /** No such event strictly between the step before and this one. */
  without: z.strictObject({ event: eventName, where: filters }).optional(),
  /** This step's property equals a property of an earlier step (0 is the first): the same product viewed, then bought. */
  same: z
    .array(z.strictObject({ path: pathSchema, step: z.number().int().min(0), stepPath: pathSchema }))
    .max(5)
    .optional(),
});
export type Step = z.infer<typeof stepSchema>;

/**
 * Steps in order, each strictly later than the one before (ties by message id). One success suffices. A single step is
 * for "did this and then not that" (`thenNot`).
 */
export const sequenceLeaf = z.strictObject({
  kind: z.literal("sequence"),
  ...common,
  steps: z.array(stepSchema).min(1).max(RULE_LIMITS.steps),
  /** The first step lies in this window. */
  window: windowSchema,
  /** After the last step this did not happen within the time; true only once that time has passed. */
  thenNot: z.strictObject({ event: eventName, where: filters, within: durationSchema }).optional(),
});

export const LIFECYCLE_STATES = ["new", "active", "lapsing", "lapsed", "returned"] as const;
/**
 * By one event (null: any) and a period P: new = first within P; active = not new and done within P; lapsing = last
 * between P and 2P ago; lapsed = last more than 2P ago; returned = done within P after a gap of more than 2P.
 * The five exclude each other (returned before active).
 */
export const lifecycleLeaf = z.strictObject({
  kind: z.literal("lifecycle"),
  ...common,
  event: eventName.nullable(),
  state: z.enum(LIFECYCLE_STATES),
  period: durationSchema,
});

export const segmentLeaf = z.strictObject({ kind: z.literal("segment"), ...common, segmentId: z.string().min(1).max(40) });
/** An uploaded or hand-kept list of people. */
export const listLeaf = z.strictObject({ kind: z.literal("list"), ...common, listId: z.string().min(1).max(40) });
/** Holds so many identifiers of a type (null: any type). */
export const identifierLeaf = z.strictObject({
  kind: z.literal("identifier"),
  ...common,
  type: z.string().min(1).max(100).nullable(),
  compare: compareSchema,
});
/** Belongs to any account (or to none: negate) whose trait passes the test; without a path: to any account. */
export const accountLeaf = z.strictObject({
  kind: z.literal("account"),
  ...common,
  path: pathSchema.optional(),
  test: testSchema.optional(),
});
/** Used a device whose field passes the test. */
export const deviceLeaf = z.strictObject({ kind: z.literal("device"), ...common, field: z.enum(["type", "name", "os"]), test: testSchema });
/** Country, city or time zone of the person's summary. */
export const locationLeaf = z.strictObject({
  kind: z.literal("location"),
  ...common,
  field: z.enum(["country", "city", "timezone"]),
  test: testSchema,
});
/** Stable bucket: hash(profile, salt) in [from, to) per cent. */
export const randomLeaf = z.strictObject({
  kind: z.literal("random"),
  ...common,
  salt: z.string().min(1).max(100),
  from: z.number().min(0).max(100),
  to: z.number().min(0).max(100),
});
/** Known person (user id, e-mail or phone) rather than an anonymous visitor. */
export const knownLeaf = z.strictObject({ kind: z.literal("known"), ...common });
/** May be used for a purpose now (consent, objections, unsubscriptions, suppressed addresses), on a channel or in general. */
export const consentLeaf = z.strictObject({
  kind: z.literal("consent"),
  ...common,
  purpose: z.string().min(1).max(60),
  channel: z.enum(CHANNELS).nullable(),
});
/** SQL that returns profile ids; admins only, read-only role, time limit. */
export const sqlLeaf = z.strictObject({ kind: z.literal("sql"), ...common, sql: z.string().min(1).max(10_000) });

const leaves = [
  traitLeaf,
  computedLeaf,
  eventLeaf,
  eventTimeLeaf,
  sequenceLeaf,
  lifecycleLeaf,
  segmentLeaf,
  listLeaf,
  identifierLeaf,
  accountLeaf,
  deviceLeaf,
  locationLeaf,
  randomLeaf,
  knownLeaf,
  consentLeaf,
  sqlLeaf,
] as const;
export const leafSchema = z.discriminatedUnion("kind", leaves);
export type Leaf = z.infer<typeof leafSchema>;
export type LeafKind = Leaf["kind"];
export type LeafOf<K extends LeafKind> = Extract<Leaf, { kind: K }>;

// --- groups -------------------------------------------------------------------------------------------------------

export const MATCHES = ["all", "any", "none"] as const;
export type Match = (typeof MATCHES)[number];

/** `all of`: and; `any of`: or; `none of`: complement of any. Muted children do not take part; an empty `all` or `none` is everybody, an empty `any` nobody. */
export interface Group {
  kind: "group";
  id: string;
  match: Match;
  negate?: boolean | undefined;
  muted?: boolean | undefined;
  children: RuleNode[];
}
export type RuleNode = Group | Leaf;

const nodeSchema: z.ZodType<RuleNode> = z.lazy(() => z.union([groupSchema, leafSchema]));
export const groupSchema: z.ZodType<Group> = z.lazy(() =>
  z.strictObject({ kind: z.literal("group"), ...common, match: z.enum(MATCHES), children: z.array(nodeSchema).max(RULE_LIMITS.nodes) }),
);

export interface Rule {
  version: typeof RULE_VERSION;
  root: Group;
}

/** A whole rule: limits of size and depth hold, node ids are unique, ranges run upwards. */
export const ruleSchema: z.ZodType<Rule> = z
  .strictObject({ version: z.literal(RULE_VERSION), root: groupSchema })
  .superRefine((rule, issues) => {
    const seen = new Set<string>();
    let nodes = 0;
    const walk = (node: RuleNode, depth: number, path: (string | number)[]): void => {
      nodes++;
      const say = (message: string) => issues.addIssue({ code: "custom", path, message });
      if (depth > RULE_LIMITS.depth) say(`groups may be nested ${RULE_LIMITS.depth} deep`);
      if (seen.has(node.id)) say(`the id ${node.id} stands twice`);
      seen.add(node.id);
      if (node.kind === "group") {
        node.children.forEach((child, i) => walk(child, depth + 1, [...path, "children", i]));
        return;
      }
      for (const wrong of wrongIn(node)) say(wrong);
    };
    walk(rule.root, 1, ["root"]);
    if (nodes > RULE_LIMITS.nodes)
      issues.addIssue({ code: "custom", path: ["root"], message: `a rule may have ${RULE_LIMITS.nodes} rows; this has ${nodes}` });
  });

/** What the shape alone cannot say about a leaf. */
function* wrongIn(leaf: Leaf): Generator<string> {
  if (leaf.kind === "random" && leaf.from >= leaf.to) yield "the bucket must begin below its end";
  if (leaf.kind === "account" && (leaf.path === undefined) !== (leaf.test === undefined))
    yield "an account trait needs both a name and a test";
  if ("compare" in leaf && leaf.compare.operator === "between" && leaf.compare.from > leaf.compare.to) yield "the range must run upwards";
  if ("window" in leaf && leaf.window.kind === "between_ago" && seconds(leaf.window.from) >= seconds(leaf.window.to))
    yield "the nearer end of the window must come first";
  if (
    "window" in leaf &&
    leaf.window.kind === "fixed" &&
    leaf.window.from !== null &&
    leaf.window.to !== null &&
    leaf.window.from >= leaf.window.to
  )
    yield "the window must end after it begins";
  if (leaf.kind === "sequence") {
    if (leaf.steps.length < 2 && !leaf.thenNot) yield "one step alone needs what must not follow it";
    for (const [i, step] of leaf.steps.entries()) {
      if (i === 0 && (step.within !== undefined || step.without !== undefined)) yield "the first step has nothing before it";
      if (step.same?.some((link) => link.step >= i)) yield "a step can be compared with an earlier step only";
    }
  }
  if ("test" in leaf && leaf.test && "from" in leaf.test && leaf.test.type !== "hour_of_day" && leaf.test.from > leaf.test.to)
    yield "the range must run upwards";
}

/** All leaves below a node, muted ones left out. */
export function* leavesOf(node: RuleNode): Generator<Leaf> {
  if (node.muted) return;
  if (node.kind !== "group") yield node;
  else for (const child of node.children) yield* leavesOf(child);
}
