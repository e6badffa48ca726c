import { companySettings, rateTable } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { fromUnits, toUnits } from "@/domain/kernel/money";
import type { ReportInput } from "./model";

/** Spend of the range by channel or campaign name, in the company's currency at the rate of each day. Empty for dimensions that costs do not know. Amounts without a rate are left out. */
export async function spendBy(
  { sql }: Ctx,
  { dimension, from, to }: Pick<ReportInput, "dimension" | "from" | "to">,
): Promise<Map<string, number>> {
  if (dimension !== "channel" && dimension !== "campaign") return new Map();
  const { currency: base } = await companySettings(sql);
  const rates = await rateTable(sql, { base });
  const rows = await sql<{ name: string; currency: string; day: string; amount: string }[]>`
    select ${dimension === "channel" ? sql`c.channel` : sql`c.name`} as name, k.currency, k.day::text as day, sum(k.amount)::text as amount
    from campaign_costs k join campaigns c on c.id = k.campaign_id where k.day between ${from} and ${to} group by 1, 2, 3`;
  const sums = new Map<string, bigint>();
  for (const { name, currency, day, amount } of rows)
    sums.set(name, (sums.get(name) ?? 0n) + (rates.convert(toUnits(amount), currency, day) ?? 0n));
  return new Map([...sums].map(([name, units]) => [name, Number(fromUnits(units))]));
}

/** Spend by day and campaign of the range, in the company's currency at the rate of each day. */
export async function dailySpend({ sql }: Ctx, { from, to }: Pick<ReportInput, "from" | "to">): Promise<{ day: string; amount: number }[]> {
  const { currency: base } = await companySettings(sql);
  const rates = await rateTable(sql, { base });
  const rows = await sql<{ day: string; currency: string; amount: string }[]>`
    select day::text as day, currency, sum(amount)::text as amount from campaign_costs where day between ${from} and ${to} group by 1, 2 order by 1`;
  const sums = new Map<string, bigint>();
  for (const { day, currency, amount } of rows)
    sums.set(day, (sums.get(day) ?? 0n) + (rates.convert(toUnits(amount), currency, day) ?? 0n));
  return [...sums].map(([day, units]) => ({ day, amount: Number(fromUnits(units)) }));
}
