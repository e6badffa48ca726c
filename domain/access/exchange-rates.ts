import { z } from "zod";
import type { AnySql } from "@/db/client";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { RateTable, type RateRow } from "@/domain/kernel/money";
import { parseInput } from "@/domain/kernel/parse";
import type { ExchangeRates } from "./model";
import { parseRates } from "./parse-rates";
import { requirePermission } from "./require-permission";
import { companySettings } from "./settings";

const isCurrency = (code: string): boolean => Intl.supportedValuesOf("currency").includes(code);
const currency = z.string().trim().toUpperCase().refine(isCurrency, "Choose a currency such as USD.");
const day = z.iso.date("Enter a day such as 2026-01-31.");
const rate = z
  .string()
  .trim()
  .regex(/^\d{1,12}(\.\d{1,12})?$/, "Enter a number such as 0.9251.")
  .refine((text) => Number(text) > 0, "A rate is more than 0.");

/**
 * The rates into a currency (the company's unless another is named), for other rooms: nothing personal is in them.
 * @param of only these currencies; daily rates of many years and currencies are tens of thousands of rows
 */
export async function rateTable(sql: AnySql, { base, of }: { base?: string; of?: readonly string[] } = {}): Promise<RateTable> {
  const into = base ?? (await companySettings(sql)).currency;
  const rows = await sql<RateRow[]>`
    select currency, day::text as day, rate::text as rate from exchange_rates
    where base = ${into} and (${of === undefined} or currency = any(${[...(of ?? [])]}::text[])) order by currency, day`;
  return new RateTable(into, rows);
}

const filter = z.strictObject({ currency: currency.nullish() });
const LISTED = 200;

/** Rates into the company's currency: each currency with its newest rate, and the newest days of one of them or of all. */
export async function listExchangeRates(ctx: Ctx, input: unknown = {}): Promise<ExchangeRates> {
  requirePermission(ctx, "settings:read");
  const { currency: only } = parseInput(filter, input);
  const { currency: base } = await companySettings(ctx.sql);
  const [currencies, rows] = await Promise.all([
    ctx.sql<ExchangeRates["currencies"]>`
      select distinct on (currency) currency, day::text as day, rate::text as rate,
        count(*) over (partition by currency) as days, min(day) over (partition by currency)::text as since
      from exchange_rates where base = ${base} order by currency, exchange_rates.day desc`,
    ctx.sql<ExchangeRates["rows"]>`
      select r.currency, r.day::text as day, r.rate::text as rate, r.updated_at as "updatedAt", coalesce(u.name, r.updated_by) as "updatedBy"
      from exchange_rates r left join users u on u.id = r.updated_by
      where r.base = ${base} and (${only ?? null}::text is null or r.currency = ${only ?? null})
      order by r.day desc, r.currency limit ${LISTED}`,
  ]);
  return {
    base,
    currencies: currencies.map((row) => ({ ...row })),
    rows: rows.map((row) => ({ ...row, updatedAt: new Date(row.updatedAt).toISOString() })),
  };
}

const one = z.strictObject({ currency, day, rate });

/** Sets the rate of a currency from a day on. */
export async function setExchangeRate(ctx: Ctx, input: unknown): Promise<{ currency: string; day: string; rate: string }> {
  requirePermission(ctx, "settings:write");
  const given = parseInput(one, input);
  return withTx(ctx, async (tx) => {
    const { currency: base } = await companySettings(tx.sql);
    if (given.currency === base) {
      const message = `${base} is the company's own currency. Choose another.`;
      throw new DomainError("VALIDATION", message, { fields: { currency: message } });
    }
    const [before] = await tx.sql<{ rate: string }[]>`
      select rate::text as rate from exchange_rates where base = ${base} and currency = ${given.currency} and day = ${given.day}::date`;
    await write(tx, base, [given]);
    await recordAudit(tx, {
      action: "exchange_rate.set",
      object: { type: "exchange_rate", id: `${base}/${given.currency}/${given.day}` },
      before: before ?? null,
      after: { rate: given.rate },
    });
    return given;
  });
}

/** Takes a rate out; amounts of its days fall to the rate before it. */
export async function deleteExchangeRate(ctx: Ctx, input: unknown): Promise<null> {
  requirePermission(ctx, "settings:write");
  const given = parseInput(z.strictObject({ currency, day }), input);
  return withTx(ctx, async (tx) => {
    const { currency: base } = await companySettings(tx.sql);
    const [gone] = await tx.sql<{ rate: string }[]>`
      delete from exchange_rates where base = ${base} and currency = ${given.currency} and day = ${given.day}::date returning rate::text as rate`;
    if (!gone) throw notFound(`The rate of ${given.currency} on ${given.day}`);
    await recordAudit(tx, {
      action: "exchange_rate.deleted",
      object: { type: "exchange_rate", id: `${base}/${given.currency}/${given.day}` },
      before: gone,
    });
    return null;
  });
}

const file = z.strictObject({
  text: z.string().min(1, "The file is empty.").max(900_000, "The file is larger than 900 kB. Split it by years."),
  /** What the file's numbers mean: `into` 1 USD = 0.92 EUR; `from` 1 EUR = 1.09 USD (as central banks quote). */
  quote: z.enum(["into", "from"]),
});

/**
 * Reads rates out of a CSV: columns day, currency, rate; or a day and one column per currency. Currencies that Tributary
 * does not know and empty cells are skipped; one bad line refuses the file, so that no half of it is in.
 */
export async function importExchangeRates(ctx: Ctx, input: unknown): Promise<{ rates: number; currencies: number; skipped: string[] }> {
  requirePermission(ctx, "settings:write");
  const { text, quote } = parseInput(file, input);
  return withTx(ctx, async (tx) => {
    const { currency: base } = await companySettings(tx.sql);
    const { rows, skipped } = parseRates(text, { quote, base, isCurrency });
    if (rows.length === 0) throw new DomainError("VALIDATION", "The file holds no rate. It needs the columns day, currency and rate.");
    await write(tx, base, rows);
    const currencies = new Set(rows.map((row) => row.currency)).size;
    await recordAudit(tx, {
      action: "exchange_rates.imported",
      object: { type: "exchange_rate", id: base },
      detail: { rates: rows.length, currencies, quote },
    });
    return { rates: rows.length, currencies, skipped };
  });
}

async function write(tx: Ctx, base: string, rows: readonly RateRow[]): Promise<void> {
  await tx.sql`
    insert into exchange_rates (base, currency, day, rate, updated_at, updated_by)
    select ${base}, currency, day, rate, ${tx.clock.now().toISOString()}::timestamptz, ${tx.actor.id}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) r(currency text, day date, rate numeric)
    on conflict (base, currency, day) do update set rate = excluded.rate, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
}

/** All rates into the company's currency as CSV text, oldest first: what an import takes back. */
export async function exportExchangeRates(ctx: Ctx): Promise<{ name: string; text: string }> {
  requirePermission(ctx, "settings:read");
  const { currency: base } = await companySettings(ctx.sql);
  const rows = await ctx.sql<RateRow[]>`
    select currency, day::text as day, trim_scale(rate)::text as rate from exchange_rates where base = ${base} order by day, currency`;
  return {
    name: `exchange-rates-${base}.csv`,
    text: `day,currency,rate\r\n${rows.map((row) => `${row.day},${row.currency},${row.rate}\r\n`).join("")}`,
  };
}
