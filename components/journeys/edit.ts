import { exitsOf, reachable } from "@/domain/journeys/graph";
import { JOURNEY_LIMITS, type JourneyDefinition, type JourneyNode } from "@/domain/journeys/model";

/** Edits of a drawing. Pure: each gives a new drawing, or the same object where it changes nothing. */

/** An edge: the way out of a step by a branch; `node: null` is the entry. */
export interface Spot {
  readonly node: string | null;
  readonly branch: string;
}
export const ENTRY_SPOT: Spot = { node: null, branch: "next" };

/** A step with all that can only be reached through it, for copying and moving. */
export interface Part {
  readonly root: string;
  readonly nodes: readonly JourneyNode[];
}

export const nodeOf = (definition: JourneyDefinition, id: string | null): JourneyNode | undefined =>
  definition.nodes.find((node) => node.id === id);

export function targetOf(definition: JourneyDefinition, spot: Spot): string | null {
  if (spot.node === null) return definition.start;
  const node = nodeOf(definition, spot.node);
  return (node && exitsOf(node).find(({ branch }) => branch === spot.branch)?.to) ?? null;
}

/** The step with another end of one of its branches. */
function withExit(node: JourneyNode, branch: string, to: string | null): JourneyNode {
  switch (node.kind) {
    case "message":
      return branch === "not_sent" ? { ...node, notSent: to } : { ...node, next: to };
    case "wait_until":
      return branch === "skip" ? { ...node, skip: to } : { ...node, next: to };
    case "hold_until":
      if (branch === "timeout") return { ...node, timeout: { ...node.timeout, next: to } };
      return { ...node, branches: node.branches.map((one) => (one.id === branch ? { ...one, next: to } : one)) };
    case "wait_condition":
      return branch === "timeout" ? { ...node, timeout: { ...node.timeout, next: to } } : { ...node, next: to };
    case "split":
      if (branch === "otherwise") return { ...node, otherwise: to };
      return { ...node, branches: node.branches.map((one) => (one.id === branch ? { ...one, next: to } : one)) };
    case "random_split":
      return { ...node, branches: node.branches.map((one) => (one.id === branch ? { ...one, next: to } : one)) };
    case "experiment":
    case "optimise":
      return { ...node, arms: node.arms.map((one) => (one.id === branch ? { ...one, next: to } : one)) };
    case "jump":
      return branch === "back" ? { ...node, target: to } : { ...node, next: to };
    case "exit":
      return node;
    default:
      return { ...node, next: to };
  }
}

/** The way on, where one must be chosen: the first branch, never a jump's way back. */
const mainBranch = (node: JourneyNode): string | null => exitsOf(node).find(({ branch }) => branch !== "back")?.branch ?? null;

function withTarget(definition: JourneyDefinition, spot: Spot, to: string | null): JourneyDefinition {
  if (spot.node === null) return definition.start === to ? definition : { ...definition, start: to };
  return updateNode(definition, spot.node, (node) => withExit(node, spot.branch, to));
}

function updateNode(definition: JourneyDefinition, id: string, change: (node: JourneyNode) => JourneyNode): JourneyDefinition {
  return { ...definition, nodes: definition.nodes.map((node) => (node.id === id ? change(node) : node)) };
}

export const replaceNode = (definition: JourneyDefinition, node: JourneyNode): JourneyDefinition =>
  updateNode(definition, node.id, () => node);

/** Every branch that leads to `from` leads to `to`. */
function redirect(definition: JourneyDefinition, from: string, to: string | null): JourneyDefinition {
  return {
    ...definition,
    start: definition.start === from ? to : definition.start,
    nodes: definition.nodes.map((node) =>
      exitsOf(node).reduce((now, exit) => (exit.to === from ? withExit(now, exit.branch, exit.branch === "back" ? null : to) : now), node),
    ),
  };
}

/** Puts a step on an edge; what came after it comes after the step's first branch. */
export function insertNode(definition: JourneyDefinition, spot: Spot, node: JourneyNode): JourneyDefinition {
  if (definition.nodes.length >= JOURNEY_LIMITS.nodes) return definition;
  const after = targetOf(definition, spot);
  const branch = mainBranch(node);
  const placed = branch === null ? node : withExit(node, branch, after);
  return withTarget({ ...definition, nodes: [...definition.nodes, placed] }, spot, node.id);
}

/** Ids of the step and of everything that only it leads to. */
export function partIds(definition: JourneyDefinition, id: string): Set<string> {
  const fromHere = reachable(withoutJumps({ ...definition, start: id }));
  const cut = redirect(withoutJumps(definition), id, null);
  const others = reachable(cut);
  // A step that nobody gets to keeps what only it leads to as well.
  return new Set([...fromHere].filter((one) => one === id || !others.has(one)));
}

/** Jumps lead forward only: their way back says nothing about what belongs to whom. */
function withoutJumps(definition: JourneyDefinition): JourneyDefinition {
  return { ...definition, nodes: definition.nodes.map((node) => (node.kind === "jump" ? { ...node, target: null } : node)) };
}

/** Takes one step out; what came after its first branch that goes on moves up. Its other branches go with it. */
export function removeNode(definition: JourneyDefinition, id: string): JourneyDefinition {
  const node = nodeOf(definition, id);
  if (!node) return definition;
  const next = exitsOf(node).find(({ branch, to }) => branch !== "back" && to !== null && to !== id)?.to ?? null;
  const before = reachable(definition);
  const out = redirect({ ...definition, nodes: definition.nodes.filter((one) => one.id !== id) }, id, next);
  const after = reachable(out);
  const nodes = out.nodes.filter((one) => after.has(one.id) || !before.has(one.id));
  return forgetTargets({ ...out, nodes });
}

/** Takes a step out with all that only it leads to; the steps before it go on where the part joined the rest, if it did. */
export function removePart(definition: JourneyDefinition, id: string): JourneyDefinition {
  if (!nodeOf(definition, id)) return definition;
  const ids = partIds(definition, id);
  const joined = definition.nodes
    .filter((node) => ids.has(node.id))
    .flatMap((node) => exitsOf(node).filter(({ branch }) => branch !== "back"))
    .find(({ to }) => to !== null && !ids.has(to));
  const out = redirect(definition, id, joined?.to ?? null);
  return forgetTargets({ ...out, nodes: out.nodes.filter((node) => !ids.has(node.id)) });
}

/** Ends that lead to nothing, such as jumps to a step that is gone, are open again. */
function forgetTargets(definition: JourneyDefinition): JourneyDefinition {
  const there = new Set(definition.nodes.map(({ id }) => id));
  return {
    ...definition,
    nodes: definition.nodes.map((node) =>
      exitsOf(node).reduce((now, { branch, to }) => (to !== null && !there.has(to) ? withExit(now, branch, null) : now), node),
    ),
  };
}

/** The step alone, or with everything that only it leads to. */
export function copyPart(definition: JourneyDefinition, id: string, whole: boolean): Part {
  const ids = whole ? partIds(definition, id) : new Set([id]);
  const nodes = definition.nodes
    .filter((node) => ids.has(node.id))
    .map((node) =>
      exitsOf(node).reduce(
        (now, { branch, to }) => (to !== null && !ids.has(to) && branch !== "back" ? withExit(now, branch, null) : now),
        node,
      ),
    );
  return { root: id, nodes };
}

/** Puts a copy on an edge. With `newId` its steps get ids of their own. What came after the edge comes after the copy's first open end; a copy without one goes only where nothing comes after. */
export function pastePart(definition: JourneyDefinition, spot: Spot, part: Part, newId?: () => string): JourneyDefinition {
  if (definition.nodes.length + part.nodes.length > JOURNEY_LIMITS.nodes) return definition;
  const names = new Map(part.nodes.map(({ id }) => [id, newId ? newId() : id]));
  const there = new Set(definition.nodes.map(({ id }) => id));
  const nodes = part.nodes.map((node): JourneyNode => {
    const named = { ...node, id: names.get(node.id) ?? node.id };
    return exitsOf(node).reduce<JourneyNode>((now, { branch, to }) => {
      if (to === null) return now;
      return withExit(now, branch, names.get(to) ?? (there.has(to) ? to : null));
    }, named);
  });
  const root = names.get(part.root) ?? part.root;
  const after = targetOf(definition, spot);
  const open = after === null ? null : openEnd(nodes, root);
  if (after !== null && open === null) return definition;
  const placed = open === null ? nodes : nodes.map((node) => (node.id === open.node ? withExit(node, open.branch, after) : node));
  return withTarget({ ...definition, nodes: [...definition.nodes, ...placed] }, spot, root);
}

/** First open end, down the first branches; null where every way is closed. */
function openEnd(nodes: readonly JourneyNode[], root: string): { node: string; branch: string } | null {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const walk = (id: string): { node: string; branch: string } | null => {
    const node = byId.get(id);
    if (!node || seen.has(id)) return null;
    seen.add(id);
    for (const { branch, to } of exitsOf(node)) {
      if (branch === "back") continue;
      if (to === null) return { node: id, branch };
      const found = walk(to);
      if (found) return found;
    }
    return null;
  };
  return walk(root);
}

/** Whether a part may be put on an edge: one whose ways all end stands only where nothing comes after it. */
export const canPaste = (definition: JourneyDefinition, spot: Spot, part: Part): boolean =>
  targetOf(definition, spot) === null || openEnd(part.nodes, part.root) !== null;

/** Whether a part may be moved to an edge: never into itself, nor where it stands. */
export function canMove(definition: JourneyDefinition, id: string, spot: Spot): boolean {
  if (nodeOf(definition, id) === undefined || targetOf(definition, spot) === id) return false;
  if (spot.node !== null && partIds(definition, id).has(spot.node)) return false;
  return canPaste(removePart(definition, id), spot, copyPart(definition, id, true));
}

/** A step with all that only it leads to, to another edge. */
export function movePart(definition: JourneyDefinition, id: string, spot: Spot): JourneyDefinition {
  if (!canMove(definition, id, spot)) return definition;
  return pastePart(removePart(definition, id), spot, copyPart(definition, id, true));
}

/** Steps that a branch may go on to without a circle. */
export function joinTargets(definition: JourneyDefinition, spot: Spot): JourneyNode[] {
  return definition.nodes.filter(({ id }) => {
    if (id === spot.node) return false;
    return spot.node === null || !reachable(withoutJumps({ ...definition, start: id })).has(spot.node);
  });
}

/** Lets a branch go on at a step that is there, or end (null). */
export function connect(definition: JourneyDefinition, spot: Spot, to: string | null): JourneyDefinition {
  if (to !== null && !joinTargets(definition, spot).some(({ id }) => id === to)) return definition;
  return withTarget(definition, spot, to);
}

/** The edge that leads to a step; of several the first. */
export function spotBefore(definition: JourneyDefinition, id: string): Spot | null {
  if (definition.start === id) return ENTRY_SPOT;
  for (const node of definition.nodes) {
    const exit = exitsOf(node).find(({ branch, to }) => to === id && branch !== "back");
    if (exit) return { node: node.id, branch: exit.branch };
  }
  return null;
}

/** Steps that a jump may lead back to: those on the way to it. */
export function stepsBefore(definition: JourneyDefinition, id: string): JourneyNode[] {
  const forward = withoutJumps(definition);
  return definition.nodes.filter((node) => node.id !== id && reachable({ ...forward, start: node.id }).has(id));
}
