import { wasTakenOut } from "./advance";
import { asksAgain } from "./definitions";
import { decideMessage } from "./decide-message";
import type { Cap, Decision, Spoken } from "./decide-message";
import { mayEnter } from "./enter-runs";
import type { EntryRefusal } from "./enter-runs";
import type { JourneyChannel, JourneyDefinition, MessageOutcome } from "./model";
import type { Effect, Move, RunState, StepEnv, StepEvent, StepInput } from "./run-model";
import { newRun, step } from "./step";
import type { Json } from "@/domain/events/model";

/** Somebody asks to enter. */
export interface RehearsedEntry {
  /** Milliseconds. */
  readonly at: number;
  readonly key: string;
  /** Names the cause: the same enters once. */
  readonly ref: string;
  readonly data: Json;
}

/** What is known of one person for a rehearsal. Times in milliseconds, lists in order of time. */
export interface RehearsalFacts {
  readonly entries: readonly RehearsedEntry[];
  readonly events: readonly StepEvent[];
  /** Earlier runs with their keys: who was in before may not enter again by every rule. */
  readonly earlier: readonly { readonly key: string; readonly active: boolean; readonly enteredAt: number }[];
  /** What the person hears from elsewhere. */
  readonly spoken: readonly Spoken[];
  readonly caps: readonly Cap[];
  /** The clock stops here. */
  readonly until: number;
  /** How often conditions are asked by time alone. */
  readonly askEveryMs: number;
  env(now: number): StepEnv;
  /** The gate's no. */
  refused(channel: JourneyChannel, transactional: boolean, now: number): { outcome: MessageOutcome; because: string } | null;
}

export interface RehearsedMessage {
  readonly node: string;
  readonly visit: number;
  readonly channel: JourneyChannel;
  readonly templateId: string;
  readonly at: number;
  readonly context: Readonly<Record<string, Json>>;
  readonly decision: Decision;
  /** What became of it; null: it is still to go when the clock stops. */
  readonly outcome: MessageOutcome | "review" | null;
  readonly because: string | null;
}

export interface RehearsedRun {
  readonly entry: RehearsedEntry;
  readonly state: RunState;
  readonly moves: readonly Move[];
  readonly messages: readonly RehearsedMessage[];
  readonly effects: readonly { readonly effect: Effect; readonly at: number }[];
  readonly endedAt: number | null;
}

export interface Rehearsed {
  readonly runs: readonly RehearsedRun[];
  readonly refused: readonly { readonly entry: RehearsedEntry; readonly reason: EntryRefusal }[];
  /** Inputs that were left out, since one person had more than a rehearsal follows. */
  readonly cut: boolean;
}

/** Inputs of one person that a rehearsal follows: more is a loop. */
const MOST_INPUTS = 50_000;

interface Live {
  readonly id: number;
  readonly entry: RehearsedEntry;
  state: RunState;
  asked: number;
  endedAt: number | null;
  readonly moves: Move[];
  readonly messages: (RehearsedMessage & { outcome: RehearsedMessage["outcome"]; because: string | null })[];
  readonly effects: { effect: Effect; at: number }[];
}

/**
 * Takes one person through a drawing with a clock of its own, by the same step, entry and message rules as the worker.
 * Nothing is written. What the worker shares between people is not known here: rate limits let through at once, and
 * bandits draw by the shares that were drawn. Every message that may be sent counts as sent when it is due. Pure.
 */
export function rehearsePerson(definition: JourneyDefinition, facts: RehearsalFacts): Rehearsed {
  return new Rehearsal(definition, facts).run();
}

class Rehearsal {
  private readonly runs: Live[] = [];
  private readonly refusals: { entry: RehearsedEntry; reason: EntryRefusal }[] = [];
  private readonly spoken: Spoken[];
  private inputs = 0;

  constructor(
    private readonly definition: JourneyDefinition,
    private readonly facts: RehearsalFacts,
  ) {
    this.spoken = [...facts.spoken];
  }

  run(): Rehearsed {
    const { events, entries, until } = this.facts;
    let e = 0;
    let n = 0;
    while (e < events.length || n < entries.length) {
      const event = events[e];
      const entry = entries[n];
      // Of one moment the event comes first: it moves who is inside, and then lets in.
      const first = event !== undefined && (entry === undefined || event.at <= entry.at);
      const at = first ? event.at : (entry?.at ?? Infinity);
      if (at > until) break;
      this.timers(at, false);
      if (first) {
        e += 1;
        for (const run of this.runs) {
          if (run.state.status !== "active") continue;
          this.input(run, { kind: "event", event }, at);
          this.input(run, { kind: "changed" }, at);
        }
      } else if (entry !== undefined) {
        n += 1;
        this.enter(entry);
      }
    }
    this.timers(until, true);
    for (const run of this.runs)
      for (const message of run.messages)
        if (message.outcome === null && message.decision.dueAt <= until)
          message.outcome = message.decision.state === "review" ? "review" : "sent";
    return { runs: this.runs, refused: this.refusals, cut: this.inputs >= MOST_INPUTS };
  }

  private enter(entry: RehearsedEntry): void {
    const own = [
      ...this.facts.earlier.filter(({ key }) => key === entry.key),
      ...this.runs
        .filter((run) => run.entry.key === entry.key)
        .map((run) => ({ active: run.state.status === "active", enteredAt: run.entry.at })),
    ];
    if (this.runs.some((run) => run.entry.ref === entry.ref)) return;
    const reason = mayEnter(this.definition, own, entry.at);
    if (reason !== null) {
      this.refusals.push({ entry, reason });
      return;
    }
    const run: Live = {
      id: this.runs.length,
      entry,
      state: newRun(entry.data, entry.key, entry.at),
      asked: entry.at,
      endedAt: null,
      moves: [],
      messages: [],
      effects: [],
    };
    this.runs.push(run);
    this.input(run, { kind: "start" }, entry.at);
  }

  /** Lets the clock run up to a moment; what is due in it comes first, the earliest run first. */
  private timers(limit: number, inclusive: boolean): void {
    for (;;) {
      let next: Live | undefined;
      let due = Infinity;
      for (const run of this.runs) {
        const at = this.wakeOf(run);
        if (at !== null && at < due) {
          due = at;
          next = run;
        }
      }
      if (next === undefined || due > limit || (due === limit && !inclusive) || this.inputs >= MOST_INPUTS) return;
      this.wake(next, due);
    }
  }

  private wakeOf(run: Live): number | null {
    const { state } = run;
    if (state.status !== "active" || state.wait === null) return null;
    const outcome = this.outcomeOf(run);
    const at = "at" in state.wait ? state.wait.at : state.wait.kind === "place" ? run.asked : (outcome?.at ?? null);
    if (!asksAgain(this.definition, state.node)) return at;
    return Math.min(at ?? Infinity, run.asked + this.facts.askEveryMs);
  }

  private wake(run: Live, at: number): void {
    const { state } = run;
    run.asked = at;
    if (state.wait?.kind === "place") this.input(run, { kind: "place" }, at);
    else {
      const outcome = this.outcomeOf(run);
      if (outcome !== null && outcome.at <= at) {
        this.input(run, { kind: "outcome", node: outcome.node, visit: outcome.visit, sent: outcome.sent, outcome: outcome.name }, at);
        return;
      }
      this.input(run, { kind: "changed" }, at);
      this.input(run, { kind: "time" }, at);
    }
  }

  /** When what a run waits to hear of its message is known. */
  private outcomeOf(run: Live): { at: number; node: string; visit: number; sent: boolean; name: string } | null {
    const { wait, node } = run.state;
    if (wait?.kind !== "outcome") return null;
    const message = run.messages.find((one) => one.node === node && one.visit === wait.visit);
    if (message === undefined) return null;
    const sent = message.decision.state !== "not_sent";
    return {
      at: sent ? message.decision.dueAt : message.at,
      node: message.node,
      visit: message.visit,
      sent,
      name: message.outcome ?? "sent",
    };
  }

  private input(run: Live, input: StepInput, at: number): void {
    if (this.inputs >= MOST_INPUTS) return;
    this.inputs += 1;
    const result = step(this.definition, run.state, input, this.facts.env(at));
    if (result.moves.length === 0 && result.effects.length === 0 && result.state.status === run.state.status) return;
    run.state = result.state;
    run.asked = at;
    run.moves.push(...result.moves);
    for (const effect of result.effects) {
      run.effects.push({ effect, at });
      if (effect.kind === "message") this.plan(run, effect, at);
    }
    if (run.state.status === "active") return;
    run.endedAt = at;
    if (!wasTakenOut({ state: run.state, moves: result.moves, definition: this.definition })) return;
    for (const message of run.messages) {
      if (message.outcome !== null || message.decision.dueAt <= at) continue;
      message.outcome = "run_ended";
      message.because = "The journey ended before the message was sent.";
      const place = this.spoken.findIndex((one) => one.at === message.decision.dueAt && one.channel === message.channel);
      if (place >= 0) this.spoken.splice(place, 1);
    }
  }

  private plan(run: Live, effect: Extract<Effect, { kind: "message" }>, at: number): void {
    const { settings } = this.definition;
    const decision = decideMessage({
      channel: effect.channel,
      transactional: effect.transactional,
      settings,
      refused: this.facts.refused(effect.channel, effect.transactional, at),
      caps: this.facts.caps,
      spoken: this.spoken,
      now: at,
      zone: this.facts.env(at).zone,
    });
    if (decision.displaces !== null) this.spoken.splice(this.spoken.indexOf(decision.displaces), 1);
    if (decision.state !== "not_sent" && !effect.transactional)
      this.spoken.push({ id: 0, channel: effect.channel, at: decision.dueAt, priority: settings.priority, queued: true });
    run.messages.push({
      node: effect.node,
      visit: effect.visit,
      channel: effect.channel,
      templateId: effect.templateId,
      at,
      context: run.state.context,
      decision,
      outcome: decision.outcome,
      because: decision.because,
    });
  }
}
