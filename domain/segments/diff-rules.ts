import { describeNode, plain, type DescribeEnv } from "./describe";
import type { Group, Match, Rule, RuleNode } from "./model";

export const DIFF_KINDS = ["added", "removed", "changed", "moved", "match", "negated", "muted"] as const;

/** One difference between two versions of a rule. */
export interface RuleDifference {
  kind: (typeof DIFF_KINDS)[number];
  nodeId: string;
  text: string;
}

interface Placed {
  node: RuleNode;
  parent: Group | null;
  /** Place among the children. */
  index: number;
}

/**
 * What changed between two versions of a rule, in words: rows are the same when their ids are. Additions, removals and
 * changes stand in the order of the newer rule; what was removed comes last. Equal rules differ in nothing.
 */
export function diffRules(before: Rule, after: Rule, env: DescribeEnv = {}): RuleDifference[] {
  const old = placed(before.root);
  const now = placed(after.root);
  const words = (node: RuleNode): string => plain(describeNode(bare(node), env));
  const out: RuleDifference[] = [];
  const say = (kind: RuleDifference["kind"], nodeId: string, text: string): void => void out.push({ kind, nodeId, text });

  for (const [id, { node, parent, index }] of now) {
    const was = old.get(id);
    // A row that became a group, or another kind of row, is another row.
    if (!was || (was.node.kind === "group") !== (node.kind === "group")) {
      if (node.kind === "group") say("added", id, `Added a group: ${MATCH[node.match]}${signs(node)}`);
      else say("added", id, `Added: ${words(node)}${signs(node)}`);
      continue;
    }
    if (node.kind === "group" && was.node.kind === "group") {
      if (node.match !== was.node.match)
        say("match", id, `Changed ${groupName(id, after)} from “${MATCH[was.node.match]}” to “${MATCH[node.match]}”`);
    } else if (content(node) !== content(was.node)) {
      const [from, to] = [words(was.node), words(node)];
      say("changed", id, from === to ? `Changed details of: ${to}` : `Changed from “${from}” to “${to}”`);
    }
    const name = node.kind === "group" ? groupName(id, after) : `“${words(node)}”`;
    if ((node.negate ?? false) !== (was.node.negate ?? false))
      say("negated", id, node.negate ? `Turned round (not): ${name}` : `No longer turned round: ${name}`);
    if ((node.muted ?? false) !== (was.node.muted ?? false)) say("muted", id, node.muted ? `Muted: ${name}` : `No longer muted: ${name}`);
    if (parent?.id !== was.parent?.id) say("moved", id, `Moved ${name} into ${parent ? groupName(parent.id, after) : "the whole rule"}`);
    else if (parent && was.parent && overtook(id, was.parent, parent)) say("moved", id, `Moved ${name} to place ${index + 1}`);
  }
  for (const [id, { node }] of old) {
    const is = now.get(id);
    if (is && (is.node.kind === "group") === (node.kind === "group")) continue;
    say(
      "removed",
      id,
      node.kind === "group" ? `Removed a group: ${MATCH[node.match]}${signs(node)}` : `Removed: ${words(node)}${signs(node)}`,
    );
  }
  return out;
}

const MATCH: Record<Match, string> = { all: "all of", any: "any of", none: "none of" };
const signs = (node: RuleNode): string => (node.negate ? " (turned round)" : "") + (node.muted ? " (muted)" : "");
const groupName = (id: string, rule: Rule): string => (id === rule.root.id ? "the whole rule" : "a group");

/** Without what is said apart: turned round and muted. */
function bare(node: RuleNode): RuleNode {
  const { negate: _negate, muted: _muted, ...rest } = node;
  return rest as RuleNode;
}

/** Everything that a row says, in one order of keys. */
const content = (node: RuleNode): string =>
  JSON.stringify(bare(node), (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

function placed(root: Group): Map<string, Placed> {
  const out = new Map<string, Placed>();
  const walk = (node: RuleNode, parent: Group | null, index: number): void => {
    out.set(node.id, { node, parent, index });
    if (node.kind === "group") node.children.forEach((child, i) => walk(child, node, i));
  };
  walk(root, null, 0);
  return out;
}

/** Whether a row left the order of those that stayed: it is not in the longest run that kept its order. */
function overtook(id: string, before: Group, after: Group): boolean {
  const was = new Map(before.children.map((child, i) => [child.id, i]));
  const stayed = after.children.filter((child) => was.has(child.id)).map((child) => ({ id: child.id, at: was.get(child.id) ?? 0 }));
  const length: number[] = [];
  const previous: number[] = [];
  let best = -1;
  stayed.forEach(({ at }, i) => {
    length[i] = 1;
    previous[i] = -1;
    for (let j = 0; j < i; j++)
      if ((stayed[j]?.at ?? 0) < at && (length[j] ?? 0) + 1 > (length[i] ?? 0)) {
        length[i] = (length[j] ?? 0) + 1;
        previous[i] = j;
      }
    if (best < 0 || (length[i] ?? 0) > (length[best] ?? 0)) best = i;
  });
  const kept = new Set<string>();
  for (let i = best; i >= 0; i = previous[i] ?? -1) kept.add(stayed[i]?.id ?? "");
  return !kept.has(id);
}
