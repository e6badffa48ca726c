import {
  wholeDefinitionSchema,
  type Definition,
  type DefinitionKind,
  type DefinitionOf,
  type EventMeasure,
} from "@/domain/segments/computed/model";
import { expressionProblem } from "@/domain/segments/computed/expression";
import { problemOf } from "../draft";

type EventsWindow = DefinitionOf<"event">["window"];
const last = (n: number, unit: "day" | "month" | "year"): EventsWindow => ({ kind: "last", duration: { n, unit } });
const EVER: EventsWindow = { kind: "ever" };
const ORDER = "Order Completed";

export const KINDS: readonly { kind: DefinitionKind; label: string; hint: string }[] = [
  { kind: "event", label: "From events", hint: "count, sum, average, first, last, most frequent, list, days since" },
  { kind: "ratio", label: "Ratio", hint: "one number of events divided by another" },
  { kind: "sessions", label: "Sessions", hint: "visits: how many, how long, how busy" },
  { kind: "rfm", label: "RFM score", hint: "recency, frequency and money against everybody else" },
  { kind: "formula", label: "Formula", hint: "arithmetic and choices over other traits" },
  { kind: "sql", label: "SQL", hint: "admins only, read by schedule" },
];

/** A definition to fill in. What was chosen of the events is kept where the kinds share it. */
export function startDefinition(kind: DefinitionKind, before?: Definition): Definition {
  const shared = before && "window" in before ? { event: before.event, where: before.where, window: before.window } : undefined;
  const part =
    shared ?? (before?.kind === "ratio" ? { event: before.of.event, where: before.of.where, window: before.of.window } : undefined);
  const events = part ?? { event: "", where: [], window: last(90, "day") };
  switch (kind) {
    case "event":
      return { kind, ...events, measure: { of: "count" } };
    case "ratio":
      return { kind, of: { ...events, measure: { of: "sum" } }, per: { ...events, measure: { of: "count" } } };
    case "sessions":
      return { kind, event: null, where: [], window: events.window, gapMinutes: 30, measure: "count" };
    case "rfm":
      return { kind, ...events, window: part ? events.window : last(1, "year"), groups: 5, score: "group", everyHours: 24 };
    case "formula":
      return { kind, expression: "" };
    case "sql":
      return { kind, sql: "", everyHours: 24 };
  }
}

export interface Starter {
  name: string;
  says: string;
  definition: Definition;
}

/** Where a new trait may begin: those that most shops keep. */
export const STARTERS: readonly Starter[] = [
  {
    name: "Orders in 90 days",
    says: "how often they ordered lately",
    definition: { kind: "event", event: ORDER, where: [], window: last(90, "day"), measure: { of: "count" } },
  },
  {
    name: "Lifetime value",
    says: "what their orders brought in",
    definition: { kind: "event", event: ORDER, where: [], window: EVER, measure: { of: "sum" } },
  },
  {
    name: "Favourite category",
    says: "what they look at most",
    definition: {
      kind: "event",
      event: "Product Viewed",
      where: [],
      window: EVER,
      measure: { of: "most_frequent", path: ["category"], atLeast: 2 },
    },
  },
  {
    name: "Days since last order",
    says: "how long they have been silent",
    definition: { kind: "event", event: ORDER, where: [], window: EVER, measure: { of: "days_since", which: "last" } },
  },
  {
    name: "Average order value",
    says: "what an order brings in",
    definition: {
      kind: "ratio",
      of: { event: ORDER, where: [], window: EVER, measure: { of: "sum" } },
      per: { event: ORDER, where: [], window: EVER, measure: { of: "count" } },
    },
  },
  {
    name: "Customer group (RFM)",
    says: "champions, loyal, at risk, lost",
    definition: { kind: "rfm", event: ORDER, where: [], window: last(1, "year"), groups: 5, score: "group", everyHours: 24 },
  },
  {
    name: "Visits in 30 days",
    says: "sessions, 30 minutes apart",
    definition: { kind: "sessions", event: null, where: [], window: last(30, "day"), gapMinutes: 30, measure: "count" },
  },
];

const empty = (path: readonly string[] | undefined): boolean => path?.some((key) => key === "") ?? false;

/** What stands in the way of computing a draft, or null. */
export function definitionProblem(definition: Definition): string | null {
  if (definition.kind === "formula") {
    if (definition.expression.trim() === "") return "Write a formula.";
    const problem = expressionProblem(definition.expression);
    return problem && `At character ${problem.position + 1}: ${problem.message}.`;
  }
  if (definition.kind === "sql") return definition.sql.trim() === "" ? "Write the SQL." : null;
  const parts = definition.kind === "ratio" ? [definition.of, definition.per] : [definition];
  for (const { event, where, window } of parts) {
    // The rows of the segment builder have the same parts, and the same to say about them.
    const problem = problemOf({
      kind: "event",
      id: "part",
      event,
      where,
      window,
      measure: { of: "count" },
      compare: { operator: "at_least", n: 1 },
    });
    if (problem) return problem;
  }
  const paths =
    definition.kind === "ratio"
      ? [definition.of.measure, definition.per.measure].map((one) => ("path" in one ? one.path : undefined))
      : definition.kind === "event"
        ? ["path" in definition.measure ? definition.measure.path : undefined]
        : definition.kind === "rfm"
          ? [definition.path]
          : [];
  if (paths.some(empty)) return "Choose the property.";
  const checked = wholeDefinitionSchema.safeParse(definition);
  if (checked.success) return null;
  const message = checked.error.issues.find((issue) => issue.code === "custom")?.message;
  return message ? `${message.charAt(0).toUpperCase()}${message.slice(1)}.` : "Something is missing.";
}

export const MEASURES: readonly { value: EventMeasure["of"]; label: string }[] = [
  { value: "count", label: "how often they did" },
  { value: "days", label: "on how many days they did" },
  { value: "weeks", label: "in how many weeks they did" },
  { value: "months", label: "in how many months they did" },
  { value: "sum", label: "the sum of" },
  { value: "average", label: "the average of" },
  { value: "min", label: "the lowest" },
  { value: "max", label: "the highest" },
  { value: "most_frequent", label: "the most frequent" },
  { value: "first", label: "the first" },
  { value: "last", label: "the last" },
  { value: "unique_list", label: "the list of different" },
  { value: "distinct", label: "the number of different" },
  { value: "days_since", label: "how many days ago they" },
];

/** Another measure; the property is kept where both have one. */
export function withMeasure(of: EventMeasure["of"], before: EventMeasure): EventMeasure {
  const path = "path" in before ? before.path : undefined;
  switch (of) {
    case "count":
    case "days":
    case "weeks":
    case "months":
      return { of };
    case "sum":
    case "average":
    case "min":
    case "max":
    case "first":
    case "last":
      return path && !empty(path) ? { of, path } : { of };
    case "distinct":
      return { of, path: path ?? [""] };
    case "most_frequent":
      return { of, path: path ?? [""], atLeast: 2 };
    case "unique_list":
      return { of, path: path ?? [""], limit: 100 };
    case "days_since":
      return { of, which: "last" };
  }
}
