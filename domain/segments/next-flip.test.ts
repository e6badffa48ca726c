import fc from "fast-check";
import { expect, test } from "vitest";
import { personArbitrary, ruleArbitrary } from "./arbitrary";
import { NOW } from "./arbitrary-values";
import { evaluate } from "./evaluate";
import { leavesOf, type Rule } from "./model";
import { nextFlip, nextMidnight } from "./next-flip";
import type { Person } from "./person";
import { isZone } from "./zones";

type Raw = typeof personArbitrary extends fc.Arbitrary<infer T> ? T : never;

const prepare = (raw: Raw, shift: number): Person => ({
  ...raw,
  id: 7,
  zone: raw.timezone !== null && isZone(raw.timezone) ? raw.timezone : "Europe/London",
  // Some events lie ahead.
  events: raw.events.map((event, i) => ({ ...event, id: i + 1, at: event.at + shift })).sort((a, b) => a.at - b.at || a.id - b.id),
});

const DAY = 86_400_000;

/** Goes from flip to flip and looks at instants in between. Returns how often the answer really changed. */
function walk(rule: Rule, person: Person, points: readonly number[]): number {
  let now = NOW;
  let flips = 0;
  for (let step = 0; step < 8; step++) {
    const next = nextFlip(rule, person, now);
    const end = next ?? now + 400 * DAY;
    expect(end).toBeGreaterThan(now);
    const before = evaluate(rule, person, { now });
    for (const point of [...points.map((p) => now + Math.floor(p * (end - now - 1))), end - 1])
      expect({ rule, at: point - now, met: evaluate(rule, person, { now: point }) }).toEqual({ rule, at: point - now, met: before });
    if (next === null) break;
    if (evaluate(rule, person, { now: next }) !== before) flips += 1;
    now = next;
  }
  return flips;
}

test("between now and the next flip the answer never changes", () => {
  let flips = 0;
  fc.assert(
    fc.property(
      personArbitrary,
      ruleArbitrary,
      fc.constantFrom(0, 0, DAY, 3 * 3_600_000),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
      (raw, rule, shift, points) => {
        const person = prepare(raw, shift);
        // Every row by itself too: groups of random rows seldom change.
        const alone = [...leavesOf(rule.root)].map((leaf): Rule => ({
          ...rule,
          root: { kind: "group", id: "root", match: "all", children: [leaf] },
        }));
        for (const one of [rule, ...alone]) flips += walk(one, person, points);
      },
    ),
    { numRuns: Number(process.env["RUNS"] ?? 2_500) },
  );
  // The walk met real flips, so the property is not empty.
  expect(flips).toBeGreaterThan(100);
});

test("a member leaves at the very end of the window", () => {
  const at = Date.parse("2026-11-20T10:00:00Z");
  const rule: Rule = {
    version: 1,
    root: {
      kind: "group",
      id: "root",
      match: "all",
      children: [
        {
          kind: "event",
          id: "a",
          event: "Bought",
          where: [],
          window: { kind: "last", duration: { n: 7, unit: "day" } },
          measure: { of: "count" },
          compare: { operator: "at_least", n: 1 },
        },
      ],
    },
  };
  const person: Person = {
    id: 1,
    known: true,
    traits: {},
    country: null,
    city: null,
    zone: "UTC",
    timezone: null,
    identifiers: [],
    accounts: [],
    devices: [],
    events: [{ id: 1, name: "Bought", at, value: null, properties: {}, context: {} }],
  };
  expect(nextFlip(rule, person, NOW)).toBe(at + 7 * DAY);
  expect(nextFlip(rule, person, at + 7 * DAY)).toBeNull();
});

test("midnight comes after 23, 24 or 25 hours", () => {
  const berlin = (text: string): string => new Date(nextMidnight(Date.parse(text), "Europe/Berlin")).toISOString();
  expect(berlin("2026-03-28T23:00:00Z")).toBe("2026-03-29T22:00:00.000Z");
  expect(berlin("2026-10-24T22:00:00Z")).toBe("2026-10-25T23:00:00.000Z");
  expect(berlin("2026-06-01T21:59:59.999Z")).toBe("2026-06-01T22:00:00.000Z");
});
