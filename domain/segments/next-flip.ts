import { askKey } from "@/domain/consent/model";
import type { Json } from "@/domain/events/model";
import type { Filter, Leaf, Rule, Test, Window } from "./model";
import { leavesOf, seconds } from "./model";
import { eventsNamed, type Person, type PersonEvent } from "./person";
import { at, dateOf } from "./values";
import { dayNumber, localTime } from "./zones";

/**
 * When the passing of time alone may next change what a rule says of one person. Conservative: the answer may be
 * earlier than the real change, never later; between now and then `evaluate` gives the same. Pure.
 * @param leaves rows of the rule on which time has an effect, where the caller knows them
 */
export function nextFlip(rule: Rule, person: Person, now: number, leaves: readonly Leaf[] = [...leavesOf(rule.root)]): number | null {
  let next = Number.POSITIVE_INFINITY;
  const offer = (ms: number): void => {
    if (ms > now && ms < next) next = ms;
  };
  for (const leaf of leaves) offerLeaf(leaf, person, now, offer);
  return Number.isFinite(next) ? next : null;
}

/** Whether time alone can change what a row says of anybody. */
export function changesWithTime(leaf: Leaf): boolean {
  switch (leaf.kind) {
    case "event":
    case "event_time":
    case "sequence":
    case "lifecycle":
      return true;
    case "trait":
    case "computed":
    case "device":
    case "location":
      return timedTest(leaf.test);
    case "account":
      return leaf.test !== undefined && timedTest(leaf.test);
    case "consent":
      return true;
    default:
      return false;
  }
}

const timedTest = (test: Test): boolean => test.type === "date_relative" || test.type === "anniversary";

type Offer = (ms: number) => void;

function offerLeaf(leaf: Leaf, person: Person, now: number, offer: Offer): void {
  switch (leaf.kind) {
    case "trait":
      return offerTest(leaf.test, at(person.traits, leaf.path), person, now, offer);
    case "computed":
      return offerTest(leaf.test, person.computed?.[leaf.traitId], person, now, offer);
    case "account": {
      const { path, test } = leaf;
      if (path && test) for (const traits of person.accounts) offerTest(test, at(traits, path), person, now, offer);
      return;
    }
    case "consent": {
      const until = person.consent?.[askKey(leaf)]?.until;
      if (until !== undefined && until !== null) offer(until);
      return;
    }
    case "device":
      for (const device of person.devices) offerTest(leaf.test, device[leaf.field] ?? undefined, person, now, offer);
      return;
    case "location":
      return offerTest(leaf.test, person[leaf.field] ?? undefined, person, now, offer);
    case "event":
      for (const event of named(person, leaf.event)) {
        offerFilters(leaf.where, event, person, now, offer);
        offerWindow(leaf.window, event.at, person, now, offer);
      }
      return;
    case "event_time":
      for (const event of named(person, leaf.event)) {
        offer(event.at);
        offerFilters(leaf.where, event, person, now, offer);
        if (leaf.test.type === "date_relative") offerDate(event.at, seconds(leaf.test.duration) * 1000, offer);
      }
      return;
    case "lifecycle": {
      const period = seconds(leaf.period) * 1000;
      for (const event of named(person, leaf.event)) for (const ms of [0, period, 2 * period]) offer(event.at + ms);
      return;
    }
    case "sequence":
      return offerSequence(leaf, person, now, offer);
    default:
  }
}

function offerSequence(leaf: Extract<Leaf, { kind: "sequence" }>, person: Person, now: number, offer: Offer): void {
  for (const [i, step] of leaf.steps.entries()) {
    for (const event of named(person, step.event)) {
      offer(event.at);
      offerFilters(step.where, event, person, now, offer);
      if (i === 0) offerWindow(leaf.window, event.at, person, now, offer);
      if (i === leaf.steps.length - 1 && leaf.thenNot) offer(event.at + seconds(leaf.thenNot.within) * 1000);
    }
    if (step.without) offerOthers(step.without, person, now, offer);
  }
  if (leaf.thenNot) offerOthers(leaf.thenNot, person, now, offer);
}

function offerOthers(other: { event: string; where: readonly Filter[] }, person: Person, now: number, offer: Offer): void {
  for (const event of named(person, other.event)) {
    offer(event.at);
    offerFilters(other.where, event, person, now, offer);
  }
}

/** All events that could ever match, those of the future too. */
const named = (person: Person, name: string | null): readonly PersonEvent[] => (name === null ? person.events : eventsNamed(person, name));

function offerFilters(where: readonly Filter[], event: PersonEvent, person: Person, now: number, offer: Offer): void {
  for (const filter of where) offerTest(filter.test, at(event[filter.root], filter.path), person, now, offer);
}

function offerTest(test: Test, value: Json | undefined, person: Person, now: number, offer: Offer): void {
  if (!timedTest(test)) return;
  for (const element of Array.isArray(value) ? value : [value]) {
    const date = dateOf(element);
    if (date === undefined) continue;
    if (test.type === "date_relative") offerDate(date, seconds(test.duration) * 1000, offer);
    else offer(nextMidnight(now, person.zone));
  }
}

/** Every instant at which a relative test of this date may change: both ends, strict and not. */
function offerDate(date: number, length: number, offer: Offer): void {
  for (const ms of [date - length, date, date + length]) {
    offer(ms);
    offer(ms + 1);
  }
}

function offerWindow(window: Window, ms: number, person: Person, now: number, offer: Offer): void {
  // A future event counts from its own time on.
  offer(ms);
  switch (window.kind) {
    case "last":
      return offer(ms + seconds(window.duration) * 1000);
    case "between_ago":
      for (const end of [seconds(window.from), seconds(window.to)]) {
        offer(ms + end * 1000);
        offer(ms + end * 1000 + 1);
      }
      return;
    case "calendar_days":
      return offer(nextMidnight(now, person.zone));
    default:
  }
}

/** Zone to the midnight found last and the instant from which it is the next one. */
const midnights = new Map<string, { from: number; at: number }>();

/** The first instant after now at which another calendar day begins in the zone. */
export function nextMidnight(now: number, zone: string): number {
  const known = midnights.get(zone);
  if (known && known.from <= now && now < known.at) return known.at;
  const at = searchMidnight(now, zone);
  midnights.set(zone, { from: now, at });
  return at;
}

function searchMidnight(now: number, zone: string): number {
  const day = (ms: number): number => {
    const local = localTime(ms, zone);
    return dayNumber(local.year, local.month, local.day);
  };
  const today = day(now);
  let low = now;
  let high = now + 25 * 3_600_000;
  while (day(high) === today) high += 3_600_000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (day(middle) === today) low = middle;
    else high = middle;
  }
  return high;
}
