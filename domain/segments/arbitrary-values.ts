import fc from "fast-check";
import type { Json } from "@/domain/events/model";
import { DURATION_UNITS, type Duration, type Test } from "./model";

/** Generators of tests and values for the parity tests: small alphabets, so that tests often hit, and nasty ones. */
export const NOW = Date.parse("2026-11-23T12:34:56.789Z");

const nasty = fc.constantFrom(
  "",
  "a",
  "A",
  "ab",
  "aB",
  "é",
  "e\u0301",
  "İ",
  "ς",
  "Σ",
  "ß",
  "日本",
  "😀",
  "%",
  "_",
  "\\",
  "'",
  "100",
  "1e2",
  "1e400",
  "1e-400",
  " 7 ",
  "0",
  "-0",
  "19,90 €",
  ".5",
  "5.",
  "NaN",
  "Infinity",
  "0x10",
  "true",
  "null",
  "2024-02-29",
  "2023-02-29",
  "2024-02-30",
  "2026-11-23",
  "2026-11-23T12:34:56.789Z",
  "2026-11-23 12:34:56",
  "2026-11-16T12:34:56.789Z",
  "2026-03-29T01:30:00Z",
  "2026-10-25T01:30:00+02:00",
  "2026-11-23T24:00:00Z",
  "0001-01-01",
  "9999-12-31T23:59:59.999999Z",
  "1990-11-23",
  "1988-02-29",
  "K",
  "\u212A",
);
export const textValue = fc.oneof(nasty, fc.string({ unit: fc.constantFrom("a", "b", "A", "é", "%", "_", " "), maxLength: 4 }));
export const numberValue = fc.oneof(
  fc.constantFrom(0, -0, 1, 2, 7, 100, 0.5, -1.25, 1e21, 1e-7, 12345678901234567000, 5e-324, 1.7976931348623157e308),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalar: fc.Arbitrary<Json> = fc.oneof(textValue, numberValue, fc.boolean(), fc.constant(null));
export const jsonValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 4 }) as fc.Arbitrary<Json> },
  { weight: 1, arbitrary: fc.constantFrom<Json>([], {}, [[]], [{ a: 1 }], { a: "a" }, [["a"]]) },
);

export const duration: fc.Arbitrary<Duration> = fc.record({ n: fc.integer({ min: 1, max: 40 }), unit: fc.constantFrom(...DURATION_UNITS) });
export const instant = fc.oneof(
  fc.constantFrom("2026-11-23T12:34:56.789Z", "2024-02-29T00:00:00Z", "1990-11-23T00:00:00+00:00", "2026-10-25T01:30:00+02:00"),
  fc.integer({ min: Date.parse("1980-01-01"), max: Date.parse("2030-01-01") }).map((ms) => new Date(ms).toISOString()),
);
const rangeOf = (instant: fc.Arbitrary<string>) =>
  fc.tuple(instant, instant).map(([a, b]) => (Date.parse(a) <= Date.parse(b) ? { from: a, to: b } : { from: b, to: a }));
const numbers = fc.tuple(numberValue, numberValue).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const ignoreCase = fc.boolean();
const pattern = fc.constantFrom(
  "a",
  "^a",
  "a$",
  "^$",
  ".",
  "^.$",
  "a|b",
  "[ab]+",
  "[^a]",
  "(ab)?",
  "\\d{2}",
  "\\w",
  "\\s",
  "\\.",
  "(?i)AB",
  "é",
  "[a-c]{1,2}?",
  "^(a|a)*$",
  "%",
  "\\x41",
  "[%_]",
  "K",
);

type DateTest = Extract<Test, { type: "date" | "date_range" | "date_relative" }>;
export const dateTestOf = (instant: fc.Arbitrary<string>, duration: fc.Arbitrary<Duration>): fc.Arbitrary<DateTest> =>
  fc.oneof(
    fc.record({
      type: fc.constant("date" as const),
      operator: fc.constantFrom("before" as const, "not_before" as const, "after" as const, "not_after" as const),
      at: instant,
    }),
    fc
      .tuple(fc.constantFrom("between" as const, "not_between" as const), rangeOf(instant))
      .map(([operator, ends]) => ({ type: "date_range" as const, operator, ...ends })),
    fc.record({
      type: fc.constant("date_relative" as const),
      operator: fc.constantFrom(
        "within_last" as const,
        "not_within_last" as const,
        "within_next" as const,
        "not_within_next" as const,
        "before_last" as const,
        "not_before_last" as const,
        "after_next" as const,
        "not_after_next" as const,
      ),
      duration,
    }),
  );

export const dateTest = dateTestOf(instant, duration);

export const anyTest: fc.Arbitrary<Test> = fc.oneof(
  fc.record({
    type: fc.constant("presence" as const),
    operator: fc.constantFrom("exists" as const, "not_exists" as const, "is_empty" as const, "is_not_empty" as const),
  }),
  fc.record({
    type: fc.constant("text" as const),
    operator: fc.constantFrom(
      "equals" as const,
      "not_equals" as const,
      "contains" as const,
      "not_contains" as const,
      "starts_with" as const,
      "not_starts_with" as const,
      "ends_with" as const,
      "not_ends_with" as const,
    ),
    value: textValue,
    ignoreCase,
  }),
  fc.record({
    type: fc.constant("text_list" as const),
    operator: fc.constantFrom("in" as const, "not_in" as const, "contains_any" as const, "not_contains_any" as const),
    values: fc.array(textValue, { minLength: 1, maxLength: 3 }),
    ignoreCase,
  }),
  fc.record({
    type: fc.constant("pattern" as const),
    operator: fc.constantFrom("matches" as const, "not_matches" as const),
    pattern,
    ignoreCase,
  }),
  fc.record({
    type: fc.constant("number" as const),
    operator: fc.constantFrom("equals" as const, "not_equals" as const, "lt" as const, "lte" as const, "gt" as const, "gte" as const),
    value: numberValue,
  }),
  fc.record({
    type: fc.constant("number_list" as const),
    operator: fc.constantFrom("in" as const, "not_in" as const),
    values: fc.array(numberValue, { minLength: 1, maxLength: 3 }),
  }),
  fc
    .tuple(fc.constantFrom("between" as const, "not_between" as const), numbers)
    .map(([operator, ends]) => ({ type: "number_range" as const, operator, ...ends })),
  fc.record({
    type: fc.constant("boolean" as const),
    operator: fc.constantFrom("is_true" as const, "is_not_true" as const, "is_false" as const, "is_not_false" as const),
  }),
  dateTest,
  fc.record({
    type: fc.constant("anniversary" as const),
    operator: fc.constantFrom("is" as const, "is_not" as const),
    daysBefore: fc.integer({ min: 0, max: 180 }),
    daysAfter: fc.integer({ min: 0, max: 180 }),
  }),
  fc.record({
    type: fc.constant("day_of_week" as const),
    operator: fc.constantFrom("in" as const, "not_in" as const),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  }),
  fc.record({
    type: fc.constant("hour_of_day" as const),
    operator: fc.constantFrom("in" as const, "not_in" as const),
    from: fc.integer({ min: 0, max: 23 }),
    to: fc.integer({ min: 0, max: 24 }),
  }),
  fc.record({
    type: fc.constant("list" as const),
    operator: fc.constantFrom("has_all_of" as const, "not_has_all_of" as const, "has_some_of" as const, "has_none_of" as const),
    values: fc.array(textValue, { minLength: 1, maxLength: 3 }),
    ignoreCase,
  }),
);

export const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"] as const;
