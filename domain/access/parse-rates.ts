import { DomainError } from "@/domain/kernel/errors";
import { inverseRate, type RateRow } from "@/domain/kernel/money";

const MAX_RATES = 100_000;
const RATE = /^\d{1,12}(\.\d{1,20})?$/;

export interface ParseRatesOptions {
  quote: "into" | "from";
  base: string;
  isCurrency: (code: string) => boolean;
}

/** Rates of a CSV text, the last of a day and currency counts. Pure. `skipped`: columns and currencies that were left out. */
export function parseRates(text: string, { quote, base, isCurrency }: ParseRatesOptions): { rows: RateRow[]; skipped: string[] } {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const head = lines.findIndex((line) => line.trim() !== "");
  const header = lines[head] ?? "";
  const separator = [",", ";", "\t"].toSorted((a, b) => header.split(b).length - header.split(a).length)[0] ?? ",";
  const cells = (line: string): string[] =>
    line.split(separator).map((cell) =>
      cell
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .trim(),
    );
  const names = cells(header).map((name) => name.toLowerCase());
  const at = (...known: string[]): number => names.findIndex((name) => known.includes(name));
  const [dayAt, currencyAt, rateAt] = [at("day", "date"), at("currency", "code"), at("rate", "value")];
  if (dayAt < 0) throw bad(head + 1, "The first line needs a column day or date.");
  const long = currencyAt >= 0 && rateAt >= 0;
  const rates = new Map<string, RateRow>();
  const skipped = new Set<string>();
  const add = (code: string, day: string, given: string, line: number): void => {
    const currency = code.toUpperCase();
    if (currency === base) return;
    if (!isCurrency(currency)) {
      if (code !== "") skipped.add(code.slice(0, 20));
      return;
    }
    if (given === "" || /^n\/?a$/i.test(given)) return;
    if (!RATE.test(given) || Number(given) <= 0) throw bad(line, `"${given.slice(0, 20)}" is no rate of ${currency}.`);
    const rate = quote === "from" ? inverseRate(given) : given;
    if (Number(rate) <= 0) throw bad(line, `"${given.slice(0, 20)}" is too large for a rate of ${currency}.`);
    rates.set(`${currency} ${day}`, { currency, day, rate });
    if (rates.size > MAX_RATES) throw new DomainError("VALIDATION", "The file holds more than 100,000 rates. Split it by years.");
  };
  for (let n = head + 1; n < lines.length; n++) {
    const line = lines[n] ?? "";
    if (line.trim() === "") continue;
    const row = cells(line);
    const day = row[dayAt] ?? "";
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)) || new Date(day).toISOString().slice(0, 10) !== day)
      throw bad(n + 1, `"${day.slice(0, 20)}" is no day such as 2026-01-31.`);
    if (long) add(row[currencyAt] ?? "", day, row[rateAt] ?? "", n + 1);
    else for (const [index, name] of names.entries()) if (index !== dayAt) add(name, day, row[index] ?? "", n + 1);
  }
  return { rows: [...rates.values()], skipped: [...skipped] };
}

const bad = (line: number, what: string): DomainError =>
  new DomainError("VALIDATION", `Line ${line}: ${what} Nothing was imported.`, { fields: { text: `Line ${line}: ${what}` } });
