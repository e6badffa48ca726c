import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildPaths, selectPaths, tableOf } from "./paths";
import type { ConversionColumns, PathRules, TouchColumns } from "./paths";

interface Touch {
  person: number;
  at: number;
  event: number;
  origin: number;
}
interface Bought {
  person: number;
  at: number;
  event: number;
  value: number;
}
const DAY = 86_400;
const VIEW = 9;

const inOrder = <T extends { person: number; at: number; event: number }>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => a.person - b.person || a.at - b.at || a.event - b.event);

function columns(rows: readonly Touch[]): TouchColumns {
  return {
    person: Int32Array.from(rows, (r) => r.person),
    at: Float64Array.from(rows, (r) => r.at),
    event: Float64Array.from(rows, (r) => r.event),
    origin: Int32Array.from(rows, (r) => r.origin),
  };
}
function bought(rows: readonly Bought[]): ConversionColumns {
  return {
    person: Int32Array.from(rows, (r) => r.person),
    at: Float64Array.from(rows, (r) => r.at),
    event: Float64Array.from(rows, (r) => r.event),
    value: Float64Array.from(rows, (r) => r.value),
  };
}

const rules = (more: Partial<PathRules> = {}): PathRules => ({
  clickWindow: 7 * DAY,
  viewWindow: DAY,
  isView: (origin) => origin === VIEW,
  from: 0,
  to: Infinity,
  includes: () => true,
  once: false,
  restricted: () => false,
  ...more,
});

interface Path {
  person: number;
  event: number;
  touches: [number, number][];
}
/** The same by looking at every touch for every conversion. */
function naive(touches: readonly Touch[], conversions: readonly Bought[], by: PathRules): Path[] {
  const people = [...new Set([...touches, ...conversions].map((r) => r.person))].toSorted((a, b) => a - b);
  return people.flatMap((person): Path[] => {
    if (by.restricted(person)) return [];
    const own = inOrder(touches.filter((t) => t.person === person));
    const all = inOrder(conversions.filter((c) => c.person === person));
    if (all.length === 0) {
      const seen = own.filter((t) => t.at >= by.from);
      return seen.length === 0 ? [] : [{ person, event: 0, touches: seen.map((t) => [t.origin, (seen.at(-1)?.at ?? 0) - t.at]) }];
    }
    return (by.once ? all.slice(0, 1) : all).flatMap((c, i): Path[] => {
      if (c.at < by.from) return [];
      const before = (t: { at: number; event: number }, than: { at: number; event: number }): boolean =>
        t.at < than.at || (t.at === than.at && t.event <= than.event);
      const previous = all[i - 1];
      return [
        {
          person,
          event: c.event,
          touches: own
            .filter(
              (t) =>
                before(t, c) &&
                (previous === undefined || !before(t, previous)) &&
                c.at - t.at <= (by.isView(t.origin) ? by.viewWindow : by.clickWindow),
            )
            .map((t): [number, number] => [t.origin, c.at - t.at]),
        },
      ];
    });
  });
}

describe("paths from touches and conversions", () => {
  const person = fc.integer({ min: 1, max: 4 });
  const at = fc.integer({ min: 0, max: 20 }).map((n) => n * (DAY / 2));
  const anyTouches = fc
    .array(fc.record({ person, at, origin: fc.constantFrom(1, 2, VIEW) }), { maxLength: 30 })
    .map((rows) => inOrder(rows.map((row, i) => ({ ...row, event: i * 2 }))));
  const anyConversions = fc
    .array(fc.record({ person, at, value: fc.integer({ min: 0, max: 100 }) }), { maxLength: 10 })
    .map((rows) => inOrder(rows.map((row, i) => ({ ...row, event: i * 2 + 1 }))));

  it("are what looking at each pair gives", () => {
    fc.assert(
      fc.property(
        anyTouches,
        anyConversions,
        fc.boolean(),
        fc.constantFrom(0, 3 * DAY),
        fc.constantFrom(0, 2),
        (touches, conversions, once, from, held) => {
          const by = rules({ once, from, restricted: (p) => p === held });
          const paths = buildPaths(columns(touches), bought(conversions), by);
          const found = Array.from({ length: paths.person.length }, (_, p): Path => ({
            person: paths.person[p] ?? 0,
            event: paths.event[p] ?? 0,
            touches: Array.from({ length: (paths.offsets[p + 1] ?? 0) - (paths.offsets[p] ?? 0) }, (_, i): [number, number] => [
              paths.origin[(paths.offsets[p] ?? 0) + i] ?? 0,
              paths.age[(paths.offsets[p] ?? 0) + i] ?? 0,
            ]),
          }));
          expect(found).toEqual(naive(touches, conversions, by));
          const counted = inOrder(conversions).filter((c, i, all) => c.at >= from && (!once || all[i - 1]?.person !== c.person));
          const total = paths.conversions.reduce((a, b) => a + b, 0) + paths.restricted.conversions;
          expect(total).toBe(counted.length);
          expect(paths.value.reduce((a, b) => a + b, 0) + paths.restricted.value).toBe(counted.reduce((a, c) => a + c.value, 0));
          // Filters and dimensions keep what they keep.
          const some = selectPaths(paths, (p) => paths.person[p] !== 1);
          expect([...some.person]).toEqual([...paths.person].filter((p) => p !== 1));
          const table = tableOf(some, { names: ["other", "one", "two", "view"], of: Uint16Array.of(0, 1, 2, 0, 0, 0, 0, 0, 0, 3) });
          expect([...table.channel]).toEqual(
            found.filter((p) => p.person !== 1).flatMap((p) => p.touches.map(([origin]) => (origin === VIEW ? 3 : origin))),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
