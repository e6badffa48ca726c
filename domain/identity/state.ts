import type { IdentifierStatus } from "./model";

export interface KnownIdentifier {
  type: string;
  value: string;
  /** The fragment that holds it. */
  fragment: number;
  status: IdentifierStatus;
  /** Milliseconds; event time of the earliest sighting. */
  firstSeen: number;
  /** Milliseconds; newest sighting, in steps of a day (so that not every event rewrites it). */
  lastSeen: number;
}

/** One person: connected fragments and all their identifiers. `id` is the canonical fragment. */
export interface PersonIdentity {
  id: number;
  fragments: number[];
  identifiers: KnownIdentifier[];
}

export const keyOf = (type: string, value: string): string => `${type}\0${value}`;
export const pairOf = (a: number, b: number): string => (a < b ? `${a}:${b}` : `${b}:${a}`);

/**
 * What resolution looks at, in memory: everything that the identifiers of a batch can touch. `P` lets processing keep a
 * person's summary with it.
 */
export class IdentityState<P extends PersonIdentity = PersonIdentity> {
  readonly identifiers = new Map<string, KnownIdentifier>();
  readonly people = new Map<number, P>();
  /** Fragment to person. */
  readonly personOf = new Map<number, P>();
  /** Pairs of fragments that an operator took apart. */
  neverMerge: ReadonlySet<string> = new Set();
  /** Identifier key to the keys of those it was set aside for, with the day (days since 1970) of the newest. */
  readonly conflicts = new Map<string, Map<string, number>>();

  find(type: string, value: string): KnownIdentifier | undefined {
    return this.identifiers.get(keyOf(type, value));
  }

  person(fragment: number): P {
    const found = this.personOf.get(fragment);
    if (!found) throw new Error(`fragment ${fragment} is not loaded`);
    return found;
  }

  put(person: P): void {
    this.people.set(person.id, person);
    for (const fragment of person.fragments) this.personOf.set(fragment, person);
    for (const identifier of person.identifiers) this.identifiers.set(keyOf(identifier.type, identifier.value), identifier);
  }

  /** Forgets a person and everything that belongs to it. */
  drop(person: P): void {
    this.people.delete(person.id);
    for (const fragment of person.fragments) this.personOf.delete(fragment);
    for (const identifier of person.identifiers) {
      const key = keyOf(identifier.type, identifier.value);
      this.identifiers.delete(key);
      this.conflicts.delete(key);
    }
  }

  /** Makes one person of two. The loser's object is left as it was and is no longer found. */
  join(survivor: P, loser: P): void {
    this.people.delete(loser.id);
    survivor.fragments.push(...loser.fragments);
    survivor.identifiers.push(...loser.identifiers);
    for (const fragment of loser.fragments) this.personOf.set(fragment, survivor);
  }
}
