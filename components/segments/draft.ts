import { ruleSchema, type Compare, type Group, type Leaf, type Rule, type RuleNode } from "@/domain/segments/model";
import { isNegative } from "./operators";
import { nodesOf, place } from "./builder-state";

/** What stands in the way of running a rule that is being written. */
export interface Problem {
  nodeId: string;
  message: string;
}

/** Rows that are not filled in, or wrong; groups without a row that takes part. */
export function problemsOf(rule: Rule): Problem[] {
  const out: Problem[] = [];
  const walk = (node: RuleNode): void => {
    if (node.kind === "group") {
      if (node.id !== rule.root.id && !node.muted && node.children.every((child) => child.muted))
        out.push({ nodeId: node.id, message: "This group is empty: add a condition, or delete it." });
      node.children.forEach(walk);
      return;
    }
    const message = problemOf(node);
    if (message) out.push({ nodeId: node.id, message });
  };
  walk(rule.root);
  return out;
}

export function problemOf(leaf: Leaf): string | null {
  const missing = missingIn(leaf);
  if (missing) return missing;
  const checked = ruleSchema.safeParse({ version: 1, root: { kind: "group", id: "only", match: "all", children: [leaf] } });
  if (checked.success) return null;
  const message = checked.error.issues.find((issue) => issue.code === "custom")?.message;
  return message ? `${message.charAt(0).toUpperCase()}${message.slice(1)}.` : "Something is missing in this row.";
}

function missingIn(leaf: Leaf): string | null {
  if (leaf.kind === "trait" && leaf.path.some((key) => key === "")) return "Choose a trait.";
  if (leaf.kind === "computed" && leaf.traitId === "") return "Choose a computed trait.";
  if ((leaf.kind === "event" || leaf.kind === "event_time") && leaf.event === "") return "Choose an event.";
  if (leaf.kind === "sequence" && leaf.steps.some((step) => step.event === "" || step.without?.event === ""))
    return "Choose an event for every step.";
  if (leaf.kind === "sequence" && leaf.thenNot?.event === "") return "Choose the event that did not follow.";
  if (leaf.kind === "segment" && leaf.segmentId === "") return "Choose a segment.";
  if (leaf.kind === "list" && leaf.listId === "") return "Choose a list.";
  if (leaf.kind === "sql" && leaf.sql.trim() === "") return "Write the SQL.";
  if (leaf.kind === "account" && leaf.path?.some((key) => key === "")) return "Choose a trait of the account.";
  const filters = "where" in leaf ? leaf.where : leaf.kind === "sequence" ? leaf.steps.flatMap((step) => step.where) : [];
  if (filters.some((filter) => filter.path.some((key) => key === ""))) return "Choose a property in “where”.";
  if ("measure" in leaf && "path" in leaf.measure && leaf.measure.path?.some((key) => key === "")) return "Choose the property to measure.";
  const tests = [...("test" in leaf && leaf.test ? [leaf.test] : []), ...filters.map((filter) => filter.test)];
  for (const test of tests) {
    if ("values" in test && test.values.length === 0) return "Choose at least one value.";
    if ("days" in test && test.days.length === 0) return "Choose at least one day.";
    if (test.type === "text" && test.value === "" && test.operator !== "equals" && test.operator !== "not_equals") return "Write a text.";
    if (test.type === "text" && test.value === "") return "Choose a value.";
    if (test.type === "pattern" && test.pattern === "") return "Write a pattern.";
    if ((test.type === "number" && Number.isNaN(test.value)) || (test.type === "number_range" && Number.isNaN(test.from + test.to)))
      return "Write a number.";
    if ((test.type === "date" && test.at === "") || (test.type === "date_range" && (test.from === "" || test.to === "")))
      return "Choose a day.";
  }
  if ("compare" in leaf && Object.values(leaf.compare).some((value) => typeof value === "number" && Number.isNaN(value)))
    return "Write a number.";
  return null;
}

/** The rule without the rows that cannot run yet: what is counted while one writes. */
export function runnable(rule: Rule): Rule {
  const keep = (group: Group): Group => {
    const children = group.children.flatMap((child): RuleNode[] => {
      if (child.kind !== "group") return problemOf(child) ? [] : [child];
      const inner = keep(child);
      return inner.muted || inner.children.some((one) => !one.muted) ? [inner] : [];
    });
    return children.length === group.children.length && children.every((child, i) => child === group.children[i])
      ? group
      : { ...group, children };
  };
  const root = keep(rule.root);
  return root === rule.root ? rule : { ...rule, root };
}

/** People without the value meet the row, and no row beside it asks for the value. */
export function includesMissing(root: Group, leaf: Leaf): boolean {
  if (leaf.kind !== "trait" || leaf.test.type === "presence" || isNegative(leaf.test) === (leaf.negate ?? false)) return false;
  const parent = place(root, leaf.id)?.parent;
  const path = JSON.stringify(leaf.path);
  return !(
    parent?.match === "all" &&
    parent.children.some(
      (one) =>
        one.kind === "trait" &&
        !one.muted &&
        !one.negate &&
        one.test.type === "presence" &&
        one.test.operator === "exists" &&
        JSON.stringify(one.path) === path,
    )
  );
}

/** "And exists": the row asks for the value as well, in a group of its own where the group around it is no `all of`. */
export function andExists(rule: Rule, leaf: Leaf, newId: () => string): Rule {
  if (leaf.kind !== "trait") return rule;
  const exists: Leaf = { kind: "trait", id: newId(), path: leaf.path, test: { type: "presence", operator: "exists" } };
  const groupId = newId();
  const walk = (group: Group): Group => ({
    ...group,
    children: group.children.flatMap((child): RuleNode[] => {
      if (child.id === leaf.id)
        return group.match === "all" ? [child, exists] : [{ kind: "group", id: groupId, match: "all", children: [child, exists] }];
      return [child.kind === "group" ? walk(child) : child];
    }),
  });
  return { ...rule, root: walk(rule.root) };
}

/** "And at least once": the comparison without the people who never did it; undefined where that leaves nobody. */
export function atLeastOnce(compare: Compare): Compare | undefined {
  if (compare.operator === "at_most" && compare.n >= 1) return { operator: "between", from: 1, to: compare.n };
  if (compare.operator === "less_than" && compare.n > 1) return { operator: "between", from: 1, to: Math.ceil(compare.n) - 1 };
  if (compare.operator === "between" && compare.from <= 0 && compare.to >= 1) return { operator: "between", from: 1, to: compare.to };
  return undefined;
}

/** Position of a row in words, for announcements. */
export function whereabouts(root: Group, id: string): string {
  const at = place(root, id);
  if (!at) return "";
  return `row ${at.index + 1} of ${at.parent.children.length} in the ${at.parent.id === root.id ? "outermost" : "nested"} group, ${at.parent.match} of`;
}

export const hasSql = (rule: Rule): boolean => [...nodesOf(rule.root)].some((node) => node.kind === "sql");
