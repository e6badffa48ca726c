import { RE2JS } from "re2js";
import type { Json } from "@/domain/events/model";
import { seconds, type Compare, type Test } from "./model";
import { toRe2 } from "./pattern";
import { dateOf, foldCase, numberOf, textOf } from "./values";
import { daysToAnniversary, localTime } from "./zones";

export interface TestEnv {
  /** Milliseconds. */
  now: number;
  /** The person's zone, valid. */
  zone: string;
}

/** The positive twin of an operator, and whether the operator is its complement. */
export function twin(operator: string): { positive: string; negative: boolean } {
  if (operator === "has_none_of") return { positive: "has_some_of", negative: true };
  if (operator.startsWith("not_")) return { positive: operator.slice(4), negative: true };
  if (operator.startsWith("is_not")) return { positive: `is${operator.slice(6)}`, negative: true };
  return { positive: operator, negative: false };
}

/**
 * Whether a value passes a test. A missing value fails every positive operator and so passes every negative one.
 * A test of text, number or date over a list holds when any element passes (then negated where the operator is).
 */
export function testValue(test: Test, value: Json | undefined, env: TestEnv): boolean {
  const { positive, negative } = twin(test.operator);
  return holds(test, positive, value, env) !== negative;
}

function holds(test: Test, operator: string, value: Json | undefined, env: TestEnv): boolean {
  switch (test.type) {
    case "presence":
      if (value === undefined || value === null) return false;
      return operator === "exists" || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
    case "boolean":
      return operator === "is_true" ? value === true : value === false;
    case "list":
      return holdsList(test.values, test.ignoreCase, operator, value);
    default: {
      const elements = Array.isArray(value) ? value : [value];
      return elements.some((element) => holdsScalar(test, operator, element, env));
    }
  }
}

function holdsList(wanted: string[], ignoreCase: boolean, operator: string, value: Json | undefined): boolean {
  if (!Array.isArray(value)) return false;
  const fold = folder(ignoreCase);
  const held = new Set<string>();
  for (const element of value) {
    const text = textOf(element);
    if (text !== undefined) held.add(fold(text));
  }
  return operator === "has_all_of" ? wanted.every((item) => held.has(fold(item))) : wanted.some((item) => held.has(fold(item)));
}

const folder = (ignoreCase: boolean) => (text: string) => (ignoreCase ? foldCase(text.normalize("NFC")) : text.normalize("NFC"));

type Scalar = Exclude<Test, { type: "presence" | "boolean" | "list" }>;

function holdsScalar(test: Scalar, operator: string, value: Json | undefined, env: TestEnv): boolean {
  switch (test.type) {
    case "text":
    case "text_list": {
      const text = textOf(value);
      if (text === undefined) return false;
      const fold = folder(test.ignoreCase);
      const held = fold(text);
      const wanted = test.type === "text" ? [test.value] : test.values;
      return wanted.some((item) => compareText(operator, held, fold(item)));
    }
    case "pattern": {
      const text = textOf(value);
      return text !== undefined && compiled(test.pattern, test.ignoreCase).test(text);
    }
    case "number":
    case "number_list":
    case "number_range": {
      const n = numberOf(value);
      if (n === undefined) return false;
      if (test.type === "number_range") return test.from <= n && n <= test.to;
      return test.type === "number" ? compareNumber(operator, n, test.value) : test.values.includes(n);
    }
    default:
      return holdsDate(test, operator, dateOf(value), env);
  }
}

function compareText(operator: string, held: string, wanted: string): boolean {
  switch (operator) {
    case "equals":
    case "in":
      return held === wanted;
    case "contains":
    case "contains_any":
      return held.includes(wanted);
    case "starts_with":
      return held.startsWith(wanted);
    default:
      return held.endsWith(wanted);
  }
}

function compareNumber(operator: string, n: number, wanted: number): boolean {
  switch (operator) {
    case "equals":
      return n === wanted;
    case "lt":
      return n < wanted;
    case "lte":
      return n <= wanted;
    case "gt":
      return n > wanted;
    default:
      return n >= wanted;
  }
}

/** Tests of an instant; also used for first and last times of events. */
export function holdsDate(
  test: Extract<Test, { type: "date" | "date_range" | "date_relative" | "anniversary" | "day_of_week" | "hour_of_day" }>,
  operator: string,
  ms: number | undefined,
  env: TestEnv,
): boolean {
  if (ms === undefined) return false;
  switch (test.type) {
    case "date":
      return operator === "before" ? ms < Date.parse(test.at) : ms > Date.parse(test.at);
    case "date_range":
      return Date.parse(test.from) <= ms && ms < Date.parse(test.to);
    case "date_relative": {
      const length = seconds(test.duration) * 1000;
      if (operator === "within_last") return env.now - length < ms && ms <= env.now;
      if (operator === "within_next") return env.now <= ms && ms < env.now + length;
      return operator === "before_last" ? ms <= env.now - length : ms >= env.now + length;
    }
    case "anniversary": {
      // A birthday is a date, not an instant: its month and day are read in UTC, today's in the person's zone.
      const born = new Date(ms);
      const distance = daysToAnniversary(localTime(env.now, env.zone), born.getUTCMonth() + 1, born.getUTCDate());
      return -test.daysAfter <= distance && distance <= test.daysBefore;
    }
    case "day_of_week":
      return test.days.includes(localTime(ms, env.zone).weekday);
    case "hour_of_day": {
      const { hour } = localTime(ms, env.zone);
      return test.from <= test.to ? test.from <= hour && hour < test.to : hour >= test.from || hour < test.to;
    }
  }
}

/** Whether a number satisfies a comparison; a missing one (an average of nothing) satisfies none. */
export function compareHolds(compare: Compare, n: number | undefined): boolean {
  if (n === undefined) return false;
  switch (compare.operator) {
    case "at_least":
      return n >= compare.n;
    case "at_most":
      return n <= compare.n;
    case "exactly":
      return n === compare.n;
    case "more_than":
      return n > compare.n;
    case "less_than":
      return n < compare.n;
    case "between":
      return compare.from <= n && n <= compare.to;
  }
}

const patterns = new Map<string, RE2JS>();

function compiled(pattern: string, ignoreCase: boolean): RE2JS {
  const key = `${ignoreCase ? "i" : "c"}${pattern}`;
  let found = patterns.get(key);
  if (!found) {
    if (patterns.size > 500) patterns.clear();
    found = RE2JS.compile(toRe2(pattern, ignoreCase), RE2JS.DOTALL);
    patterns.set(key, found);
  }
  return found;
}
