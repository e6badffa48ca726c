import type { AnySql } from "@/db/client";
import type { Json, JsonObject } from "@/domain/events/model";
import { evaluateNode } from "./evaluate";
import { evaluateEnv, loadMemberships, loadPeople } from "./load-people";
import { RULE_VERSION } from "./model";
import type { Filter, Group } from "./model";
import { needsOf } from "./needs";
import { testValue } from "./test-value";
import { at } from "./values";

/** Facts of some people, ready to be asked conditions. Canonical ids only. */
export interface ConditionPeople {
  has(id: number): boolean;
  /** IANA zone of the person, else the company's. */
  zone(id: number): string;
  traits(id: number): JsonObject;
  trait(id: number, path: readonly string[]): Json | undefined;
  /** Whether a condition holds at an instant (milliseconds). False for an unknown person. */
  holds(id: number, condition: Group, now: number): boolean;
  /** Whether all filters pass for one event. */
  matches(
    id: number,
    where: readonly Filter[],
    event: { readonly properties: JsonObject; readonly context: JsonObject },
    now: number,
  ): boolean;
}

/** Loads what conditions need of people, in a few statements for all of them. For rooms that decide one by one. */
export async function loadConditions(
  sql: AnySql,
  ids: readonly number[],
  conditions: readonly Group[],
  options: { now: number; zone: string },
): Promise<ConditionPeople> {
  const needs = needsOf(
    conditions.map((root) => ({ version: RULE_VERSION, root })),
    options.now,
  );
  const people = await loadPeople(sql, ids, needs, options.zone, options.now);
  const memberships = await loadMemberships(sql, ids, [...needs.segments], [...needs.lists]);
  const zone = (id: number): string => people.get(id)?.zone ?? options.zone;
  return {
    has: (id) => people.has(id),
    zone,
    traits: (id) => people.get(id)?.traits ?? {},
    trait: (id, path) => at(people.get(id)?.traits, path),
    holds: (id, condition, now) => {
      const person = people.get(id);
      return person !== undefined && evaluateNode(condition, person, evaluateEnv(now, memberships, id, undefined));
    },
    matches: (id, where, event, now) =>
      where.every((filter) => testValue(filter.test, at(event[filter.root], filter.path), { now, zone: zone(id) })),
  };
}
