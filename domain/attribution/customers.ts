import { bucketAt } from "./report-range";
import type { Bucket } from "./report-range";
import type { ConversionColumns } from "./paths";

/** Conversions of a span, of all people, those who may not be measured too: they are money, not touches. Pure. */
export interface Taken {
  conversions: number;
  value: number;
  /** People whose first conversion ever lies in the span. */
  newCustomers: number;
}

/** What was converted in [from, to) seconds. `once`: only each person's first conversion counts. */
export function takenIn(columns: ConversionColumns, from: number, to: number, once: boolean): Taken {
  const taken = { conversions: 0, value: 0, newCustomers: 0 };
  eachConversion(columns, (at, value, isFirst) => {
    if (at < from || at >= to || (once && !isFirst)) return;
    taken.conversions++;
    taken.value += value;
    if (isFirst) taken.newCustomers++;
  });
  return taken;
}

/** The same by bucket. */
export function takenBy(columns: ConversionColumns, buckets: readonly Bucket[], once: boolean): { n: number; value: number }[] {
  const out = buckets.map(() => ({ n: 0, value: 0 }));
  eachConversion(columns, (at, value, isFirst) => {
    if (once && !isFirst) return;
    const bucket = out[bucketAt(buckets, at)];
    if (bucket === undefined) return;
    bucket.n++;
    bucket.value += value;
  });
  return out;
}

export interface Cohort {
  readonly people: number;
  /** By months since the first conversion: distinct people who converted in that month, and value in it. */
  readonly months: readonly { readonly people: number; readonly value: number }[];
}

/** People by the month of their first conversion (`months`, calendar months side by side), and what they did in each month since. */
export function cohortsOf(columns: ConversionColumns, months: readonly Bucket[]): Cohort[] {
  const cohorts = months.map((_, i) => ({ people: 0, months: months.slice(i).map(() => ({ people: 0, value: 0 })) }));
  let first = -1;
  let last = -1;
  eachConversion(columns, (at, value, isFirst) => {
    const month = bucketAt(months, at);
    if (isFirst) {
      first = month;
      last = -1;
      const own = cohorts[month];
      if (own !== undefined) own.people++;
    }
    const cell = first < 0 ? undefined : cohorts[first]?.months[month - first];
    if (cell === undefined) return;
    cell.value += value;
    if (month !== last) cell.people++;
    last = month;
  });
  return cohorts;
}

/**
 * Months until the margin of a customer has paid their acquisition: the first month in which the mean cumulated value of
 * the cohorts that are that old, times the margin, reaches the cost. `whole`: how many of the months are over.
 */
export function paybackMonths(cohorts: readonly Cohort[], cost: number, margin: number, whole: number): number | null {
  let cumulated = 0;
  for (let age = 0; age < whole; age++) {
    let people = 0;
    let value = 0;
    cohorts.forEach((cohort, i) => {
      if (i + age >= whole) return;
      people += cohort.people;
      value += cohort.months[age]?.value ?? 0;
    });
    if (people === 0) return null;
    cumulated += (margin * value) / people;
    if (cumulated >= cost) return age + 1;
  }
  return null;
}

/** Columns are in (person, time) order. */
function eachConversion({ person, at, value }: ConversionColumns, visit: (at: number, value: number, isFirst: boolean) => void): void {
  for (let c = 0; c < person.length; c++) visit(at[c] ?? 0, value[c] ?? 0, c === 0 || person[c - 1] !== person[c]);
}
