/** Money without doubles. Pure: the browser may import it. */

/** Decimal places that amounts keep (columns `numeric(…, 4)`), and that rates keep. */
const PLACES = 4;
const RATE_PLACES = 12;

function scaled(text: string, places: number): bigint {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match || (match[2] === "" && (match[3] ?? "") === "")) throw new RangeError(`"${text.slice(0, 40)}" is no decimal number`);
  const [, sign, whole = "", fraction = ""] = match;
  const units = BigInt(whole === "" ? "0" : whole) * 10n ** BigInt(places) + BigInt(fraction.slice(0, places).padEnd(places, "0") || "0");
  return sign === "-" ? -units : units;
}

/** Rounds half away from zero. */
function divide(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return value < 0n ? -((-value + half) / by) : (value + half) / by;
}

/** Ten-thousandths out of decimal text; further decimals are cut. */
export const toUnits = (text: string): bigint => scaled(text, PLACES);

/** Decimal text with four places. */
export function fromUnits(units: bigint): string {
  const positive = units < 0n ? -units : units;
  const base = 10n ** BigInt(PLACES);
  return `${units < 0n ? "-" : ""}${positive / base}.${(positive % base).toString().padStart(PLACES, "0")}`;
}

/** `1 / rate` as decimal text with twelve places, for tables that quote the other way round. */
export function inverseRate(rate: string): string {
  const one = 10n ** BigInt(RATE_PLACES);
  const value = divide(one * one, scaled(rate, RATE_PLACES));
  return `${value / one}.${(value % one).toString().padStart(RATE_PLACES, "0")}`;
}

/** A day as `YYYY-MM-DD` (UTC). */
export type Day = string;

export interface RateRow {
  currency: string;
  day: Day;
  /** What one unit of the currency is worth in the base currency; decimal text. */
  rate: string;
}

/**
 * Rates into one base currency. A rate holds from its day until the next one; days before a currency's first rate are
 * converted at that first rate.
 */
export class RateTable {
  private readonly rates = new Map<string, { days: Day[]; rates: bigint[] }>();

  constructor(
    readonly base: string,
    rows: readonly RateRow[],
  ) {
    for (const { currency, day, rate } of rows.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))) {
      const held = this.rates.get(currency) ?? { days: [], rates: [] };
      held.days.push(day);
      held.rates.push(scaled(rate, RATE_PLACES));
      this.rates.set(currency, held);
    }
  }

  has(currency: string | null): boolean {
    return currency === this.base || (currency !== null && this.rates.has(currency));
  }

  /** Ten-thousandths of the base currency; null when there is no rate. */
  convert(units: bigint, currency: string | null, day: Day): bigint | null {
    if (currency === this.base) return units;
    const held = currency === null ? undefined : this.rates.get(currency);
    if (!held) return null;
    // The last rate of that day or before.
    let [low, high] = [0, held.days.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((held.days[middle] as Day) <= day) low = middle + 1;
      else high = middle;
    }
    return divide(units * (held.rates[Math.max(0, low - 1)] as bigint), 10n ** BigInt(RATE_PLACES));
  }
}

/** A sum of one currency on one day. */
export interface DayAmount {
  /** Null: the orders do not say. */
  currency: string | null;
  day: Day;
  net: string;
  orders: number;
}

/** An amount of several currencies, which are never added up unconverted. Decimal text. */
export interface MoneyTotal {
  /** As it arrived, the currency with the most orders first. */
  amounts: { currency: string | null; net: string; orders: number }[];
  /** The same in the base currency. Null when everything is in one currency (or there is nothing). */
  converted: {
    currency: string;
    net: string;
    /** Currencies that are left out because they have no rate; null: amounts that name none. */
    without: (string | null)[];
  } | null;
}

/** Adds sums up by currency, and converts each at the rate of its day. */
export function totalOf(rows: readonly DayAmount[], table: RateTable): MoneyTotal {
  const by = new Map<string | null, { net: bigint; orders: number }>();
  let converted = 0n;
  for (const { currency, day, net, orders } of rows) {
    const units = toUnits(net);
    const held = by.get(currency) ?? { net: 0n, orders: 0 };
    held.net += units;
    held.orders += orders;
    by.set(currency, held);
    converted += table.convert(units, currency, day) ?? 0n;
  }
  const amounts = [...by]
    .map(([currency, { net, orders }]) => ({ currency, net: fromUnits(net), orders }))
    .toSorted((a, b) => b.orders - a.orders || String(a.currency).localeCompare(String(b.currency)));
  return {
    amounts,
    converted:
      amounts.length < 2
        ? null
        : {
            currency: table.base,
            net: fromUnits(converted),
            without: amounts.flatMap(({ currency }) => (table.has(currency) ? [] : [currency])),
          },
  };
}
