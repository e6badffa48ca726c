import type { Test } from "@/domain/segments/model";

/** The operators of a test as the builder words them. An id is `<type>:<operator>`. */
export type OperatorId = { [K in Test["type"]]: `${K}:${Extract<Test, { type: K }>["operator"]}` }[Test["type"]];

export interface OperatorChoice {
  id: OperatorId;
  label: string;
}

export const OPERATOR_GROUPS: readonly { label: string; types: readonly string[]; choices: readonly OperatorChoice[] }[] = [
  {
    label: "Text",
    types: ["string"],
    choices: [
      { id: "text:equals", label: "is" },
      { id: "text:not_equals", label: "is not" },
      { id: "text_list:in", label: "is one of" },
      { id: "text_list:not_in", label: "is none of" },
      { id: "text:contains", label: "contains" },
      { id: "text:not_contains", label: "does not contain" },
      { id: "text_list:contains_any", label: "contains one of" },
      { id: "text_list:not_contains_any", label: "contains none of" },
      { id: "text:starts_with", label: "starts with" },
      { id: "text:not_starts_with", label: "does not start with" },
      { id: "text:ends_with", label: "ends with" },
      { id: "text:not_ends_with", label: "does not end with" },
      { id: "pattern:matches", label: "matches the pattern" },
      { id: "pattern:not_matches", label: "does not match the pattern" },
    ],
  },
  {
    label: "Number",
    types: ["number"],
    choices: [
      { id: "number:equals", label: "equals" },
      { id: "number:not_equals", label: "does not equal" },
      { id: "number:gt", label: "is above" },
      { id: "number:gte", label: "is at least" },
      { id: "number:lt", label: "is below" },
      { id: "number:lte", label: "is at most" },
      { id: "number_range:between", label: "is between" },
      { id: "number_range:not_between", label: "is not between" },
      { id: "number_list:in", label: "is one of the numbers" },
      { id: "number_list:not_in", label: "is none of the numbers" },
    ],
  },
  {
    label: "Yes or no",
    types: ["boolean"],
    choices: [
      { id: "boolean:is_true", label: "is true" },
      { id: "boolean:is_false", label: "is false" },
      { id: "boolean:is_not_true", label: "is not true" },
      { id: "boolean:is_not_false", label: "is not false" },
    ],
  },
  {
    label: "Date",
    types: ["date"],
    choices: [
      { id: "date_relative:within_last", label: "is within the last" },
      { id: "date_relative:not_within_last", label: "is not within the last" },
      { id: "date_relative:before_last", label: "is longer ago than" },
      { id: "date_relative:not_before_last", label: "is not longer ago than" },
      { id: "date_relative:within_next", label: "is within the next" },
      { id: "date_relative:not_within_next", label: "is not within the next" },
      { id: "date_relative:after_next", label: "is further ahead than" },
      { id: "date_relative:not_after_next", label: "is not further ahead than" },
      { id: "date:before", label: "is before" },
      { id: "date:not_before", label: "is not before" },
      { id: "date:after", label: "is after" },
      { id: "date:not_after", label: "is not after" },
      { id: "date_range:between", label: "is from" },
      { id: "date_range:not_between", label: "is not from" },
      { id: "anniversary:is", label: "has its yearly day" },
      { id: "anniversary:is_not", label: "does not have its yearly day" },
      { id: "day_of_week:in", label: "falls on" },
      { id: "day_of_week:not_in", label: "does not fall on" },
      { id: "hour_of_day:in", label: "falls between the hours" },
      { id: "hour_of_day:not_in", label: "does not fall between the hours" },
    ],
  },
  {
    label: "List",
    types: ["array"],
    choices: [
      { id: "list:has_some_of", label: "holds one of" },
      { id: "list:has_all_of", label: "holds all of" },
      { id: "list:not_has_all_of", label: "does not hold all of" },
      { id: "list:has_none_of", label: "holds none of" },
    ],
  },
  {
    label: "Known or not",
    types: [],
    choices: [
      { id: "presence:exists", label: "is known" },
      { id: "presence:not_exists", label: "is not known" },
      { id: "presence:is_empty", label: "is empty" },
      { id: "presence:is_not_empty", label: "is not empty, or unknown" },
    ],
  },
];

export const operatorId = (test: Test): OperatorId => `${test.type}:${test.operator}` as OperatorId;

/** A test with another operator; values that mean the same are kept. */
export function withOperator(id: OperatorId, before?: Test): Test {
  const [type, operator] = id.split(":") as [Test["type"], never];
  const old = (before ?? {}) as {
    [key: string]: unknown;
    value?: string | number;
    values?: (string | number)[];
  };
  const ignoreCase = typeof old.ignoreCase === "boolean" ? old.ignoreCase : true;
  const first = Array.isArray(old.values) ? old.values[0] : old.value;
  const texts = Array.isArray(old.values) ? old.values.map(String) : old.value === undefined || old.value === "" ? [] : [String(old.value)];
  const numbers = texts
    .filter((text) => text.trim() !== "")
    .map(Number)
    .filter(Number.isFinite);
  const duration = (old.duration as { n: number; unit: "day" } | undefined) ?? { n: 30, unit: "day" };
  switch (type) {
    case "presence":
      return { type, operator };
    case "text":
      return { type, operator, value: first === undefined ? "" : String(first), ignoreCase };
    case "text_list":
      return { type, operator, values: texts, ignoreCase };
    case "list":
      return { type, operator, values: texts, ignoreCase };
    case "pattern":
      return { type, operator, pattern: typeof old.pattern === "string" ? old.pattern : "", ignoreCase };
    case "number":
      return { type, operator, value: numbers[0] ?? Number.NaN };
    case "number_list":
      return { type, operator, values: numbers };
    case "number_range":
      return {
        type,
        operator,
        from: typeof old.from === "number" ? old.from : (numbers[0] ?? Number.NaN),
        to: typeof old.to === "number" ? old.to : Number.NaN,
      };
    case "boolean":
      return { type, operator };
    case "date":
      return { type, operator, at: typeof old.at === "string" ? old.at : typeof old.from === "string" ? old.from : "" };
    case "date_range":
      return {
        type,
        operator,
        from: typeof old.from === "string" ? old.from : typeof old.at === "string" ? old.at : "",
        to: typeof old.to === "string" ? old.to : "",
      };
    case "date_relative":
      return { type, operator, duration };
    case "anniversary":
      return { type, operator, daysBefore: Number(old.daysBefore ?? 0), daysAfter: Number(old.daysAfter ?? 0) };
    case "day_of_week":
      return { type, operator, days: Array.isArray(old.days) ? (old.days as number[]) : [] };
    case "hour_of_day":
      return { type, operator, from: before?.type === type ? before.from : 9, to: before?.type === type ? before.to : 17 };
  }
}

/** What a fresh test of a value looks like, by the JSON types that were seen there and how often. */
export function usualOperator(types: Readonly<Record<string, number>>): OperatorId {
  const [most] = Object.entries(types).toSorted((a, b) => b[1] - a[1])[0] ?? ["string"];
  if (/date|time/.test(most)) return "date_relative:within_last";
  if (/num|int|float/.test(most)) return "number:gte";
  if (/bool/.test(most)) return "boolean:is_true";
  if (/array|list/.test(most)) return "list:has_some_of";
  return "text:equals";
}

/** Whether an operator is the complement of a positive one, so that people without a value meet it. `not_exists` says so itself. */
export function isNegative(test: Test): boolean {
  if (test.type === "presence") return false;
  return test.operator.startsWith("not_") || test.operator.startsWith("is_not") || test.operator === "has_none_of";
}
