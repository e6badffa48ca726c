import { expect, test } from "vitest";
import { formatMoney, moneyTotal } from "./money";

test("money keeps its cents, however large, and its currency", () => {
  expect(formatMoney("9747747.9340", null)).toBe("9,747,747.93");
  expect(formatMoney("90071992547409931.1000", "EUR")).toBe("€90,071,992,547,409,931.10");
  expect(formatMoney("-1234.9960", "USD")).toBe("-US$1,235.00");
  expect(formatMoney("1200.0000", "JPY")).toBe("JP¥1,200");
  expect([formatMoney("0", null), formatMoney("-0.0010", null), formatMoney(12.5, null)]).toEqual(["0.00", "0.00", "12.50"]);
});

test("several currencies are one figure only where rates are known, and what is missing is said", () => {
  const amounts = [
    { currency: "EUR", net: "10.0000", orders: 2 },
    { currency: "USD", net: "5.0000", orders: 1 },
    { currency: null, net: "1.0000", orders: 1 },
  ];
  expect(moneyTotal({ amounts: [], converted: null })).toEqual({ text: "–", note: null });
  expect(moneyTotal({ amounts: amounts.slice(0, 1), converted: null })).toEqual({ text: "€10.00", note: null });
  const known = moneyTotal({ amounts, converted: { currency: "EUR", net: "14.5000", without: [null] } });
  expect(known.text).toBe("≈ €14.50");
  expect(known.note).toBe(
    "€10.00 + US$5.00 + 1.00 without a currency, at the rate of each day. Not in the sum, since there is no rate: amounts without a currency.",
  );
  const unknown = moneyTotal({ amounts: amounts.slice(1), converted: { currency: "EUR", net: "0.0000", without: ["USD", null] } });
  expect(unknown.text).toBe("US$5.00 + 1.00 without a currency");
});
