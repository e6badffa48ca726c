import { describe, expect, it } from "vitest";
import { fromUnits, inverseRate, RateTable, totalOf, toUnits } from "./money";
import { seededRandom } from "./random";

describe("decimal text", () => {
  it.each(["0.0000", "-12.3400", "9747747.9300", "0.0001", "-0.0001", "123456789012345678901234.5678"])("%s stays itself", (text) => {
    expect(fromUnits(toUnits(text))).toBe(text);
  });
  it("cuts further decimals, takes short forms, refuses what is no number", () => {
    expect([toUnits("1.99999"), toUnits(".5"), toUnits("3."), toUnits("+2")]).toEqual([19_999n, 5_000n, 30_000n, 20_000n]);
    for (const bad of ["", ".", "1,5", "1e3", "NaN", "--1"]) expect(() => toUnits(bad)).toThrow(RangeError);
  });
});

describe("rates", () => {
  const table = new RateTable("EUR", [
    { currency: "USD", day: "2026-02-01", rate: "0.5" },
    { currency: "USD", day: "2026-01-01", rate: "0.9" },
    { currency: "JPY", day: "2026-01-01", rate: "0.006203473945" },
  ]);
  it("holds from its day until the next; the first one also before", () => {
    const on = (day: string) => table.convert(toUnits("10"), "USD", day);
    expect([on("2025-06-01"), on("2026-01-01"), on("2026-01-31"), on("2026-02-01"), on("2030-01-01")]).toEqual([
      90_000n,
      90_000n,
      90_000n,
      50_000n,
      50_000n,
    ]);
  });
  it("rounds half away from zero, keeps the base as it is, knows what it does not know", () => {
    expect(table.convert(toUnits("1000"), "JPY", "2026-01-01")).toBe(62_035n);
    expect(table.convert(1n, "USD", "2026-02-01")).toBe(1n);
    expect(table.convert(-1n, "USD", "2026-02-01")).toBe(-1n);
    expect(table.convert(7n, "EUR", "2026-02-01")).toBe(7n);
    expect([table.convert(7n, "CHF", "2026-02-01"), table.convert(7n, null, "2026-02-01")]).toEqual([null, null]);
  });
  it("turns round", () => {
    expect([inverseRate("0.5"), inverseRate("161.2"), inverseRate("3")]).toEqual(["2.000000000000", "0.006203473945", "0.333333333333"]);
  });
});

describe("totals", () => {
  const table = new RateTable("EUR", [{ currency: "USD", day: "2026-01-01", rate: "0.9" }]);
  const row = (currency: string | null, net: string, day = "2026-03-01") => ({ currency, net, day, orders: 1 });
  it("shows one currency as it is, whichever it is", () => {
    expect(totalOf([], table)).toEqual({ amounts: [], converted: null });
    expect(totalOf([row("CHF", "5"), row("CHF", "-2.5")], table)).toEqual({
      amounts: [{ currency: "CHF", net: "2.5000", orders: 2 }],
      converted: null,
    });
  });
  it("converts several, and says what has no rate instead of adding it up", () => {
    expect(totalOf([row("EUR", "10"), row("USD", "10"), row("USD", "1"), row("CHF", "99"), row(null, "7")], table)).toEqual({
      amounts: [
        { currency: "USD", net: "11.0000", orders: 2 },
        { currency: "CHF", net: "99.0000", orders: 1 },
        { currency: "EUR", net: "10.0000", orders: 1 },
        { currency: null, net: "7.0000", orders: 1 },
      ],
      converted: { currency: "EUR", net: "19.9000", without: ["CHF", null] },
    });
  });
  it("does not depend on the order of the rows", () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 200 }, () => ({
      currency: random.pick(["EUR", "USD", "CHF", null]),
      day: `2026-0${random.int(1, 9)}-11`,
      net: (random.int(-99_999, 99_999) / 100).toFixed(2),
      orders: random.int(0, 3),
    }));
    expect(totalOf(random.shuffle(rows), table)).toEqual(totalOf(rows, table));
  });
});
