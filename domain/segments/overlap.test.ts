import fc from "fast-check";
import { expect, test } from "vitest";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { combinationsOf } from "./overlap";

test("every person of any set is in exactly one combination: that of the very sets that hold them", () => {
  const set = fc.uniqueArray(fc.oneof(fc.nat(40), fc.nat(200_000)), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(set, { minLength: 1, maxLength: 12 }), (lists) => {
      const ids = lists.map((_, i) => `s${i}`);
      const wanted = new Map<string, number>();
      for (const id of new Set(lists.flat())) {
        const key = ids.filter((_, i) => lists[i]?.includes(id)).join();
        wanted.set(key, (wanted.get(key) ?? 0) + 1);
      }
      const found = combinationsOf(
        ids,
        lists.map((list) => IdSet.of(list)),
      );
      expect(new Map(found.map((one) => [one.ids.join(), one.size]))).toEqual(wanted);
      expect(found.map(({ size }) => size)).toEqual(found.map(({ size }) => size).toSorted((a, b) => b - a));
    }),
  );
});
