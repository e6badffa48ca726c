import type { ChangedFacts } from "@/domain/profiles/model";
import { isCall } from "./measure";
import { leavesOf, type Leaf, type Rule } from "./model";

/** Keys of traits out of which a person's place and time zone are made. */
const PLACE_TRAITS = ["address", "country", "city"];

/**
 * Which segments a change of some facts can concern. Members by number, in the order of `rules`. What a rule says of
 * other segments and computed traits is not asked here: who moved them tells.
 */
export class Dependents {
  private readonly events = new Map<string, Set<number>>();
  private readonly anyEvent = new Set<number>();
  private readonly traits = new Map<string, Set<number>>();
  private readonly identifiers = new Set<number>();
  private readonly devices = new Set<number>();
  private readonly accounts = new Set<number>();
  private readonly always = new Set<number>();

  constructor(rules: readonly Rule[]) {
    for (const [n, rule] of rules.entries()) for (const leaf of leavesOf(rule.root)) this.note(n, leaf);
  }

  /** Segment number to the inbox id of the newest message that may have moved the person; undefined: all of them. */
  of(facts: ChangedFacts, newest: number): Map<number, number> | undefined {
    // Days and hours of every rule are those of the person's zone.
    if (facts.traits && Object.hasOwn(facts.traits, "timezone")) return undefined;
    const out = new Map<number, number>();
    const add = (numbers: ReadonlySet<number> | undefined, message: number): void => {
      if (numbers) for (const n of numbers) if ((out.get(n) ?? -1) < message) out.set(n, message);
    };
    for (const [name, message] of Object.entries(facts.events ?? {})) {
      add(this.events.get(name), message);
      if (!isCall(name)) add(this.anyEvent, message);
    }
    for (const [key, message] of Object.entries(facts.traits ?? {})) add(this.traits.get(key), message);
    if (facts.identifiers !== undefined) add(this.identifiers, facts.identifiers);
    if (facts.devices !== undefined) add(this.devices, facts.devices);
    if (facts.accounts !== undefined) add(this.accounts, facts.accounts);
    add(this.always, newest);
    return out;
  }

  private note(n: number, leaf: Leaf): void {
    if ("window" in leaf && leaf.window.kind === "since_entered") this.always.add(n);
    switch (leaf.kind) {
      case "event":
      case "event_time":
      case "lifecycle":
        return this.noteEvent(n, leaf.event);
      case "sequence":
        for (const step of leaf.steps) {
          this.noteEvent(n, step.event);
          if (step.without) this.noteEvent(n, step.without.event);
        }
        if (leaf.thenNot) this.noteEvent(n, leaf.thenNot.event);
        return;
      case "trait":
        return put(this.traits, leaf.path[0] ?? "", n);
      case "location":
        for (const key of PLACE_TRAITS) put(this.traits, key, n);
        return;
      case "identifier":
      case "known":
        this.identifiers.add(n);
        return;
      case "device":
        this.devices.add(n);
        return;
      case "account":
        this.accounts.add(n);
        return;
      // Any message may carry consent, and regions follow the person's place.
      case "consent":
      case "sql":
        this.always.add(n);
        return;
      // Fixed for each profile, or told by whoever changes it.
      case "random":
      case "segment":
      case "computed":
      case "list":
        return;
    }
  }

  private noteEvent(n: number, name: string | null): void {
    if (name === null) this.anyEvent.add(n);
    else put(this.events, name, n);
  }
}

function put(map: Map<string, Set<number>>, key: string, n: number): void {
  const found = map.get(key);
  if (found) found.add(n);
  else map.set(key, new Set([n]));
}
