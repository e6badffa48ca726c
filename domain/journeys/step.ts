import { seconds } from "@/domain/segments/model";
import type { Json } from "@/domain/events/model";
import { dayOffset, inWeeklyWindow, nextLocalTime } from "@/domain/kernel/local-time";
import type { JourneyDefinition, JourneyNode, NodeOf } from "./model";
import type { Effect, Move, RunState, StepEnv, StepEvent, StepInput, StepResult, Wait } from "./run-model";

/** Nodes that one step may pass without waiting: more is a loop that the checks of publishing missed. */
const MOST_HOPS = 1_000;

/** The state of a run before its first step. `entry` is what brought the person in (event properties), for templates. */
export function newRun(entry: Json, entryKey: string, at: number): RunState {
  return {
    status: "active",
    reason: null,
    node: null,
    wait: null,
    visits: {},
    context: { entry },
    entryKey,
    enteredAt: at,
    goalAt: null,
  };
}

/**
 * Takes a run as far as it goes on one input: pure, so that the worker, rehearsal and simulation over history are one
 * thing. Inputs that the run does not wait for change nothing. Exit rules come first, in the middle of any wait.
 */
export function step(definition: JourneyDefinition, state: RunState, input: StepInput, env: StepEnv): StepResult {
  if (state.status !== "active") return { state, effects: [], moves: [] };
  const walk = new Walk(definition, state, env);
  if (input.kind === "exit") walk.exit(input.reason);
  else if (!walk.checkExits(input)) walk.take(input);
  return walk.result();
}

/** One step in the making. */
class Walk {
  private status: RunState["status"] = "active";
  private reason: string | null = null;
  private node: string | null;
  private wait: Wait | null;
  private goalAt: number | null;
  private readonly visits: Record<string, number>;
  private readonly context: Record<string, Json>;
  private readonly effects: Effect[] = [];
  private readonly moves: Move[] = [];
  private readonly nodes: Map<string, JourneyNode>;

  constructor(
    private readonly definition: JourneyDefinition,
    private readonly before: RunState,
    private readonly env: StepEnv,
  ) {
    this.node = before.node;
    this.wait = before.wait;
    this.goalAt = before.goalAt;
    this.visits = { ...before.visits };
    this.context = { ...before.context };
    this.nodes = new Map(definition.nodes.map((node) => [node.id, node]));
  }

  result(): StepResult {
    const { entryKey, enteredAt } = this.before;
    return {
      state: {
        status: this.status,
        reason: this.reason,
        node: this.node,
        wait: this.wait,
        visits: this.visits,
        context: this.context,
        entryKey,
        enteredAt,
        goalAt: this.goalAt,
      },
      effects: this.effects,
      moves: this.moves,
    };
  }

  exit(reason: string): void {
    if (this.node !== null) this.left(this.node, reason);
    this.status = "exited";
    this.reason = reason;
    this.node = null;
    this.wait = null;
  }

  /** Goal and exit rules; true when the run ended. */
  checkExits(input: StepInput): boolean {
    const { goal, exits } = this.definition.settings;
    if (input.kind === "event") {
      const { event } = input;
      if (goal !== null && this.goalAt === null && event.name === goal.event && this.env.matches(goal.where, event)) {
        const latest = this.before.enteredAt + seconds(goal.within) * 1_000;
        if (event.at >= this.before.enteredAt && event.at <= latest) {
          this.goalAt = event.at;
          this.effects.push({ kind: "goal", node: this.node ?? "", visit: this.visits[this.node ?? ""] ?? 0 });
          if (goal.exits) {
            this.exit("goal");
            return true;
          }
        }
      }
    }
    for (const rule of exits) {
      const fires =
        rule.kind === "event"
          ? input.kind === "event" && this.isEvent(rule, input.event) && input.event.at >= this.before.enteredAt
          : this.env.holds(rule.condition);
      if (fires) {
        this.exit(`rule:${rule.id}`);
        return true;
      }
    }
    return false;
  }

  take(input: Exclude<StepInput, { kind: "exit" }>): void {
    if (input.kind === "start") {
      if (this.node === null && this.wait === null) this.begin();
      return;
    }
    const node = this.nodes.get(this.node ?? "");
    if (node === undefined || this.wait === null) return;
    if (input.kind === "time") this.takeTime(node, this.wait);
    else if (input.kind === "event" && node.kind === "hold_until") this.takeEvent(node, input.event, this.wait);
    else if (input.kind === "changed" && node.kind === "wait_condition" && this.env.holds(node.condition))
      this.leave(node, "next", node.next);
    else if (input.kind === "place" && node.kind === "rate_limit" && this.wait.kind === "place") this.leave(node, "next", node.next);
    else if (input.kind === "outcome" && node.kind === "message" && this.wait.kind === "outcome") {
      if (input.node !== node.id || input.visit !== this.wait.visit) return;
      if (input.sent) this.leave(node, "next", node.next);
      else this.leave(node, "not_sent", node.notSent);
    }
  }

  private begin(): void {
    const { holdout } = this.definition.settings;
    if (holdout > 0 && this.env.share("holdout") * 100 < holdout) {
      this.exit("held_out");
      return;
    }
    this.go(this.definition.start);
  }

  private takeTime(node: JourneyNode, wait: Wait): void {
    if (!("at" in wait) || this.env.now < wait.at) return;
    if (wait.kind === "time") this.leave(node, wait.branch, wait.next);
    else if (node.kind === "hold_until" || node.kind === "wait_condition") this.leave(node, "timeout", node.timeout.next);
  }

  private takeEvent(node: NodeOf<"hold_until">, event: StepEvent, wait: Wait): void {
    // An event after the time-out does not count, even when the clock's own input comes later.
    if (wait.kind !== "event" || event.at <= wait.since || event.at > wait.at) return;
    const branch = node.branches.find((candidate) => this.isEvent(candidate, event));
    if (branch === undefined) return;
    this.context[branch.id] = event.properties;
    if (branch.action === "go") {
      this.leave(node, branch.id, branch.next);
      return;
    }
    this.left(node.id, branch.id);
    const visits = (this.visits[node.id] ?? 0) + 1;
    this.visits[node.id] = visits;
    this.wait = { kind: "event", since: event.at, at: event.at + seconds(node.timeout.after) * 1_000 };
    this.moves.push({ node: node.id, visit: visits, at: this.env.now, what: "entered", branch: null });
  }

  private isEvent(
    rule: { event: string; where: Parameters<StepEnv["matches"]>[0]; match: readonly string[] | null },
    event: StepEvent,
  ): boolean {
    if (event.name !== rule.event) return false;
    if (rule.match !== null && textAt(event.properties, rule.match) !== this.before.entryKey) return false;
    return this.env.matches(rule.where, event);
  }

  private left(node: string, branch: string): void {
    this.moves.push({ node, visit: this.visits[node] ?? 0, at: this.env.now, what: "left", branch });
  }

  private leave(node: JourneyNode, branch: string, to: string | null): void {
    this.left(node.id, branch);
    this.wait = null;
    this.go(to);
  }

  /** Enters node after node until one waits or the journey ends. */
  private go(start: string | null): void {
    let to = start;
    for (let hops = 0; to !== null; hops++) {
      const node = this.nodes.get(to);
      if (node === undefined || hops >= MOST_HOPS) {
        this.status = "failed";
        this.reason = node === undefined ? `step ${to} is not there` : "went round without waiting";
        this.node = null;
        return;
      }
      const visit = (this.visits[node.id] ?? 0) + 1;
      this.visits[node.id] = visit;
      this.node = node.id;
      this.moves.push({ node: node.id, visit, at: this.env.now, what: "entered", branch: null });
      if (node.kind === "exit") {
        this.exit(node.reason || "exit");
        return;
      }
      const way = this.enter(node, visit);
      if (way === null) return;
      this.left(node.id, way.branch);
      to = way.to;
    }
    this.status = "completed";
    this.node = null;
    this.wait = null;
  }

  /** The way out of a node, or null where the run waits at it (and `wait` is set). */
  private enter(node: Exclude<JourneyNode, { kind: "exit" }>, visit: number): { branch: string; to: string | null } | null {
    const on = { branch: "next", to: "next" in node ? node.next : null };
    switch (node.kind) {
      case "message":
        if (node.templateId === null) return on;
        this.effects.push({
          kind: "message",
          node: node.id,
          visit,
          channel: node.channel,
          templateId: node.templateId,
          transactional: node.transactional,
          topicId: node.topicId,
        });
        if (node.notSent === null) return on;
        return this.hold({ kind: "outcome", visit });
      case "delay":
        return this.hold({ kind: "time", at: this.env.now + seconds(node.duration) * 1_000, next: node.next, branch: "next" });
      case "wait_until":
        return this.untilDate(node);
      case "time_window":
        if (inWeeklyWindow(this.env.now, this.env.zone, node.weekdays, node.from, node.to)) return on;
        return this.hold({
          kind: "time",
          at: nextLocalTime(this.env.now, this.env.zone, node.weekdays, node.from),
          next: node.next,
          branch: "next",
        });
      case "hold_until":
        return this.hold({ kind: "event", since: this.env.now, at: this.env.now + seconds(node.timeout.after) * 1_000 });
      case "wait_condition":
        if (this.env.holds(node.condition)) return on;
        return this.hold({ kind: "condition", at: this.env.now + seconds(node.timeout.after) * 1_000 });
      case "rate_limit":
        return this.hold({ kind: "place" });
      case "jump":
        return visit <= node.times ? { branch: "back", to: node.target } : on;
      case "split":
      case "random_split":
      case "experiment":
      case "optimise":
        return this.choose(node, visit);
      default:
        this.act(node, visit);
        return on;
    }
  }

  private hold(wait: Wait): null {
    this.wait = wait;
    return null;
  }

  private act(node: NodeOf<"set_trait" | "list" | "send_event" | "destination" | "start_journey">, visit: number): void {
    const at = { node: node.id, visit };
    if (node.kind === "set_trait") this.effects.push({ kind: "set_trait", ...at, trait: node.trait, value: node.value });
    else if (node.kind === "send_event") this.effects.push({ kind: "send_event", ...at, event: node.event, properties: node.properties });
    else if (node.kind === "list" && node.listId !== null)
      this.effects.push({ kind: "list", ...at, action: node.action, listId: node.listId });
    else if (node.kind === "destination" && node.destinationId !== null)
      this.effects.push({ kind: "destination", ...at, destinationId: node.destinationId });
    else if (node.kind === "start_journey" && node.journeyId !== null)
      this.effects.push({ kind: "start_journey", ...at, journeyId: node.journeyId });
  }

  private untilDate(node: NodeOf<"wait_until">): { branch: string; to: string | null } | null {
    const { until } = node;
    const { now, zone } = this.env;
    if (until.kind === "local_time") {
      return this.hold({ kind: "time", at: nextLocalTime(now, zone, until.weekdays, until.time), next: node.next, branch: "next" });
    }
    const at = until.kind === "date" ? Date.parse(until.at) : dateOf(this.env.trait(until.path), until.days, until.time, zone);
    if (at === null) return { branch: "skip", to: node.skip };
    if (at <= now) return node.past === "skip" ? { branch: "skip", to: node.skip } : { branch: "next", to: node.next };
    return this.hold({ kind: "time", at, next: node.next, branch: "next" });
  }

  private choose(node: NodeOf<"split" | "random_split" | "experiment" | "optimise">, visit: number): { branch: string; to: string | null } {
    if (node.kind === "split") {
      const branch = node.branches.find((candidate) => this.env.holds(candidate.condition));
      return branch === undefined ? { branch: "otherwise", to: node.otherwise } : { branch: branch.id, to: branch.next };
    }
    if (node.kind === "random_split") {
      const salt = node.sticky ? node.id : `${node.id}:${this.before.entryKey}:${this.before.enteredAt}:${visit}`;
      const branch = pick(node.branches, this.env.share(salt));
      return { branch: branch.id, to: branch.next };
    }
    const arm = this.chooseArm(node);
    const known = this.context[node.id];
    this.context[node.id] = arm.id;
    if (known === undefined) this.effects.push({ kind: "exposure", node: node.id, visit, arm: arm.id, control: arm.control });
    return { branch: arm.id, to: arm.next };
  }

  /** The arm of an earlier visit stays; a bandit draws anew for each run only. */
  private chooseArm(node: NodeOf<"experiment" | "optimise">): NodeOf<"experiment">["arms"][number] {
    const earlier = node.arms.find((arm) => arm.id === this.context[node.id]);
    if (earlier !== undefined) return earlier;
    if (node.kind === "experiment") return pick(node.arms, this.env.share(node.id));
    const learnt = this.env.armShares(node.id);
    const explore = this.env.share(`${node.id}:floor`) * 100 < node.floor;
    const even = 100 / node.arms.length;
    const arms = node.arms.map((arm) => ({ ...arm, share: explore ? even : (learnt?.[arm.id] ?? (learnt === null ? arm.share : 0)) }));
    const chosen = pick(arms, this.env.share(`${node.id}:${this.before.entryKey}:${this.before.enteredAt}`));
    return node.arms.find((arm) => arm.id === chosen.id) ?? chosen;
  }
}

/** The branch in whose slice of the shares (in order, brought to a sum of 1) the number in [0, 1) lies. */
function pick<T extends { readonly share: number }>(branches: readonly T[], at: number): T {
  const total = branches.reduce((sum, branch) => sum + branch.share, 0);
  let left = at * total;
  for (const branch of branches) {
    left -= branch.share;
    if (left < 0) return branch;
  }
  const last = branches.findLast((branch) => branch.share > 0) ?? branches.at(-1);
  if (last === undefined) throw new Error("a split without branches");
  return last;
}

/** A trait's date moved by days to a local time; null where it is no date. Dates without a time keep their calendar day. */
function dateOf(value: Json | undefined, days: number, time: string, zone: string): number | null {
  if (typeof value !== "string") return null;
  const found = /^(\d{4})-(\d{2})-(\d{2})/u.exec(value);
  if (found === null || Number.isNaN(Date.parse(value))) return null;
  return dayOffset({ year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) }, days, time, zone);
}

/** The text of a value below an object, for comparing keys; undefined where there is none. */
export function textAt(object: Json | undefined, path: readonly string[]): string | undefined {
  let value = object;
  for (const key of path) {
    if (value === null || typeof value !== "object" || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
