import type { Json } from "@/domain/events/model";
import { inWindow, matches, measured, type EventEnv } from "../measure";
import type { Measure } from "../model";
import { nextFlip } from "../next-flip";
import type { Person, PersonEvent } from "../person";
import { at, numberOf, textOf } from "../values";
import { evaluateExpression, parseExpression } from "./expression";
import { partRule, type EventsPart } from "./parts";
import { emptyOf, type Definition, type DefinitionOf, type EventMeasure, type RfmBorders } from "./model";

const DAY = 86_400_000;
const MINUTE = 60_000;

export interface ComputeEnv {
  /** Milliseconds. */
  now: number;
  /** Value of another computed trait by key, for formulas. */
  computed?: (key: string) => Json | undefined;
  /** Borders of an RFM trait; without them nobody has a value. */
  borders?: RfmBorders | null;
}

export interface ComputedValue {
  /** null: none. */
  value: Json;
  /** The events that made it, in (time, id) order. */
  events: readonly PersonEvent[];
  /** When time alone may next change it (milliseconds): never later than it does. */
  next: number | null;
}

/** The value of one person: the twin of `compileValue` in memory. Pure. */
export function computeValue(definition: Definition, person: Person, env: ComputeEnv): ComputedValue {
  let next = Number.POSITIVE_INFINITY;
  const offer = (ms: number): void => {
    if (ms > env.now && ms < next) next = ms;
  };
  const { value, events } = valueOf(definition, person, env, offer);
  // JSON knows neither infinity nor a negative zero.
  const clean = typeof value === "number" ? (Number.isFinite(value) ? value + 0 : undefined) : value;
  return { value: clean ?? emptyOf(definition), events, next: Number.isFinite(next) ? next : null };
}

type Offer = (ms: number) => void;
interface Found {
  value: Json | undefined;
  events: readonly PersonEvent[];
}

function valueOf(definition: Definition, person: Person, env: ComputeEnv, offer: Offer): Found {
  const eventEnv: EventEnv = { now: env.now, zone: person.zone, enteredAt: null };
  /** The events of a part; every instant at which another set may match is offered. */
  const pick = (part: EventsPart): PersonEvent[] => {
    const flip = nextFlip(partRule(part), person, env.now);
    if (flip !== null) offer(flip);
    return person.events.filter((event) => inWindow(part.window, event.at, eventEnv) && matches(event, part.event, part.where, eventEnv));
  };
  switch (definition.kind) {
    case "event": {
      const events = pick(definition);
      return { events, value: ofEvents(definition.measure, events, eventEnv, offer) };
    }
    case "ratio": {
      const [above, below] = [pick(definition.of), pick(definition.per)];
      const [x, y] = [measured(definition.of.measure, above, eventEnv), measured(definition.per.measure, below, eventEnv)];
      const both = [...new Set([...above, ...below])].sort((a, b) => a.at - b.at || a.id - b.id);
      return { events: both, value: x === undefined || y === undefined || y === 0 ? undefined : x / y };
    }
    case "sessions": {
      const events = pick(definition);
      return { events, value: ofSessions(definition, events) };
    }
    case "rfm": {
      const events = pick(definition);
      return { events, value: env.borders ? ofRfm(definition, events, env.borders, env.now, offer) : undefined };
    }
    // Only the database can say.
    case "sql":
      return { events: [], value: undefined };
    case "formula":
      return {
        events: [],
        value: evaluateExpression(parseExpression(definition.expression), {
          now: env.now,
          computed: (key) => env.computed?.(key),
          trait: (path) => at(person.traits, path),
          offer,
        }),
      };
  }
}

/** By code points, as text sorts under PostgreSQL's collation "C". */
export function byCodePoints(a: string, b: string): number {
  for (let i = 0; ; i++) {
    const [x, y] = [a.codePointAt(i), b.codePointAt(i)];
    if (x === undefined || y === undefined) return a.length - b.length;
    if (x !== y) return x - y;
    if (x > 0xffff) i += 1;
  }
}

function ofEvents(measure: EventMeasure, events: readonly PersonEvent[], env: EventEnv, offer: Offer): Json | undefined {
  switch (measure.of) {
    case "most_frequent": {
      const counts = new Map<string, number>();
      for (const text of texts(events, measure.path)) counts.set(text, (counts.get(text) ?? 0) + 1);
      let best: string | undefined;
      let most = 0;
      for (const [text, n] of counts)
        if (n > most || (n === most && best !== undefined && byCodePoints(text, best) < 0)) [best, most] = [text, n];
      return most >= measure.atLeast ? best : undefined;
    }
    case "unique_list": {
      const values = [...new Set(texts(events, measure.path))].sort(byCodePoints);
      return values.length === 0 ? undefined : values.slice(0, measure.limit);
    }
    case "first":
    case "last": {
      const { path } = measure;
      const carry = path ? events.filter((event) => (at(event.properties, path) ?? null) !== null) : events;
      const event = measure.of === "first" ? carry[0] : carry.at(-1);
      if (!event) return undefined;
      return path ? at(event.properties, path) : new Date(event.at).toISOString();
    }
    case "days_since": {
      const event = measure.which === "first" ? events[0] : events.at(-1);
      if (!event) return undefined;
      const days = Math.floor((env.now - event.at) / DAY);
      offer(event.at + (days + 1) * DAY);
      return days;
    }
    default:
      return measured(measure satisfies Measure, events, env);
  }
}

const texts = (events: readonly PersonEvent[], path: readonly string[]): string[] =>
  events.map((event) => textOf(at(event.properties, path))).filter((text) => text !== undefined);

function ofSessions(definition: DefinitionOf<"sessions">, events: readonly PersonEvent[]): Json | undefined {
  const gap = definition.gapMinutes * MINUTE;
  const sessions: { start: number; end: number }[] = [];
  for (const event of events) {
    const last = sessions.at(-1);
    if (last && event.at - last.end <= gap) last.end = event.at;
    else sessions.push({ start: event.at, end: event.at });
  }
  const count = sessions.length;
  if (count === 0) return undefined;
  const lengths = sessions.map(({ start, end }) => end - start);
  const total = lengths.reduce((sum, ms) => sum + ms, 0);
  switch (definition.measure) {
    case "count":
      return count;
    case "average_length":
      return total / count / MINUTE;
    case "longest_length":
      return Math.max(...lengths) / MINUTE;
    case "total_length":
      return total / MINUTE;
    case "average_events":
      return events.length / count;
    case "last_start":
      return new Date(sessions.at(-1)?.start ?? 0).toISOString();
  }
}

/** 1 for the lowest part. Values at a border belong to the part below it. */
const partOf = (value: number, borders: readonly number[]): number => 1 + borders.filter((border) => value > border).length;

function ofRfm(
  definition: DefinitionOf<"rfm">,
  events: readonly PersonEvent[],
  borders: RfmBorders,
  now: number,
  offer: Offer,
): Json | undefined {
  const last = events.at(-1);
  if (!last) return undefined;
  const { path, groups } = definition;
  // The longer ago, the lower.
  const recency = groups + 1 - partOf(now - last.at, borders.recency);
  for (const border of borders.recency) offer(last.at + border + 1);
  const frequency = partOf(events.length, borders.frequency);
  const spent = events
    .map((event) => (path ? numberOf(at(event.properties, path)) : (event.value ?? undefined)))
    .reduce<number>((sum, n) => sum + (n ?? 0), 0);
  const monetary = partOf(spent, borders.monetary);
  switch (definition.score) {
    case "recency":
      return recency;
    case "frequency":
      return frequency;
    case "monetary":
      return monetary;
    case "total":
      return recency + frequency + monetary;
    case "code":
      return `${recency}${frequency}${monetary}`;
    case "group":
      return rfmGroup(recency, frequency, monetary, groups);
  }
}

/**
 * The usual eleven names reduced to eight, over recency and the mean of frequency and monetary value, both as shares of
 * the best part (1 is best).
 */
export function rfmGroup(recency: number, frequency: number, monetary: number, groups: number): string {
  const r = (recency - 1) / (groups - 1);
  const fm = (frequency + monetary - 2) / 2 / (groups - 1);
  if (r >= 0.75) return fm >= 0.75 ? "Champions" : fm >= 0.375 ? "Loyal" : "New or promising";
  if (r >= 0.5) return fm >= 0.75 ? "Loyal" : fm >= 0.375 ? "Potential loyal" : "Needs attention";
  if (r >= 0.25) return fm >= 0.5 ? "At risk" : "About to sleep";
  return fm >= 0.5 ? "Cannot lose" : "Lost";
}
