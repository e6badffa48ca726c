import type { Filter, Group } from "@/domain/segments/model";
import type { JourneyDefinition, JourneyNode } from "./model";

/** One way out of a node. `branch` is what moves and counts are kept under. */
export interface Exit {
  readonly branch: string;
  readonly label: string;
  readonly to: string | null;
}

/** The ways out of a node, in the order in which they are drawn. A jump's way back is the branch "back". */
export function exitsOf(node: JourneyNode): Exit[] {
  switch (node.kind) {
    case "message":
      return node.notSent === null ? [next(node.next)] : [next(node.next), { branch: "not_sent", label: "Not sent", to: node.notSent }];
    case "wait_until":
      return node.until.kind === "local_time" || (node.past === "continue" && node.until.kind === "date")
        ? [next(node.next)]
        : [next(node.next), { branch: "skip", label: "No date, or past", to: node.skip }];
    case "hold_until":
      return [
        ...node.branches
          .filter((branch) => branch.action === "go")
          .map((branch) => ({ branch: branch.id, label: branch.label || branch.event, to: branch.next })),
        { branch: "timeout", label: "Time is up", to: node.timeout.next },
      ];
    case "wait_condition":
      return [
        { branch: "next", label: "Met", to: node.next },
        { branch: "timeout", label: "Time is up", to: node.timeout.next },
      ];
    case "split":
      return [
        ...node.branches.map((branch) => ({ branch: branch.id, label: branch.label, to: branch.next })),
        { branch: "otherwise", label: "Everyone else", to: node.otherwise },
      ];
    case "random_split":
      return node.branches.map((branch) => ({ branch: branch.id, label: branch.label || `${branch.share} %`, to: branch.next }));
    case "experiment":
    case "optimise":
      return node.arms.map((arm) => ({ branch: arm.id, label: arm.label || arm.id, to: arm.next }));
    case "jump":
      return [
        { branch: "back", label: "Back", to: node.target },
        { branch: "next", label: "Then", to: node.next },
      ];
    case "exit":
      return [];
    default:
      return [next(node.next)];
  }
}

function next(to: string | null): Exit {
  return { branch: "next", label: "", to };
}

/** Whether every run stops at the node, whatever the person is like. */
export function waits(node: JourneyNode): boolean {
  return node.kind === "delay" || node.kind === "hold_until" || (node.kind === "wait_until" && node.until.kind === "local_time");
}

export interface Problem {
  /** Node to focus; null: the journey's entry or settings. */
  readonly node: string | null;
  readonly message: string;
}

/** Everything that keeps a drawing from being published, in the order of its nodes. Empty: it may. */
export function findProblems(definition: JourneyDefinition): Problem[] {
  const problems: Problem[] = [...entryProblems(definition)];
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));
  if (definition.start === null) problems.push({ node: null, message: "Add a first step: nobody would get anything." });
  else if (!byId.has(definition.start)) problems.push({ node: null, message: "The first step is missing." });
  const reached = reachable(definition);
  for (const node of definition.nodes) {
    for (const message of unfinished(node)) problems.push({ node: node.id, message });
    for (const exit of exitsOf(node)) {
      if (exit.to !== null && !byId.has(exit.to))
        problems.push({ node: node.id, message: `"${exit.label || "next"}" leads to a step that is not there.` });
    }
    if (!reached.has(node.id)) problems.push({ node: node.id, message: "Nobody can get here. Connect the step or delete it." });
  }
  for (const node of endlessLoops(definition)) {
    problems.push({ node, message: "This loop has no wait: people would go round in one moment. Put a delay into it." });
  }
  for (const node of circles(definition)) problems.push({ node, message: "This step leads back to itself. Only a jump may lead back." });
  return problems;
}

function* entryProblems(definition: JourneyDefinition): Generator<Problem> {
  const { entry, settings } = definition;
  const say = (message: string): Problem => ({ node: null, message });
  if (entry.kind === "event" && entry.event === "") yield say("Choose the event that people enter by.");
  if (entry.kind === "event" && unnamed(entry.where)) yield say("A filter of the entry has no property.");
  if ((entry.kind === "segment_entered" || entry.kind === "segment_left") && entry.segmentId === "")
    yield say("Choose the segment that people enter by.");
  if (entry.kind === "schedule" && (entry.at === null) === (entry.recurring === null))
    yield say("Choose when the journey starts: once, or on weekdays.");
  if (settings.goal?.event === "") yield say("Choose the goal's event.");
  if (settings.goal && unnamed(settings.goal.where)) yield say("A filter of the goal has no property.");
  if (settings.purposeId === null && definition.nodes.some((node) => node.kind === "message" && !node.transactional)) {
    yield say("Choose the purpose that people must have agreed to.");
  }
  for (const rule of settings.exits) {
    if (rule.kind === "event" && rule.event === "") yield say("An exit rule has no event.");
    if (rule.kind === "event" && unnamed(rule.where)) yield say("A filter of an exit rule has no property.");
    if (rule.kind === "condition" && !hasRows(rule.condition)) yield say("The condition of an exit rule is not filled in.");
  }
  if (
    definition.nodes.some((node) => node.kind === "hold_until" && node.branches.some((branch) => branch.match !== null)) &&
    !(entry.kind === "event" && entry.key !== null)
  ) {
    yield say("A step waits for the same item as the entry: choose the entry's key property.");
  }
}

/** What is still to be filled in, in words. */
function* unfinished(node: JourneyNode): Generator<string> {
  switch (node.kind) {
    case "message":
      if (node.templateId === null) yield "Choose a template.";
      return;
    case "hold_until":
      for (const branch of node.branches) {
        if (branch.event === "") yield "Choose the event to wait for.";
        if (unnamed(branch.where)) yield "A filter of the event has no property.";
      }
      if (!node.branches.some((branch) => branch.action === "go")) yield "At least one event must let people go on.";
      return;
    case "wait_condition":
      if (!hasRows(node.condition)) yield "Say what to wait for.";
      return;
    case "split":
      for (const branch of node.branches) if (!hasRows(branch.condition)) yield `Say who takes "${branch.label || "this branch"}".`;
      return;
    case "random_split":
      yield* shares(node.branches);
      return;
    case "experiment":
    case "optimise":
      yield* shares(node.arms);
      if (node.metric.event === "") yield "Choose the event that decides.";
      return;
    case "set_trait":
      if (node.trait === "") yield "Name the trait.";
      return;
    case "list":
      if (node.listId === null) yield "Choose the list.";
      return;
    case "send_event":
      if (node.event === "") yield "Name the event.";
      return;
    case "destination":
      if (node.destinationId === null) yield "Choose the destination.";
      return;
    case "start_journey":
      if (node.journeyId === null) yield "Choose the journey.";
      return;
    case "jump":
      if (node.target === null) yield "Choose the step to go back to.";
      return;
    default:
      return;
  }
}

/** A condition says something, and so does every group in it that takes part. An empty group is a row that is not filled in yet. */
function hasRows(group: Group): boolean {
  const live = group.children.filter((child) => child.muted !== true);
  return live.length > 0 && live.every((child) => child.kind !== "group" || hasRows(child));
}

/** A filter without the property that it asks is not filled in yet. */
const unnamed = (where: readonly Filter[]): boolean => where.some((filter) => filter.path.every((key) => key.trim() === ""));

function* shares(branches: readonly { readonly share: number }[]): Generator<string> {
  const sum = branches.reduce((total, branch) => total + branch.share, 0);
  if (Math.abs(sum - 100) > 1e-6) yield `The shares add up to ${Math.round(sum * 100) / 100} %: they must give 100 %.`;
}

/** Ids of the nodes that somebody can get to. */
export function reachable(definition: JourneyDefinition): Set<string> {
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const open = definition.start === null ? [] : [definition.start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = byId.get(id);
    if (node === undefined || seen.has(id)) continue;
    seen.add(id);
    for (const exit of exitsOf(node)) if (exit.to !== null) open.push(exit.to);
  }
  return seen;
}

/** Nodes on a circle of edges; `follow` says which edges count. */
function onCircles(definition: JourneyDefinition, follow: (node: JourneyNode, exit: Exit) => boolean): string[] {
  const edges = new Map(
    definition.nodes.map((node) => [
      node.id,
      exitsOf(node)
        .filter((exit) => exit.to !== null && follow(node, exit))
        .map((exit) => exit.to ?? ""),
    ]),
  );
  return definition.nodes
    .map((node) => node.id)
    .filter((id) => {
      const seen = new Set<string>();
      const open = [...(edges.get(id) ?? [])];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (at === id) return true;
        if (seen.has(at)) continue;
        seen.add(at);
        open.push(...(edges.get(at) ?? []));
      }
      return false;
    });
}

/** Nodes that lead back to themselves by other edges than a jump's. */
function circles(definition: JourneyDefinition): string[] {
  return onCircles(definition, (node, exit) => !(node.kind === "jump" && exit.branch === "back"));
}

/** Jumps whose circle can be walked without waiting anywhere. */
function endlessLoops(definition: JourneyDefinition): string[] {
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));
  const jumps = new Set(definition.nodes.filter((node) => node.kind === "jump").map((node) => node.id));
  return onCircles(definition, (node, exit) => !waits(node) && !waits(byId.get(exit.to ?? "") ?? node)).filter((id) => jumps.has(id));
}
