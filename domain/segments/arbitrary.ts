import fc from "fast-check";
import type { Json, JsonObject } from "@/domain/events/model";
import { anyTest, dateTestOf, jsonValue, NOW } from "./arbitrary-values";
import {
  LIFECYCLE_STATES,
  MATCHES,
  RULE_VERSION,
  seconds,
  type Compare,
  type Duration,
  type Filter,
  type Leaf,
  type Measure,
  type Rule,
  type RuleNode,
  type Window,
} from "./model";

export const EVENT_NAMES = ["Viewed", "Bought", "Ticket", "$identify"] as const;
const KEYS = ["a", "b", "a.b", "%", "__proto__x"] as const;
const DAY = 86_400_000;

const object: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(fc.constantFrom(...KEYS), fc.oneof(jsonValue, fc.record({ a: jsonValue }) as fc.Arbitrary<Json>)), { maxLength: 3 })
  .map((entries) => Object.fromEntries(entries));
/**
 * Lengths that windows, gaps and periods mostly have. Times of events are made of the same few, so that they lie exactly
 * on the ends of windows, exactly so far apart, or a millisecond beside.
 */
const LENGTHS: readonly Duration[] = [
  { n: 1, unit: "hour" },
  { n: 1, unit: "day" },
  { n: 2, unit: "day" },
  { n: 1, unit: "week" },
];
const HOUR = 3_600_000;
const few = fc.constantFrom(0, HOUR, DAY, 2 * DAY, 7 * DAY);
const nudge = fc.constantFrom(0, 0, 0, 1, -1);
/** Times on and around the ends of windows. */
const eventTime = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(few, nudge).map(([a, n]) => NOW - a + n) },
  { weight: 3, arbitrary: fc.tuple(few, few, nudge).map(([a, b, n]) => NOW - a - b + n) },
  { weight: 1, arbitrary: fc.constantFrom(30 * DAY, 30 * DAY + 1, 14 * DAY, 14 * DAY - 1).map((ago) => NOW - ago) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 100 * DAY }).map((ago) => NOW - ago) },
);
const event = fc.record({
  name: fc.constantFrom(...EVENT_NAMES),
  at: eventTime,
  value: fc.option(
    fc.integer({ min: -50_000, max: 500_000 }).map((n) => n / 100),
    { nil: null },
  ),
  properties: object,
  context: object,
});
const optionalText = fc.option(fc.constantFrom("DE", "FR", "Berlin", "é", ""), { nil: null });

/** A person without an id; events without ids and in any order. */
export const personArbitrary = fc.record({
  known: fc.boolean(),
  traits: object,
  country: optionalText,
  city: optionalText,
  timezone: fc.constantFrom(null, "Europe/Berlin", "Asia/Kolkata", "Nowhere/Land", "America/New_York"),
  identifiers: fc.array(fc.record({ type: fc.constantFrom("user_id", "email", "anonymous_id") }), { maxLength: 3 }),
  accounts: fc.array(object, { maxLength: 2 }),
  devices: fc.array(fc.record({ type: optionalText, name: optionalText, os: optionalText }), { maxLength: 2 }),
  events: fc.array(event, { maxLength: 8 }),
});

const path: fc.Arbitrary<string[]> = fc.oneof(
  fc.constantFrom(...KEYS).map((key): string[] => [key]),
  fc.constant(["a", "a"] as string[]),
  fc.constant(["b", "a"] as string[]),
);
const eventName = fc.constantFrom("Viewed", "Bought", "Ticket", "Never");
const filter = fc.record({ root: fc.constantFrom("properties" as const, "context" as const), path, test: anyTest });
const where = fc.oneof({ weight: 3, arbitrary: fc.constant([] as Filter[]) }, { weight: 1, arbitrary: fc.array(filter, { maxLength: 2 }) });
const shortDuration: fc.Arbitrary<Duration> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...LENGTHS) },
  {
    weight: 1,
    arbitrary: fc.record({ n: fc.integer({ min: 1, max: 40 }), unit: fc.constantFrom("hour" as const, "day" as const, "week" as const) }),
  },
);
const windowArbitrary: fc.Arbitrary<Window> = fc.oneof(
  fc.constant({ kind: "ever" as const }),
  fc.record({ kind: fc.constant("last" as const), duration: shortDuration }),
  fc.record({ kind: fc.constant("calendar_days" as const), days: fc.integer({ min: 1, max: 40 }) }),
  fc
    .tuple(shortDuration, shortDuration)
    .filter(([a, b]) => seconds(a) < seconds(b))
    .map(([from, to]) => ({ kind: "between_ago" as const, from, to })),
  fc
    .uniqueArray(few, { minLength: 2, maxLength: 2 })
    .map((ago) => ago.toSorted((a, b) => b - a).map((one) => new Date(NOW - one).toISOString()))
    .map(([from, to]) => ({ kind: "fixed" as const, from: from ?? null, to: to ?? null })),
  eventTime.map((at) => ({ kind: "fixed" as const, from: new Date(at).toISOString(), to: null })),
  few.map((ago) => ({ kind: "fixed" as const, from: null, to: new Date(NOW - ago).toISOString() })),
);
const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.record({
    operator: fc.constantFrom("at_least" as const, "at_most" as const, "exactly" as const, "more_than" as const, "less_than" as const),
    n: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(100, 99.5, -1)),
  }),
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 200 }))
    .map(([from, more]) => ({ operator: "between" as const, from, to: from + more })),
);
const measure: fc.Arbitrary<Measure> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ of: "count" as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ of: "days" as const }, { of: "weeks" as const }, { of: "months" as const }) },
  { weight: 1, arbitrary: path.map((p) => ({ of: "distinct" as const, path: p })) },
  { weight: 2, arbitrary: fc.record({ of: fc.constantFrom("sum" as const, "average" as const, "min" as const, "max" as const) }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constantFrom("sum" as const, "average" as const, "min" as const, "max" as const), path }) },
);
const step = fc.record({ event: eventName, where });
const laterStep = fc.record(
  {
    event: eventName,
    where,
    within: shortDuration,
    without: step,
    same: fc.array(fc.record({ path, step: fc.constant(0), stepPath: path }), { maxLength: 1 }),
  },
  { requiredKeys: ["event", "where"] },
);

type Bare<T> = T extends unknown ? Omit<T, "id"> : never;
/** Windows whose ends are lengths that events lie on. */
const edgeWindow: fc.Arbitrary<Window> = fc.oneof(
  fc.constantFrom(...LENGTHS).map((one) => ({ kind: "last" as const, duration: one })),
  fc.constantFrom(0, 1, 2).map((i) => ({ kind: "between_ago" as const, from: LENGTHS[i] as Duration, to: LENGTHS[i + 1] as Duration })),
);
const plain = fc.constantFrom("Viewed", "Bought").map((name) => ({ event: name, where: [] as Filter[] }));
/** Rows without filters whose answer hangs on one event: an end that is off by a millisecond shows. */
const plainLeaf: fc.Arbitrary<Bare<Leaf>> = fc.oneof(
  fc
    .tuple(plain, edgeWindow, fc.constantFrom<Compare>({ operator: "at_least", n: 1 }, { operator: "exactly", n: 0 }))
    .map(([one, window, compare]) => ({
      kind: "event" as const,
      ...one,
      window,
      measure: { of: "count" as const },
      compare,
    })),
  fc.tuple(plain, plain, fc.constantFrom(...LENGTHS)).map(([first, then, within]) => ({
    kind: "sequence" as const,
    steps: [first],
    window: { kind: "ever" as const },
    thenNot: { ...then, within },
  })),
  fc.tuple(plain, plain, fc.constantFrom(...LENGTHS)).map(([first, then, within]) => ({
    kind: "sequence" as const,
    steps: [first, { ...then, within }],
    window: { kind: "ever" as const },
  })),
);
/** Rows about events. */
const eventLeaf: fc.Arbitrary<Bare<Leaf>> = fc.oneof(
  { weight: 5, arbitrary: plainLeaf },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("computed" as const), traitId: fc.constantFrom("trt_a", "trt_b"), test: anyTest }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("event" as const),
      event: fc.option(eventName, { nil: null }),
      where,
      window: windowArbitrary,
      measure,
      compare,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("event_time" as const),
      event: fc.option(eventName, { nil: null }),
      where,
      which: fc.constantFrom("first" as const, "last" as const),
      test: dateTestOf(
        eventTime.map((ms) => new Date(ms).toISOString()),
        shortDuration,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        step,
        fc.array(laterStep, { minLength: 0, maxLength: 2 }),
        windowArbitrary,
        fc.option(fc.record({ event: eventName, where, within: shortDuration }), { nil: undefined }),
      )
      .filter(([, rest, , thenNot]) => rest.length > 0 || thenNot !== undefined)
      .map(([first, rest, window, thenNot]) => ({
        kind: "sequence" as const,
        steps: [first, ...rest],
        window,
        ...(thenNot ? { thenNot } : {}),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("lifecycle" as const),
      event: fc.option(eventName, { nil: null }),
      state: fc.constantFrom(...LIFECYCLE_STATES),
      period: shortDuration,
    }),
  },
);
export const eventLeafArbitrary = eventLeaf.map((one) => ({ ...one, id: "leaf" }) as Leaf);

/** Rows about people themselves. */
export const personLeafArbitrary = fc
  .oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("trait" as const), path, test: anyTest }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("location" as const),
        field: fc.constantFrom("country" as const, "city" as const, "timezone" as const),
        test: anyTest,
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "known" as const }) },
  )
  .map((one) => ({ ...one, id: "leaf" }) as Leaf);

const leaf: fc.Arbitrary<Bare<Leaf>> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("trait" as const), path, test: anyTest }) },
  { weight: 10, arbitrary: eventLeaf },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("identifier" as const), type: fc.constantFrom(null, "user_id", "email"), compare }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ kind: fc.constant("account" as const), path, test: anyTest }),
      fc.constant({ kind: "account" as const }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("device" as const),
      field: fc.constantFrom("type" as const, "name" as const, "os" as const),
      test: anyTest,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("location" as const),
      field: fc.constantFrom("country" as const, "city" as const, "timezone" as const),
      test: anyTest,
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("s", "t"), fc.integer({ min: 0, max: 60 }))
      .map(([salt, from]) => ({ kind: "random" as const, salt, from, to: from + 40 })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "known" as const }) },
);

type Bones = { leaf: Bare<Leaf> } | { match: (typeof MATCHES)[number]; children: Bones[] };
const { bones } = fc.letrec<{ bones: Bones }>((tie) => ({
  bones: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf.map((one) => ({ leaf: one })),
    fc.record({ match: fc.constantFrom(...MATCHES), children: fc.array(tie("bones"), { maxLength: 3 }) }),
  ),
}));
const flags = fc.record({ negate: fc.boolean(), muted: fc.constantFrom(false, false, false, true) });

/** A whole rule: nodes numbered, some negated or muted. */
export const ruleArbitrary: fc.Arbitrary<Rule> = fc
  .tuple(fc.constantFrom(...MATCHES), fc.array(bones, { maxLength: 4 }), fc.array(flags, { minLength: 8, maxLength: 8 }))
  .map(([match, children, spice]) => {
    let n = 0;
    const grow = (bone: Bones): RuleNode => {
      const id = `n${++n}`;
      const { negate, muted } = spice[n % spice.length] as { negate: boolean; muted: boolean };
      if ("leaf" in bone) return { ...bone.leaf, id, negate, muted } as Leaf;
      return { kind: "group", id, match: bone.match, negate, muted, children: bone.children.map(grow) };
    };
    return { version: RULE_VERSION, root: { kind: "group", id: "root", match, children: children.map(grow) } };
  });

/** Parts of event rows, for what else looks at events. */
export const eventParts = {
  event: fc.option(eventName, { nil: null }),
  where,
  window: windowArbitrary as fc.Arbitrary<Exclude<Window, { kind: "since_entered" }>>,
};
export { measure as measureArbitrary, path as pathArbitrary };
