import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type PersonConsent, type Question } from "./decide";
import { CHANNEL_KEY, GPC_KEY, PAUSE_KEY } from "./model";
import { FRAGMENTS, ops, World, type Op } from "./test/world";

type Gate = (question: Question, person: PersonConsent) => boolean;
const real: Gate = (question, person) => decide(question, person).allowed;

/** The first moment at which the gate lets something out that it must not; null: none. */
function violation(sequence: readonly Op[], gate: Gate): number | null {
  const world = new World();
  for (const [i, op] of sequence.entries()) {
    world.play(op);
    for (const fragment of FRAGMENTS) if (gate(world.question(), world.facts(fragment)) && world.forbidden(fragment)) return i;
  }
  return null;
}

describe("the gate under random grants, withdrawals, expiries, merges, un-merges and late messages", () => {
  it("lets nothing out that is forbidden", () => {
    fc.assert(
      fc.property(ops, (sequence) => {
        expect(violation(sequence, real)).toBeNull();
      }),
      { numRuns: 4_000 },
    );
  });

  it("is not just always no: a plain yes of a person who never said no is a yes", () => {
    fc.assert(
      fc.property(ops, fc.constantFrom(...FRAGMENTS), (sequence, fragment) => {
        const world = new World();
        const quiet = sequence
          .filter((op) => op.do !== "say" || op.state === "granted")
          .filter((op) => op.do !== "say" || op.key !== GPC_KEY);
        for (const op of quiet) world.play(op);
        world.play({ do: "say", fragment, key: "mail", stream: "explicit", state: "granted", late: 0, days: null });
        expect(real(world.question(), world.facts(fragment))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order in which statements are read", () => {
    fc.assert(
      fc.property(ops, fc.nat(), (sequence, turn) => {
        const world = new World();
        for (const op of sequence) world.play(op);
        for (const fragment of FRAGMENTS) {
          const facts = world.facts(fragment);
          const n = facts.statements.length;
          const turned = facts.statements.map((_, i) => facts.statements[(i + turn) % n] ?? facts.statements[0]) as typeof facts.statements;
          expect(decide(world.question(), { ...facts, statements: turned })).toEqual(decide(world.question(), facts));
        }
      }),
      { numRuns: 500 },
    );
  });

  const changed =
    (change: (person: PersonConsent) => PersonConsent): Gate =>
    (question, person) =>
      real(question, change(person));
  const statements = (change: (row: PersonConsent["statements"][number]) => PersonConsent["statements"][number]): Gate =>
    changed((person) => ({ ...person, statements: person.statements.map(change) }));
  const without = (key: string): Gate =>
    changed((person) => ({ ...person, statements: person.statements.filter((row) => row.key !== key) }));

  /** Mistakes that somebody could make in the gate, each as the gate with that mistake. */
  const mutants: Record<string, Gate> = {
    "a yes never runs out": (question, person) =>
      real(
        { ...question, terms: { ...question.terms, validDays: null } },
        { ...person, statements: person.statements.map((row) => (row.state === "granted" ? { ...row, expiresAt: null } : row)) },
      ),
    "merge by or: any fragment's yes": (question, person) =>
      person.fragments.some((id) =>
        real(question, { ...person, fragments: [id], statements: person.statements.filter((row) => row.profileId === id) }),
      ),
    "merge by newest: one pile of statements": changed((person) => ({
      ...person,
      fragments: [person.id],
      statements: person.statements.map((row) => ({ ...row, profileId: person.id })),
    })),
    "signals count as explicit": statements((row) => ({ ...row, stream: "explicit" })),
    "what arrived last wins": statements((row) => ({ ...row, at: row.recordedAt })),
    "a word before the merge counts as after it": changed((person) => ({
      ...person,
      edges: person.edges.map((edge) => ({ ...edge, at: 0, inboxId: 0 })),
    })),
    "unsubscribing from the channel is not looked at": without(CHANNEL_KEY),
    "a pause is not looked at": without(PAUSE_KEY),
    "GPC is not looked at": without(GPC_KEY),
    "only the canonical fragment is read": changed((person) => ({
      ...person,
      statements: person.statements.filter((row) => row.profileId === person.id),
    })),
    "opt-out instead of opt-in": (question, person) =>
      real({ ...question, terms: { ...question.terms, legalBasis: "legitimate_interest" } }, person),
  };

  it.each(Object.keys(mutants))("finds the mistake: %s", (name) => {
    const gate = mutants[name] as Gate;
    expect(() =>
      fc.assert(
        fc.property(ops, (sequence) => violation(sequence, gate) === null),
        { numRuns: 20_000, seed: 7, endOnFailure: true },
      ),
    ).toThrow(/Property failed/);
  });

  it("finds the mistake: not asked again at the time of sending", () => {
    const stale = (sequence: readonly Op[]): boolean => {
      const world = new World();
      for (const op of sequence.slice(0, -1)) world.play(op);
      const before = FRAGMENTS.map((fragment) => real(world.question(), world.facts(fragment)));
      const last = sequence.at(-1);
      if (last) world.play(last);
      return !FRAGMENTS.some((fragment, i) => before[i] && world.forbidden(fragment));
    };
    expect(() => fc.assert(fc.property(ops, stale), { numRuns: 20_000, seed: 7, endOnFailure: true })).toThrow(/Property failed/);
  });
});
