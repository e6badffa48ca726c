import type { MoneyTotal } from "@/domain/kernel/money";

const LOCALE = "en-GB";

/** Decimal text to money; without a currency a plain number with two decimals. */
export function formatMoney(amount: string | number, currency: string | null): string {
  // Text goes in as it is: a double would lose cents of large amounts. Minus nothing is nothing.
  const n = (Number(amount) === 0 ? 0 : amount) as number;
  if (currency !== null && /^[A-Z]{3}$/.test(currency)) {
    return unsigned(new Intl.NumberFormat(LOCALE, { style: "currency", currency }).format(n));
  }
  return unsigned(new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(n));
}

/** What rounds to nothing has no sign. */
const unsigned = (text: string): string => (/[1-9]/.test(text) ? text : text.replace(/^[-−]/, ""));

/** An amount of one or several currencies as one figure, and what has to be said beside it. */
export function moneyTotal({ amounts, converted }: MoneyTotal): { text: string; note: string | null } {
  const [only] = amounts;
  if (!only) return { text: "–", note: null };
  if (!converted) return { text: formatMoney(only.net, only.currency), note: null };
  const list = amounts
    .map((one) => `${formatMoney(one.net, one.currency)}${one.currency === null ? " without a currency" : ""}`)
    .join(" + ");
  const without = converted.without.map((code) => code ?? "amounts without a currency");
  if (without.length === amounts.length) return { text: list, note: "No exchange rate is known, so that nothing is added up." };
  return {
    text: `≈ ${formatMoney(converted.net, converted.currency)}`,
    note: `${list}, at the rate of each day.${without.length === 0 ? "" : ` Not in the sum, since there is no rate: ${without.join(", ")}.`}`,
  };
}
