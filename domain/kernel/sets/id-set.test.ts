import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IdSet } from "./id-set";

/** Ids that crowd around chunk borders and make lists, words, full and empty chunks likely. */
const run = fc.tuple(fc.nat(200_000), fc.nat(70_000), fc.integer({ min: 1, max: 5 }));
const ids = fc
  .tuple(
    fc.array(fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1, 31, 32, 65_535, 65_536, 65_537, 131_071, 131_072)), { maxLength: 200 }),
    fc.array(run, { maxLength: 3 }),
  )
  .map(([single, runs]) => {
    const all = new Set(single);
    for (const [from, length, step] of runs) for (let i = 0; i < length; i += step) all.add(from + i);
    return all;
  });

const sorted = (set: Iterable<number>): number[] => [...set].sort((a, b) => a - b);
const packed = (list: number[]): Uint8Array => {
  const buffer = Buffer.alloc(list.length * 4);
  for (const [i, id] of list.entries()) buffer.writeInt32BE(id, i * 4);
  return buffer;
};

describe("IdSet does what Set does", () => {
  test("and, or, andNot, counts, membership, order", () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const x = IdSet.of(a);
        const y = IdSet.of(b);
        const both = sorted(a).filter((id) => b.has(id));
        expect([...x]).toEqual(sorted(a));
        expect(x.size).toBe(a.size);
        expect([...x.and(y)]).toEqual(both);
        expect(x.andSize(y)).toBe(both.length);
        expect([...x.or(y)]).toEqual(sorted(new Set([...a, ...b])));
        expect([...x.andNot(y)]).toEqual(sorted(a).filter((id) => !b.has(id)));
        for (const id of both.slice(0, 20)) expect(x.has(id) && y.has(id)).toBe(true);
        expect(x.has(300_001 + 70_000)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("the same ids make equal sets by whatever way they came", () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const x = IdSet.of(a);
        const y = IdSet.of(b);
        expect(IdSet.fromPacked(packed([...a])).equals(x)).toBe(true);
        expect(IdSet.fromStored(x.stored()).equals(x)).toBe(true);
        expect(x.or(y).equals(y.or(x))).toBe(true);
        expect(x.andNot(y).or(x.and(y)).equals(x)).toBe(true);
        expect(x.equals(y)).toBe(a.size === b.size && sorted(a).every((id) => b.has(id)));
      }),
      { numRuns: 60 },
    );
  });

  test("ranges and complements", () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(200_000), ids, (from, length, a) => {
        const base = IdSet.range(from, from + length);
        expect(base.size).toBe(length + 1);
        expect(base.has(from) && base.has(from + length) && !base.has(from + length + 1)).toBe(true);
        const rest = base.andNot(IdSet.of(a));
        expect(rest.size).toBe(length + 1 - [...a].filter((id) => id >= from && id <= from + length).length);
      }),
      { numRuns: 40 },
    );
  });

  test("pages", () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 200, max: 5000 }), (a, page) => {
        const x = IdSet.of(a);
        const out: number[] = [];
        for (let after = -1; ;) {
          const part = x.take(page, after);
          out.push(...part);
          if (part.length < page) break;
          after = part.at(-1) as number;
        }
        expect(out).toEqual(sorted(a));
      }),
      { numRuns: 30 },
    );
  });
});

test("what is no id, and what is damaged, is refused", () => {
  expect(() => IdSet.of([-1])).toThrow(RangeError);
  expect(() => IdSet.of([1.5])).toThrow(RangeError);
  expect(() => IdSet.fromPacked(new Uint8Array(3))).toThrow(RangeError);
  expect(() => IdSet.fromStored([[0, Uint8Array.of(1, 5, 0, 4, 0)]])).toThrow(/ascending/);
  expect(() => IdSet.fromStored([[0, Uint8Array.of(2, 1)]])).toThrow(/damaged/);
  expect(() => IdSet.fromStored([[0, Uint8Array.of(9)]])).toThrow(/damaged/);
});
