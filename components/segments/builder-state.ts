import { RULE_LIMITS, RULE_VERSION, type Group, type Leaf, type Match, type Rule, type RuleNode } from "@/domain/segments/model";

/** The builder's whole state: the rule as it stands and the ones before and after it. Pure: a reducer and its helpers. */
export interface BuilderState {
  rule: Rule;
  past: readonly Rule[];
  future: readonly Rule[];
  /** Edits of one field (typing) make one step of undo: the field that the last action edited. */
  field: string | null;
}

export type BuilderAction =
  | { type: "add"; parent: string; node: RuleNode; index?: number }
  | { type: "remove"; id: string }
  /** `field` names what was typed in: the same field again joins the last undo step. */
  | { type: "update"; leaf: Leaf; field?: string }
  | { type: "move"; id: string; to: "up" | "down" | "in" | "out" }
  | { type: "place"; id: string; parent: string; index: number }
  /** `copy` has ids of its own: see `cloneNode`. */
  | { type: "copy"; id: string; copy: RuleNode }
  | { type: "mute"; id: string }
  | { type: "negate"; id: string }
  | { type: "wrap"; id: string; groupId: string; match: Match }
  | { type: "unwrap"; id: string }
  | { type: "match"; id: string; match: Match }
  | { type: "replace"; rule: Rule }
  | { type: "undo" }
  | { type: "redo" };

const HISTORY = 200;

export const emptyRule = (): Rule => ({ version: RULE_VERSION, root: { kind: "group", id: "root", match: "all", children: [] } });
export const startState = (rule: Rule): BuilderState => ({ rule, past: [], future: [], field: null });

export function builderReducer(state: BuilderState, action: BuilderAction): BuilderState {
  if (action.type === "undo") {
    const before = state.past.at(-1);
    if (!before) return state;
    return { rule: before, past: state.past.slice(0, -1), future: [state.rule, ...state.future], field: null };
  }
  if (action.type === "redo") {
    const [after, ...future] = state.future;
    if (!after) return state;
    return { rule: after, past: [...state.past, state.rule], future, field: null };
  }
  const rule = action.type === "replace" ? action.rule : withRoot(state.rule, change(state.rule.root, action));
  if (rule === state.rule || !fits(rule)) return state;
  const field = action.type === "update" && action.field !== undefined ? `${action.leaf.id}:${action.field}` : null;
  if (field !== null && field === state.field) return { ...state, rule, future: [] };
  return { rule, past: [...state.past, state.rule].slice(-HISTORY), future: [], field };
}

const withRoot = (rule: Rule, root: Group): Rule => (root === rule.root ? rule : { ...rule, root });

type Change = Exclude<BuilderAction, { type: "undo" | "redo" | "replace" }>;

function change(root: Group, action: Change): Group {
  switch (action.type) {
    case "add":
      return insert(root, action.parent, action.index ?? Number.POSITIVE_INFINITY, action.node);
    case "remove":
      return action.id === root.id ? root : take(root, action.id);
    case "update":
      return edit(root, action.leaf.id, (node) => (node.kind === "group" ? node : action.leaf));
    case "mute":
      return action.id === root.id ? root : edit(root, action.id, (node) => flag(node, "muted"));
    case "negate":
      return edit(root, action.id, (node) => flag(node, "negate"));
    case "match":
      return edit(root, action.id, (node) =>
        node.kind === "group" && node.match !== action.match ? { ...node, match: action.match } : node,
      );
    case "copy": {
      const at = place(root, action.id);
      return at ? insert(root, at.parent.id, at.index + 1, action.copy) : root;
    }
    case "wrap":
      if (action.id === root.id) return root;
      return edit(root, action.id, (node) => ({ kind: "group", id: action.groupId, match: action.match, children: [node] }));
    case "unwrap":
      return unwrap(root, action.id);
    case "place":
      return placeAt(root, action.id, action.parent, action.index);
    case "move":
      return move(root, action.id, action.to);
  }
}

/** Sets a flag, or takes the key away: equal trees stay equal as JSON. */
function flag<N extends RuleNode>(node: N, key: "muted" | "negate"): N {
  const { [key]: on, ...rest } = node;
  return (on ? rest : { ...rest, [key]: true }) as N;
}

/** The rows of a group stand where it stood; only where that means the same (never for a negated or `none of` group). */
function unwrap(root: Group, id: string): Group {
  const at = place(root, id);
  const group = at && at.parent.children[at.index];
  if (!at || group?.kind !== "group" || !canUnwrap(at.parent, group)) return root;
  return edit(root, at.parent.id, (node) =>
    node.kind === "group"
      ? {
          ...node,
          children: node.children.flatMap((child) =>
            child.id === id ? group.children.map((one) => (group.muted && !one.muted ? { ...one, muted: true } : one)) : [child],
          ),
        }
      : node,
  );
}

export function canUnwrap(parent: Group, group: Group): boolean {
  if (group.negate || group.match === "none") return false;
  const live = group.children.filter((child) => !child.muted);
  if (live.length === 1) return true;
  return live.length > 0 && group.match === (parent.match === "none" ? "any" : parent.match);
}

function move(root: Group, id: string, to: "up" | "down" | "in" | "out"): Group {
  const at = place(root, id);
  if (!at) return root;
  const { parent, index } = at;
  if (to === "up") return index === 0 ? root : placeAt(root, id, parent.id, index - 1);
  if (to === "down") return index === parent.children.length - 1 ? root : placeAt(root, id, parent.id, index + 2);
  if (to === "out") {
    const outer = place(root, parent.id);
    return outer ? placeAt(root, id, outer.parent.id, outer.index + 1) : root;
  }
  // Into the group before it, else into the one after it.
  const before = parent.children[index - 1];
  const after = parent.children[index + 1];
  if (before?.kind === "group") return placeAt(root, id, before.id, before.children.length);
  if (after?.kind === "group") return placeAt(root, id, after.id, 0);
  return root;
}

/** `index` counts in the group as it stands, the moved node included. A group never goes into itself. */
function placeAt(root: Group, id: string, parentId: string, index: number): Group {
  const at = place(root, id);
  const node = at && at.parent.children[at.index];
  const target = findNode(root, parentId);
  if (!at || !node || target?.kind !== "group" || contains(node, parentId)) return root;
  const same = at.parent.id === parentId;
  if (same && (index === at.index || index === at.index + 1)) return root;
  return insert(take(root, id), parentId, same && index > at.index ? index - 1 : index, node);
}

// --- the tree ------------------------------------------------------------------------------------------------------

function edit(group: Group, id: string, change: (node: RuleNode) => RuleNode): Group {
  const next = editNode(group, id, change);
  return next.kind === "group" ? next : group;
}

function editNode(node: RuleNode, id: string, change: (node: RuleNode) => RuleNode): RuleNode {
  if (node.id === id) return change(node);
  if (node.kind !== "group") return node;
  const children = node.children.map((child) => editNode(child, id, change));
  return children.some((child, i) => child !== node.children[i]) ? { ...node, children } : node;
}

const insert = (root: Group, parentId: string, index: number, node: RuleNode): Group =>
  edit(root, parentId, (parent) =>
    parent.kind === "group" ? { ...parent, children: [...parent.children.slice(0, index), node, ...parent.children.slice(index)] } : parent,
  );

function take(group: Group, id: string): Group {
  const children = group.children.flatMap((child) => (child.id === id ? [] : [child.kind === "group" ? take(child, id) : child]));
  return children.length === group.children.length && children.every((child, i) => child === group.children[i])
    ? group
    : { ...group, children };
}

export function findNode(node: RuleNode, id: string): RuleNode | undefined {
  if (node.id === id) return node;
  if (node.kind !== "group") return undefined;
  for (const child of node.children) {
    const found = findNode(child, id);
    if (found) return found;
  }
  return undefined;
}

/** Where a node stands; undefined for the root and for strangers. */
export function place(root: Group, id: string): { parent: Group; index: number } | undefined {
  const index = root.children.findIndex((child) => child.id === id);
  if (index >= 0) return { parent: root, index };
  for (const child of root.children) {
    const found = child.kind === "group" ? place(child, id) : undefined;
    if (found) return found;
  }
  return undefined;
}

export const contains = (node: RuleNode, id: string): boolean => findNode(node, id) !== undefined;

export function* nodesOf(node: RuleNode): Generator<RuleNode> {
  yield node;
  if (node.kind === "group") for (const child of node.children) yield* nodesOf(child);
}

const depthOf = (node: RuleNode): number => (node.kind === "group" ? 1 + Math.max(0, ...node.children.map(depthOf)) : 1);

/** Limits of size and depth; an action that breaks them does nothing. */
export const fits = (rule: Rule): boolean => depthOf(rule.root) <= RULE_LIMITS.depth && [...nodesOf(rule.root)].length <= RULE_LIMITS.nodes;

/** The node with new ids throughout. */
export function cloneNode(node: RuleNode, newId: () => string): RuleNode {
  return node.kind === "group"
    ? { ...node, id: newId(), children: node.children.map((child) => cloneNode(child, newId)) }
    : { ...node, id: newId() };
}

/** Random id of a node; made by the caller, so that the reducer stays pure. */
export function newNodeId(): string {
  return `n${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
