import { describe, expect, it } from "vitest";
import { member, testDatabase } from "@/server/test/database";
import {
  deleteExchangeRate,
  exportExchangeRates,
  importExchangeRates,
  listExchangeRates,
  rateTable,
  setExchangeRate,
  updateSettings,
} from "./index";

const db = testDatabase();

describe("exchange rates", () => {
  it("are set, changed, listed and taken out, with the audit log", async () => {
    await setExchangeRate(db.ctx(), { currency: "usd", day: "2026-01-01", rate: "0.9" });
    await setExchangeRate(db.ctx(), { currency: "USD", day: "2026-01-01", rate: "0.91" });
    await setExchangeRate(db.ctx(), { currency: "USD", day: "2026-02-01", rate: "0.95" });
    await setExchangeRate(db.ctx(), { currency: "JPY", day: "2026-02-01", rate: "0.0062" });
    const found = await listExchangeRates(db.ctx());
    expect(found.base).toBe("EUR");
    expect(found.currencies).toMatchObject([
      { currency: "JPY", day: "2026-02-01", days: 1 },
      { currency: "USD", day: "2026-02-01", rate: "0.950000000000", days: 2, since: "2026-01-01" },
    ]);
    expect((await listExchangeRates(db.ctx(), { currency: "USD" })).rows.map(({ day }) => day)).toEqual(["2026-02-01", "2026-01-01"]);
    const table = await rateTable(db.sql);
    expect(table.convert(10_000n, "USD", "2026-01-20")).toBe(9_100n);
    await deleteExchangeRate(db.ctx(), { currency: "USD", day: "2026-02-01" });
    expect((await rateTable(db.sql)).convert(10_000n, "USD", "2026-03-01")).toBe(9_100n);
    await expect(deleteExchangeRate(db.ctx(), { currency: "USD", day: "2026-02-01" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const audit = await db.sql<{ action: string }[]>`select action from audit_log where object_type = 'exchange_rate' order by seq`;
    expect(audit.map(({ action }) => action)).toEqual([...Array<string>(4).fill("exchange_rate.set"), "exchange_rate.deleted"]);
  });

  it("come from a CSV, in either shape and quoted either way, and go out as they came", async () => {
    const long = "day;currency;rate\r\n2025-01-01;GBP;1.25\r\n2025-01-02;GBP;1.2\r\n2025-01-02;XXQ;9\r\n2025-01-02;EUR;1\r\n";
    expect(await importExchangeRates(db.ctx(), { text: long, quote: "into" })).toEqual({ rates: 2, currencies: 1, skipped: ["XXQ"] });
    // As the European Central Bank publishes it: newest first, a comma at the end, N/A where there was none.
    const wide = "Date,USD,CHF,ISK,\n2025-03-04,1.25,0.8,N/A,\n2025-03-03,2,0.5,,\n";
    expect(await importExchangeRates(db.ctx(), { text: wide, quote: "from" })).toEqual({ rates: 4, currencies: 2, skipped: [] });
    const table = await rateTable(db.sql);
    expect([table.convert(10_000n, "USD", "2025-03-04"), table.convert(10_000n, "CHF", "2025-03-03")]).toEqual([8_000n, 20_000n]);
    const { text } = await exportExchangeRates(db.ctx());
    expect(text).toContain("2025-01-01,GBP,1.25\r\n");
    expect(await importExchangeRates(db.ctx(), { text, quote: "into" })).toMatchObject({ skipped: [] });
    expect((await exportExchangeRates(db.ctx())).text).toBe(text);
  });

  it("of a file with a bad line are not taken at all, and the message names the line", async () => {
    const before = await exportExchangeRates(db.ctx());
    for (const [text, message] of [
      ["day,currency,rate\n2026-05-01,USD,1\n2026-05-02,USD,-1\n", /Line 3: "-1" is no rate of USD/],
      ["day,currency,rate\n2026-02-30,USD,1\n", /Line 2: "2026-02-30" is no day/],
      ["currency,rate\nUSD,1\n", /Line 1: The first line needs a column day/],
      ["day,currency,rate\n", /no rate/],
    ] as const)
      await expect(importExchangeRates(db.ctx(), { text, quote: "into" })).rejects.toThrow(message);
    expect(await exportExchangeRates(db.ctx())).toEqual(before);
  });

  it("belong to a base currency: another company currency has its own", async () => {
    await updateSettings(db.ctx(), { name: "Acme", timezone: "UTC", currency: "USD" });
    expect((await listExchangeRates(db.ctx())).rows).toEqual([]);
    await expect(setExchangeRate(db.ctx(), { currency: "USD", day: "2026-01-01", rate: "1" })).rejects.toThrow(/own currency/);
    expect((await rateTable(db.sql, { base: "EUR", of: ["GBP"] })).has("GBP")).toBe(true);
  });

  it("refuses nonsense, and whoever may not", async () => {
    for (const rate of ["0", "-1", "1e3", "abc", "1.1234567890123"])
      await expect(setExchangeRate(db.ctx(), { currency: "GBP", day: "2026-01-01", rate })).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(setExchangeRate(db.ctx(), { currency: "ZZZ", day: "2026-01-01", rate: "1" })).rejects.toMatchObject({
      code: "VALIDATION",
    });
    for (const role of ["marketer", "manager"] as const) {
      await expect(listExchangeRates(db.ctx(member(role)))).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(importExchangeRates(db.ctx(member(role)), { text: "x", quote: "into" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
  });
});
