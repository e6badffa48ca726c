import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalOf, fromWall, looksLikeEmail, readBoolean, readNumber, readTime } from "./values";

const iso = (text: string, order?: "dmy" | "mdy", zone = "UTC"): string => {
  const read = readTime(text, order, zone);
  return typeof read === "string" ? read : new Date(read.at).toISOString() + (read.dateOnly ? " day" : "");
};

describe("readTime", () => {
  it.each([
    ["2026-02-01", undefined, "2026-02-01T00:00:00.000Z day"],
    ["2026-02-01T10:20:30.123456Z", undefined, "2026-02-01T10:20:30.123Z"],
    ["2026-02-01 10:20:30+0530", undefined, "2026-02-01T04:50:30.000Z"],
    ["2026/2/1 9:05", undefined, "2026-02-01T09:05:00.000Z"],
    ["20260201", undefined, "2026-02-01T00:00:00.000Z day"],
    ["31.12.2025", undefined, "2025-12-31T00:00:00.000Z day"],
    ["12/31/2025 11:05 PM", undefined, "2025-12-31T23:05:00.000Z"],
    ["12/31/2025 12:05 am", undefined, "2025-12-31T00:05:00.000Z"],
    ["01/02/2026", undefined, "ambiguous_date"],
    ["01.02.2026", undefined, "2026-02-01T00:00:00.000Z day"],
    ["12.31.2025", undefined, "2025-12-31T00:00:00.000Z day"],
    ["01.02.2026", "mdy", "invalid_time"],
    ["02/02/2026", undefined, "2026-02-02T00:00:00.000Z day"],
    ["01/02/2026", "dmy", "2026-02-01T00:00:00.000Z day"],
    ["01/02/2026", "mdy", "2026-01-02T00:00:00.000Z day"],
    ["31/12/2025", "mdy", "invalid_time"],
    ["1 Feb 2026", undefined, "2026-02-01T00:00:00.000Z day"],
    ["February 1st, 2026 10:00", undefined, "2026-02-01T10:00:00.000Z"],
    ["44958", undefined, "2023-02-01T00:00:00.000Z day"],
    ["44958.5", undefined, "2023-02-01T12:00:00.000Z"],
    ["1769904000", undefined, "2026-02-01T00:00:00.000Z"],
    ["1769904000123", undefined, "2026-02-01T00:00:00.123Z"],
    ["30/02/2026", "dmy", "invalid_time"],
    ["2026-02-30", undefined, "invalid_time"],
    ["0000-00-00", undefined, "invalid_time"],
    ["25:61", undefined, "invalid_time"],
    ["soon", undefined, "invalid_time"],
  ] as const)("reads %s (%s) as %s", (text, order, expected) => {
    expect(iso(text, order)).toBe(expected);
  });

  it("reads local times in the zone of the file, also where clocks change", () => {
    expect(iso("2026-07-01 12:00", undefined, "Europe/Berlin")).toBe("2026-07-01T10:00:00.000Z");
    // 02:30 does not exist on 29 March 2026 and exists twice on 25 October 2026.
    expect(iso("2026-03-29 02:30", undefined, "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
    expect(iso("2026-10-25 02:30", undefined, "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(iso("2026-10-25 03:30", undefined, "Europe/Berlin")).toBe("2026-10-25T02:30:00.000Z");
    expect(iso("2026-07-01 12:00Z", undefined, "Asia/Kathmandu")).toBe("2026-07-01T12:00:00.000Z");
  });

  it("gives a wall clock back as it was read, in any zone, but for the hours that do not exist", () => {
    const zones = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), fc.constantFrom(...zones), (seconds, zone) => {
        const at = seconds * 1000;
        const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(at);
        const back = fromWall(Date.parse(`${shown.replace(" ", "T")}Z`), zone);
        expect(new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(back)).toBe(shown);
      }),
    );
  });
});

describe("numbers, booleans, addresses", () => {
  it.each([
    ["1234.5", ".", 1234.5],
    ["1,234.50", ".", 1234.5],
    ["1.234,50", ",", 1234.5],
    ["1 234,5", ",", 1234.5],
    ["1'234.5", ".", 1234.5],
    ["€ 12,30", ",", 12.3],
    ["12.30 EUR", ".", 12.3],
    ["$-5", ".", -5],
    ["(5.00)", ".", -5],
    ["5-", ".", -5],
    ["\u22123", ".", -3],
    [".5", ".", 0.5],
    ["-0", ".", 0],
    ["12,34,567.8", ".", 1234567.8],
    ["1E5", ".", null],
    ["0x10", ".", null],
    ["1.2.3", ".", null],
    ["1,5", ".", null],
    ["NaN", ".", null],
    ["", ".", null],
  ] as const)("reads %j with %s as %s", (text, decimal, expected) => {
    expect(readNumber(text, decimal)).toBe(expected);
  });

  it("tells decimal commas from decimal points, and admits when it cannot", () => {
    expect(decimalOf(["1,50", "20"])).toBe(",");
    expect(decimalOf(["1.234,50", "1.000"])).toBe(",");
    expect(decimalOf(["1,234.50"])).toBe(".");
    expect(decimalOf(["1.000", "12"])).toBeNull();
  });

  it("knows yes and no in several languages", () => {
    expect(["TRUE", "ja", "はい", "да", "no", "Нет", "0", "maybe"].map(readBoolean)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      null,
    ]);
  });

  it("accepts what identity can split, and nothing else", () => {
    expect(["a@b.co", "ü@bücher.example", "a+b@c.d.example"].every(looksLikeEmail)).toBe(true);
    expect(["a@b", "a b@c.de", "a@@b.de", "@b.de", "a@b..de", "a@.de", "x", "a\u200b@b.de"].some(looksLikeEmail)).toBe(false);
  });
});
