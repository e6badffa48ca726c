import { askKey } from "@/domain/consent/model";
import type { Evidence, Explained } from "./contracts";
import { bucketOf, eventsOf, evaluateNode, lifecycleOf, type EvaluateEnv } from "./evaluate";
import { findSequence, matches, measured, type EventEnv } from "./measure";
import type { Leaf, Rule, RuleNode } from "./model";
import type { Person, PersonEvent } from "./person";
import { at } from "./values";

export const EVIDENCE = 5;

/** Why a person is in or out: the tree with every leaf ticked and the rows that decided it. */
export function explain(rule: Rule, person: Person, env: EvaluateEnv): Explained {
  return explainNode(rule.root, person, env, true);
}

function explainNode(node: RuleNode, person: Person, env: EvaluateEnv, decisive: boolean): Explained {
  const met = evaluateNode(node, person, env);
  const base = { id: node.id, kind: node.kind, met, muted: node.muted ?? false, decisive };
  if (node.kind !== "group") return { ...base, evidence: evidenceOf(node, person, env) };
  const inner = met !== (node.negate ?? false);
  // `all` fails and `none` fails through one child; `any` holds through one. Otherwise every child counts.
  const deciding = (child: RuleNode): boolean => {
    if (!decisive || child.muted) return false;
    const childMet = evaluateNode(child, person, env);
    if (node.match === "all") return inner || !childMet;
    return node.match === "any" ? !inner || childMet : inner || childMet;
  };
  return { ...base, children: node.children.map((child) => explainNode(child, person, env, deciding(child))) };
}

function evidenceOf(leaf: Leaf, person: Person, env: EvaluateEnv): Evidence {
  const eventEnv: EventEnv = { now: env.now, zone: person.zone, enteredAt: env.enteredAt ?? null };
  switch (leaf.kind) {
    case "trait":
      return { value: at(person.traits, leaf.path) };
    case "computed":
      return { value: person.computed?.[leaf.traitId] ?? undefined };
    case "event": {
      const events = eventsOf(leaf, person, eventEnv);
      return { number: measured(leaf.measure, events, eventEnv), ...shown(events) };
    }
    case "event_time": {
      const all = person.events.filter((event) => matches(event, leaf.event, leaf.where, eventEnv));
      const chosen = leaf.which === "first" ? all[0] : all.at(-1);
      return chosen ? shown([chosen]) : { events: [], eventsTotal: 0 };
    }
    case "sequence":
      return shown(findSequence(leaf, person, eventEnv) ?? []);
    case "lifecycle":
      return {
        state: lifecycleOf(leaf, person, eventEnv),
        ...shown(person.events.filter((event) => matches(event, leaf.event, [], eventEnv))),
      };
    case "identifier":
      return { number: person.identifiers.filter(({ type }) => leaf.type === null || type === leaf.type).length };
    case "account": {
      const { path } = leaf;
      return { number: person.accounts.length, value: path ? person.accounts.map((traits) => at(traits, path) ?? null) : undefined };
    }
    case "device":
      return { value: person.devices.map((device) => device[leaf.field]) };
    case "location":
      return { value: person[leaf.field] ?? undefined };
    case "random":
      return { number: bucketOf(person.id, leaf.salt) };
    case "known":
      return { value: person.known };
    case "consent":
      return { value: person.consent?.[askKey(leaf)]?.allowed ?? false };
    case "segment":
    case "list":
    case "sql":
      return {};
  }
}

function shown(events: readonly PersonEvent[]): Pick<Evidence, "events" | "eventsTotal"> {
  return {
    events: events
      .slice(-EVIDENCE)
      .reverse()
      .map(({ id, name, at: time }) => ({ id, name, at: time })),
    eventsTotal: events.length,
  };
}
