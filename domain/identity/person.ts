import type { FragmentTraits } from "./traits";
import type { PersonIdentity } from "./state";

/** Money in ten-thousandths, so that sums are exact. */
export type Units = bigint;
export const toUnits = (value: number): Units => BigInt(Math.round(value * 1e4));
export const parseUnits = (text: string): Units => {
  const negative = text.startsWith("-");
  const [whole = "0", part = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole) * 10_000n + BigInt(part.padEnd(4, "0").slice(0, 4));
  return negative ? -units : units;
};
export const unitsText = (units: Units): string => {
  const abs = units < 0n ? -units : units;
  return `${units < 0n ? "-" : ""}${abs / 10_000n}.${String(abs % 10_000n).padStart(4, "0")}`;
};

/** A person in memory while a batch is applied: identity, and the counted part of the summary. */
export interface Person extends PersonIdentity {
  createdAt: number;
  firstSeen: number;
  lastSeen: number;
  seenActive: boolean;
  eventCount: number;
  orderCount: number;
  revenue: Units;
  searchText: string | null;
  /** Not in the database yet. */
  isNew: boolean;
  /** Counters changed. */
  counted: boolean;
  /** Traits, identifiers or fragments changed: the derived part has to be made anew. */
  reshaped: boolean;
  /** Number of the batch that needed this person last; decides who is forgotten. */
  used: number;
}

export interface LoadedTraits extends FragmentTraits {
  isNew: boolean;
  dirty: boolean;
}

/** Seen at a time: exact in every order of arrival. */
export function countSeen(person: Person, at: number, active: boolean): void {
  // Split off by hand and not seen since: the time of the split stands there until something happens.
  if (isUnseen(person)) person.firstSeen = at;
  person.firstSeen = Math.min(person.firstSeen, at);
  if (active) {
    person.lastSeen = person.seenActive ? Math.max(person.lastSeen, at) : at;
    person.seenActive = true;
  } else if (!person.seenActive) {
    person.lastSeen = person.firstSeen;
  }
  person.counted = true;
}

const isUnseen = ({ isNew, seenActive, eventCount, firstSeen, lastSeen, createdAt }: Person): boolean =>
  !isNew && !seenActive && eventCount === 0 && firstSeen === createdAt && lastSeen === createdAt;

/** The counters of two people that became one. */
export function addCounters(survivor: Person, loser: Person): void {
  if (isUnseen(survivor)) survivor.firstSeen = loser.firstSeen;
  else if (!isUnseen(loser)) survivor.firstSeen = Math.min(survivor.firstSeen, loser.firstSeen);
  const active = [survivor, loser].filter((person) => person.seenActive).map((person) => person.lastSeen);
  survivor.seenActive = active.length > 0;
  survivor.lastSeen = active.length > 0 ? Math.max(...active) : survivor.firstSeen;
  survivor.eventCount += loser.eventCount;
  survivor.orderCount += loser.orderCount;
  survivor.revenue += loser.revenue;
  survivor.counted = true;
  survivor.reshaped = true;
}
