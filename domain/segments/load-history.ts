import type { AnySql } from "@/db/client";
import type { JsonObject } from "@/domain/events/model";
import { evaluateNode } from "./evaluate";
import type { ConditionPeople } from "./load-conditions";
import { loadMemberships, loadPeople } from "./load-people";
import { RULE_VERSION } from "./model";
import type { Group } from "./model";
import { needsOf } from "./needs";
import type { Person, PersonEvent } from "./person";
import { testValue } from "./test-value";
import { at } from "./values";

/** Somebody made up, to try things with. */
export interface MadeUpPerson {
  readonly traits: JsonObject;
  readonly zone: string;
  /** Segments and lists that they are taken to be in. */
  readonly memberOf: readonly string[];
}

/** What is asked of people as they were at moments of the past, or with events that are only supposed. */
export interface HistoryOptions {
  /** The earliest moment that will be asked about (milliseconds): windows reach back from there. */
  readonly from: number;
  /** The company's zone. */
  readonly zone: string;
  /** Events of everybody that are supposed to happen, in order of time. */
  readonly supposed?: readonly PersonEvent[];
}

/**
 * People as `loadConditions` gives them, asked at moments of the past: events count up to the moment, memberships of
 * segments are those of the moment. Traits, lists, devices and consent are as they stand now: no history of them is kept.
 */
export async function loadHistory(
  sql: AnySql,
  ids: readonly number[],
  conditions: readonly Group[],
  { from, zone, supposed = [] }: HistoryOptions,
): Promise<ConditionPeople> {
  const needs = needsOf(
    conditions.map((root) => ({ version: RULE_VERSION, root })),
    from,
  );
  const people = await loadPeople(sql, ids, needs, zone);
  const memberships = await loadMemberships(sql, ids, [...needs.segments], [...needs.lists]);
  const changes = await membershipChanges(sql, ids, [...needs.segments], from);
  const inSegment = (segmentId: string, id: number, now: number): boolean => {
    const own = changes.get(`${segmentId}:${id}`) ?? [];
    const before = own.findLast((change) => change.at <= now);
    if (before !== undefined) return before.entered;
    // Nothing before: the first change after it tells what it was until then.
    return own[0] === undefined ? (memberships.segments.get(segmentId)?.has(id) ?? false) : !own[0].entered;
  };
  return peopleAt(people, zone, supposed, {
    inSegment,
    inList: (listId, id) => memberships.lists.get(listId)?.has(id) ?? false,
  });
}

/** One made-up person (id 0), with events that are supposed. */
export function madeUpPeople({ traits, zone, memberOf }: MadeUpPerson, supposed: readonly PersonEvent[]): ConditionPeople {
  const member = (id: string): boolean => memberOf.includes(id);
  const text = (key: string): string | null => (typeof traits[key] === "string" ? traits[key] : null);
  const person: Person = {
    id: 0,
    known: true,
    traits,
    country: text("country"),
    city: text("city"),
    timezone: zone,
    zone,
    identifiers: ["email", "phone"].filter((type) => traits[type] !== undefined).map((type) => ({ type })),
    accounts: [],
    devices: [],
    events: [],
  };
  return peopleAt(new Map([[0, person]]), zone, supposed, { inSegment: member, inList: member });
}

function peopleAt(
  people: ReadonlyMap<number, Person>,
  company: string,
  supposed: readonly PersonEvent[],
  memberships: {
    inSegment: (segmentId: string, id: number, now: number) => boolean;
    inList: (listId: string, id: number) => boolean;
  },
): ConditionPeople {
  const zone = (id: number): string => people.get(id)?.zone ?? company;
  const whole = new Map([...people].map(([id, person]) => [id, withEvents(person, supposed)]));
  // Events of a name are sorted out once for each list of events: the same prefix is the same list.
  const prefixes = new Map<number, { length: number; person: Person }>();
  const upTo = (id: number, now: number): Person | undefined => {
    const person = whole.get(id);
    if (person === undefined || person.events.length === 0) return person;
    let length = person.events.length;
    while (length > 0 && (person.events[length - 1]?.at ?? 0) > now) length -= 1;
    const known = prefixes.get(id);
    if (known?.length === length) return known.person;
    const cut = { length, person: { ...person, events: person.events.slice(0, length) } };
    prefixes.set(id, cut);
    return cut.person;
  };
  return {
    has: (id) => people.has(id),
    zone,
    traits: (id) => people.get(id)?.traits ?? {},
    trait: (id, path) => at(people.get(id)?.traits, path),
    holds: (id, condition, now) => {
      const person = upTo(id, now);
      if (person === undefined) return false;
      return evaluateNode(condition, person, {
        now,
        inSegment: (segmentId) => memberships.inSegment(segmentId, id, now),
        inList: (listId) => memberships.inList(listId, id),
      });
    },
    matches: (id, where, event, now) =>
      where.every((filter) => testValue(filter.test, at(event[filter.root], filter.path), { now, zone: zone(id) })),
  };
}

const withEvents = (person: Person, supposed: readonly PersonEvent[]): Person =>
  supposed.length === 0 ? person : { ...person, events: [...person.events, ...supposed].toSorted((a, b) => a.at - b.at || a.id - b.id) };

async function membershipChanges(
  sql: AnySql,
  ids: readonly number[],
  segments: readonly string[],
  from: number,
): Promise<Map<string, { at: number; entered: boolean }[]>> {
  const out = new Map<string, { at: number; entered: boolean }[]>();
  if (segments.length === 0 || ids.length === 0) return out;
  const rows = await sql<{ id: number; segmentId: string; at: Date; entered: boolean }[]>`
    select profile_id as id, segment_id as "segmentId", at, entered from segment_transitions
    where profile_id = any(${`{${ids.join(",")}}`}::text::int[]) and segment_id = any(${segments as string[]}::text[]) and at > ${new Date(from)}
    order by id`;
  for (const { id, segmentId, at: time, entered } of rows) {
    const key = `${segmentId}:${id}`;
    const change = { at: time.getTime(), entered };
    const known = out.get(key);
    if (known === undefined) out.set(key, [change]);
    else known.push(change);
  }
  return out;
}
