import { sql } from "drizzle-orm";
import { check, date, numeric, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { updatedAt } from "./columns";

/**
 * What one unit of a currency is worth in a base currency, from a day on until the next row: 1 USD = 0.92 EUR. Amounts
 * are converted at the rate of the day on which they arose. Small: a reference table when distributed.
 */
export const exchangeRates = pgTable(
  "exchange_rates",
  {
    /** ISO 4217, upper case. */
    base: text("base").notNull(),
    currency: text("currency").notNull(),
    day: date("day").notNull(),
    rate: numeric("rate", { precision: 24, scale: 12 }).notNull(),
    updatedAt: updatedAt(),
    updatedBy: text("updated_by"),
  },
  (t) => [
    primaryKey({ name: "exchange_rates_pkey", columns: [t.base, t.currency, t.day] }),
    check("exchange_rates_rate_check", sql`${t.rate} > 0`),
    check("exchange_rates_pair_check", sql`${t.base} <> ${t.currency}`),
  ],
);
