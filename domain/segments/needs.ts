import { askKey, type ConsentAsk } from "@/domain/consent/model";
import { leavesOf, seconds, type Filter, type Rule, type Window } from "./model";
import { sqlListId } from "./sql-id";

/** What of a person's facts the rules ask for; the rest need not be loaded. Pure. */
export interface Needs {
  /** Event name to the earliest instant (milliseconds) that matters, or null for all of history. */
  events: Map<string, number | null>;
  /** The same for rules about any event; undefined: none is. */
  anyEvent?: number | null;
  context: boolean;
  properties: boolean;
  accounts: boolean;
  devices: boolean;
  identifiers: boolean;
  segments: Set<string>;
  lists: Set<string>;
  /** Computed traits by id. */
  computed: Set<string>;
  /** Purposes and channels, by key. */
  consents: Map<string, ConsentAsk>;
}

const DAY = 86_400_000;

/** Earliest event time that a window can hold from now on, or null. Days of a zone begin up to a day earlier. */
function earliest(window: Window, now: number): number | null {
  switch (window.kind) {
    case "last":
      return now - seconds(window.duration) * 1000;
    case "between_ago":
      return now - seconds(window.to) * 1000;
    case "calendar_days":
      return now - (window.days + 2) * DAY;
    case "fixed":
      return window.from === null ? null : Date.parse(window.from);
    default:
      return null;
  }
}

export function needsOf(rules: readonly Rule[], now: number): Needs {
  const needs: Needs = {
    events: new Map(),
    context: false,
    properties: false,
    accounts: false,
    devices: false,
    identifiers: false,
    segments: new Set(),
    lists: new Set(),
    computed: new Set(),
    consents: new Map(),
  };
  const earlier = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.min(a, b));
  const event = (name: string | null, since: number | null, where: readonly Filter[]): void => {
    if (name === null) needs.anyEvent = needs.anyEvent === undefined ? since : earlier(needs.anyEvent, since);
    else needs.events.set(name, needs.events.has(name) ? earlier(needs.events.get(name) ?? null, since) : since);
    for (const filter of where) needs[filter.root] = true;
  };
  for (const leaf of rules.flatMap((rule) => [...leavesOf(rule.root)])) {
    switch (leaf.kind) {
      case "event":
        event(leaf.event, earliest(leaf.window, now), leaf.where);
        if ("path" in leaf.measure) needs.properties = true;
        break;
      case "event_time":
        event(leaf.event, null, leaf.where);
        break;
      case "lifecycle":
        event(leaf.event, null, []);
        break;
      case "sequence": {
        // Every step comes after the first.
        const since = earliest(leaf.window, now);
        for (const step of leaf.steps) {
          event(step.event, since, step.where);
          if (step.same?.length) needs.properties = true;
          if (step.without) event(step.without.event, since, step.without.where);
        }
        if (leaf.thenNot) event(leaf.thenNot.event, since, leaf.thenNot.where);
        break;
      }
      case "account":
        needs.accounts = true;
        break;
      case "device":
        needs.devices = true;
        break;
      case "identifier":
        needs.identifiers = true;
        break;
      case "segment":
        needs.segments.add(leaf.segmentId);
        break;
      case "computed":
        needs.computed.add(leaf.traitId);
        break;
      case "consent":
        needs.consents.set(askKey(leaf), { purpose: leaf.purpose, channel: leaf.channel });
        break;
      case "list":
        needs.lists.add(leaf.listId);
        break;
      case "sql":
        needs.lists.add(sqlListId(leaf.sql));
        break;
      default:
    }
  }
  return needs;
}
