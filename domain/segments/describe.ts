import { CHANNEL_LABELS } from "@/domain/consent/model";
import type { Compare, Duration, Filter, Group, Leaf, LeafOf, Measure, Rule, RuleNode, Step, Test, Window } from "./model";

/** A piece of a sentence; operands (what the marketer chose) are strong. */
export interface Phrase {
  text: string;
  strong?: true;
}

export interface DescribeEnv {
  /** Names of segments and lists by id; the id stands where a name is missing. */
  names?: Readonly<Record<string, string>>;
}

/**
 * The rule as one sentence in plain words that is always true to the tree: every operand stands in it, groups are in
 * brackets, and what negation does to people without a value is said.
 */
export function describe(rule: Rule, env: DescribeEnv = {}): Phrase[] {
  const words = new Words(env);
  const children = rule.root.children.filter((child) => !child.muted);
  if (children.length === 0 && rule.root.match !== "any") return [{ text: rule.root.negate ? "Nobody" : "Everybody" }];
  words.add("People who ");
  words.node(rule.root, true);
  return words.parts;
}

export const plain = (phrases: readonly Phrase[]): string => phrases.map(({ text }) => text).join("");

/** One leaf or group in words, as the builder shows it beside a row. */
export function describeNode(node: RuleNode, env: DescribeEnv = {}): Phrase[] {
  const words = new Words(env);
  words.node(node, true);
  return words.parts;
}

const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-US", { maximumFractionDigits: 20 })} ${n === 1 ? one : many}`;
const durationText = ({ n, unit }: Duration): string => count(n, unit);
export const pathText = (path: readonly string[]): string => path.join(" › ");

/** Collects the pieces of a sentence; the sentences of computed traits are made of the same pieces. */
export class Words {
  readonly parts: Phrase[] = [];
  constructor(private readonly env: DescribeEnv) {}

  add(text: string): this {
    const last = this.parts.at(-1);
    if (last && !last.strong) last.text += text;
    else if (text) this.parts.push({ text });
    return this;
  }

  strong(text: string): this {
    this.parts.push({ text: text === "" ? "(empty text)" : text, strong: true });
    return this;
  }

  list(values: readonly (string | number)[], joiner = "or"): this {
    values.forEach((value, i) => {
      if (i > 0) this.add(i === values.length - 1 ? ` ${joiner} ` : ", ");
      this.strong(String(value));
    });
    return this;
  }

  node(node: RuleNode, outer = false): void {
    if (node.kind === "group") this.group(node, outer);
    else this.leaf(node);
  }

  private group(group: Group, outer: boolean): void {
    const children = group.children.filter((child) => !child.muted);
    if (children.length === 0) {
      this.add((group.match === "any") !== (group.negate ?? false) ? "are nobody" : "are anybody");
      return;
    }
    const none = group.match === "none";
    if (none !== (group.negate ?? false)) this.add("are not people who ");
    const bracket = (!outer || none !== (group.negate ?? false)) && children.length > 1;
    if (bracket) this.add("(");
    children.forEach((child, i) => {
      if (i > 0) this.add(group.match === "all" ? " and " : " or ");
      this.node(child);
    });
    if (bracket) this.add(")");
  }

  private leaf(leaf: Leaf): void {
    if (leaf.negate) this.add("not: ");
    switch (leaf.kind) {
      case "trait":
        this.add("have ").strong(pathText(leaf.path)).add(" that ");
        this.test(leaf.test);
        break;
      case "computed":
        this.add("have a computed ")
          .strong(this.env.names?.[leaf.traitId] ?? leaf.traitId)
          .add(" that ");
        this.test(leaf.test);
        break;
      case "event":
        this.event(leaf);
        break;
      case "event_time":
        this.add(`whose ${leaf.which} `);
        this.eventName(leaf.event, leaf.where);
        this.add(" ");
        this.test(leaf.test, "happened");
        break;
      case "sequence":
        this.sequence(leaf);
        break;
      case "lifecycle":
        this.add("are ").strong(leaf.state).add(" by ");
        this.eventName(leaf.event, []);
        this.add(" (period ").strong(durationText(leaf.period)).add(")");
        break;
      case "identifier":
        this.add("hold ");
        this.compare(leaf.compare);
        this.add(" identifier(s) of type ").strong(leaf.type ?? "any");
        break;
      case "consent":
        this.add("may be used for ").strong(leaf.purpose.replaceAll("_", " "));
        if (leaf.channel !== null) this.add(" by ").strong(CHANNEL_LABELS[leaf.channel]);
        break;
      case "account":
        this.add("belong to an account");
        if (leaf.path && leaf.test) {
          this.add(" whose ").strong(pathText(leaf.path)).add(" ");
          this.test(leaf.test);
        }
        break;
      case "device":
        this.add("used a device whose ").strong(leaf.field).add(" ");
        this.test(leaf.test);
        break;
      case "location":
        this.add("are in a place whose ").strong(leaf.field).add(" ");
        this.test(leaf.test);
        break;
      case "random":
        this.add("fall into the random bucket from ")
          .strong(`${leaf.from} %`)
          .add(" to ")
          .strong(`${leaf.to} %`)
          .add(" of ")
          .strong(leaf.salt);
        break;
      case "known":
        this.add("are ").strong("known").add(" (have a user id, e-mail or phone)");
        break;
      case "segment":
        this.add("are in the segment ").strong(this.env.names?.[leaf.segmentId] ?? leaf.segmentId);
        break;
      case "list":
        this.add("are on the list ").strong(this.env.names?.[leaf.listId] ?? leaf.listId);
        break;
      case "sql":
        this.add("are found by the SQL ").strong(leaf.sql);
        break;
    }
  }

  eventName(event: string | null, where: readonly Filter[]): this {
    this.strong(event ?? "any event");
    where.forEach((filter, i) => {
      this.add(i === 0 ? " (where " : " and ");
      if (filter.root === "context") this.add("context ");
      this.strong(pathText(filter.path)).add(" ");
      this.test(filter.test);
    });
    if (where.length > 0) this.add(")");
    return this;
  }

  private event(leaf: LeafOf<"event">): void {
    const { compare, measure } = leaf;
    if (measure.of === "count" && compare.operator === "exactly" && compare.n === 0) {
      this.add("did not do ");
      this.eventName(leaf.event, leaf.where);
    } else if (measure.of === "count") {
      this.add("did ");
      this.eventName(leaf.event, leaf.where);
      this.add(" ");
      this.compare(compare);
      this.add("n" in compare && compare.n === 1 ? " time" : " times");
      if (includesNone(compare)) this.add(" (people who never did it count too)");
    } else {
      this.add(`whose ${measureText(measure)} `);
      if ("path" in measure && measure.path) this.strong(pathText(measure.path)).add(" ");
      this.add("over ");
      this.eventName(leaf.event, leaf.where);
      this.add(" is ");
      this.compare(compare);
    }
    this.window(leaf.window);
  }

  private sequence(leaf: LeafOf<"sequence">): void {
    leaf.steps.forEach((step, i) => this.step(step, i));
    this.window(leaf.window, leaf.steps.length > 1 ? "the first of them " : "");
    if (leaf.thenNot) {
      this.add(", and after that did not do ");
      this.eventName(leaf.thenNot.event, leaf.thenNot.where);
      this.add(" within ").strong(durationText(leaf.thenNot.within));
    }
  }

  private step(step: Step, i: number): void {
    this.add(i === 0 ? "did " : ", then ");
    this.eventName(step.event, step.where);
    for (const link of step.same ?? [])
      this.add(" with the same ")
        .strong(pathText(link.path))
        .add(" as ")
        .strong(pathText(link.stepPath))
        .add(` of step ${link.step + 1}`);
    if (step.within) this.add(" within ").strong(durationText(step.within));
    if (step.without) {
      this.add(" without ");
      this.eventName(step.without.event, step.without.where);
      this.add(" in between");
    }
  }

  private compare(compare: Compare): this {
    if (compare.operator === "between") return this.add("between ").strong(String(compare.from)).add(" and ").strong(String(compare.to));
    const words = { at_least: "at least", at_most: "at most", exactly: "exactly", more_than: "more than", less_than: "less than" }[
      compare.operator
    ];
    return this.add(`${words} `).strong(String(compare.n));
  }

  window(window: Window, lead = ""): void {
    switch (window.kind) {
      case "ever":
        this.add(lead ? "" : " ever");
        break;
      case "last":
        this.add(` ${lead}in the last `).strong(durationText(window.duration));
        break;
      case "calendar_days":
        this.add(` ${lead}in the last `).strong(count(window.days, "calendar day")).add(" of their time zone, today included");
        break;
      case "between_ago":
        this.add(` ${lead}between `).strong(durationText(window.from)).add(" and ").strong(durationText(window.to)).add(" ago");
        break;
      case "fixed":
        if (window.from !== null) this.add(` ${lead}from `).strong(window.from);
        if (window.to !== null) this.add(window.from === null ? ` ${lead}before ` : " until before ").strong(window.to);
        if (window.from === null && window.to === null) this.add(lead ? "" : " ever");
        break;
      case "since_entered":
        this.add(` ${lead}since they entered this segment`);
        break;
    }
  }

  /** A test in words; `verb` stands where the value is the time of an event. */
  private test(test: Test, verb?: string): void {
    const is = verb ?? "is";
    const not = (operator: string): string => (operator.startsWith("not_") || operator.startsWith("is_not") ? "not " : "");
    /** What a negative operator does to people without the value. */
    const missing = (operator: string): void => void (not(operator) && !verb && this.add(", or have none"));
    switch (test.type) {
      case "presence":
        this.add(
          { exists: "is known", not_exists: "is not known", is_empty: "is empty", is_not_empty: "is not empty, or is unknown" }[
            test.operator
          ],
        );
        return;
      case "text": {
        const words = { equals: "is", contains: "contains", starts_with: "starts with", ends_with: "ends with" }[
          test.operator.replace(/^not_/, "") as "equals"
        ];
        this.add(not(test.operator) ? (words === "is" ? "is not " : `is not one that ${words} `) : `${words} `).strong(test.value);
        if (test.ignoreCase) this.add(" (in any case)");
        break;
      }
      case "text_list": {
        const words = test.operator.endsWith("contains_any") ? "contains one of" : "is one of";
        this.add(not(test.operator) ? `is not one that ${words} ` : `${words} `).list(test.values);
        if (test.ignoreCase) this.add(" (in any case)");
        break;
      }
      case "pattern":
        this.add(not(test.operator) ? "does not match " : "matches ").strong(test.pattern);
        if (test.ignoreCase) this.add(" (in any case)");
        break;
      case "number":
        this.add(
          { equals: "is ", not_equals: "is not ", lt: "is below ", lte: "is at most ", gt: "is above ", gte: "is at least " }[
            test.operator
          ],
        ).strong(String(test.value));
        break;
      case "number_list":
        this.add(`is ${not(test.operator)}one of `).list(test.values);
        break;
      case "number_range":
      case "date_range":
        this.add(`${is} ${not(test.operator)}${test.type === "date_range" ? "from" : "between"} `).strong(String(test.from));
        this.add(test.type === "date_range" ? " until before " : " and ").strong(String(test.to));
        break;
      case "boolean":
        this.add(`is ${not(test.operator)}`).strong(test.operator.endsWith("true") ? "true" : "false");
        break;
      case "date":
        this.add(`${is} ${not(test.operator)}${test.operator.replace("not_", "")} `).strong(test.at);
        break;
      case "date_relative": {
        const operator = test.operator.replace("not_", "") as "within_last";
        const [before, after] = {
          within_last: ["within the last ", ""],
          within_next: ["within the next ", ""],
          before_last: ["at least ", " ago"],
          after_next: ["at least ", " from now"],
        }[operator] as [string, string];
        this.add(`${is} ${not(test.operator)}${before}`)
          .strong(durationText(test.duration))
          .add(after);
        break;
      }
      case "anniversary":
        this.add(`has ${not(test.operator)}its anniversary from `)
          .strong(count(test.daysAfter, "day"))
          .add(" ago to ")
          .strong(`${count(test.daysBefore, "day")}`)
          .add(" ahead");
        break;
      case "day_of_week":
        this.add(`falls ${not(test.operator)}on `).list(test.days.map((day) => WEEKDAYS[day - 1] ?? String(day)));
        break;
      case "hour_of_day":
        this.add(`falls ${not(test.operator)}between `)
          .strong(`${test.from}:00`)
          .add(" and ")
          .strong(`${test.to}:00`);
        break;
      case "list": {
        const words = {
          has_all_of: "holds all of ",
          not_has_all_of: "does not hold all of ",
          has_some_of: "holds one of ",
          has_none_of: "holds none of ",
        }[test.operator];
        this.add(words).list(test.values, test.operator === "has_some_of" ? "or" : "and");
        if (test.ignoreCase) this.add(" (in any case)");
        break;
      }
    }
    missing(test.operator);
  }
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
export const measureText = (measure: Measure): string =>
  ({
    count: "number",
    days: "number of distinct days",
    weeks: "number of distinct weeks",
    months: "number of distinct months",
    distinct: "number of different values of",
    sum: "sum of",
    average: "average of",
    min: "smallest",
    max: "largest",
  })[measure.of] + ("path" in measure && measure.path ? "" : ["days", "weeks", "months"].includes(measure.of) ? "" : " value");

/** Whether people without any such event satisfy the comparison of a count. */
export function includesNone(compare: Compare): boolean {
  if (compare.operator === "between") return compare.from <= 0;
  return (
    (compare.operator === "at_most" && compare.n >= 0) ||
    (compare.operator === "less_than" && compare.n > 0) ||
    (compare.operator === "at_least" && compare.n <= 0) ||
    (compare.operator === "exactly" && compare.n === 0)
  );
}
