import { askKey } from "@/domain/consent/model";
import { createHash } from "node:crypto";
import { findSequence, matches, measured, select, type EventEnv } from "./measure";
import { seconds, type Leaf, type LeafOf, type LIFECYCLE_STATES, type Rule, type RuleNode } from "./model";
import { eventsNamed, type Person, type PersonEvent } from "./person";
import { sqlListId } from "./sql-id";
import { compareHolds, holdsDate, testValue, twin, type TestEnv } from "./test-value";
import { at } from "./values";

export interface EvaluateEnv {
  /** Milliseconds. */
  now: number;
  /** When the person entered the segment that the rule belongs to, for "since entered". */
  enteredAt?: number | null;
  /** Whether the person is in another segment or list; throws for one that does not exist. */
  inSegment?: (segmentId: string, person: Person) => boolean;
  inList?: (listId: string, person: Person) => boolean;
}

/** Whether one person meets a rule: the twin of `compile` in memory. */
export function evaluate(rule: Rule, person: Person, env: EvaluateEnv): boolean {
  return evaluateNode(rule.root, person, env);
}

/** Whether one person meets a node. Muted nodes must be left out by the caller (a group leaves its own out). */
export function evaluateNode(node: RuleNode, person: Person, env: EvaluateEnv): boolean {
  return holdsNode(node, person, env) !== (node.negate ?? false);
}

function holdsNode(node: RuleNode, person: Person, env: EvaluateEnv): boolean {
  if (node.kind !== "group") return holdsLeaf(node, person, env);
  // Of "all of" the first child that fails decides, of the others the first that holds.
  const deciding = node.match !== "all";
  for (const child of node.children) if (!child.muted && evaluateNode(child, person, env) === deciding) return node.match === "any";
  return node.match !== "any";
}

const unsupported = (what: string): never => {
  throw new Error(`evaluate: no answer for ${what} was given`);
};

function holdsLeaf(leaf: Leaf, person: Person, env: EvaluateEnv): boolean {
  const events: EventEnv = { now: env.now, zone: person.zone, enteredAt: env.enteredAt ?? null };
  switch (leaf.kind) {
    case "trait":
      return testValue(leaf.test, at(person.traits, leaf.path), events);
    case "computed":
      return testValue(leaf.test, person.computed?.[leaf.traitId], events);
    case "event":
      return compareHolds(leaf.compare, measured(leaf.measure, eventsOf(leaf, person, events), events));
    case "event_time":
      return holdsEventTime(leaf, person, events);
    case "sequence":
      return findSequence(leaf, person, events) !== undefined;
    case "lifecycle":
      return lifecycleOf(leaf, person, events) === leaf.state;
    case "identifier":
      return compareHolds(leaf.compare, person.identifiers.filter(({ type }) => leaf.type === null || type === leaf.type).length);
    case "account":
      return person.accounts.some((traits) => !leaf.path || !leaf.test || testValue(leaf.test, at(traits, leaf.path), events));
    case "device":
      return person.devices.some((device) => testValue(leaf.test, device[leaf.field] ?? undefined, events));
    case "location":
      return testValue(leaf.test, person[leaf.field] ?? undefined, events);
    case "random": {
      const bucket = bucketOf(person.id, leaf.salt);
      return leaf.from <= bucket && bucket < leaf.to;
    }
    case "known":
      return person.known;
    case "consent":
      return person.consent?.[askKey(leaf)]?.allowed ?? false;
    case "segment":
      return (env.inSegment ?? unsupported(`segment ${leaf.segmentId}`))(leaf.segmentId, person);
    case "list":
      return (env.inList ?? unsupported(`list ${leaf.listId}`))(leaf.listId, person);
    case "sql":
      return (env.inList ?? unsupported("an SQL condition"))(sqlListId(leaf.sql), person);
  }
}

const candidates = (person: Person, name: string | null): readonly PersonEvent[] =>
  name === null ? person.events : eventsNamed(person, name);

/** The events that an event leaf looks at: name, filters and window. */
export function eventsOf(leaf: LeafOf<"event">, person: Person, env: EventEnv): PersonEvent[] {
  return select(candidates(person, leaf.event), leaf, env);
}

function holdsEventTime(leaf: LeafOf<"event_time">, person: Person, env: TestEnv): boolean {
  const all = candidates(person, leaf.event).filter((event) => matches(event, leaf.event, leaf.where, env));
  const chosen = leaf.which === "first" ? all[0] : all.at(-1);
  const { positive, negative } = twin(leaf.test.operator);
  const test = leaf.test as Parameters<typeof holdsDate>[0];
  return holdsDate(test, positive, chosen?.at, env) !== negative;
}

/** The one state of a person by one event and a period; undefined without any such event. */
export function lifecycleOf(leaf: LeafOf<"lifecycle">, person: Person, env: TestEnv): (typeof LIFECYCLE_STATES)[number] | undefined {
  const times = candidates(person, leaf.event)
    .filter((event) => matches(event, leaf.event, [], env))
    .map((event) => event.at);
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const period = seconds(leaf.period) * 1000;
  if (last <= env.now - 2 * period) return "lapsed";
  if (last <= env.now - period) return "lapsing";
  if (first > env.now - period) return "new";
  const returned = times.some((time, i) => time > env.now - period && i > 0 && time - (times[i - 1] as number) > 2 * period);
  return returned ? "returned" : "active";
}

/** A stable number in [0, 100) from the profile and a salt: the first 32 bits of an MD5. */
export function bucketOf(profileId: number, salt: string): number {
  const digest = createHash("md5").update(`${salt}:${profileId}`).digest();
  return (digest.readUInt32BE(0) / 4_294_967_296) * 100;
}
