import { seconds, type Filter, type LeafOf, type Measure, type Step, type Window } from "./model";
import { eventsNamed, type Person, type PersonEvent } from "./person";
import { testValue, type TestEnv } from "./test-value";
import { at, numberOf, textOf } from "./values";
import { dayNumber, localTime } from "./zones";

/** Events that are calls, not behaviour: "any event" leaves them out. */
export const isCall = (name: string): boolean => name.startsWith("$");

export interface EventEnv extends TestEnv {
  /** When the person entered the segment the rule belongs to (milliseconds), or null. */
  enteredAt: number | null;
}

/** Whether an event has the name and passes all filters. Nothing after now counts. */
export function matches(event: PersonEvent, name: string | null, where: readonly Filter[], env: TestEnv): boolean {
  if (event.at > env.now) return false;
  if (name === null ? isCall(event.name) : event.name !== name) return false;
  return passes(event, where, env);
}

/** Events in the window that have the name and pass all filters, out of events of that name (or of any) in order. */
export function select(
  events: readonly PersonEvent[],
  { event: name, where, window }: { event: string | null; where: readonly Filter[]; window: Window },
  env: EventEnv,
): PersonEvent[] {
  const out: PersonEvent[] = [];
  const [from, to] = spanOf(window, env);
  for (const event of events) {
    if (event.at >= to || event.at > env.now) break;
    if (event.at < from || !inWindow(window, event.at, env)) continue;
    if (name === null ? isCall(event.name) : event.name !== name) continue;
    if (passes(event, where, env)) out.push(event);
  }
  return out;
}

function passes(event: PersonEvent, where: readonly Filter[], env: TestEnv): boolean {
  for (const filter of where) if (!testValue(filter.test, at(event[filter.root], filter.path), env)) return false;
  return true;
}

/** No time outside [from, to) lies in the window. */
function spanOf(window: Window, { now }: TestEnv): [from: number, to: number] {
  switch (window.kind) {
    case "last":
      return [now - seconds(window.duration) * 1000, Infinity];
    case "between_ago":
      return [now - seconds(window.to) * 1000, now - seconds(window.from) * 1000];
    case "calendar_days":
      return [now - (window.days + 2) * 86_400_000, Infinity];
    default:
      return [-Infinity, Infinity];
  }
}

/** Whether a time lies in the window. */
export function inWindow(window: Window, ms: number, env: EventEnv): boolean {
  switch (window.kind) {
    case "ever":
      return true;
    case "last":
      return env.now - seconds(window.duration) * 1000 < ms && ms <= env.now;
    case "calendar_days": {
      const today = localTime(env.now, env.zone);
      const day = localTime(ms, env.zone);
      return dayNumber(day.year, day.month, day.day) > dayNumber(today.year, today.month, today.day) - window.days;
    }
    case "between_ago":
      return env.now - seconds(window.to) * 1000 <= ms && ms < env.now - seconds(window.from) * 1000;
    case "fixed":
      return (window.from === null || Date.parse(window.from) <= ms) && (window.to === null || ms < Date.parse(window.to));
    case "since_entered":
      return env.enteredAt !== null && ms >= env.enteredAt;
  }
}

/** The measure over matching events in (at, id) order; undefined where it has no value (an average of nothing). */
export function measured(measure: Measure, events: readonly PersonEvent[], env: TestEnv): number | undefined {
  switch (measure.of) {
    case "count":
      return events.length;
    case "days":
    case "weeks":
    case "months": {
      const { of } = measure;
      return new Set(events.map((event) => PERIOD[of](event.at, env.zone))).size;
    }
    case "distinct": {
      const { path } = measure;
      return new Set(events.map((event) => textOf(at(event.properties, path))).filter((text) => text !== undefined)).size;
    }
    default: {
      const { path } = measure;
      const numbers: number[] = [];
      for (const event of events) {
        const n = path ? numberOf(at(event.properties, path)) : (event.value ?? undefined);
        if (n !== undefined) numbers.push(n);
      }
      // Added one after the other in time order, as the SQL does: the same digits to the last bit.
      const sum = numbers.reduce((total, n) => total + n, 0);
      if (measure.of === "sum") return sum;
      if (numbers.length === 0) return undefined;
      if (measure.of === "average") return sum / numbers.length;
      return measure.of === "min" ? Math.min(...numbers) : Math.max(...numbers);
    }
  }
}

/** Number of the calendar day, week (from Monday; 1 January 1970 was a Thursday) or month. */
const PERIOD = {
  days: dayOf,
  weeks: (ms: number, zone: string): number => Math.floor((dayOf(ms, zone) + 3) / 7),
  months: (ms: number, zone: string): number => {
    const local = localTime(ms, zone);
    return local.year * 12 + local.month;
  },
} as const;

function dayOf(ms: number, zone: string): number {
  const local = localTime(ms, zone);
  return dayNumber(local.year, local.month, local.day);
}

const later = (a: PersonEvent, b: PersonEvent): boolean => a.at > b.at || (a.at === b.at && a.id > b.id);

/** The events that make one success of a sequence, or undefined. */
export function findSequence(leaf: LeafOf<"sequence">, person: Person, env: EventEnv): PersonEvent[] | undefined {
  const candidates = leaf.steps.map((step) =>
    eventsNamed(person, step.event).filter((event) => matches(event, step.event, step.where, env)),
  );
  const extend = (chosen: PersonEvent[]): PersonEvent[] | undefined => {
    const i = chosen.length;
    const step = leaf.steps[i];
    if (!step) return thenNotHolds(leaf, chosen.at(-1) as PersonEvent, person, env) ? chosen : undefined;
    for (const event of candidates[i] ?? []) {
      if (!stepFits(step, event, chosen, person, env)) continue;
      if (i === 0 && !inWindow(leaf.window, event.at, env)) continue;
      const found = extend([...chosen, event]);
      if (found) return found;
    }
    return undefined;
  };
  return extend([]);
}

function stepFits(step: Step, event: PersonEvent, chosen: PersonEvent[], person: Person, env: EventEnv): boolean {
  const previous = chosen.at(-1);
  if (previous) {
    if (!later(event, previous)) return false;
    if (step.within && event.at > previous.at + seconds(step.within) * 1000) return false;
    const { without } = step;
    if (
      without &&
      eventsNamed(person, without.event).some(
        (between) => later(between, previous) && later(event, between) && matches(between, without.event, without.where, env),
      )
    )
      return false;
  }
  return (step.same ?? []).every((link) => {
    const mine = textOf(at(event.properties, link.path));
    return mine !== undefined && mine === textOf(at(chosen[link.step]?.properties, link.stepPath));
  });
}

function thenNotHolds(leaf: LeafOf<"sequence">, last: PersonEvent, person: Person, env: EventEnv): boolean {
  const { thenNot } = leaf;
  if (!thenNot) return true;
  const end = last.at + seconds(thenNot.within) * 1000;
  if (env.now < end) return false;
  return !eventsNamed(person, thenNot.event).some(
    (event) => later(event, last) && event.at <= end && matches(event, thenNot.event, thenNot.where, env),
  );
}
